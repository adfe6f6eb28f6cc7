internal import LMDB

extension StoreCheck {
    /// Both ways: every entity that belongs into the index is there, and nothing else is.
    mutating func check(_ index: Schema.Index, _ find: (String) -> Void) throws(StoreError) {
        let name = index.definition.name
        var expected: Int64 = 0
        var lengths: [CountKey: Int64] = [:]
        try forEachEntity(of: index) { id, properties in
            guard index.covers(id), let content = IndexContent(index, id, properties) else {
                return
            }
            for entry in content.entries {
                expected += 1
                if !holds(entry) {
                    find("\(index.definition.entity) \(id) is not in the index '\(name)'")
                }
            }
            for (field, length) in content.lengths.enumerated() {
                guard let length else { continue }
                lengths[.documents(index.id, field), default: 0] += 1
                lengths[.words(index.id, field), default: 0] += Int64(length)
            }
        }
        counts.merge(lengths) { $0 + $1 }
        let entries = try checkEntries(of: index, find)
        summary.indexEntries += Int(entries)
        counts[.index(index.id), default: 0] += entries
        if entries != expected {
            find("the index '\(name)' has \(entries) entries instead of \(expected)")
        }
    }

    private func holds(_ entry: IndexContent.Entry) -> Bool {
        entry.key.lend { key in
            view.transaction.get(databases.indexes, key)?.elementsEqual(entry.value) ?? false
        }
    }

    private func forEachEntity(
        of index: Schema.Index, _ body: (UInt64, PropertyBlob) -> Void
    ) throws(StoreError) {
        switch index.definition.entity {
        case .node:
            for (place, label) in index.tokens.enumerated() {
                try forEach(view.storedNodes(label: label)) { id in
                    guard let record = view.nodeRecord(id) else { return }
                    // Its first label has shown it already.
                    if index.tokens[..<place].contains(where: record.hasLabel) { return }
                    body(id, record.properties)
                }
            }
        case .relationship:
            try forEach(view.storedRelationships()) { id in
                guard let stored = view.storedRelationship(id), index.tokens.contains(stored.type)
                else { return }
                body(id, stored.properties)
            }
        }
    }

    private func forEach(_ scan: any IDScan, _ body: (UInt64) -> Void) throws(StoreError) {
        var ids: ContiguousArray<UInt64> = []
        while try scan.next(2048, into: &ids) > 0 {
            ids.forEach(body)
            ids.removeAll(keepingCapacity: true)
        }
    }

    private func checkEntries(of index: Schema.Index, _ find: (String) -> Void)
        throws(StoreError) -> Int64
    {
        if case .vectors(let settings) = index.settings {
            return try checkVectors(index, settings, find)
        }
        let prefix = IndexKey.prefix(index.id)
        let cursor = try view.transaction.openCursor(databases.indexes)
        let others = try view.transaction.openCursor(databases.indexes)
        var entries: Int64 = 0
        var previous: [UInt8]?
        var found = prefix.lend { cursor.seek($0) }
        while found, cursor.key.starts(with: prefix) {
            entries += 1
            let key = Array(cursor.key)
            guard key.count >= prefix.count + IndexKey.entityBytes else {
                find("the index '\(index.definition.name)' has a short key")
                found = cursor.next()
                continue
            }
            // Of kinds with many entries for an entity it is enough that none is missing and that
            // there are as many as expected.
            if case .values = index.settings {
                let id = cursor.key.big(UInt64.self, at: key.count - IndexKey.entityBytes)
                if entry(of: index, id)?.key != key {
                    find("the index '\(index.definition.name)' has \(id) where it does not belong")
                }
                let shared = Array(key.dropLast(IndexKey.entityBytes))
                if index.definition.isUnique, index.isOnline, shared == previous,
                    let entry = entry(of: index, id), !entry.component.contains(.neverEqual),
                    let other = view.duplicate(of: entry, in: index, others)
                {
                    find("the unique index '\(index.definition.name)' has \(id) beside \(other)")
                }
                previous = shared
            }
            found = cursor.next()
        }
        return entries
    }

    private func entry(of index: Schema.Index, _ id: UInt64) -> IndexEntry? {
        switch index.definition.entity {
        case .node:
            guard let record = view.nodeRecord(id), index.tokens.contains(where: record.hasLabel)
            else { return nil }
            return IndexEntry(index, id, record.properties)
        case .relationship:
            guard let stored = view.storedRelationship(id), index.tokens.contains(stored.type)
            else { return nil }
            return IndexEntry(index, id, stored.properties)
        }
    }

    /// Entries of no index at all, unless a dropped one is still being emptied.
    mutating func checkIndexPrefixes(_ schema: Schema, _ find: (String) -> Void)
        throws(StoreError)
    {
        let known = Set(schema.indexes.map(\.id))
        let cursor = try view.transaction.openCursor(databases.indexes)
        var found = cursor.first()
        while found, cursor.key.count >= IndexKey.prefixBytes {
            let id = cursor.key.big(UInt32.self, at: 0)
            if schema.dropped.contains(id) {
                counts[.index(id)] = Int64(view.count(.index(id)))
            } else if !known.contains(id) {
                find("there are entries of an index \(id), which does not exist")
            }
            guard let next = IndexKey.successor(IndexKey.prefix(id)) else { return }
            found = next.lend { cursor.seek($0) }
        }
    }
}
