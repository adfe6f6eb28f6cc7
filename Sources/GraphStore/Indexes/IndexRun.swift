internal import LMDB

/// The entries that one step of a build adds to an index of values: their keys lie in one block of
/// memory and are written in order, so that the index's pages are touched one after another.
struct IndexRun {
    private struct Entry {
        let begin: Int
        let end: Int
        let component: IndexKey.Component
        let entity: UInt64
    }

    private let index: Schema.Index
    private var keys: [UInt8] = []
    private var entries: [Entry] = []
    /// As where ids were given in order: there is nothing to sort then.
    private var isInOrder = true

    init(_ index: Schema.Index) { self.index = index }

    var count: Int { entries.count }
    var byteCount: Int { keys.count }

    /// Entities in the run, ascending.
    var entities: [UInt64] { entries.map(\.entity).sorted() }

    /// Adds an entity, unless it does not belong into the index. Cost: about 0.1 µs for a number.
    mutating func append(_ entity: UInt64, _ properties: PropertyBlob) {
        let begin = keys.count
        guard
            let component = IndexEntry.appendKey(index, entity, properties, to: &keys)
        else { return }
        if let last = entries.last, isInOrder {
            isInOrder = keys.lend { bytes in
                Bytes.compare(bytes.part(last.begin..<last.end), bytes.part(begin..<bytes.count))
                    < 0
            }
        }
        entries.append(
            Entry(begin: begin, end: keys.count, component: component, entity: entity))
    }

    /// Writes the entries. Returns whether two entities may have the same properties, one of them
    /// in the run, as far as the keys tell.
    mutating func write(_ transaction: Transaction, _ database: NamedDatabase)
        throws(StoreError) -> Bool
    {
        if entries.isEmpty { return false }
        let entries = sorted()
        let cursor = try transaction.openCursor(database)
        return try keys.lend { (keys) throws(StoreError) -> Bool in
            // Behind all that is there, as the first run of a new index is, pages are filled one
            // by one.
            let first = keys.part(entries[0].begin..<entries[0].end)
            var isRepeated = false
            var isBehind = true
            if cursor.last() {
                isBehind = Bytes.compare(cursor.key, first) < 0
                isRepeated = Self.areShared(cursor.key, first)
            }
            let options: PutOptions = isBehind ? .append : []
            let cut: [UInt8] = [IndexEntry.cutMark]
            try cut.lend { (cut) throws(StoreError) in
                let none = UnsafeRawBufferPointer(start: nil, count: 0)
                do throws(LMDBError) {
                    for entry in entries {
                        try cursor.put(
                            keys.part(entry.begin..<entry.end),
                            entry.component.contains(.cut) ? cut : none, options)
                    }
                } catch { throw .storage(error) }
            }
            isRepeated = isRepeated || Self.hasRepeated(entries, keys)
            return isRepeated || !isBehind && Self.hasNeighbours(entries, keys, cursor)
        }
    }

    private func sorted() -> [Entry] {
        if isInOrder { return entries }
        return keys.lend { keys in
            entries.sorted {
                Bytes.compare(keys.part($0.begin..<$0.end), keys.part($1.begin..<$1.end)) < 0
            }
        }
    }

    // MARK: Equal properties

    /// Keys that differ in their entities at most.
    private static func areShared(
        _ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer
    ) -> Bool {
        guard left.count == right.count, left.count > IndexKey.entityBytes else { return false }
        let shared = 0..<left.count - IndexKey.entityBytes
        return Bytes.compare(left.part(shared), right.part(shared)) == 0
    }

    /// Whether two entries of the run are equal but for their entities: they lie side by side.
    private static func hasRepeated(_ entries: [Entry], _ keys: UnsafeRawBufferPointer) -> Bool {
        for place in entries.indices.dropFirst() {
            let (one, other) = (entries[place - 1], entries[place])
            if areShared(keys.part(one.begin..<one.end), keys.part(other.begin..<other.end)) {
                return true
            }
        }
        return false
    }

    /// Whether an entry of the run has an equal one beside it that was there before.
    private static func hasNeighbours(
        _ entries: [Entry], _ keys: UnsafeRawBufferPointer, _ cursor: Cursor
    ) -> Bool {
        for entry in entries {
            let key = keys.part(entry.begin..<entry.end)
            if cursor.find(key), cursor.previous(), areShared(cursor.key, key) { return true }
            if cursor.find(key), cursor.next(), areShared(cursor.key, key) { return true }
        }
        return false
    }
}
