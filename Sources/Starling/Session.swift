import Dispatch
internal import GraphStore
internal import QueryEngine
import Synchronization
public import Values

/// One client's line to the database: statements one after another, at most one explicit
/// transaction at a time.
///
/// Outside ``begin(_:)`` each statement is a transaction of its own, committed when it succeeds.
/// Calls must not overlap; ``cancel()`` alone may come from any thread at any time.
public final class Session: @unchecked Sendable {
    // Owned by one caller at a time (see above); `running` is behind its own lock.
    let database: Database
    var transaction: ExplicitTransaction?
    /// A transaction of this session lost the race for the writer: the next one queues at BEGIN, so
    /// that it cannot lose for ever.
    var queuesForWriter = false
    private let running = Mutex(Running())
    private var latest: PlanCache.Known?

    /// What a cancellation ends: the statement that was begun last, and with the transaction all
    /// results of it that are still being read.
    private struct Running {
        var statement: Cancellation?
        var transaction: Cancellation?
    }

    init(database: Database) { self.database = database }

    deinit { close() }

    public struct RunOptions: Sendable {
        /// Overrides the database's; nil leaves it.
        public var timeoutMilliseconds: Int?
        /// Refuses statements that write.
        public var readOnly = false
        public init() {}
    }

    /// Runs a statement and waits: for its first rows when it reads, for its commit on disk when it
    /// writes. Not to be called on an event loop.
    public func run(
        _ statement: String, parameters: ValueMap = ValueMap(), options: RunOptions = RunOptions()
    ) throws(DatabaseError) -> QueryResult {
        let waiter = Waiter<QueryResult>()
        let result = try run(statement, parameters: parameters, options: options) {
            waiter.fulfil($0)
        }
        if let result { return result }
        return try waiter.wait()
    }

    /// Runs a statement, and gives the result where it is there at once. Nil where it writes in a
    /// transaction of its own: then `completion` is called later, and only then, on the writer's
    /// thread, which all writes wait for: it hands its argument on, and reads no rows there. A
    /// statement that is cancelled, or out of time, while it waits in line ends on another thread.
    public func run(
        _ statement: String, parameters: ValueMap, options: RunOptions,
        completion: @escaping @Sendable (Result<QueryResult, DatabaseError>) -> Void
    ) throws(DatabaseError) -> QueryResult? {
        let cancellation = Cancellation(
            timeoutMilliseconds: options.timeoutMilliseconds
                ?? database.options.timeoutMilliseconds, in: transaction?.cancellation)
        running.withLock { $0.statement = cancellation }
        let job = StatementJob(
            text: statement, parameters: parameters, readOnly: options.readOnly,
            cancellation: cancellation, database: database, known: known(statement))
        do {
            if let transaction { return try transaction.run(job) }
            return try job.runAutoCommit(completion)
        } catch {
            transaction?.fail()
            throw DatabaseError(error, in: statement)
        }
    }

    /// Whether running the statement now does no more than put it in line for the writer, which
    /// answers later: so may an event loop.
    public func isOnlyQueued(_ statement: String) -> Bool {
        transaction == nil && known(statement)?.writesData ?? false
    }

    /// What is known of a statement that reads one node by its key.
    func pointRead(_ statement: String) -> PlanCache.Known? {
        guard let known = known(statement), known.isPointRead else { return nil }
        return known
    }

    /// What is known of the statement's plans: clients send the same one again and again.
    private func known(_ statement: String) -> PlanCache.Known? {
        if let latest, database.plans.isCurrent(latest, for: statement) { return latest }
        latest = database.plans.known(statement)
        return latest
    }

    /// Begins an explicit transaction.
    ///
    /// It reads one snapshot. Its first writing statement takes the writer, and waits for it; where
    /// it has read before and somebody committed in between, that fails with a transient error,
    /// and the transaction should be run again.
    public func begin(_ options: RunOptions = RunOptions()) throws(DatabaseError) {
        guard transaction == nil else {
            throw DatabaseError(
                code: "Neo.ClientError.Transaction.TransactionStartFailed",
                message: "This session has a transaction already: commit it or roll it back.")
        }
        let transaction = ExplicitTransaction(
            session: self, readOnly: options.readOnly,
            timeoutMilliseconds: options.timeoutMilliseconds)
        running.withLock { $0 = Running(transaction: transaction.cancellation) }
        if queuesForWriter, !options.readOnly { try transaction.takeWriter() }
        self.transaction = transaction
    }

    /// Whether the next call may wait in line for the writer: a server runs such calls where they
    /// block nobody.
    public var mayWaitForWriter: Bool { transaction.map { !$0.readOnly } ?? queuesForWriter }

    /// Whether to begin a transaction, or to end the one there is, would now neither wait nor give
    /// much back: so may an event loop.
    public var beginsAndEndsAtOnce: Bool { transaction?.endsAtOnce ?? !queuesForWriter }

    public var isInTransaction: Bool { transaction != nil }

    /// Makes the transaction's changes durable and visible. Returns the bookmark.
    @discardableResult
    public func commit() throws(DatabaseError) -> String {
        let transaction = try take()
        return try transaction.commit()
    }

    /// Undoes the transaction.
    public func rollback() throws(DatabaseError) {
        try take().rollback()
    }

    private func take() throws(DatabaseError) -> ExplicitTransaction {
        guard let transaction else { throw Self.noTransaction }
        self.transaction = nil
        running.withLock { $0.transaction = nil }
        return transaction
    }

    /// Stops the running statement, if there is one, at its next batch, and the open transaction.
    public func cancel() {
        running.withLock {
            $0.statement?.cancel()
            $0.transaction?.cancel()
        }
    }

    /// From any thread: how far the latest statement is, where it tells; training does.
    public var progress: StatementProgress? {
        running.withLock { $0.statement }?.progress.map {
            StatementProgress(phase: $0.phase, share: $0.share)
        }
    }

    /// Rolls back what is open.
    public func close() {
        try? rollback()
    }

    private static let noTransaction = DatabaseError(
        code: "Neo.ClientError.Transaction.TransactionNotFound",
        message: "There is no open transaction in this session.")
}

/// Turns a completion into a wait.
final class Waiter<Success: Sendable>: Sendable {
    private let outcome = Mutex<Result<Success, DatabaseError>?>(nil)
    private let semaphore = DispatchSemaphore(value: 0)

    func fulfil(_ result: Result<Success, DatabaseError>) {
        outcome.withLock { $0 = result }
        semaphore.signal()
    }

    func wait() throws(DatabaseError) -> Success {
        semaphore.wait()
        guard let result = outcome.withLock({ $0 }) else {
            preconditionFailure("a waiter is signalled after it has its outcome")
        }
        return try result.get()
    }
}

/// How far a statement's long work is.
public struct StatementProgress: Sendable {
    /// What it does now, for example `read` or `fit`.
    public let phase: String
    /// Which share of that is done, from 0 to 1.
    public let share: Double
}
