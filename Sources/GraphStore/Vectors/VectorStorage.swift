internal import LMDB

/// What LMDB holds of one vector index, as one transaction sees it. The layout is pictured at
/// ``VectorSettings``.
struct VectorStorage {
    let index: UInt32
    let settings: VectorSettings
    private let transaction: Transaction
    private let indexes: NamedDatabase

    init(
        _ index: UInt32, _ settings: VectorSettings, _ transaction: Transaction,
        _ indexes: NamedDatabase
    ) {
        self.index = index
        self.settings = settings
        self.transaction = transaction
        self.indexes = indexes
    }

    // MARK: Keys

    /// Ids are below it, as Cypher's integers are signed: so it marks links.
    private static let linkMark: UInt64 = 1 << 63
    private static let entryMark = UInt64.max

    static func rowKey(_ index: UInt32, _ entity: UInt64) -> [UInt8] {
        var key = IndexKey.prefix(index)
        key.append(bigEndian: entity)
        return key
    }

    func linksKey(_ entity: UInt64) -> [UInt8] { Self.rowKey(index, entity | Self.linkMark) }
    var entryKey: [UInt8] { Self.rowKey(index, Self.entryMark) }

    // MARK: Reading

    /// The entity's row where it has one of the right size. Valid until the transaction writes.
    func row(_ entity: UInt64) -> UnsafeRawBufferPointer? {
        let bytes = Self.rowKey(index, entity).lend { transaction.get(indexes, $0) }
        return bytes.flatMap { $0.count == settings.rowBytes ? $0 : nil }
    }

    func links(_ entity: UInt64) -> StoredLinks? {
        linksKey(entity).lend { transaction.get(indexes, $0) }.flatMap(StoredLinks.init)
    }

    /// Where searches enter. Nil where there are no rows, and in an index that was made before
    /// there were graphs: that one is searched exactly until it is made anew.
    var entry: UInt64? {
        let bytes = entryKey.lend { transaction.get(indexes, $0) }
        guard let bytes, bytes.count == 8 else { return nil }
        return bytes.big(UInt64.self, at: 0)
    }

    /// Visits all rows in the order of their entities; the place counts them.
    func forEachRow(_ visit: (UInt64, UnsafeRawBufferPointer, Int) throws -> Void) throws {
        try forEach(from: 0, below: Self.linkMark, visit)
    }

    func firstRow(where isWanted: (UInt64) -> Bool) -> UInt64? {
        struct Found: Error { let entity: UInt64 }
        do {
            try forEachRow { entity, _, _ in if isWanted(entity) { throw Found(entity: entity) } }
        } catch { return (error as? Found)?.entity }
        return nil
    }

    /// The same for links, as far as they can be read at all.
    func forEachLinks(_ visit: (UInt64, StoredLinks?) throws -> Void) throws {
        try forEach(from: Self.linkMark, below: Self.entryMark) { entity, bytes, _ in
            try visit(entity & ~Self.linkMark, StoredLinks(bytes))
        }
    }

    private func forEach(
        from first: UInt64, below end: UInt64,
        _ visit: (UInt64, UnsafeRawBufferPointer, Int) throws -> Void
    ) throws {
        let prefix = IndexKey.prefix(index)
        let cursor = try transaction.openCursor(indexes)
        var found = Self.rowKey(index, first).lend { cursor.seek($0) }
        var place = 0
        while found, cursor.key.count == prefix.count + 8, cursor.key.starts(with: prefix) {
            let number = cursor.key.big(UInt64.self, at: IndexKey.prefixBytes)
            if number >= end { return }
            try visit(number, cursor.value, place)
            place += 1
            found = cursor.next()
        }
    }

    // MARK: Writing

    func write(_ links: [UInt8], of entity: UInt64) throws(StoreError) {
        try transaction.write(indexes, linksKey(entity), links)
    }

    func removeLinks(of entity: UInt64) throws(StoreError) {
        try transaction.remove(indexes, linksKey(entity))
    }

    func write(entry: UInt64?) throws(StoreError) {
        guard let entry else {
            try transaction.remove(indexes, entryKey)
            return
        }
        var value: [UInt8] = []
        value.append(bigEndian: entry)
        try transaction.write(indexes, entryKey, value)
    }
}

/// One entity's links.
///
/// ```
/// width u8 (4 or 8) │ layers u8 │ for each layer from the lowest: count u16, entities × width
/// ```
struct StoredLinks {
    private let bytes: UnsafeRawBufferPointer
    private let width: Int
    let layers: Int

    /// Nil where the bytes are not of this form.
    init?(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count >= 2, bytes[0] == 4 || bytes[0] == 8, bytes[1] > 0 else { return nil }
        self.bytes = bytes
        width = Int(bytes[0])
        layers = Int(bytes[1])
        var position = 2
        for _ in 0..<layers {
            guard position + 2 <= bytes.count else { return nil }
            position += 2 + Int(bytes.little(UInt16.self, at: position)) * width
        }
        guard position == bytes.count else { return nil }
    }

    func forEach(_ visit: (_ layer: Int, _ entity: UInt64) throws -> Void) rethrows {
        var position = 2
        for layer in 0..<layers {
            let count = Int(bytes.little(UInt16.self, at: position))
            position += 2
            for _ in 0..<count {
                let entity =
                    width == 4
                    ? UInt64(bytes.little(UInt32.self, at: position))
                    : bytes.little(UInt64.self, at: position)
                try visit(layer, entity)
                position += width
            }
        }
    }

    func contains(_ entity: UInt64, in layer: Int) -> Bool {
        var isThere = false
        forEach { if $0 == layer, $1 == entity { isThere = true } }
        return isThere
    }

    static func encode(_ layers: [[UInt64]]) -> [UInt8] {
        let isNarrow = layers.allSatisfy { $0.allSatisfy { $0 <= UInt64(UInt32.max) } }
        var bytes: [UInt8] = [isNarrow ? 4 : 8, UInt8(layers.count)]
        for links in layers {
            bytes.append(littleEndian: UInt16(links.count))
            for entity in links {
                if isNarrow {
                    bytes.append(littleEndian: UInt32(entity))
                } else {
                    bytes.append(littleEndian: entity)
                }
            }
        }
        return bytes
    }
}
