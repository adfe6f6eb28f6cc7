import Foundation
internal import LMDB

/// A new environment that is not synced before its end, written in large transactions.
final class BulkCore {
    let environment: Environment
    let databases: Databases
    let adjacency: AdjacencyStore
    private let lock: DirectoryLock
    private(set) var transaction: Transaction
    private let sync: BackgroundSync
    private var pendingBytes = 0

    /// Bytes appended in one transaction: LMDB keeps its dirty pages in memory, and uses those of
    /// the last transaction again, best while they are in the processor's caches.
    private static let transactionBytes = 8 << 20

    init(directory: String) throws(StoreError) {
        guard !FileManager.default.fileExists(atPath: directory) else {
            throw .unusable(path: directory, reason: "it exists")
        }
        do {
            try FileManager.default.createDirectory(
                atPath: directory, withIntermediateDirectories: true)
        } catch {
            throw .unusable(path: directory, reason: "it cannot be made: \(error)")
        }
        lock = try DirectoryLock(directory: directory, exclusive: true)
        let environment = try lmdb { () throws(LMDBError) in
            try Environment(path: directory, syncOnCommit: false)
        }
        self.environment = environment
        sync = BackgroundSync(environment)
        transaction = try lmdb { () throws(LMDBError) in try environment.beginWrite() }
        databases = try Databases(transaction)
        adjacency = try AdjacencyStore(transaction)
    }

    // A sync that still runs would keep the environment open.
    deinit { sync.wait() }

    /// Appends records under the ids from `first` on, greater than all before.
    func append(_ database: NamedDatabase, from first: UInt64, _ records: RecordEncoder)
        throws(StoreError)
    {
        // A cursor stays on the last page; each put without one would search for it.
        let cursor = try transaction.openCursor(database)
        let bytes = records.bytes
        var (id, begin) = (first, 0)
        do throws(LMDBError) {
            for end in records.ends {
                try cursor.put(id, bytes.part(begin..<end), .append)
                (id, begin) = (id + 1, end)
            }
        } catch { throw .storage(error) }
        try account(bytes.count + 24 * records.count)
    }

    /// Appends nodes, greater than all before, to the index of their label.
    func appendLabels(_ label: LabelID, _ nodes: [NodeID]) throws(StoreError) {
        let cursor = try transaction.openCursor(databases.labels)
        var key = LabelKey.encode(label, 0)
        let nodePlace = LabelKey.byteCount - MemoryLayout<NodeID>.size
        for node in nodes {
            key.withUnsafeMutableBytes {
                $0.storeBytes(of: node.bigEndian, toByteOffset: nodePlace, as: NodeID.self)
            }
            try key.lend { (bytes) throws(StoreError) in
                do throws(LMDBError) {
                    try cursor.put(bytes, UnsafeRawBufferPointer(start: nil, count: 0), .append)
                } catch { throw .storage(error) }
            }
        }
        try account((LabelKey.byteCount + 16) * nodes.count)
    }

    func write(_ database: NamedDatabase, _ key: [UInt8], _ value: [UInt8]) throws(StoreError) {
        try transaction.write(database, key, value)
        try account(key.count + value.count + 16)
    }

    /// Commits where enough has come together; whoever holds the transaction takes the new one.
    func account(_ bytes: Int) throws(StoreError) {
        pendingBytes += bytes
        guard pendingBytes >= Self.transactionBytes else { return }
        pendingBytes = 0
        try lmdb { () throws(LMDBError) in try transaction.commit() }
        sync.begin(after: Self.transactionBytes)
        transaction = try lmdb { () throws(LMDBError) in try environment.beginWrite() }
    }

    /// The format's mark is the last thing written: without it there is no database.
    func finish(_ header: StoreHeader) throws(StoreError) {
        var header = header
        header.lastChange = transaction.id
        try header.write(transaction, databases.meta)
        try StoreHeader.writeFormat(transaction, databases.meta)
        try lmdb { () throws(LMDBError) in try transaction.commit() }
        try sync.finish()
        try FileSync.directory(environment.path)
    }
}

/// Brings what is committed to disk while more is built, so that little is left to wait for at the
/// end.
private final class BackgroundSync: @unchecked Sendable {
    // Sendable: `failure` is only used on the queue, the counter only by the builder's thread.
    private let environment: Environment
    private let queue = DispatchQueue(label: "starling-sync")
    private var failure: LMDBError?
    private var unsyncedBytes = 0

    /// A sync costs the file system a journal entry: not for less.
    private static let leastBytes = 32 << 20

    init(_ environment: Environment) { self.environment = environment }

    /// After a commit of so many bytes.
    func begin(after bytes: Int) {
        unsyncedBytes += bytes
        guard unsyncedBytes >= Self.leastBytes else { return }
        unsyncedBytes = 0
        queue.async { self.sync() }
    }

    /// Returns when everything that was committed is on disk. Errors: those of earlier syncs too,
    /// which the operating system tells only once.
    func finish() throws(StoreError) {
        queue.sync { sync() }
        if let failure { throw .storage(failure) }
    }

    func wait() { queue.sync {} }

    private func sync() {
        if failure != nil { return }
        do throws(LMDBError) { try environment.sync() } catch { failure = error }
    }
}
