internal import LMDB
public import Values

public struct RelationshipRecord: Sendable {
    public let type: TypeID
    public let start: NodeID
    public let end: NodeID
    public init(type: TypeID, start: NodeID, end: NodeID) {
        self.type = type
        self.start = start
        self.end = end
    }
}

/// What can be asked of a node's record.
public enum NodePart: Sendable {
    case whole
    /// Nil for a key that nothing has: null.
    case property(KeyID?)
}

extension GraphView {
    public func nodeExists(_ id: NodeID) -> Bool {
        transaction.get(core.databases.nodes, id) != nil
    }

    public func relationshipExists(_ id: RelationshipID) -> Bool {
        transaction.get(core.databases.relationships, id) != nil
    }

    /// Ascending; empty where the node does not exist.
    public func labels(of node: NodeID) -> [LabelID] { nodeRecord(node)?.labels ?? [] }

    public func hasLabel(_ node: NodeID, _ label: LabelID) -> Bool {
        nodeRecord(node)?.hasLabel(label) ?? false
    }

    public func relationship(_ id: RelationshipID) -> RelationshipRecord? {
        storedRelationship(id)?.record
    }

    /// `.null` where there is no such property or entity.
    public func property(_ key: KeyID, ofNode id: NodeID) -> Value {
        guard let record = nodeRecord(id) else { return .null }
        return value(record.properties.find(key), .node, id)
    }

    public func property(_ key: KeyID, ofRelationship id: RelationshipID) -> Value {
        guard let record = storedRelationship(id) else { return .null }
        return value(record.properties.find(key), .relationship, id)
    }

    /// In key order.
    public func properties(ofNode id: NodeID) -> [(key: KeyID, value: Value)] {
        guard let record = nodeRecord(id) else { return [] }
        return all(record.properties, .node, id)
    }

    public func properties(ofRelationship id: RelationshipID) -> [(key: KeyID, value: Value)] {
        guard let record = storedRelationship(id) else { return [] }
        return all(record.properties, .relationship, id)
    }

    /// Parts of a node, whose record is looked up once; nulls where it does not exist. Nil where
    /// the record is larger than `limit` bytes.
    public func values(of parts: [NodePart], ofNode id: NodeID, within limit: Int = .max)
        -> [Value]?
    {
        guard let record = nodeRecord(id) else {
            return Array(repeating: .null, count: parts.count)
        }
        if record.bytes.count > limit { return nil }
        return parts.map { part in
            switch part {
            case .whole: .node(value(of: record, id))
            case .property(let key?): value(record.properties.find(key), .node, id)
            case .property(nil): .null
            }
        }
    }

    /// The entity as results show it; nil where it does not exist.
    public func nodeValue(_ id: NodeID) -> NodeValue? { nodeRecord(id).map { value(of: $0, id) } }

    private func value(of record: NodeRecord, _ id: NodeID) -> NodeValue {
        NodeValue(
            id: id, labels: record.labels.map { name(label: $0) },
            properties: named(all(record.properties, .node, id)))
    }

    public func relationshipValue(_ id: RelationshipID) -> RelationshipValue? {
        guard let stored = storedRelationship(id) else { return nil }
        return RelationshipValue(
            id: id, type: name(type: stored.type), start: stored.start, end: stored.end,
            properties: named(all(stored.properties, .relationship, id)))
    }

    private func named(_ properties: [(key: KeyID, value: Value)]) -> ValueMap {
        ValueMap(properties.map { (name(key: $0.key), $0.value) })
    }

    // MARK: In place

    /// Valid until the transaction writes or ends.
    func nodeRecord(_ id: NodeID) -> NodeRecord? {
        guard let bytes = transaction.get(core.databases.nodes, id) else { return nil }
        guard let record = NodeRecord(bytes) else {
            noteDamage("node \(id) has a short record")
            return nil
        }
        return record
    }

    /// Valid until the transaction writes or ends.
    func storedRelationship(_ id: RelationshipID) -> StoredRelationship? {
        guard let bytes = transaction.get(core.databases.relationships, id) else { return nil }
        guard let record = StoredRelationship(bytes) else {
            noteDamage("relationship \(id) has a short record")
            return nil
        }
        return record
    }

    private func value(_ lookup: PropertyBlob.Lookup, _ kind: EntityKind, _ id: UInt64) -> Value {
        switch lookup {
        case .absent: return .null
        case .found(let stored): if let value = stored.value { return value }
        case .damaged: break
        }
        noteDamage("\(kind) \(id) has damaged properties")
        return .null
    }

    private func all(_ blob: PropertyBlob, _ kind: EntityKind, _ id: UInt64)
        -> [(key: KeyID, value: Value)]
    {
        if let properties = blob.all() { return properties }
        noteDamage("\(kind) \(id) has damaged properties")
        return []
    }
}
