internal import LMDB
public import Values

extension GraphWriter {
    /// Null values are left out. Labels and keys may repeat; the last value of a key wins.
    public func createNode(labels: [LabelID], properties: [(key: KeyID, value: Value)])
        throws(StoreError) -> NodeID
    {
        let labels = labels.count < 2 ? labels : Set(labels).sorted()
        let id = state.header.nextNode
        scratch.removeAll(keepingCapacity: true)
        try NodeRecord.append(labels: labels, to: &scratch)
        let header = scratch.count
        try PropertyBlob.encode(properties, to: &scratch)
        try transaction.current.write(databases.nodes, id, scratch, .append)
        state.header.nextNode = id + 1
        state.header.nodeCount += 1
        for label in labels {
            try transaction.current.write(databases.labels, LabelKey.encode(label, id), [])
            state.count(.label(label), by: 1)
        }
        transaction.work += 1 + labels.count
        try enterScratch(.node, id, tokens: labels, properties: header)
        counters.nodesCreated += 1
        counters.labelsAdded += labels.count
        counters.propertiesSet += Self.count(scratch, from: header)
        return id
    }

    /// Properties in the blob that begins at `offset`.
    static func count(_ record: [UInt8], from offset: Int) -> Int {
        record.lend { PropertyBlob($0.part(offset..<record.count)).count ?? 0 }
    }

    /// Null removes. Setting a property to the value it has counts as set.
    public func setProperty(_ key: KeyID, ofNode id: NodeID, to value: Value) throws(StoreError) {
        try setProperties([(key, value)], ofNode: id)
    }

    /// Sets several properties in one write, for little more than one of them costs. Of a key that
    /// repeats the last value counts.
    public func setProperties(
        _ changes: [(key: KeyID, value: Value)], ofNode id: NodeID
    ) throws(StoreError) {
        guard let record = view.nodeRecord(id) else { throw .notFound(.node, id: id) }
        try setProperties(
            changes, of: .node, id, record.bytes,
            properties: record.bytes.count - record.properties.bytes.count,
            tokens: { record.labels })
    }

    /// Returns whether the node did not have it.
    public func addLabel(_ label: LabelID, to node: NodeID) throws(StoreError) -> Bool {
        guard let record = view.nodeRecord(node) else { throw .notFound(.node, id: node) }
        if record.hasLabel(label) { return false }
        var labels = record.labels
        let others = labels
        labels.append(label)
        labels.sort()
        let properties = Array(record.properties.bytes)
        try rewrite(node, labels: labels, properties: properties)
        try transaction.current.write(databases.labels, LabelKey.encode(label, node), [])
        transaction.pending.liveChanges.change(.label(label), of: node)
        state.count(.label(label), by: 1)
        try countRelationships(of: node, labels: [label], knownLabels: others, by: 1)
        try properties.lend { (bytes) throws(StoreError) in
            try enter(
                .node, node, tokens: [label], beside: others, properties: PropertyBlob(bytes))
        }
        counters.labelsAdded += 1
        return true
    }

    public func removeLabel(_ label: LabelID, from node: NodeID) throws(StoreError) -> Bool {
        guard let record = view.nodeRecord(node), record.hasLabel(label) else { return false }
        let labels = record.labels
        let properties = Array(record.properties.bytes)
        let others = labels.filter { $0 != label }
        try rewrite(node, labels: others, properties: properties)
        try transaction.current.remove(databases.labels, LabelKey.encode(label, node))
        transaction.pending.liveChanges.change(.label(label), of: node)
        state.count(.label(label), by: -1)
        try countRelationships(of: node, labels: [label], knownLabels: labels, by: -1)
        try properties.lend { (bytes) throws(StoreError) in
            try leave(
                .node, node, tokens: [label], beside: others, properties: PropertyBlob(bytes))
        }
        counters.labelsRemoved += 1
        return true
    }

    private func rewrite(_ node: NodeID, labels: [LabelID], properties: [UInt8])
        throws(StoreError)
    {
        scratch.removeAll(keepingCapacity: true)
        try NodeRecord.append(labels: labels, to: &scratch)
        scratch.append(contentsOf: properties)
        try transaction.current.write(databases.nodes, node, scratch)
        transaction.work += 2
    }

    /// Removes the node's record, labels and index entries. Its relationships stay until they are
    /// deleted too; `checkDeletions()` says whether some are left. Deleting twice does nothing.
    public func deleteNode(_ id: NodeID) throws(StoreError) {
        guard let record = view.nodeRecord(id) else { return }
        let labels = record.labels
        let hasRelationships = try countRelationships(
            of: id, labels: labels, knownLabels: labels, by: -1)
        try leave(.node, id, tokens: labels, properties: record.properties)
        for label in labels {
            try transaction.current.remove(databases.labels, LabelKey.encode(label, id))
            state.count(.label(label), by: -1)
        }
        try transaction.current.remove(databases.nodes, id)
        transaction.pending.liveChanges.delete(.node, id)
        state.header.nodeCount -= 1
        transaction.work += 1 + labels.count
        if hasRelationships { touched.deletedConnected.insert(id) }
        counters.nodesDeleted += 1
    }

    /// Deletes the node's relationships, then the node.
    public func detachDeleteNode(_ id: NodeID) throws(StoreError) {
        guard let record = view.nodeRecord(id) else {
            // Deleted already, perhaps with relationships left.
            if touched.deletedConnected.contains(id) { try deleteRelationships(of: id, labels: []) }
            return
        }
        try deleteRelationships(of: id, labels: record.labels)
        try deleteNode(id)
    }

    private func deleteRelationships(of node: NodeID, labels: [LabelID]) throws(StoreError) {
        for direction in Direction.allCases {
            for type in typesPossible(labels: labels, direction) {
                var found: [RelationshipID] = []
                view.keptReader(type, direction).forEachRun(of: node) { _, ids in
                    found.append(contentsOf: ids)
                }
                for id in found { try deleteRelationship(id) }
            }
        }
    }

    /// At the end of a statement: throws `nodeHasRelationships` for a node deleted by this
    /// transaction that still has some.
    public func checkDeletions() throws(StoreError) {
        for node in touched.deletedConnected {
            for direction in Direction.allCases {
                for type in typesPossible(labels: [], direction)
                where view.keptReader(type, direction).degree(node) > 0 {
                    throw .nodeHasRelationships(node)
                }
            }
        }
        touched.deletedConnected.removeAll()
    }

    // MARK: Counts

    /// The types that a node with these labels may have relationships of, by the counts.
    private func typesPossible(labels: [LabelID], _ direction: Direction) -> [TypeID] {
        (0..<TypeID(state.catalogue.names(.type).count)).filter { type in
            guard let label = labels.first else { return view.relationshipCount(type: type) > 0 }
            return view.relationshipCount(label: label, type: type, direction: direction) > 0
        }
    }

    /// Counts a node's relationships in or out of labels; says whether it has any.
    /// Cost: a degree for each type and direction that the node's labels are known to have.
    @discardableResult
    private func countRelationships(
        of node: NodeID, labels: [LabelID], knownLabels: [LabelID], by sign: Int64
    ) throws(StoreError) -> Bool {
        var any = false
        for direction in Direction.allCases {
            for type in typesPossible(labels: knownLabels, direction) {
                let degree = view.keptReader(type, direction).degree(node)
                if degree == 0 { continue }
                any = true
                for label in labels {
                    state.count(.relationships(label, type, direction), by: sign * Int64(degree))
                }
            }
        }
        return any
    }
}
