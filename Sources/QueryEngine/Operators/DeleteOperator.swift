import GraphStore
import Values

/// DELETE and DETACH DELETE of nodes, relationships and paths; null is left alone. What a row names
/// is found out before anything of its batch is deleted. Whether a deleted node still has
/// relationships is checked when the statement ends, for a later clause may delete those.
final class DeleteOperator: Operator {
    private let child: any Operator
    private let entities: [any ColumnExpression]
    private let detach: Bool
    private let output: [Slot]
    private let writer: GraphWriter
    private let context: QueryContext

    init(
        child: any Operator, entities: [any ColumnExpression], detach: Bool, output: [Slot],
        writer: GraphWriter, context: QueryContext
    ) {
        self.child = child
        self.entities = entities
        self.detach = detach
        self.output = output
        self.writer = writer
        self.context = context
    }

    func next() throws -> Batch? {
        guard let batch = try child.next() else { return nil }
        try context.checkpoint()
        let columns = try entities.map { try $0.evaluate(batch) }
        if detach { rememberRelationships(batch) }
        for row in 0..<batch.count {
            for column in columns { try delete(column.value(row)) }
        }
        return batch.keeping(output)
    }

    private func delete(_ value: Value) throws {
        switch value {
        case .null: break
        case .nodeReference(let id): try delete(node: id)
        case .relationshipReference(let id): try delete(relationship: id)
        case .pathReference(let path):
            for id in path.relationships { try delete(relationship: id) }
            for id in path.nodes { try delete(node: id) }
        default:
            throw QueryError(
                .type,
                "InvalidArgumentType: DELETE takes nodes, relationships and paths, not "
                    + "\(value.excerpt) of type \(value.typeText)")
        }
    }

    private func delete(node id: NodeID) throws {
        if detach {
            try writer.detachDeleteNode(id)
        } else {
            try writer.deleteNode(id)
        }
        context.deletions.recordNode()
    }

    private func delete(relationship id: RelationshipID) throws {
        guard let record = context.view.relationship(id) else { return }
        context.deletions.record(id, record)
        try writer.deleteRelationship(id)
    }

    /// Detaching deletes relationships that nobody named; those that rows still hold keep their
    /// type.
    private func rememberRelationships(_ batch: Batch) {
        for slot in output {
            guard case .relationships(let ids)? = batch.columns[slot] else { continue }
            for id in ids where id != Column.absent {
                if let record = context.view.relationship(id) {
                    context.deletions.record(id, record)
                }
            }
        }
    }

    func rewind() { child.rewind() }
}
