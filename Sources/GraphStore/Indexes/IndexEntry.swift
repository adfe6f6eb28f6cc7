internal import LMDB
internal import Values

/// What an index holds for one entity.
struct IndexEntry: Equatable {
    let key: [UInt8]
    let component: IndexKey.Component
    let entity: UInt64

    /// Nil where a property is missing: an index holds entities that have all of them.
    init?(_ index: Schema.Index, _ entity: UInt64, _ properties: PropertyBlob) {
        var key = IndexKey.prefix(index.id)
        var flags: IndexKey.Component = []
        for property in index.keys {
            guard case .found(let stored) = properties.find(property), let value = stored.value
            else { return nil }
            if flags.contains(.cut) { continue }
            flags.formUnion(IndexKey.append(value, budget: index.budget, to: &key))
        }
        key.append(bigEndian: entity)
        self.key = key
        component = flags
        self.entity = entity
    }

    static func == (left: IndexEntry, right: IndexEntry) -> Bool { left.key == right.key }

    /// What stands beside the key: whether a component is cut.
    var value: [UInt8] { component.contains(.cut) ? [1] : [] }

    /// The key without the entity: what another entity with equal properties has too.
    var shared: ArraySlice<UInt8> { key.dropLast(IndexKey.entityBytes) }

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
    /// Another entity with the same properties as this entry's; nil where it is alone.
    func duplicate(of entry: IndexEntry, in index: Schema.Index) throws(StoreError) -> UInt64? {
        let cursor = try transaction.openCursor(core.databases.indexes)
        let shared = Array(entry.shared)
        var own: [UInt8]?
        var found = shared.lend { cursor.seek($0) }
        while found, cursor.key.count == entry.key.count, cursor.key.starts(with: shared) {
            let other = cursor.key.big(UInt64.self, at: shared.count)
            if other != entry.entity {
                if cursor.value.isEmpty { return other }
                if own == nil { own = wholeKey(index, entry.entity) }
                if let own, own == wholeKey(index, other) { return other }
            }
            found = cursor.next()
        }
        return nil
    }

    private func wholeKey(_ index: Schema.Index, _ entity: UInt64) -> [UInt8]? {
        switch index.definition.entity {
        case .node: nodeRecord(entity).flatMap { IndexEntry.whole(index, $0.properties) }
        case .relationship:
            storedRelationship(entity).flatMap { IndexEntry.whole(index, $0.properties) }
        }
    }
}
