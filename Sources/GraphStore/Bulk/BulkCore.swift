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

    func append(_ database: NamedDatabase, _ id: UInt64, _ record: [UInt8]) throws(StoreError) {
        try transaction.write(database, id, record, .append)
        try account(record.count + 24)
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
