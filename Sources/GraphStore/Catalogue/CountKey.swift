internal import LMDB

/// What is counted, besides all nodes and all relationships, which stand in the header.
///
/// ```
/// counts:  kind u8 · a u32 · b u32 · direction u8  →  Int64
/// ```
struct CountKey: Hashable, Sendable {
    enum Kind: UInt8 { case label, type, labelAndType, index, documents, words }

    var kind: UInt8
    var direction: UInt8 = 0
    var a: UInt32
    var b: UInt32 = 0

    static func label(_ label: LabelID) -> CountKey {
        CountKey(kind: Kind.label.rawValue, a: label)
    }

    static func type(_ type: TypeID) -> CountKey {
        CountKey(kind: Kind.type.rawValue, a: type)
    }

    static func relationships(_ label: LabelID, _ type: TypeID, _ direction: Direction)
        -> CountKey
    {
        CountKey(
            kind: Kind.labelAndType.rawValue, direction: direction.rawValue, a: label, b: type)
    }

    /// Entries of an index.
    static func index(_ id: UInt32) -> CountKey { CountKey(kind: Kind.index.rawValue, a: id) }

    /// Entities whose property, the index's `field`th, has words in a full-text index.
    static func documents(_ index: UInt32, _ field: Int) -> CountKey {
        CountKey(kind: Kind.documents.rawValue, a: index, b: UInt32(field))
    }

    /// The words of all of them together.
    static func words(_ index: UInt32, _ field: Int) -> CountKey {
        CountKey(kind: Kind.words.rawValue, a: index, b: UInt32(field))
    }

    static let byteCount = 10

    var encoded: [UInt8] {
        var bytes: [UInt8] = [kind]
        bytes.reserveCapacity(Self.byteCount)
        bytes.append(bigEndian: a)
        bytes.append(bigEndian: b)
        bytes.append(direction)
        return bytes
    }

    init(kind: UInt8, direction: UInt8 = 0, a: UInt32, b: UInt32 = 0) {
        self.kind = kind
        self.direction = direction
        self.a = a
        self.b = b
    }

    init?(_ key: UnsafeRawBufferPointer) {
        guard key.count == Self.byteCount else { return nil }
        self.init(
            kind: key[0], direction: key[9], a: key.big(UInt32.self, at: 1),
            b: key.big(UInt32.self, at: 5))
    }

    /// What the transaction sees; nothing stored is 0.
    func stored(_ transaction: Transaction, _ counts: NamedDatabase) -> Int64 {
        let value = encoded.lend { transaction.get(counts, $0) }
        guard let value, value.count == 8 else { return 0 }
        return value.little(Int64.self, at: 0)
    }
}
