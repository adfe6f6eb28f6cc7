internal import LMDB

/// The numbers that every view reads first: one record in `meta`.
struct StoreHeader: Sendable, Equatable {
    var nextNode: UInt64 = 0
    var nextRelationship: UInt64 = 0
    var nodeCount: Int64 = 0
    var relationshipCount: Int64 = 0
    var schemaVersion: UInt64 = 0
    var nextSchemaID: UInt32 = 0
    /// The transaction of the last change to data or schema. Merges move LMDB's transaction id
    /// too, and they are nobody's conflict.
    var lastChange: UInt64 = 0

    static let key = Array("header".utf8)
    static let formatKey = Array("format".utf8)
    /// What every database begins with, and the version of everything below it. A version more is
    /// a format that older programs must refuse.
    static let magic = Array("Starling".utf8)
    static let formatVersion: UInt32 = 1

    private static let byteCount = 52

    init() {}

    /// Errors: `unusable` where there is no header or a short one.
    init(_ transaction: Transaction, _ meta: NamedDatabase) throws(StoreError) {
        let stored = Self.key.lend { transaction.get(meta, $0) }
        guard let stored, stored.count == Self.byteCount else {
            throw .unusable(path: transaction.environment.path, reason: "its header is damaged")
        }
        nextNode = stored.little(UInt64.self, at: 0)
        nextRelationship = stored.little(UInt64.self, at: 8)
        nodeCount = stored.little(Int64.self, at: 16)
        relationshipCount = stored.little(Int64.self, at: 24)
        schemaVersion = stored.little(UInt64.self, at: 32)
        lastChange = stored.little(UInt64.self, at: 40)
        nextSchemaID = stored.little(UInt32.self, at: 48)
    }

    func write(_ transaction: Transaction, _ meta: NamedDatabase) throws(StoreError) {
        var bytes: [UInt8] = []
        bytes.append(littleEndian: nextNode)
        bytes.append(littleEndian: nextRelationship)
        bytes.append(littleEndian: nodeCount)
        bytes.append(littleEndian: relationshipCount)
        bytes.append(littleEndian: schemaVersion)
        bytes.append(littleEndian: lastChange)
        bytes.append(littleEndian: nextSchemaID)
        try transaction.write(meta, Self.key, bytes)
    }

    static func writeFormat(_ transaction: Transaction, _ meta: NamedDatabase) throws(StoreError) {
        var bytes = magic
        bytes.append(littleEndian: formatVersion)
        try transaction.write(meta, formatKey, bytes)
    }

    /// Errors: `unusable` that names what was found.
    static func checkFormat(_ transaction: Transaction, _ meta: NamedDatabase)
        throws(StoreError)
    {
        let path = transaction.environment.path
        let stored = formatKey.lend { transaction.get(meta, $0) }
        guard let stored, stored.count == magic.count + 4, stored.starts(with: magic) else {
            throw .unusable(path: path, reason: "it is not a Starling database")
        }
        let version = stored.little(UInt32.self, at: magic.count)
        guard version == formatVersion else {
            let age = version > formatVersion ? "newer" : "older"
            throw .unusable(
                path: path,
                reason: "it has format version \(version), which is \(age) than this program's "
                    + "\(formatVersion)")
        }
    }
}

extension Transaction {
    func write(
        _ database: NamedDatabase, _ key: [UInt8], _ value: [UInt8], _ options: PutOptions = []
    ) throws(StoreError) {
        try key.lend { (key) throws(StoreError) in
            try value.lend { (value) throws(StoreError) in
                _ = try lmdb { () throws(LMDBError) in try put(database, key, value, options) }
            }
        }
    }

    func write(
        _ database: NamedDatabase, _ key: UInt64, _ value: [UInt8], _ options: PutOptions = []
    ) throws(StoreError) {
        try value.lend { (value) throws(StoreError) in
            _ = try lmdb { () throws(LMDBError) in try put(database, key, value, options) }
        }
    }

    @discardableResult
    func remove(_ database: NamedDatabase, _ key: [UInt8]) throws(StoreError) -> Bool {
        try key.lend { (key) throws(StoreError) in
            try lmdb { () throws(LMDBError) in try delete(database, key) }
        }
    }

    @discardableResult
    func remove(_ database: NamedDatabase, _ key: UInt64) throws(StoreError) -> Bool {
        try lmdb { () throws(LMDBError) in try delete(database, key) }
    }

    func openCursor(_ database: NamedDatabase) throws(StoreError) -> Cursor {
        try lmdb { () throws(LMDBError) in try cursor(database) }
    }
}
