internal import Cypher
import Foundation
internal import GraphStore
internal import QueryEngine
import Synchronization
public import Values

/// # Starling
///
/// A graph database that recommends, as a library. This room is the only one that wires the others
/// together, and the only one whose names a program has to know:
///
/// ```swift
/// let database = try Database(path: "shop")
/// try database.execute("MERGE (:User {id: $id})", ["id": .string("ann")])
/// for row in try database.execute("MATCH (u:User) RETURN u.id").rows() { print(row) }
/// ```
///
/// The life of a statement: `Session.run` asks the ``PlanCache`` for the text's plan; where there is
/// none, `Cypher` parses it and `QueryEngine` binds and plans it against a snapshot's statistics.
/// A statement that only reads runs on the calling thread over a snapshot of `GraphStore`, batch
/// by batch, as the caller pulls. One that writes runs whole on the store's writer thread; its rows
/// are handed out when its commit is on disk. Errors of every room leave as ``DatabaseError``.
///
/// All sessions of a database, on any threads, may run at once; one session runs one statement at
/// a time.
public final class Database: Sendable {
    public struct Options: Sendable {
        /// Make the database if the directory has none.
        public var createIfMissing = true
        public var readOnly = false
        /// For statements that do not bring their own; nil is no limit.
        public var timeoutMilliseconds: Int?
        /// What the operators of one statement may hold.
        public var memoryBytes = 2 << 30
        /// What the database may keep of neighbour lists, properties and labels in memory, beside
        /// the pages of its file; 0 reads everything from the file. By default a quarter of the
        /// machine's memory, and at most 4 GiB.
        public var adjacencyMemoryBytes = GraphStore.Options.standardLiveMemoryBytes
        /// Threads that work for one statement where as many processors are free; 1 turns it off.
        public var threads = Processors.count
        /// Rows in a batch: for tests.
        public var batchCapacity = 2048
        /// Keeps in memory what is read once, and reads with several threads, however small: for
        /// tests.
        public var buildsLiveAtOnce = false
        /// Procedures that only test suites need.
        public var testProcedures = false
        /// The only directory that LOAD CSV may read; nil forbids it.
        public var importDirectory: String?

        public init() {}

        var parallelLimits: ParallelLimits {
            if buildsLiveAtOnce { return .atOnce }
            var limits = ParallelLimits()
            limits.threads = max(1, threads)
            return limits
        }
    }

    public let path: String
    let options: Options
    let store: GraphStore
    let plans = PlanCache()
    let procedures: ProcedureRegistry
    let transactions = RunningTransactions()

    /// Opens the database in the directory `path`.
    ///
    /// Errors: no database there and `createIfMissing` is off; another format; opened by this
    /// process already; the operating system's.
    public init(path: String, options: Options = Options()) throws(DatabaseError) {
        var storeOptions = GraphStore.Options()
        storeOptions.createIfMissing = options.createIfMissing
        storeOptions.readOnly = options.readOnly
        storeOptions.liveMemoryBytes = options.adjacencyMemoryBytes
        storeOptions.threads = max(1, options.threads)
        storeOptions.buildsLiveAtOnce = options.buildsLiveAtOnce
        do {
            store = try GraphStore.open(directory: path, options: storeOptions)
        } catch {
            throw DatabaseError(error)
        }
        self.path = path
        self.options = options
        procedures = Self.registry(
            path: path, options: options, transactions: transactions, plans: plans)
    }

    /// A connection of its own to the database. Cheap.
    public func makeSession() -> Session { Session(database: self) }

    /// For one thread that serves many sessions. Cheap.
    public func makePointReads() -> PointReads { PointReads(self) }

    /// Runs one statement in a session and transaction of its own.
    @discardableResult
    public func execute(_ statement: String, _ parameters: ValueMap = ValueMap())
        throws(DatabaseError) -> QueryResult
    {
        try makeSession().run(statement, parameters: parameters)
    }

    /// Waits for running writes and closes the file. Results that are still open stay readable
    /// until they are used up or discarded.
    public func close() { store.close() }
}
