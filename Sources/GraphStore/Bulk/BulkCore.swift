import Foundation
internal import LMDB

/// A new environment that is not synced before its end, written in large transactions.
final class BulkCore {
    let environment: Environment
    let databases: Databases
    let adjacency: AdjacencyStore
    private let lock: DirectoryLock
    private(set) var transaction: Transaction
    private var pendingBytes = 0

    /// Bytes appended in one transaction: LMDB keeps its dirty pages in memory.
    private static let transactionBytes = 64 << 20

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
        transaction = try lmdb { () throws(LMDBError) in try environment.beginWrite() }
        databases = try Databases(transaction)
        adjacency = try AdjacencyStore(transaction)
    }

    /// Appends records under the ids from `first` on, greater than all before.
    func append(_ database: NamedDatabase, from first: UInt64, _ records: EncodedRecords)
        throws(StoreError)
    {
        // A cursor stays on the last page; each put without one would search for it.
        let cursor = try transaction.openCursor(database)
        try records.bytes.lend { (bytes) throws(StoreError) in
            var (id, begin) = (first, 0)
            for end in records.ends {
                do throws(LMDBError) {
                    try cursor.put(id, bytes.part(begin..<end), .append)
                } catch { throw .storage(error) }
                (id, begin) = (id + 1, end)
            }
        }
        try account(records.bytes.count + 24 * records.count)
    }

    /// A key without value, greater than all before.
    func append(_ database: NamedDatabase, _ key: [UInt8]) throws(StoreError) {
        try transaction.write(database, key, [], .append)
        try account(key.count + 16)
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
        transaction = try lmdb { () throws(LMDBError) in try environment.beginWrite() }
    }

    /// The format's mark is the last thing written: without it there is no database.
    func finish(_ header: StoreHeader) throws(StoreError) {
        var header = header
        header.lastChange = transaction.id
        try header.write(transaction, databases.meta)
        try StoreHeader.writeFormat(transaction, databases.meta)
        try lmdb { () throws(LMDBError) in try transaction.commit() }
        try lmdb { () throws(LMDBError) in try environment.sync() }
        try FileSync.directory(environment.path)
    }
}
