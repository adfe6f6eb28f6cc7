internal import LMDB
internal import Values

/// The names of labels, relationship types and property keys, and their numbers.
///
/// Immutable; a new name makes a new catalogue. Tokens are never removed, numbers are dense, so
/// the number of tokens in a snapshot says whether a cached catalogue is recent enough: one that
/// knows more than the snapshot is as good.
final class Catalogue: Sendable {
    enum Kind: UInt8, CaseIterable { case label, type, key }

    struct Table: Sendable {
        var names: [String] = []
        var ids: [ByteKey: UInt32] = [:]

        mutating func append(_ name: String) {
            ids[ByteKey(name)] = UInt32(names.count)
            names.append(name)
        }
    }

    /// Longest name, in bytes of UTF-8.
    static let maximumNameBytes = 16_383
    /// Most names of one kind.
    static let maximumNames = 1 << 20

    private let tables: [Table]

    static let empty = Catalogue(tables: Kind.allCases.map { _ in Table() })

    private init(tables: [Table]) { self.tables = tables }

    var count: Int { tables.reduce(0) { $0 + $1.names.count } }

    func names(_ kind: Kind) -> [String] { tables[Int(kind.rawValue)].names }

    func id(_ kind: Kind, _ name: String) -> UInt32? {
        tables[Int(kind.rawValue)].ids[ByteKey(name)]
    }

    func name(_ kind: Kind, _ id: UInt32) -> String? {
        let names = tables[Int(kind.rawValue)].names
        return Int(id) < names.count ? names[Int(id)] : nil
    }

    func adding(_ kind: Kind, _ name: String) -> Catalogue {
        var tables = tables
        tables[Int(kind.rawValue)].append(name)
        return Catalogue(tables: tables)
    }

    /// Reads every token that the transaction sees.
    static func load(_ transaction: Transaction, _ databases: Databases) throws(StoreError)
        -> Catalogue
    {
        var tables = Kind.allCases.map { _ in Table() }
        let cursor = try transaction.openCursor(databases.tokens)
        var found = cursor.first()
        while found {
            let key = cursor.key
            guard key.count == 5, Int(key[0]) < tables.count,
                Int(key.big(UInt32.self, at: 1)) == tables[Int(key[0])].names.count
            else {
                throw .unusable(
                    path: transaction.environment.path, reason: "its catalogue of names is damaged")
            }
            tables[Int(key[0])].append(String(decoding: cursor.value, as: UTF8.self))
            found = cursor.next()
        }
        return Catalogue(tables: tables)
    }

    static func storedKey(_ kind: Kind, _ id: UInt32) -> [UInt8] {
        var key: [UInt8] = [kind.rawValue]
        key.append(bigEndian: id)
        return key
    }

    /// Errors: `limitExceeded` for a name that no catalogue can take.
    static func check(name: String) throws(StoreError) {
        guard !name.isEmpty, name.utf8.count <= maximumNameBytes else {
            throw .limitExceeded(
                name.isEmpty
                    ? "a label, type or property key needs at least one character"
                    : "a name of \(name.utf8.count) bytes; \(maximumNameBytes) are allowed")
        }
    }
}
