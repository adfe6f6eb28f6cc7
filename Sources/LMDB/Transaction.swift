public import CLMDB
import Foundation

/// A read snapshot or the write transaction.
///
/// Pointers that it lends are valid until the next put in the same transaction, and for a reader
/// until it ends; never keep one past the call that asked for it.
public final class Transaction {
    public let environment: Environment
    public let isWritable: Bool
    @usableFromInline let txn: OpaquePointer
    private let parent: Transaction?
    private let owner: pthread_t
    public private(set) var isOpen = true
    /// The snapshot's id: the last committed write transaction that it sees; for a writer its own.
    public let id: UInt64

    init(environment: Environment, parent: Transaction?, writable: Bool) throws(LMDBError) {
        txn =
            writable
            ? try Self.begin(environment, parent, 0, "begin a write transaction")
            : try Self.beginReader(environment)
        self.environment = environment
        self.parent = parent
        isWritable = writable
        owner = pthread_self()
        id = UInt64(mdb_txn_id(txn))
    }

    private static func beginReader(_ environment: Environment) throws(LMDBError) -> OpaquePointer {
        guard let idle = environment.takeIdleReader() else {
            return try begin(environment, nil, UInt32(MDB_RDONLY), "begin a read transaction")
        }
        let code = mdb_txn_renew(idle)
        if code != 0 { mdb_txn_abort(idle) }
        try check(code, "begin a read transaction")
        return idle
    }

    private static func begin(
        _ environment: Environment, _ parent: Transaction?, _ flags: UInt32, _ doing: String
    ) throws(LMDBError) -> OpaquePointer {
        var handle: OpaquePointer?
        try check(mdb_txn_begin(environment.env, parent?.txn, flags, &handle), doing)
        guard let handle else { throw LMDBError(code: ENOMEM, doing: doing) }
        return handle
    }

    deinit { if isOpen { abort() } }

    /// A nested write transaction: its abort undoes only its own writes. 2–9 µs. The parent must
    /// not be used until the child has ended.
    public func beginChild() throws(LMDBError) -> Transaction {
        assertOwner()
        return try Transaction(environment: environment, parent: self, writable: true)
    }

    public func commit() throws(LMDBError) {
        assertOwner()
        precondition(isOpen, "the transaction has ended")
        isOpen = false
        try check(mdb_txn_commit(txn), "commit")
    }

    public func abort() {
        assertOwner()
        precondition(isOpen, "the transaction has ended")
        isOpen = false
        if isWritable { mdb_txn_abort(txn) } else { environment.end(reader: txn) }
    }

    /// Opens a named database, creating it in a write transaction where `flags` say so.
    public func openDatabase(_ name: String, _ options: DatabaseOptions) throws(LMDBError)
        -> NamedDatabase
    {
        var dbi: MDB_dbi = 0
        try check(mdb_dbi_open(txn, name, options.rawValue, &dbi), "open the database '\(name)'")
        return NamedDatabase(dbi: dbi)
    }

    /// Whether the file holds nothing at all, not even an empty named database.
    public func isFileEmpty() throws(LMDBError) -> Bool {
        var dbi: MDB_dbi = 0
        try check(mdb_dbi_open(txn, nil, 0, &dbi), "open the list of databases")
        return count(NamedDatabase(dbi: dbi)) == 0
    }

    private func assertOwner() {
        precondition(
            !isWritable || pthread_equal(owner, pthread_self()) != 0,
            "a write transaction is used on the thread that began it")
    }
}

/// One of an environment's key spaces.
public struct NamedDatabase: Sendable {
    public let dbi: MDB_dbi
}

public struct DatabaseOptions: OptionSet, Sendable {
    public let rawValue: UInt32
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    public static let create = DatabaseOptions(rawValue: UInt32(MDB_CREATE))
    /// Keys are native 64-bit integers.
    public static let integerKeys = DatabaseOptions(rawValue: UInt32(MDB_INTEGERKEY))
}

public struct PutOptions: OptionSet, Sendable {
    public let rawValue: UInt32
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// The key is greater than all others: fills pages completely and skips the search.
    public static let append = PutOptions(rawValue: UInt32(MDB_APPEND))
    /// Leaves an existing key as it is; `put` then returns false.
    public static let noOverwrite = PutOptions(rawValue: UInt32(MDB_NOOVERWRITE))
}

