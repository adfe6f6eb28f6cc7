public import Starling
public import Values

/// The database as this room sees it: who may come in, and a place to run statements.
///
/// What is said here of a backend, its sessions and their cursors is called on worker threads of the
/// server and may block, except where it says that an event loop may call it. The calls on one
/// session and on its cursors never overlap; only ``BoltSession/cancel()`` comes from another thread
/// at any moment.
///
/// Every error thrown or handed to a completion should be a `DatabaseError`: its code and message
/// reach the client as they are. Any other error reaches it as
/// `Neo.DatabaseError.General.UnknownError`.
public protocol BoltBackend: Sendable {
    /// What the server says it is. Drivers refuse one that does not begin with `Neo4j/`, and some
    /// read the version after it to decide what they may ask for.
    var agent: String { get }

    /// The name of the one database, as results and routing tables show it. A request for a
    /// database of another name fails before it reaches a session. Compared without ASCII case.
    var databaseName: String { get }

    /// Decides who comes in; may take as long as a password hash takes.
    /// - Throws: `DatabaseError` with `Neo.ClientError.Security.Unauthorized` where nobody does.
    func authenticate(_ credentials: BoltCredentials) throws -> BoltUser

    /// One session for each connection, made when its user has come in.
    func makeSession(for user: BoltUser) -> any BoltSession

    /// One for each event loop. Called when the server is made.
    func makePointReads() -> any BoltPointReads
}

/// Answers, on an event loop, statements that take microseconds and wait for nobody: handing such a
/// statement to another thread and back costs more than it takes.
public protocol BoltPointReads: AnyObject {
    /// The whole result; nil, with nothing done, where the statement has to be run by the session.
    /// - Throws: what running it would; a transaction of the session has failed then.
    func answer(_ statement: String, _ parameters: ValueMap, in session: any BoltSession) throws
        -> PointResult?

    /// The loop has looked at all that has come: what is kept from one answer to the next is to be
    /// given back.
    func endRound()
}

/// What a client shows to come in.
public enum BoltCredentials: Sendable {
    /// The scheme `none`.
    case none
    /// The scheme `basic`. A server without authentication takes any name and password, because
    /// many applications have them written down.
    case basic(user: String, password: String)
}

/// Who came in.
public struct BoltUser: Sendable, Equatable {
    public let name: String

    public init(name: String) { self.name = name }
}

/// What one connection does with the database: statements one by one, alone or in an explicit
/// transaction.
///
/// A completion is called exactly once, on any thread, also before the call returns; it never
/// blocks. So a session may do the work within the call, or queue it for another thread (the
/// writer's) and leave this one free. It must not keep this one while it waits for another session,
/// such as the one that holds the writer: that one's COMMIT may be waiting for this very thread.
public protocol BoltSession: AnyObject, Sendable {
    /// Runs a statement: in the open transaction, or in one of its own that ends with its result.
    ///
    /// Gives the result where it has it within the call, and then never completes; else nil, and
    /// completes later, when the columns are known. Where the statement writes and stands alone, its
    /// cursor's last record must not leave before the write is durable.
    func run(
        _ statement: String, parameters: ValueMap, options: RunOptions,
        completion: @escaping @Sendable (Result<any BoltCursor, any Error>) -> Void
    ) throws -> (any BoltCursor)?

    /// Whether ``run(_:parameters:options:completion:)`` would only put the statement in line for
    /// the writer and complete later: an event loop asks, and calls it then.
    func isOnlyQueued(_ statement: String) -> Bool

    /// Whether beginning a transaction, committing and rolling back would now neither wait nor work:
    /// an event loop asks, and calls them then.
    var beginsAndEndsAtOnce: Bool { get }

    func begin(
        _ options: RunOptions, completion: @escaping @Sendable (Result<Void, any Error>) -> Void)

    /// Ends the open transaction, and with it the cursors that are left; completes with a bookmark
    /// once the transaction is durable.
    func commit(completion: @escaping @Sendable (Result<String, any Error>) -> Void)

    func rollback(completion: @escaping @Sendable (Result<Void, any Error>) -> Void)

    /// Makes the call that runs now, on this session or one of its cursors, fail soon with
    /// `Neo.ClientError.Transaction.TransactionTerminated`; with none running, the next one, so
    /// that a cancellation is not lost in between. Holds until ``reset(completion:)``. From any
    /// thread, and without blocking.
    func cancel()

    /// Rolls back whatever is open, drops the cursors and forgets a cancellation. Comes after a
    /// failure too, as soon as it has happened, so that no failed transaction keeps its locks.
    func reset(completion: @escaping @Sendable (Result<Void, any Error>) -> Void)

    /// The connection is gone: rolls back whatever is open. The last call.
    func close()
}

/// What comes with a statement or a transaction.
public struct RunOptions: Sendable {
    public enum AccessMode: Sendable {
        case read, write
    }

    /// The database that the client named; already checked against ``BoltBackend/databaseName``.
    public var database: String?
    public var timeoutMilliseconds: Int64?
    /// The transaction must see what these acknowledged ones wrote.
    public var bookmarks: [String]
    public var accessMode: AccessMode
    /// The client's own notes, to be shown beside the transaction.
    public var metadata: ValueMap

    public init(
        database: String? = nil, timeoutMilliseconds: Int64? = nil, bookmarks: [String] = [],
        accessMode: AccessMode = .write, metadata: ValueMap = ValueMap()
    ) {
        self.database = database
        self.timeoutMilliseconds = timeoutMilliseconds
        self.bookmarks = bookmarks
        self.accessMode = accessMode
        self.metadata = metadata
    }
}

/// A result that is being read.
public protocol BoltCursor: AnyObject, Sendable {
    var columns: [String] { get }

    /// Hands the next records to `sink`, in one or more batches, at most `limit` of them (-1: all).
    ///
    /// The server asks for a few hundred or thousand at a time and comes back when the client has
    /// taken them: what is not asked for need not be computed. After an error the cursor is over.
    /// - Returns: whether at least one more record follows. After false, ``summary()`` is ready.
    func pull(_ limit: Int, into sink: (RecordBatch) throws -> Void) throws -> Bool

    /// The rest is not wanted; what the statement writes is written all the same. After it,
    /// ``summary()`` is ready.
    func discard() throws

    /// What the statement did. Called once, after the last record.
    func summary() -> Summary
}

/// Some rows of a result, side by side in columns.
///
/// Entities are copies: a column holds `.node`, `.relationship` and `.path` values, and none of the
/// query engine's references.
public struct RecordBatch: Sendable {
    public let columns: [Column]
    public let rows: Range<Int>

    /// - Precondition: every column has at least `rows.upperBound` rows.
    public init(columns: [Column], rows: Range<Int>) {
        precondition(columns.allSatisfy { $0.count >= rows.upperBound })
        self.columns = columns
        self.rows = rows
    }
}
