internal import LMDB
internal import Values

/// A record with one property changed, ready to be written.
struct PropertyChange {
    var record: [UInt8]
    /// What the indexes hold of the entity, and what they are to hold.
    var contents: [(index: Schema.Index, before: IndexContent?, after: IndexContent?)] = []
    var tokens: [UInt32]
    var key: KeyID
}

extension GraphWriter {
    /// Builds the record and the index contents that setting `key` leads to. Nothing is written
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
        for index in transaction.schema.indexes(of: kind, tokens)
        where index.keys.contains(key) && index.covers(id) {
            let old = IndexContent(index, id, before)
            let new = bytes.lend {
                IndexContent(index, id, PropertyBlob($0.part(offset..<bytes.count)))
            }
            change.contents.append((index, old, new))
        }
        return change
    }

    func finish(_ change: PropertyChange, _ kind: EntityKind, _ id: UInt64) throws(StoreError) {
        try transaction.current.write(databases.database(of: kind), id, change.record)
        transaction.work += 1
        transaction.pending.liveChanges.change(.property(kind, change.key), of: id)
        for (index, before, after) in change.contents where before != after {
            try update(index, from: before, to: after)
        }
        if !transaction.schema.constraints.isEmpty { touch(kind, id, tokens: change.tokens) }
        counters.propertiesSet += 1
    }
}
