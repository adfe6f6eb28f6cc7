internal import LMDB
internal import Values

/// What an index holds for one entity.
struct IndexEntry: Equatable {
    let key: [UInt8]
    let component: IndexKey.Component
    let entity: UInt64

    /// What stands beside a key of which a component is cut.
    static let cutMark: UInt8 = 1

    /// Nil where a property is missing: an index holds entities that have all of them.
    init?(_ index: Schema.Index, _ entity: UInt64, _ properties: PropertyBlob) {
        var key: [UInt8] = []
        key.reserveCapacity(64)
        guard let component = Self.appendKey(index, entity, properties, to: &key) else {
            return nil
        }
        self.key = key
        self.component = component
        self.entity = entity
    }

    /// Appends the key of an entity and says how its components came out; nil, and nothing
    /// appended, where a property is missing.
    static func appendKey(
        _ index: Schema.Index, _ entity: UInt64, _ properties: PropertyBlob,
        to keys: inout [UInt8]
    ) -> IndexKey.Component? {
        let begin = keys.count
        keys.append(bigEndian: index.id)
        var component: IndexKey.Component = []
        for property in index.keys {
            guard case .found(let stored) = properties.find(property), let value = stored.value
            else {
                keys.removeLast(keys.count - begin)
                return nil
            }
            if component.contains(.cut) { continue }
            component.formUnion(IndexKey.append(value, budget: index.budget, to: &keys))
        }
        keys.append(bigEndian: entity)
        return component
    }

    static func == (left: IndexEntry, right: IndexEntry) -> Bool { left.key == right.key }

    /// What stands beside the key: whether a component is cut.
    var value: [UInt8] { component.contains(.cut) ? [Self.cutMark] : [] }

    /// All of the properties, uncut.
    static func whole(_ index: Schema.Index, _ properties: PropertyBlob) -> [UInt8]? {
        var key: [UInt8] = []
        for property in index.keys {
            guard case .found(let stored) = properties.find(property), let value = stored.value
            else { return nil }
            IndexKey.append(whole: value, to: &key)
        }
        return key
    }
}

extension GraphView {
    /// Another entity with the same properties as this entry's; nil where it is alone, or not in
    /// the index any more. The cursor is one over the indexes; entries that are asked for in their
    /// order are found where it stands.
    func duplicate(of entry: IndexEntry, in index: Schema.Index, _ cursor: Cursor) -> UInt64? {
        entry.key.lend { key in
            let shared = key.part(0..<key.count - IndexKey.entityBytes)
            var isHeld = false
            var other: UInt64?
            var own: [UInt8]?
            var found = cursor.seek(shared)
            while found, cursor.key.count == key.count,
                Bytes.compare(cursor.key.part(0..<shared.count), shared) == 0
            {
                let entity = cursor.key.big(UInt64.self, at: shared.count)
                if entity == entry.entity {
                    isHeld = true
                } else if other == nil {
                    let isCut = !cursor.value.isEmpty
                    if isCut, own == nil { own = wholeKey(index, entry.entity) }
                    if !isCut || own != nil && own == wholeKey(index, entity) { other = entity }
                }
                if isHeld, other != nil { return other }
                found = cursor.next()
            }
            return nil
        }
    }

    /// What an index of values holds for an entity; nil where it does not belong into it.
    func indexEntry(_ index: Schema.Index, of entity: UInt64) -> IndexEntry? {
        switch index.definition.entity {
        case .node: nodeRecord(entity).flatMap { IndexEntry(index, entity, $0.properties) }
        case .relationship:
            storedRelationship(entity).flatMap { IndexEntry(index, entity, $0.properties) }
        }
    }

    private func wholeKey(_ index: Schema.Index, _ entity: UInt64) -> [UInt8]? {
        switch index.definition.entity {
        case .node: nodeRecord(entity).flatMap { IndexEntry.whole(index, $0.properties) }
        case .relationship:
            storedRelationship(entity).flatMap { IndexEntry.whole(index, $0.properties) }
        }
    }
}
