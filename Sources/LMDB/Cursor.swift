public import CLMDB
import Foundation

/// A place in a database that moves in key order. Opening costs about 9 ns.
///
/// It must end before its transaction does; it keeps the transaction alive. The key and the value
/// that it lends are valid until it moves or the transaction writes.
public final class Cursor {
    @usableFromInline let cursor: OpaquePointer
    // LMDB writes both at once during each move; nothing else can reach them meanwhile, so the
    // run-time checks of exclusive access would only cost.
    @exclusivity(unchecked) @usableFromInline var k = MDB_val()
    @exclusivity(unchecked) @usableFromInline var v = MDB_val()
    private let transaction: Transaction

    init(_ transaction: Transaction, _ database: NamedDatabase) throws(LMDBError) {
        var handle: OpaquePointer?
        try check(mdb_cursor_open(transaction.txn, database.dbi, &handle), "open a cursor")
        guard let handle else { throw LMDBError(code: ENOMEM, doing: "open a cursor") }
        cursor = handle
        self.transaction = transaction
    }

    deinit {
        // A write transaction's end closes its cursors itself.
        if transaction.isOpen || !transaction.isWritable { mdb_cursor_close(cursor) }
    }

    @inlinable public var key: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: k.mv_data, count: k.mv_size)
    }
    @inlinable public var value: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: v.mv_data, count: v.mv_size)
    }
    /// The key of a database with `integerKeys`.
    @inlinable public var integerKey: UInt64 { k.mv_data.loadUnaligned(as: UInt64.self) }

    @inlinable public func first() -> Bool { move(MDB_FIRST) }
    @inlinable public func last() -> Bool { move(MDB_LAST) }
    @inlinable public func next() -> Bool { move(MDB_NEXT) }
    @inlinable public func previous() -> Bool { move(MDB_PREV) }

    /// To the first key that is not less.
    @inlinable public func seek(_ key: UnsafeRawBufferPointer) -> Bool {
        k = MDB_val(mv_size: key.count, mv_data: UnsafeMutableRawPointer(mutating: key.baseAddress))
        return move(MDB_SET_RANGE)
    }

    /// To exactly this key.
    @inlinable public func find(_ key: UnsafeRawBufferPointer) -> Bool {
        k = MDB_val(mv_size: key.count, mv_data: UnsafeMutableRawPointer(mutating: key.baseAddress))
        return move(MDB_SET_KEY)
    }

    @inlinable public func seek(_ key: UInt64) -> Bool {
        var key = key
        return withUnsafeBytes(of: &key) { seek($0) }
    }

    @inlinable public func find(_ key: UInt64) -> Bool {
        var key = key
        return withUnsafeBytes(of: &key) { find($0) }
    }

    @inlinable @inline(__always) func move(_ operation: MDB_cursor_op) -> Bool {
        mdb_cursor_get(cursor, &k, &v, operation) == 0
    }

    /// Replaces or inserts at a key; the cursor stands there afterwards.
    public func put(
        _ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer, _ options: PutOptions = []
    ) throws(LMDBError) {
        var k = MDB_val(
            mv_size: key.count, mv_data: UnsafeMutableRawPointer(mutating: key.baseAddress))
        var v = MDB_val(
            mv_size: value.count, mv_data: UnsafeMutableRawPointer(mutating: value.baseAddress))
        try check(mdb_cursor_put(cursor, &k, &v, options.rawValue), "write \(value.count) bytes")
    }

    /// The same in a database with `integerKeys`.
    public func put(_ key: UInt64, _ value: UnsafeRawBufferPointer, _ options: PutOptions = [])
        throws(LMDBError)
    {
        var key = key
        try withUnsafeBytes(of: &key) { (bytes) throws(LMDBError) in
            try put(bytes, value, options)
        }
    }

    /// Deletes the entry the cursor stands on; `next()` then goes to the one behind it.
    public func deleteCurrent() throws(LMDBError) {
        try check(mdb_cursor_del(cursor, 0), "delete a key")
    }
}
