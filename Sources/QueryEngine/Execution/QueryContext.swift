import Foundation
public import GraphStore
import Synchronization
public import Values

/// All that one execution shares: what it reads and writes, its parameters and its limits. Used on
/// one thread at a time; only `cancellation` may be touched from others.
public final class QueryContext {
    public let view: GraphView
    /// nil in a read statement.
    public let writer: GraphWriter?
    public let parameters: ValueMap
    public let procedures: ProcedureRegistry
    public let cancellation: Cancellation
    public let limits: QueryLimits
    public let batchCapacity: Int
    public let slotCount: Int
    /// Clocks and chance for functions. A session in an explicit transaction sets the
    /// transaction's clock before operators are built.
    public var functionContext = FunctionContext(clock: .beginningNow())
    /// The part of the nodes that a scan reads, on one of several threads; nil: all of them.
    var morsel: Range<NodeID>?
    /// The properties of variables that expressions of the statement read.
    var propertyReads: [PropertyRead] = []
    /// The variables whose relationships' types they ask for.
    var typeReads: [TypeRead] = []
    /// Rows that applies pass to `.argument` leaves.
    var arguments: [ArgumentID: Batch] = [:]
    /// Bytes that operators hold: sorts, hash tables, collected lists.
    var memoryInUse = 0
    /// Ids, records, properties and adjacency entries read so far. Counted by the batch, or by the
    /// list, in loops where checking for overlapping accesses would be felt: an addition overlaps
    /// with nothing.
    @exclusivity(unchecked) var databaseHits = 0
    /// What the statement has deleted so far.
    var deletions = Deletions()
    /// Measures each step; nil where nobody asked.
    var profiler: Profiler?
    /// How `CALL { … } IN TRANSACTIONS` commits; nil where the statement runs in a transaction.
    public var transactionRunner: TransactionRunner?
    /// What those transactions have written so far.
    var transactionCounters = WriteCounters()
    /// Where `LOAD CSV` may read `file:` addresses; nil where it may not read at all.
    public let importDirectory: String?

    public init(
        view: GraphView, writer: GraphWriter?, parameters: ValueMap,
        procedures: ProcedureRegistry, cancellation: Cancellation, limits: QueryLimits,
        slotCount: Int, batchCapacity: Int = Batch.defaultCapacity,
        importDirectory: String? = nil
    ) {
        self.view = view
        self.writer = writer
        self.parameters = parameters
        self.procedures = procedures
        self.cancellation = cancellation
        self.limits = limits
        self.slotCount = slotCount
        self.batchCapacity = batchCapacity
        self.importDirectory = importDirectory
    }

    /// One for all expressions that read the same.
    func propertyRead(of variable: Slot, _ key: String) -> PropertyRead {
        let known = propertyReads.first {
            $0.variable == variable && $0.key.hasSameBytes(as: key)
        }
        if let known { return known }
        let read = PropertyRead(variable, key)
        propertyReads.append(read)
        return read
    }

    func typeRead(of variable: Slot) -> TypeRead {
        if let known = typeReads.first(where: { $0.variable == variable }) { return known }
        let read = TypeRead(variable)
        typeReads.append(read)
        return read
    }

    /// Once a batch: throws when the statement was cancelled or is over its time.
    public func checkpoint() throws(QueryError) { try cancellation.check() }

    /// Accounts for memory that an operator keeps; throws over the limit.
    func reserve(bytes: Int) throws(QueryError) {
        memoryInUse += bytes
        if memoryInUse > limits.memoryBytes {
            throw QueryError(
                .memoryLimit,
                "The statement needs more than its limit of \(limits.memoryBytes >> 20) MiB; "
                    + "return fewer rows, aggregate earlier, or raise the limit.")
        }
    }

    func release(bytes: Int) { memoryInUse -= bytes }
}

public struct QueryLimits: Sendable {
    /// Memory that the operators of one statement may hold.
    public var memoryBytes = 2 << 30
    /// Longest variable-length walk, in relationships, where the pattern has no bound.
    public var maximumPathLength = 10_000
    public var parallel = ParallelLimits()
    public init() {}
}

/// When a statement is read by several threads.
public struct ParallelLimits: Sendable {
    /// At most so many; 1 turns it off.
    public var threads: Int
    /// Of which so many compute at once, over all statements of the process.
    public var processors: Int
    /// Smaller plans, by the estimated rows of their largest step, are not worth it.
    public var fewestRows = 65_536.0
    /// Node ids that a thread takes at a time, at least.
    public var smallestMorsel = 512

    public init() {
        processors = Processors.count
        threads = processors
    }

    /// Every plan that can be cut is, however small: for test suites.
    public static let atOnce: ParallelLimits = {
        var limits = ParallelLimits()
        limits.threads = 3
        limits.processors = .max
        limits.fewestRows = 0
        limits.smallestMorsel = 1
        return limits
    }()
}

/// Stops a statement from any thread, and tells any thread how far it is.
public final class Cancellation: Sendable {
    private let cancelled = Atomic<Bool>(false)
    private let deadline: ContinuousClock.Instant?
    private let timeoutMilliseconds: Int?
    /// Of the transaction that the statement belongs to: what ends that ends this.
    private let transaction: Cancellation?
    private let subject: String

    /// Of a statement, alone or in a transaction.
    public convenience init(timeoutMilliseconds: Int? = nil, in transaction: Cancellation? = nil) {
        self.init("statement", timeoutMilliseconds, transaction)
    }

    /// Of a whole transaction.
    public convenience init(transactionTimeoutMilliseconds: Int?) {
        self.init("transaction", transactionTimeoutMilliseconds, nil)
    }

    private init(_ subject: String, _ timeoutMilliseconds: Int?, _ transaction: Cancellation?) {
        self.subject = subject
        self.transaction = transaction
        self.timeoutMilliseconds = timeoutMilliseconds
        deadline = timeoutMilliseconds.map { ContinuousClock.now + .milliseconds($0) }
    }

    /// How far the statement's long work is: what it does now, and which share of that is done.
    public struct Progress: Sendable {
        public let phase: String
        /// From 0 to 1.
        public let share: Double
    }

    private let latest = Mutex<Progress?>(nil)

    public func report(_ phase: String, _ share: Double) {
        latest.withLock { $0 = Progress(phase: phase, share: min(1, max(0, share))) }
    }

    /// Nil where the statement reports none.
    public var progress: Progress? { latest.withLock { $0 } }

    public func cancel() { cancelled.store(true, ordering: .relaxed) }
    public var isCancelled: Bool {
        cancelled.load(ordering: .relaxed) || transaction?.isCancelled ?? false
    }

    /// Whether it is cancelled, or its time is over.
    public var isOver: Bool { reason != nil }

    /// What ``check()`` would throw.
    public var reason: QueryError? {
        do throws(QueryError) { try check() } catch { return error }
        return nil
    }

    public func check() throws(QueryError) {
        try transaction?.check()
        if cancelled.load(ordering: .relaxed) {
            throw QueryError(.cancelled, "The \(subject) was cancelled.")
        }
        if let deadline, ContinuousClock.now > deadline {
            throw QueryError(
                .timedOut, "The \(subject) ran longer than its \(timeoutMilliseconds ?? 0) ms.")
        }
    }
}
