internal import LMDB
internal import Values

/// Every write keeps the indexes of what it touches, in the same transaction.
extension GraphWriter {
    /// A new entity, whose record is in `scratch` with the properties from `offset` on.
    func enterScratch(
        _ kind: EntityKind, _ id: UInt64, tokens: [UInt32], properties offset: Int
    ) throws(StoreError) {
        if transaction.schema.isEmpty { return }
        try scratch.lend { (bytes) throws(StoreError) in
            let properties = PropertyBlob(bytes.part(offset..<bytes.count))
            try enter(kind, id, tokens: tokens, properties: properties)
        }
    }

    /// The entity comes under labels or a type: the indexes take it in. `others` are labels that it
    /// has already. The properties are read before anything is written.
    func enter(
        _ kind: EntityKind, _ id: UInt64, tokens: [UInt32], beside others: [UInt32] = [],
        properties: PropertyBlob
    ) throws(StoreError) {
        touch(kind, id, tokens: tokens)
        for (index, content) in contents(kind, id, tokens, others, properties) {
            try update(index, from: nil, to: content)
        }
    }

    /// The entity leaves them. `others` are labels that it keeps. The properties are read before
    /// anything is written.
    func leave(
        _ kind: EntityKind, _ id: UInt64, tokens: [UInt32], beside others: [UInt32] = [],
        properties: PropertyBlob
    ) throws(StoreError) {
        for (index, content) in contents(kind, id, tokens, others, properties) {
            try update(index, from: content, to: nil)
        }
    }

    private func contents(
        _ kind: EntityKind, _ id: UInt64, _ tokens: [UInt32], _ others: [UInt32],
        _ properties: PropertyBlob
    ) -> [(index: Schema.Index, content: IndexContent)] {
        transaction.schema.indexes(of: kind, tokens, without: others).compactMap { index in
            guard index.covers(id), let content = IndexContent(index, id, properties) else {
                return nil
            }
            return (index, content)
        }
    }

    /// Replaces what the index holds of one entity. Entries that stay the same are not written.
    func update(
        _ index: Schema.Index, from before: IndexContent?, to after: IndexContent?
    ) throws(StoreError) {
        switch (before, after) {
        case (.value(let old)?, .value(let new)?): try update(index, old, new)
        case (.value(let old)?, nil): try update(index, old, nil)
        case (nil, .value(let new)?): try update(index, nil, new)
        default: try updatePostings(index, from: before, to: after)
        }
    }

    private func update(_ index: Schema.Index, _ old: IndexEntry?, _ new: IndexEntry?)
        throws(StoreError)
    {
        let isKept = old?.key == new?.key
        if !isKept {
            if let old {
                try transaction.current.remove(databases.indexes, old.key)
                transaction.work += 1
            }
            if let new {
                try transaction.current.write(databases.indexes, new.key, new.value)
                transaction.work += 1
            }
            if old == nil || new == nil {
                state.count(.index(index.id), by: new == nil ? -1 : 1)
            }
        }
        guard let new, index.definition.isUnique, !new.component.contains(.neverEqual) else {
            return
        }
        // A key that is cut stays the same where the value changes behind the cut.
        if !isKept || new.component.contains(.cut) { touched.unique.append((index, new)) }
    }

    private func updatePostings(
        _ index: Schema.Index, from before: IndexContent?, to after: IndexContent?
    ) throws(StoreError) {
        if before == after { return }
        let (old, new) = (before?.entries ?? [], after?.entries ?? [])
        try transaction.openVectorGraph(index)
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
    }

    func touch(_ kind: EntityKind, _ id: UInt64, tokens: [UInt32]) {
        let schema = transaction.schema
        guard schema.checksRecords(of: kind) else { return }
        guard tokens.contains(where: { !schema.constraints(of: kind, $0).isEmpty }) else { return }
        switch kind {
        case .node: touched.nodes.insert(id)
        case .relationship: touched.relationships.insert(id)
        }
    }
}
