import Cypher
public import GraphStore
import Values

/// One run of a prepared statement, over one snapshot or inside one write transaction.
///
/// Pull batches with `next()` until nil, then call `finish()`. Operators are opened at the first
/// pull. A statement that writes should be run with `runToEnd()`, which finishes it too: its effects
/// are complete whatever the client reads, and its rows show what the whole statement has written.
///
/// One thread at a time. Errors are `QueryError`; what is not the statement's fault comes as the
/// `StoreError` that it is.
public final class Execution {
    private let plan: PlanNode
    private let columns: [(name: String, slot: Slot)]
    private let context: QueryContext
    private let steps: Int
    private let countersBefore: WriteCounters
    private var root: (any Operator)?
    private var isDone = false

    /// `statement` is a query: schema commands are run by the library, in transactions of their own.
    public init(_ statement: PreparedStatement, context: QueryContext) {
        guard case .query(let plan) = statement.body else {
            preconditionFailure("a schema command has no plan to execute")
        }
        self.plan = plan
        steps = statement.steps
        self.context = context
        if case .produceResults(let columns) = plan.operation {
            self.columns = columns
        } else {
            columns = []
        }
        countersBefore = context.writer?.counters ?? WriteCounters()
        if statement.mode == .profile { context.profiler = Profiler() }
    }

    /// What each step did so far, for PROFILE; nil in other modes.
    public var profile: ExecutionProfile? {
        context.profiler.map { ExecutionProfile(profiler: $0) }
    }

    /// The next rows, or nil at the end. A statement without RETURN runs to its end at the first
    /// call and gives none.
    public func next() throws -> ResultBatch? {
        while let batch = try nextRows() {
            if columns.isEmpty { continue }
            return materialized(batch)
        }
        return nil
    }

    /// Runs the statement to its end, finishes it, and gives all its rows. Their memory counts
    /// towards the statement's limit.
    public func runToEnd() throws -> [ResultBatch] {
        var batches: [Batch] = []
        while let batch = try nextRows() {
            if columns.isEmpty { continue }
            let kept = batch.keeping(columns.map(\.slot))
            try context.reserve(bytes: kept.byteCount)
            batches.append(kept)
        }
        _ = try finish()
        return batches.map(materialized)
    }

    /// Ends the statement: checks what can be judged only now, and says what was written.
    @discardableResult
    public func finish() throws -> WriteCounters {
        do {
            guard let writer = context.writer else { return context.transactionCounters }
            try writer.checkDeletions()
            return writer.counters.subtracting(countersBefore)
        } catch {
            throw QueryError.translating(error)
        }
    }

    /// What the statement has written so far.
    public var counters: WriteCounters {
        context.writer?.counters.subtracting(countersBefore) ?? context.transactionCounters
    }

    /// What its operators, and the rows that it keeps, have reserved.
    public var memoryInUse: Int { context.memoryInUse }

    private func nextRows() throws -> Batch? {
        if isDone { return nil }
        Processors.enter()
        defer { Processors.leave() }
        do {
            try context.checkpoint()
            try Self.requireStack(steps: steps)
            let root = try self.root ?? OperatorBuilder(context: context).build(plan)
            self.root = root
            if let batch = try root.next() { return batch }
        } catch {
            isDone = true
            root = nil
            throw QueryError.translating(error)
        }
        isDone = true
        root = nil
        try context.view.checkDamage()
        return nil
    }

    /// What a step takes of the stack, at most: measured are 2.5 KiB.
    static let stackBytes = 4 << 10
    /// Statements of fewer steps run on any thread.
    private static let fewSteps = 64

    /// Errors: `semantic` where the running thread's stack has no room for so many steps.
    static func requireStack(steps: Int) throws(QueryError) {
        guard steps > fewSteps, CallStack.bytesLeft < steps * stackBytes else { return }
        throw QueryError(
            .semantic,
            "The statement has \(steps) steps, one behind the other, for which the stack of this "
                + "thread has no room. Divide it into several statements, or run it on a thread "
                + "with a stack of \(CallStack.bytes >> 20) MiB.")
    }

    private func materialized(_ batch: Batch) -> ResultBatch {
        let materializer = Materializer(context: context)
        return ResultBatch(
            count: batch.count,
            columns: columns.map { materializer.column(batch[$0.slot]) })
    }
}

extension WriteCounters {
    /// The difference to an earlier state of the same counters.
    func subtracting(_ earlier: WriteCounters) -> WriteCounters { combined(earlier, -) }

    func adding(_ other: WriteCounters) -> WriteCounters { combined(other, +) }

    private func combined(_ other: WriteCounters, _ operation: (Int, Int) -> Int) -> WriteCounters {
        // Field by field: every statement that writes comes by here, and key paths are slow.
        var result = WriteCounters()
        result.nodesCreated = operation(nodesCreated, other.nodesCreated)
        result.nodesDeleted = operation(nodesDeleted, other.nodesDeleted)
        result.relationshipsCreated = operation(relationshipsCreated, other.relationshipsCreated)
        result.relationshipsDeleted = operation(relationshipsDeleted, other.relationshipsDeleted)
        result.propertiesSet = operation(propertiesSet, other.propertiesSet)
        result.labelsAdded = operation(labelsAdded, other.labelsAdded)
        result.labelsRemoved = operation(labelsRemoved, other.labelsRemoved)
        result.indexesAdded = operation(indexesAdded, other.indexesAdded)
        result.indexesRemoved = operation(indexesRemoved, other.indexesRemoved)
        result.constraintsAdded = operation(constraintsAdded, other.constraintsAdded)
        result.constraintsRemoved = operation(constraintsRemoved, other.constraintsRemoved)
        return result
    }
}
