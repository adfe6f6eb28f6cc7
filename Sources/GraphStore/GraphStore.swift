internal import LMDB

/// The graph on disk: see the essay in the room's overview.
public final class GraphStore: Sendable {
    public struct Options: Sendable {
        public var createIfMissing = true
        public var readOnly = false
        /// False only for building databases that are synced once at the end.
        public var syncOnCommit = true
        public init() {}
    }

    public let directory: String

    /// Opens or creates the database in `directory`.
    public static func open(directory: String, options: Options = Options()) throws(StoreError)
        -> GraphStore
    { fatalError("contract") }

    init(directory: String) { self.directory = directory }

    /// A snapshot of the last commit, of this process or another. The view is used on one thread
    /// at a time and must be closed.
    public func beginRead() throws(StoreError) -> GraphView { fatalError("contract") }

    /// Runs `body` on the writer thread as one atomic unit of a group commit, and calls
    /// `completion` after the group is synced to disk (or `body` has thrown: then nothing of it is
    /// left). `completion` runs on the writer thread: hand work on, do not do it there.
    public func write(
        _ body: @escaping @Sendable (GraphWriter) throws -> Void,
        completion: @escaping @Sendable (Result<CommitInfo, any Error>) -> Void
    ) { fatalError("contract") }

    /// The same, waiting. Not to be called on an event loop.
    public func write<R: Sendable>(_ body: @escaping @Sendable (GraphWriter) throws -> R) throws
        -> R
    { fatalError("contract") }

    /// Takes the writer for an explicit transaction, waiting in line for at most
    /// `timeoutMilliseconds`. With `unlessChangedSince`, fails with `writeConflict` if anything
    /// was committed after that snapshot.
    public func beginExclusiveWrite(
        unlessChangedSince snapshot: UInt64? = nil, timeoutMilliseconds: Int? = nil,
        isCancelled: @escaping @Sendable () -> Bool = { false }
    ) throws(StoreError) -> ExclusiveWrite { fatalError("contract") }

    /// Schema changes have a transaction of their own, built in bounded steps; each call returns
    /// when the index or constraint is online.
    public func createIndex(_ definition: IndexDefinition, ifNotExists: Bool) throws(StoreError)
        -> Bool
    { fatalError("contract") }
    public func dropIndex(name: String, ifExists: Bool) throws(StoreError) -> Bool {
        fatalError("contract")
    }
    public func createConstraint(_ definition: ConstraintDefinition, ifNotExists: Bool)
        throws(StoreError) -> Bool
    { fatalError("contract") }
    public func dropConstraint(name: String, ifExists: Bool) throws(StoreError) -> Bool {
        fatalError("contract")
    }

    /// Waits for running writes, folds nothing, closes. Open views stay valid until closed.
    public func close() { fatalError("contract") }
}

public struct CommitInfo: Sendable {
    /// The commit's transaction id; a view whose `snapshotID` is not below it sees the commit.
    public let transactionID: UInt64
    public init(transactionID: UInt64) { self.transactionID = transactionID }
}

/// The writer, held by one explicit transaction. All work runs on the writer thread.
public final class ExclusiveWrite: Sendable {
    init() {}
    /// Runs `body` on the writer thread and waits for it. A throw leaves the transaction open;
    /// what `body` did before is still in it, so the caller rolls back.
    public func perform<R: Sendable>(_ body: @escaping @Sendable (GraphWriter) throws -> R) throws
        -> R
    { fatalError("contract") }
    /// Commits and syncs.
    public func commit() throws(StoreError) -> CommitInfo { fatalError("contract") }
    public func rollback() { fatalError("contract") }
}
