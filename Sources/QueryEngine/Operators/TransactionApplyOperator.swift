import Cypher
public import GraphStore
import Values

/// `CALL { … } IN TRANSACTIONS`: the outer rows go through the subquery in groups, each group in a
/// write transaction of its own that is committed before the next one begins.
///
/// The outer rows come from the statement's snapshot, which the inner transactions do not move.
/// What the subquery returns is copied out of its transaction: it may be newer than the snapshot.
final class TransactionApplyOperator: Operator {
    private let left: any Operator
    private let right: PlanNode
    private let leftSlots: [Slot]
    private let apply: Apply
    private let transactions: Apply.Transactions
    /// Rows of a transaction.
    private let rows: Int
    private let output: [Slot]
    private let context: QueryContext
    private let run: TransactionRunner

    /// Left rows of a batch that did not fit into the last group.
    private var rest: Batch?
    private var ready: [Batch] = []
    /// `ON ERROR BREAK` has met an error.
    private var isBroken = false

    init(
        left: any Operator, plan: PlanNode, apply: Apply, transactions: Apply.Transactions,
        rows: Int, context: QueryContext
    ) throws(QueryError) {
        guard let run = context.transactionRunner else { throw .managesTransactions }
        self.run = run
        self.left = left
        right = plan.children[1]
        leftSlots = plan.children[0].output
        self.apply = apply
        self.transactions = transactions
        self.rows = rows
        output = plan.output
        self.context = context
    }

    func next() throws -> Batch? {
        while ready.isEmpty {
            guard let group = try nextGroup() else { return nil }
            try context.checkpoint()
            ready = isBroken ? [failed(group, Status(started: false))] : try process(group)
            ready.reverse()
        }
        return ready.removeLast()
    }

    private func nextGroup() throws -> Batch? {
        var parts: [Batch] = []
        var count = 0
        while count < rows, let batch = try rest ?? left.next() {
            let taken = min(batch.count, rows - count)
            parts.append(batch.sliced(0..<taken))
            count += taken
            rest = taken < batch.count ? batch.sliced(taken..<batch.count) : nil
        }
        if parts.isEmpty { return nil }
        var group = Batch.concatenated(parts, slots: leftSlots, slotCount: context.slotCount)
        // What was read with its relationships is of before the transactions.
        group.listed = []
        return group
    }

    // MARK: One transaction

    private func process(_ group: Batch) throws -> [Batch] {
        let work = Work(group: group, apply: self)
        do {
            let id = try run { writer in try work.perform(writer) }
            context.transactionCounters = context.transactionCounters.adding(work.counters)
            return work.batches.map { report($0, Status(transactionID: id)) }
        } catch {
            let error = QueryError.translating(error)
            guard transactions.onError != .fail, let failure = error as? QueryError,
                failure.comesFromRow
            else { throw error }
            isBroken = transactions.onError == .break
            return [failed(group, Status(error: failure.message))]
        }
    }

    /// Runs on the writer thread, while the statement's own waits for it; more than once if the
    /// transaction proves too small for what is committed together with it.
    private final class Work: @unchecked Sendable {
        private let group: Batch
        private let apply: TransactionApplyOperator
        private(set) var batches: [Batch] = []
        private(set) var counters = WriteCounters()

        init(group: Batch, apply: TransactionApplyOperator) {
            self.group = group
            self.apply = apply
        }

        func perform(_ writer: GraphWriter) throws {
            let before = writer.counters
            batches = try apply.rows(of: group, writer)
            try writer.checkDeletions()
            counters = writer.counters.subtracting(before)
        }
    }

    private func rows(of group: Batch, _ writer: GraphWriter) throws -> [Batch] {
        let inner = QueryContext(inside: context, writer)
        inner.arguments[Self.groupArgument] = group
        let builder = OperatorBuilder(context: inner)
        let source = ArgumentOperator(
            id: Self.groupArgument, slots: leftSlots, rowSlot: nil, context: inner)
        let made = output.filter { !leftSlots.contains($0) && $0 != transactions.report }
        let operation = try builder.apply(
            apply, left: source, rightPlan: right, output: leftSlots + made)
        let materializer = Materializer(context: inner)
        var batches: [Batch] = []
        while var batch = try operation.next() {
            for slot in made {
                if let column = batch.columns[slot] {
                    batch[slot] = materializer.column(column)
                }
            }
            try inner.reserve(bytes: batch.byteCount)
            batches.append(batch.keeping(output))
        }
        return batches
    }

    /// No plan has an argument of this number.
    private static let groupArgument: ArgumentID = -1

    // MARK: What is reported

    private struct Status {
        var started = true
        var transactionID: UInt64?
        var error: String?

        init(started: Bool = true, transactionID: UInt64? = nil, error: String? = nil) {
            self.started = started
            self.transactionID = transactionID
            self.error = error
        }

        var value: Value {
            var map = ValueMap()
            map["started"] = .boolean(started)
            map["committed"] = .boolean(transactionID != nil)
            map["transactionId"] = transactionID.map { .string("\($0)") } ?? .null
            map["errorMessage"] = error.map { .string($0) } ?? .null
            return .map(map)
        }
    }

    private func report(_ batch: Batch, _ status: Status) -> Batch {
        guard let slot = transactions.report, output.contains(slot) else { return batch }
        var batch = batch
        batch[slot] = .constant(status.value, count: batch.count)
        return batch
    }

    /// The rows of a group that was not committed: what the subquery returns is null.
    private func failed(_ group: Batch, _ status: Status) -> Batch {
        var batch = group.keeping(output)
        for slot in output where batch.columns[slot] == nil {
            batch[slot] = .constant(.null, count: group.count)
        }
        return report(batch, status)
    }

    func rewind() {
        left.rewind()
        rest = nil
        ready = []
        isBroken = false
    }
}

/// Runs its argument as a write transaction, commits it, and returns the commit's number. The
/// argument runs on another thread, and may run more than once.
public typealias TransactionRunner =
    (@escaping @Sendable (GraphWriter) throws -> Void) throws -> UInt64

extension QueryContext {
    /// What a transaction inside of a statement shares with it.
    fileprivate convenience init(inside outer: QueryContext, _ writer: GraphWriter) {
        self.init(
            view: writer.view, writer: writer, parameters: outer.parameters,
            procedures: outer.procedures, cancellation: outer.cancellation,
            limits: outer.limits, slotCount: outer.slotCount,
            batchCapacity: outer.batchCapacity, importDirectory: outer.importDirectory)
        functionContext = outer.functionContext
        profiler = outer.profiler
    }
}

extension QueryError {
    /// A statement with `CALL { … } IN TRANSACTIONS` in somebody else's transaction.
    public static let managesTransactions = QueryError(
        .transactionStart,
        "CALL { … } IN TRANSACTIONS, and procedures such as model.fit, commit by themselves, so "
            + "they can only run outside of an explicit transaction: send the statement alone, as "
            + "an auto-commit one.")
}