extension Transaction {
    /// The value of a key. Valid until the next put or the transaction's end.
    @inlinable
    public func get(_ database: NamedDatabase, _ key: UnsafeRawBufferPointer)
        -> UnsafeRawBufferPointer?
    {
        var k = MDB_val(
            mv_size: key.count, mv_data: UnsafeMutableRawPointer(mutating: key.baseAddress))
        var v = MDB_val()
        guard mdb_get(txn, database.dbi, &k, &v) == 0 else { return nil }
        return UnsafeRawBufferPointer(start: v.mv_data, count: v.mv_size)
    }

    @inlinable
    public func get(_ database: NamedDatabase, _ key: UInt64) -> UnsafeRawBufferPointer? {
        var key = key
        return withUnsafeBytes(of: &key) { get(database, $0) }
    }

    /// Writes a value. Returns false where `noOverwrite` met an existing key.
    @discardableResult
    public func put(
        _ database: NamedDatabase, _ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer,
        _ options: PutOptions = []
    ) throws(LMDBError) -> Bool {
        var k = MDB_val(
            mv_size: key.count, mv_data: UnsafeMutableRawPointer(mutating: key.baseAddress))
        var v = MDB_val(
            mv_size: value.count, mv_data: UnsafeMutableRawPointer(mutating: value.baseAddress))
        let code = mdb_put(txn, database.dbi, &k, &v, options.rawValue)
        if code == MDB_KEYEXIST, options.contains(.noOverwrite) { return false }
        try check(code, "write \(value.count) bytes")
        return true
    }

    @discardableResult
    public func put(
        _ database: NamedDatabase, _ key: UInt64, _ value: UnsafeRawBufferPointer,
        _ options: PutOptions = []
    ) throws(LMDBError) -> Bool {
        var key = key
        var result: Result<Bool, LMDBError> = .success(false)
        withUnsafeBytes(of: &key) { bytes in
            do throws(LMDBError) {
                result = .success(try put(database, bytes, value, options))
            } catch { result = .failure(error) }
        }
        return try result.get()
    }

    /// Deletes a key. Returns whether it was there.
    @discardableResult
    public func delete(_ database: NamedDatabase, _ key: UnsafeRawBufferPointer)
        throws(LMDBError) -> Bool
    {
        var k = MDB_val(
            mv_size: key.count, mv_data: UnsafeMutableRawPointer(mutating: key.baseAddress))
        let code = mdb_del(txn, database.dbi, &k, nil)
        if code == MDB_NOTFOUND { return false }
        try check(code, "delete a key")
        return true
    }

    @discardableResult
    public func delete(_ database: NamedDatabase, _ key: UInt64) throws(LMDBError) -> Bool {
        var key = key
        var result: Result<Bool, LMDBError> = .success(false)
        withUnsafeBytes(of: &key) { bytes in
            do throws(LMDBError) {
                result = .success(try delete(database, bytes))
            } catch { result = .failure(error) }
        }
        return try result.get()
    }

    /// Keys in the database. Constant cost.
    public func count(_ database: NamedDatabase) -> Int {
        var stat = MDB_stat()
        guard mdb_stat(txn, database.dbi, &stat) == 0 else { return 0 }
        return Int(stat.ms_entries)
    }

    /// Bytes of the pages that the database takes, overflow pages included. Constant cost.
    public func bytes(_ database: NamedDatabase) -> Int {
        var stat = MDB_stat()
        guard mdb_stat(txn, database.dbi, &stat) == 0 else { return 0 }
        let pages = stat.ms_branch_pages + stat.ms_leaf_pages + stat.ms_overflow_pages
        return Int(pages) * Int(stat.ms_psize)
    }

    /// Empties a database and keeps it.
    public func removeAll(_ database: NamedDatabase) throws(LMDBError) {
        try check(mdb_drop(txn, database.dbi, 0), "empty a database")
    }

    public func cursor(_ database: NamedDatabase) throws(LMDBError) -> Cursor {
        try Cursor(self, database)
    }
}
