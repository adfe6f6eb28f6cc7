internal import LMDB
internal import Values

/// A record with one property changed, ready to be written.
struct PropertyChange {
    var record: [UInt8]
    /// Index entries that change: before without after is removed, and the other way round.
    var entries: [(index: Schema.Index, before: IndexEntry?, after: IndexEntry?)] = []
    var tokens: [UInt32]
    var key: KeyID
}

extension GraphWriter {
    /// Builds the record and the index entries that setting `key` leads to. Nothing is written
    /// yet: the old record is read in place.
    func change(
        _ record: UnsafeRawBufferPointer, properties offset: Int, _ key: KeyID, to value: Value,
        _ kind: EntityKind, _ id: UInt64, tokens: [UInt32]
    ) throws(StoreError) -> PropertyChange {
        let before = PropertyBlob(record.part(offset..<record.count))
        var bytes = Array(record[0..<offset])
        try before.encode(setting: key, to: value, output: &bytes)
        var change = PropertyChange(record: bytes, tokens: tokens, key: key)
        if transaction.schema.indexes.isEmpty { return change }
        for token in tokens {
            for index in transaction.schema.indexes(of: kind, token)
            where index.keys.contains(key) && index.covers(id) {
                let old = IndexEntry(index, id, before)
                let new = bytes.lend {
                    IndexEntry(index, id, PropertyBlob($0.part(offset..<bytes.count)))
                }
                change.entries.append((index, old, new))
            }
        }
        return change
    }

    func finish(_ change: PropertyChange, _ kind: EntityKind, _ id: UInt64) throws(StoreError) {
        try transaction.current.write(databases.database(of: kind), id, change.record)
        transaction.work += 1
        transaction.liveChanges.change(.property(kind, change.key), of: id)
        for (index, before, after) in change.entries where before != after {
            if let before { try remove(before, from: index) }
            if let after { try insert(after, into: index) }
        }
        if !transaction.schema.constraints.isEmpty { touch(kind, id, tokens: change.tokens) }
        counters.propertiesSet += 1
    }

    // MARK: Indexes

    /// The entity comes under labels or a type: its index entries are made.
    func enter(_ kind: EntityKind, _ id: UInt64, tokens: [UInt32], properties: [UInt8])
        throws(StoreError)
    {
        touch(kind, id, tokens: tokens)
        for entry in entries(kind, id, tokens, properties) {
            try insert(entry.entry, into: entry.index)
        }
    }

    /// The entity leaves them.
    func leave(_ kind: EntityKind, _ id: UInt64, tokens: [UInt32], properties: [UInt8])
        throws(StoreError)
    {
        for entry in entries(kind, id, tokens, properties) {
            try remove(entry.entry, from: entry.index)
        }
    }

    private func entries(
        _ kind: EntityKind, _ id: UInt64, _ tokens: [UInt32], _ properties: [UInt8]
    ) -> [(index: Schema.Index, entry: IndexEntry)] {
        if transaction.schema.indexes.isEmpty { return [] }
        return properties.lend { bytes in
            tokens.flatMap { token in
                transaction.schema.indexes(of: kind, token).compactMap { index in
                    guard index.covers(id), let entry = IndexEntry(index, id, PropertyBlob(bytes))
                    else { return nil }
                    return (index, entry)
                }
            }
        }
    }

    private func insert(_ entry: IndexEntry, into index: Schema.Index) throws(StoreError) {
        try transaction.current.write(databases.indexes, entry.key, entry.value)
        state.count(.index(index.id), by: 1)
        transaction.work += 1
        if index.definition.isUnique, !entry.component.contains(.neverEqual) {
            touched.unique.append((index.id, entry))
        }
    }

    private func remove(_ entry: IndexEntry, from index: Schema.Index) throws(StoreError) {
        try transaction.current.remove(databases.indexes, entry.key)
        state.count(.index(index.id), by: -1)
        transaction.work += 1
    }

    private func touch(_ kind: EntityKind, _ id: UInt64, tokens: [UInt32]) {
        let schema = transaction.schema
        if schema.constraints.isEmpty { return }
        guard tokens.contains(where: { !schema.constraints(of: kind, $0).isEmpty }) else { return }
        switch kind {
        case .node: touched.nodes.insert(id)
        case .relationship: touched.relationships.insert(id)
        }
    }
}
