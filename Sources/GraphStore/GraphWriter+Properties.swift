internal import LMDB
internal import Values

extension GraphWriter {
    /// Sets one property of a stored record, whose properties begin at `offset`. `tokens` are its
    /// labels or its type, asked for where an index or a constraint depends on them.
    func setProperty(
        _ key: KeyID, to value: Value, of kind: EntityKind, _ id: UInt64,
        _ record: UnsafeRawBufferPointer, properties offset: Int, tokens: () -> [UInt32]
    ) throws(StoreError) {
        let before = PropertyBlob(record.part(offset..<record.count))
        scratch.removeAll(keepingCapacity: true)
        scratch.append(contentsOf: record.part(0..<offset))
        try before.encode(setting: key, to: value, output: &scratch)
        let schema = transaction.schema
        var changes: [(index: Schema.Index, before: IndexContent?, after: IndexContent?)] = []
        if schema.isIndexed(key, of: kind) {
            for index in schema.indexes(of: kind, tokens())
            where index.keys.contains(key) && index.covers(id) {
                let old = IndexContent(index, id, before)
                let new = scratch.lend {
                    IndexContent(index, id, PropertyBlob($0.part(offset..<$0.count)))
                }
                changes.append((index, old, new))
            }
        }
        if schema.checksRecords(of: kind) { touch(kind, id, tokens: tokens()) }
        // The old record is not looked at any more: its memory may go now.
        try transaction.current.write(databases.database(of: kind), id, scratch)
        transaction.work += 1
        transaction.pending.liveChanges.change(.property(kind, key), of: id)
        for (index, before, after) in changes { try update(index, from: before, to: after) }
        counters.propertiesSet += 1
    }
}
