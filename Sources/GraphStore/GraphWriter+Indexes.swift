internal import LMDB
internal import Values

/// Every write keeps the indexes of what it touches, in the same transaction.
extension GraphWriter {
    /// The entity comes under labels or a type: the indexes take it in. `others` are labels that it
    /// has already.
    func enter(
        _ kind: EntityKind, _ id: UInt64, tokens: [UInt32], beside others: [UInt32] = [],
        properties: [UInt8]
    ) throws(StoreError) {
        touch(kind, id, tokens: tokens)
        for (index, content) in contents(kind, id, tokens, others, properties) {
            try update(index, from: nil, to: content)
        }
    }

    /// The entity leaves them. `others` are labels that it keeps.
    func leave(
        _ kind: EntityKind, _ id: UInt64, tokens: [UInt32], beside others: [UInt32] = [],
        properties: [UInt8]
    ) throws(StoreError) {
        for (index, content) in contents(kind, id, tokens, others, properties) {
            try update(index, from: content, to: nil)
        }
    }

    private func contents(
        _ kind: EntityKind, _ id: UInt64, _ tokens: [UInt32], _ others: [UInt32],
        _ properties: [UInt8]
    ) -> [(index: Schema.Index, content: IndexContent)] {
        let indexes = transaction.schema.indexes(of: kind, tokens, without: others)
        if indexes.isEmpty { return [] }
        return properties.lend { bytes in
            indexes.compactMap { index in
                guard index.covers(id), let content = IndexContent(index, id, PropertyBlob(bytes))
                else { return nil }
                return (index, content)
            }
        }
    }

    /// Replaces what the index holds of one entity. Entries that stay the same are not written.
    func update(
        _ index: Schema.Index, from before: IndexContent?, to after: IndexContent?
    ) throws(StoreError) {
        try transaction.openVectorGraph(index)
        let (old, new) = (before?.entries ?? [], after?.entries ?? [])
        var (left, right) = (0, 0)
        while left < old.count || right < new.count {
            if right == new.count
                || left < old.count
                    && old[left].key.lexicographicallyPrecedes(new[right].key)
            {
                try transaction.current.remove(databases.indexes, old[left].key)
                left += 1
                transaction.work += 1
                continue
            }
            let isKept = left < old.count && old[left].key == new[right].key
            if !isKept || old[left].value != new[right].value {
                try transaction.current.write(
                    databases.indexes, new[right].key, new[right].value)
                transaction.work += 1
            }
            if isKept { left += 1 }
            right += 1
        }
        state.count(.index(index.id), by: Int64(new.count - old.count))
        state.count(lengths: before?.lengths ?? [], of: index.id, by: -1)
        state.count(lengths: after?.lengths ?? [], of: index.id, by: 1)
        if let entity = (before ?? after)?.entity {
            try transaction.changeVector(
                index, of: entity, from: before?.entries.first, to: after?.entries.first)
        }
        if index.definition.isUnique, case .value(let entry)? = after,
            !entry.component.contains(.neverEqual)
        {
            touched.unique.append((index.id, entry))
        }
    }

    func touch(_ kind: EntityKind, _ id: UInt64, tokens: [UInt32]) {
        let schema = transaction.schema
        if schema.constraints.isEmpty { return }
        guard tokens.contains(where: { !schema.constraints(of: kind, $0).isEmpty }) else { return }
        switch kind {
        case .node: touched.nodes.insert(id)
        case .relationship: touched.relationships.insert(id)
        }
    }
}
