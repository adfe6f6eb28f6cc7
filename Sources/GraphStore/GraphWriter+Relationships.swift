internal import LMDB
public import Values

extension GraphWriter {
    /// Errors: `notFound` where an end does not exist.
    public func createRelationship(
        type: TypeID, start: NodeID, end: NodeID, properties: [(key: KeyID, value: Value)]
    ) throws(StoreError) -> RelationshipID {
        let id = state.header.nextRelationship
        guard let first = view.nodeRecord(start) else { throw .notFound(.node, id: start) }
        guard let last = view.nodeRecord(end) else { throw .notFound(.node, id: end) }
        scratch.removeAll(keepingCapacity: true)
        StoredRelationship.append(
            RelationshipRecord(type: type, start: start, end: end), to: &scratch)
        try PropertyBlob.encode(properties, to: &scratch)
        // While the ends' records lie where they were read.
        count(type, first, last, by: 1)
        try transaction.current.write(databases.relationships, id, scratch, .append)
        state.header.nextRelationship = id + 1
        try transaction.pending.adjacency.insert(id, type: type, start: start, end: end)
        transaction.work += 3
        let header = StoredRelationship.headerBytes
        try enterScratch(.relationship, id, tokens: [type], properties: header)
        counters.relationshipsCreated += 1
        counters.propertiesSet += Self.count(scratch, from: header)
        return id
    }

    public func setProperty(_ key: KeyID, ofRelationship id: RelationshipID, to value: Value)
        throws(StoreError)
    {
        try setProperties([(key, value)], ofRelationship: id)
    }

    /// See ``setProperties(_:ofNode:)``.
    public func setProperties(
        _ changes: [(key: KeyID, value: Value)], ofRelationship id: RelationshipID
    ) throws(StoreError) {
        guard let stored = view.storedRelationship(id) else {
            throw .notFound(.relationship, id: id)
        }
        try setProperties(
            changes, of: .relationship, id, stored.bytes,
            properties: StoredRelationship.headerBytes, tokens: { [stored.type] })
    }

    /// Deleting twice does nothing.
    public func deleteRelationship(_ id: RelationshipID) throws(StoreError) {
        guard let stored = view.storedRelationship(id) else { return }
        let record = stored.record
        try leave(.relationship, id, tokens: [record.type], properties: stored.properties)
        try transaction.current.remove(databases.relationships, id)
        transaction.pending.liveChanges.delete(.relationship, id)
        try transaction.pending.adjacency.remove(
            id, type: record.type, start: record.start, end: record.end)
        count(record.type, view.nodeRecord(record.start), view.nodeRecord(record.end), by: -1)
        transaction.work += 3
        counters.relationshipsDeleted += 1
    }

    /// Counts one relationship in or out, at the labels of its ends. An end that was deleted
    /// before its relationships has taken its labels' counts with it.
    private func count(
        _ type: TypeID, _ start: NodeRecord?, _ end: NodeRecord?, by difference: Int64
    ) {
        for (node, direction) in [(start, Direction.outgoing), (end, .incoming)] {
            guard let node else { continue }
            for index in 0..<node.labelCount {
                state.count(.relationships(node.label(at: index), type, direction), by: difference)
            }
        }
        state.count(.type(type), by: difference)
        state.header.relationshipCount += difference
    }
}
