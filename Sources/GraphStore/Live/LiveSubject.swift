/// What a live column is of.
enum LiveSubject: Hashable, Sendable {
    case property(EntityKind, KeyID)
    /// Which nodes have the label.
    case label(LabelID)

    var kind: EntityKind {
        switch self {
        case .property(let kind, _): kind
        case .label: .node
        }
    }
}

/// What one write transaction did to entities that were there before it, as far as live columns
/// are concerned: where they must not be trusted afterwards. Statements that were rolled back may
/// be in it: trusting too little is right, only slower.
///
/// Entities that the transaction created are left out: their ids lie behind every column.
struct LiveChanges: Sendable {
    private(set) var changed: [LiveSubject: ContiguousArray<UInt64>] = [:]
    private(set) var deletedNodes: ContiguousArray<NodeID> = []
    private(set) var deletedRelationships: ContiguousArray<RelationshipID> = []
    private(set) var count = 0
    private let limit: Int
    private let nextNode: NodeID
    private let nextRelationship: RelationshipID

    /// Ids from `nextNode` and `nextRelationship` on are new in this transaction.
    init(nextNode: NodeID, nextRelationship: RelationshipID, limit: Int) {
        self.nextNode = nextNode
        self.nextRelationship = nextRelationship
        self.limit = limit
    }

    /// There are more changes than are collected.
    var isEverything: Bool { count > limit }

    /// Whether nothing that was there has changed in it: the last commit's columns are true then.
    func leaves(_ subject: LiveSubject) -> Bool {
        let deleted = subject.kind == .node ? deletedNodes : deletedRelationships
        return !isEverything && deleted.isEmpty && changed[subject] == nil
    }

    mutating func change(_ subject: LiveSubject, of id: UInt64) {
        guard take(subject.kind, id) else { return }
        changed[subject, default: []].append(id)
    }

    mutating func delete(_ kind: EntityKind, _ id: UInt64) {
        guard take(kind, id) else { return }
        switch kind {
        case .node: deletedNodes.append(id)
        case .relationship: deletedRelationships.append(id)
        }
    }

    private mutating func take(_ kind: EntityKind, _ id: UInt64) -> Bool {
        guard id < (kind == .node ? nextNode : nextRelationship), count <= limit else {
            return false
        }
        count += 1
        return !isEverything
    }
}
