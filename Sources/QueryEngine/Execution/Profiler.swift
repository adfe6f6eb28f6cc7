/// Measures the steps of one execution: see PROFILE. Made only where somebody asked; without it no
/// operator is wrapped, and nothing is counted but database hits, once a batch.
final class Profiler {
    /// Per plan step, what its operators did with all that lies below them.
    private var inclusive: [ObjectIdentifier: OperatorProfile] = [:]

    func wrap(_ step: any Operator, of plan: PlanNode, _ context: QueryContext) -> any Operator {
        ProfiledOperator(step, ObjectIdentifier(plan), profiler: self, context: context)
    }

    fileprivate func add(_ measured: OperatorProfile, to step: ObjectIdentifier) {
        var total = inclusive[step] ?? OperatorProfile()
        total.rows += measured.rows
        total.databaseHits += measured.databaseHits
        total.timeNanoseconds += measured.timeNanoseconds
        total.memoryBytes = max(total.memoryBytes, measured.memoryBytes)
        inclusive[step] = total
    }

    /// What the step did by itself; nil where it never ran.
    func profile(of plan: PlanNode) -> OperatorProfile? {
        guard var own = inclusive[ObjectIdentifier(plan)] else { return nil }
        for child in plan.children {
            guard let below = inclusive[ObjectIdentifier(child)] else { continue }
            own.databaseHits = max(0, own.databaseHits - below.databaseHits)
            own.timeNanoseconds -= min(own.timeNanoseconds, below.timeNanoseconds)
            own.memoryBytes = max(0, own.memoryBytes - below.memoryBytes)
        }
        return own
    }
}

/// The profile of a whole execution, looked up by the steps of the plan that ran.
public struct ExecutionProfile {
    let profiler: Profiler

    /// nil where the step never ran.
    public subscript(step: PlanNode) -> OperatorProfile? { profiler.profile(of: step) }
}

/// Passes batches through and measures how they came about.
private final class ProfiledOperator: Operator {
    private let step: any Operator
    private let id: ObjectIdentifier
    private let profiler: Profiler
    private let context: QueryContext
    private var memoryHeld = 0

    init(
        _ step: any Operator, _ id: ObjectIdentifier, profiler: Profiler, context: QueryContext
    ) {
        self.step = step
        self.id = id
        self.profiler = profiler
        self.context = context
    }

    func next() throws -> Batch? {
        let hits = context.databaseHits
        let memory = context.memoryInUse
        let start = ContinuousClock.now
        let batch = try step.next()
        let (seconds, attoseconds) = (ContinuousClock.now - start).components
        memoryHeld += context.memoryInUse - memory
        var measured = OperatorProfile()
        measured.rows = batch?.count ?? 0
        measured.databaseHits = context.databaseHits - hits
        measured.timeNanoseconds = UInt64(seconds * 1_000_000_000 + attoseconds / 1_000_000_000)
        measured.memoryBytes = memoryHeld
        profiler.add(measured, to: id)
        return batch
    }

    func rewind() {
        let memory = context.memoryInUse
        step.rewind()
        memoryHeld += context.memoryInUse - memory
    }
}
