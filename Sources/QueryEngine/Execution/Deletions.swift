import GraphStore

/// What a statement has deleted. Rows still hold the ids: reading data of a deleted entity is an
/// error, but what a relationship *is* (its type, its ends) stays known to the statement.
struct Deletions {
    /// False until something is deleted: then expressions look whether an entity is still there.
    private(set) var isEmpty = true
    /// Deleted relationships as they were.
    private(set) var relationships: [RelationshipID: RelationshipRecord] = [:]

    mutating func recordNode() { isEmpty = false }

    mutating func record(_ id: RelationshipID, _ relationship: RelationshipRecord) {
        isEmpty = false
        relationships[id] = relationship
    }
}

extension QueryContext {
    /// Type and ends of a relationship, also of one that this statement has deleted.
    func relationshipRecord(_ id: RelationshipID) -> RelationshipRecord? {
        view.relationship(id) ?? deletions.relationships[id]
    }

    /// Whether the statement holds an id of a node that is gone.
    func isDeleted(node id: NodeID) -> Bool { !deletions.isEmpty && !view.nodeExists(id) }

    func isDeleted(relationship id: RelationshipID) -> Bool {
        !deletions.isEmpty && !view.relationshipExists(id)
    }

    /// The writer; a plan that writes never runs without one.
    func requireWriter() throws(QueryError) -> GraphWriter {
        guard let writer else {
            throw QueryError(.readOnly, "A statement that writes needs a write transaction.")
        }
        return writer
    }
}
