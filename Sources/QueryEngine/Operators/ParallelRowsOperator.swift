import GraphStore
import Values

/// The rows of a plan that can be cut into morsels, read by several threads, in the order in which
/// one thread would have given them.
///
/// ```
///   round 1    thread 0: ranges 0 and 2 ─┐
///              thread 1: range 1, then 3 ├─▶ rows of 0, 1, 2, and of 3 what there is
///                        until it is full┘        │ the rest of 3, by the statement's own thread
///   round 2    ranges 4 …                         ▼ the next round
/// ```
///
/// In each round the threads fill stores, a range after the other; then the rows go on in order. No
/// thread lives between two rounds, so a client that reads no further keeps none. The first round is
/// a small one, each other up to twice as large: first rows come soon. Where no other processor is
/// free, ranges are read one after another and nothing is stored.
final class ParallelRowsOperator: Operator {
    private let plan: PlanNode
    private let context: QueryContext
    private var morsels: Morsels
    private var workers: [RowWorker] = []
    /// What the last round has read, in order.
    private var parts: ArraySlice<MorselRows> = []
    private var memory: ReservedMemory
    private var storeBytes = firstStoreBytes

    /// What a thread stores in the first round, and in any.
    private static let firstStoreBytes = 1 << 16
    private static let mostStoreBytes = 4 << 20

    /// Whether the plan can be cut, and is large enough to be worth threads.
    static func isWorthIt(_ plan: PlanNode, _ context: QueryContext) -> Bool {
        context.mayRunInParallel && !plan.children.isEmpty
            && plan.largestStep >= context.limits.parallel.fewestRows && plan.isCuttable
    }

    init(_ plan: PlanNode, context: QueryContext) {
        self.plan = plan
        self.context = context
        morsels = Self.morsels(plan, context)
        memory = ReservedMemory(context: context)
    }

    deinit {
        let views = workers.dropFirst().map(\.context.view)
        // Their operators go before what they read.
        parts = []
        workers = []
        for view in views { view.close() }
    }

    private static func morsels(_ plan: PlanNode, _ context: QueryContext) -> Morsels {
        let limits = context.limits.parallel
        return Morsels(
            plan, context.view, threads: limits.threads, keptRows: plan.estimatedRows, limits)
    }

    func rewind() {
        parts = []
        memory.releaseAll()
        morsels = Self.morsels(plan, context)
    }

    func next() throws -> Batch? {
        while true {
            while let part = parts.first {
                if let batch = try part.next() { return batch }
                parts.removeFirst()
            }
            memory.releaseAll()
            takeOver()
            if morsels.areAllTaken { return nil }
            try context.checkpoint()
            try read()
        }
    }

    /// One round.
    private func read() throws {
        let limits = context.limits.parallel
        let others = Processors.claim(limits.threads - 1, of: limits.processors)
        defer { Processors.release(others) }
        let workers = try enlist(others + 1)
        if workers.count == 1 {
            guard let (number, range) = morsels.take(alone: true) else { return }
            workers[0].begin(range)
            parts = [MorselRows(number, rest: workers[0])]
            return
        }
        let (morsels, storeBytes) = (morsels, storeBytes)
        WorkerThreads.run(workers.count) { workers[$0].fill(from: morsels, storeBytes) }
        self.storeBytes = min(storeBytes * 2, Self.mostStoreBytes)
        parts = workers.flatMap { $0.giveParts() }.sorted { $0.number < $1.number }[...]
        try memory.hold(parts.reduce(0) { $0 + $1.byteCount })
    }

    /// The first has the statement's own view. Others have the same snapshot, which cannot be had
    /// once a commit has come between: then there are fewer.
    private func enlist(_ wanted: Int) throws -> ArraySlice<RowWorker> {
        let most = context.limits.parallel.threads
        while workers.count < wanted {
            let view = workers.isEmpty ? context.view : try context.view.sibling()
            guard let view else { break }
            workers.append(try RowWorker(plan, context.worker(view, of: most)))
        }
        return workers.prefix(wanted)
    }

    /// What the threads have counted and met becomes the statement's.
    private func takeOver() {
        for worker in workers {
            context.view.noteDamage(of: worker.context.view)
            context.databaseHits += worker.context.databaseHits
            worker.context.databaseHits = 0
        }
    }
}

/// The rows of one morsel.
private final class MorselRows {
    let number: Int
    private(set) var byteCount = 0
    private var batches: ArraySlice<Batch> = []
    /// Who has more of them.
    private var rest: RowWorker?
    /// What came instead of more.
    private var failure: (any Error)?

    init(_ number: Int, rest: RowWorker) {
        self.number = number
        self.rest = rest
    }

    /// Stores rows, at most until they have so many bytes.
    func store(_ bytes: Int) throws {
        do {
            while byteCount < bytes, let batch = try rest?.next() {
                batches.append(batch)
                byteCount += batch.byteCount
            }
            if byteCount < bytes { rest = nil }
        } catch {
            failure = error
            rest = nil
            throw error
        }
    }

    func next() throws -> Batch? {
        if let batch = batches.popFirst() { return batch }
        if let failure { throw failure }
        return try rest?.next()
    }
}

/// What one thread reads.
private final class RowWorker: @unchecked Sendable {
    // Sendable: used by one thread at a time, and handed on only where that thread is waited for.

    let context: QueryContext
    private let root: any Operator
    private var parts: [MorselRows] = []

    init(_ plan: PlanNode, _ context: QueryContext) throws {
        self.context = context
        context.morsel = 0..<0
        root = try OperatorBuilder(context: context).build(plan)
    }

    func begin(_ range: Range<NodeID>) {
        context.morsel = range
        root.rewind()
    }

    func next() throws -> Batch? { try root.next() }

    /// Stores the rows of one morsel after another, until there are so many bytes of them.
    func fill(from morsels: Morsels, _ bytes: Int) {
        var left = bytes
        while left > 0, let (number, range) = morsels.take() {
            let start = ContinuousClock.now
            begin(range)
            let part = MorselRows(number, rest: self)
            parts.append(part)
            do { try part.store(left) } catch { return morsels.fail(number) }
            morsels.note(ContinuousClock.now - start)
            left -= part.byteCount
        }
    }

    func giveParts() -> [MorselRows] {
        defer { parts = [] }
        return parts
    }
}
