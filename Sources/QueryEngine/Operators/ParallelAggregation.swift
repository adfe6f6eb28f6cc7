import GraphStore
import Values

/// An aggregation whose rows are read by several threads: the nodes of the scan below are cut into
/// ranges of ids (morsels), and each thread takes one after the other, with operators and a snapshot
/// of its own, until none is left (Leis and others 2014, Morsel-Driven Parallelism, SIGMOD).
///
///     range 0 ─┐                        ┌─▶ groups of thread 0 ─┐
///     range 1 ─┼─▶ whoever is free ──▶ ─┤                       ├─▶ groups in the order in which
///     range 2 ─┘   scan ▸ … ▸ aggregate └─▶ groups of thread 1 ─┘   one thread would have seen them
///
/// Groups, their order, integers and errors are those of one thread; floats are added in another
/// order. Threads are taken from the processors that run no statement of this process, so that on a
/// busy server every statement runs on one.
struct ParallelAggregation {
    private let plan: PlanNode
    private let context: QueryContext

    /// nil where the plan cannot be cut, or is too small to be worth threads.
    init?(_ plan: PlanNode, context: QueryContext) {
        guard context.mayRunInParallel,
            case .aggregate(let keys, let aggregates, _) = plan.operation,
            plan.largestStep >= context.limits.parallel.fewestRows,
            keys.allSatisfy({ $0.expression.runsOnAnyThread }),
            aggregates.allSatisfy({ $0.call.isMergeable }), plan.children[0].isCuttable
        else { return nil }
        self.plan = plan
        self.context = context
    }

    /// Reads all rows into `whole`, which is empty; false, and nothing is read, where there is no
    /// other processor.
    func read(into whole: AggregateOperator) throws -> Bool {
        let limits = context.limits.parallel
        let others = Processors.claim(limits.threads - 1, of: limits.processors)
        defer { Processors.release(others) }
        if others == 0 { return false }
        // The same snapshot, or none: a commit may have come between.
        let views = try (0...others).compactMap { _ in try context.view.sibling() }
        defer { for view in views { view.close() } }
        if views.count <= others { return false }
        let workers = try views.map { view in
            try AggregationWorker(plan, context.worker(view, of: views.count))
        }
        let morsels = Morsels(plan, context.view, threads: workers.count, limits)
        WorkerThreads.run(workers.count) { workers[$0].run(morsels) }
        try merge(workers, into: whole)
        return true
    }

    private func merge(_ workers: [AggregationWorker], into whole: AggregateOperator) throws {
        for worker in workers {
            context.view.noteDamage(of: worker.context.view)
            context.databaseHits += worker.context.databaseHits
        }
        if let error = workers.compactMap(\.failure).min(by: { $0.morsel < $1.morsel })?.error {
            throw error
        }
        // Each thread's groups by the morsel in which it met them first.
        var parts: [(morsel: Int, worker: AggregationWorker, groups: Range<Int>)] = []
        for worker in workers {
            var first = 0
            for (morsel, count) in worker.groupCounts where count > first {
                parts.append((morsel, worker, first..<count))
                first = count
            }
        }
        for part in parts.sorted(by: { $0.morsel < $1.morsel }) {
            part.worker.numbers += whole.number(part.groups, of: part.worker.aggregation)
        }
        for worker in workers {
            try whole.merge(worker.aggregation, worker.numbers)
            worker.aggregation.rewind()
        }
    }
}

/// What one thread reads.
private final class AggregationWorker: @unchecked Sendable {
    // Sendable: used by one thread, from its start to its end, and by its maker before and after.

    let context: QueryContext
    let aggregation: AggregateOperator
    /// Behind each morsel, how many groups there were.
    private(set) var groupCounts: [(morsel: Int, count: Int)] = []
    private(set) var failure: (morsel: Int, error: any Error)?
    /// The groups' numbers in the whole.
    var numbers = ContiguousArray<Int32>()

    init(_ plan: PlanNode, _ context: QueryContext) throws {
        self.context = context
        context.morsel = 0..<0
        aggregation = try OperatorBuilder(context: context).aggregation(plan)
    }

    func run(_ morsels: Morsels) {
        while let (number, range) = morsels.take() {
            context.morsel = range
            let start = ContinuousClock.now
            do {
                try aggregation.readMore()
            } catch {
                failure = (number, error)
                return morsels.fail(number)
            }
            morsels.note(ContinuousClock.now - start)
            groupCounts.append((number, aggregation.groupCount))
        }
    }
}

extension AggregateCall {
    /// Whether results of parts can be put together.
    fileprivate var isMergeable: Bool {
        guard !distinct, argument?.runsOnAnyThread ?? true else { return false }
        switch function {
        case .countStar, .count, .sum, .avg, .min, .max: return true
        case .collect, .stDev, .stDevP, .percentileCont, .percentileDisc: return false
        }
    }
}
