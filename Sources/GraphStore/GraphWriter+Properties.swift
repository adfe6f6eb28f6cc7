internal import LMDB
internal import Values

extension GraphWriter {
    /// Sets properties of a stored record, which begin at `offset`, in one write. `tokens` are its
    /// labels or its type, asked for where an index or a constraint depends on them.
    func setProperties(
        _ changes: [(key: KeyID, value: Value)], of kind: EntityKind, _ id: UInt64,
        _ record: UnsafeRawBufferPointer, properties offset: Int,
        tokens: () -> [UInt32]
    ) throws(StoreError) {
        let before = PropertyBlob(record.part(offset..<record.count))
        scratch.removeAll(keepingCapacity: true)
        scratch.append(contentsOf: record.part(0..<offset))
        try before.encode(setting: changes, output: &scratch)
        let schema = transaction.schema
        var entries: [(index: Schema.Index, before: IndexContent?, after: IndexContent?)] = []
        if changes.contains(where: { schema.isIndexed($0.key, of: kind) }) {
            for index in schema.indexes(of: kind, tokens())
            where index.covers(id) && changes.contains(where: { index.keys.contains($0.key) }) {
                let old = IndexContent(index, id, before)
                let new = scratch.lend {
                    IndexContent(index, id, PropertyBlob($0.part(offset..<$0.count)))
                }
                entries.append((index, old, new))
            }
        }
        if schema.checksRecords(of: kind) { touch(kind, id, tokens: tokens()) }
        // The old record is not looked at any more: its memory may go now.
        try transaction.current.write(databases.database(of: kind), id, scratch)
        transaction.work += 1
        for change in changes {
            transaction.pending.liveChanges.change(.property(kind, change.key), of: id)
        }
        for (index, before, after) in entries { try update(index, from: before, to: after) }
        counters.propertiesSet += changes.count
    }
}
