import Foundation
internal import LMDB
import Synchronization

/// # GraphStore
///
/// A property graph in one LMDB file: records, adjacency, names, counts, indexes and constraints,
/// and the one writer. It knows no query language.
///
/// ```
/// DIRECTORY/data.mdb          LMDB's file, all of the data
///          /lock.mdb          LMDB's readers and writer, over all processes
///          /starling.lock     shared by open stores, taken alone by a bulk import
///
/// meta           format · header (next ids, totals, schema version, last change)
/// tokens         kind, number                    →  name
/// nodes          node                            →  labels, properties
/// relationships  relationship                    →  type, start, end, properties
/// labels         label, node                     →  nothing: the label index
/// adjacency …    type, direction, node, first …  →  packed neighbours, and the change log
/// counts         label | type | label, type, direction | index …  →  how many
/// indexes        index, property values …, entity  →  nothing; text, full text and vectors have
///                                                     entries of their own (see `Indexes`)
/// schema         index or constraint             →  definition, and how far its build is
/// ```
///
/// What always holds after a commit, and `check` verifies:
///
/// - A relationship stands in both its ends' adjacency, or does not exist; both ends exist.
/// - A node is in the label index for exactly its labels.
/// - The counts are what counting would find.
/// - An online index has the entries of exactly the entities that belong into it.
/// - Ids and token numbers only grow; none is used twice.
///
/// Readers see the last commit when they begin and nothing later; any number of them runs beside
/// the writer, in this process or others. Writes run one after another on the writer thread
/// (``WriterThread``), so that transactions are serializable.
public final class GraphStore: Sendable {
    public struct Options: Sendable {
        public var createIfMissing = true
        public var readOnly = false
        /// False only for building databases that are synced once at the end.
        public var syncOnCommit = true
        /// An explicit transaction that holds the writer idle for longer is rolled back.
        public var idleWriterTimeoutMilliseconds = 60_000
        /// Memory for neighbour lists, properties and labels that are read in bulk
        /// (`LiveAdjacency`, `LiveColumns`); the least recently used go first. 0 turns them off:
        /// everything is read from the file then.
        public var liveMemoryBytes = Self.standardLiveMemoryBytes
        /// A quarter of the machine's memory, and at most 4 GiB.
        public static let standardLiveMemoryBytes = Int(
            min(ProcessInfo.processInfo.physicalMemory / 4, 4 << 30))
        /// Threads that build what is kept in memory, where as many processors are free.
        public var threads = 1
        /// Keeps lists and columns in memory from their first read on, however small: for test
        /// suites, whose graphs are.
        public var buildsLiveAtOnce = false {
            didSet { liveLimits = buildsLiveAtOnce ? .atOnce : .standard }
        }
        /// Memory for the rows and graphs of vector indexes, each; 0 turns it off: they are read
        /// from the file.
        public var vectorMemoryBytes = 1 << 30
        var vectorExactRowsPerCandidate = VectorGraphs.standardExactRowsPerCandidate
        var liveLimits = LiveLimits.standard
        /// How long at most a group of statements gathers after another (`WriterThread`).
        var gatherMicroseconds = WriterLimits.gatherMicroseconds
        public init() {}
    }

    public let directory: String
    private let isReadOnly: Bool

    private struct Parts {
        let core: StoreCore
        let writer: WriterThread?
    }
    private let parts: Mutex<Parts?>

    /// Opens or creates the database in `directory`. Index builds that were interrupted go on in
    /// the background.
    ///
    /// Errors: `unusable` where the directory holds something else, another format or damage, or
    /// a bulk import is replacing it; `storage` where it is open in this process already.
    public static func open(directory: String, options: Options = Options()) throws(StoreError)
        -> GraphStore
    {
        try prepare(directory, options)
        // A directory that cannot be written has no importer that could replace it.
        let canLock = access(directory, W_OK) == 0
        if !canLock, !options.readOnly {
            throw .unusable(path: directory, reason: "it cannot be written")
        }
        let lock = canLock ? try DirectoryLock(directory: directory, exclusive: false) : nil
        let core = try StoreCore(directory: directory, options: options, lock: lock)
        let store = GraphStore(directory: directory, core, options)
        if !options.readOnly { try store.resumeBuilds() }
        return store
    }

    private static func prepare(_ directory: String, _ options: Options) throws(StoreError) {
        let hasData = FileManager.default.fileExists(atPath: directory + "/data.mdb")
        if hasData { return }
        guard options.createIfMissing, !options.readOnly else {
            throw .unusable(path: directory, reason: "there is no database")
        }
        do {
            try FileManager.default.createDirectory(
                atPath: directory, withIntermediateDirectories: true)
        } catch {
            throw .unusable(path: directory, reason: "it cannot be made: \(error)")
        }
        try FileSync.directory(directory + "/..")
    }

    private init(directory: String, _ core: StoreCore, _ options: Options) {
        self.directory = directory
        isReadOnly = options.readOnly
        let writer =
            options.readOnly
            ? nil
            : WriterThread(
                core, idleTimeoutMilliseconds: options.idleWriterTimeoutMilliseconds,
                gatherMicroseconds: options.gatherMicroseconds)
        parts = Mutex(Parts(core: core, writer: writer))
    }

    deinit { close() }

    /// A snapshot of the last commit, of this process or another. The view is used on one thread
    /// at a time and must be closed.
    public func beginRead() throws(StoreError) -> GraphView { try GraphView(core()) }

    /// Waits for running writes, folds nothing, closes. Open views stay valid until closed.
    public func close() {
        let closing = parts.withLock { parts in
            defer { parts = nil }
            return parts
        }
        closing?.writer?.close()
    }

    func core() throws(StoreError) -> StoreCore {
        guard let core = parts.withLock({ $0?.core }) else { throw .closed }
        return core
    }

    func writer() throws(StoreError) -> WriterThread {
        if isReadOnly { throw .unusable(path: directory, reason: "it is opened for reading only") }
        guard let writer = parts.withLock({ $0?.writer }) else { throw .closed }
        return writer
    }
}

public struct CommitInfo: Sendable {
    /// The commit's transaction id; a view whose `snapshotID` is not below it sees the commit.
    public let transactionID: UInt64
    public init(transactionID: UInt64) { self.transactionID = transactionID }
}
