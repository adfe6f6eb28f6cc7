import Cypher
import GraphStore
import Values

/// For each row the relationships with some ids, as far as they exist, with both ends: twice for
/// `.either`, unless both ends are one node.
final class RelationshipByIDOperator: Operator {
    private let child: any Operator
    private let relationship: Slot
    private let start: Slot
    private let end: Slot
    private let ids: EntityIDs
    private let direction: Cypher.Direction
    private let carried: [Slot]
    private let context: QueryContext

    init(
        child: any Operator, relationship: Slot, start: Slot, end: Slot, ids: EntityIDs,
        direction: Cypher.Direction, output: [Slot], context: QueryContext
    ) {
        self.child = child
        self.relationship = relationship
        self.start = start
        self.end = end
        self.ids = ids
        self.direction = direction
        self.context = context
        carried = output.filter { ![relationship, start, end].contains($0) }
    }

    func next() throws -> Batch? {
        while let input = try child.next() {
            try context.checkpoint()
            let wanted = try ids.column(input)
            var rows = Rows()
            for row in 0..<input.count {
                for id in try ids.ids(in: wanted.value(row)) {
                    if let record = context.view.relationship(id) {
                        append(record, id, Int32(row), to: &rows)
                    }
                }
            }
            context.databaseHits += rows.sources.count
            if rows.sources.isEmpty { continue }
            var batch = input.gathered(rows.sources, slots: carried)
            batch[relationship] = .relationships(rows.relationships)
            batch[start] = .nodes(rows.starts)
            batch[end] = .nodes(rows.ends)
            return batch
        }
        return nil
    }

    private struct Rows {
        var sources: ContiguousArray<Int32> = []
        var relationships: ContiguousArray<RelationshipID> = []
        var starts: ContiguousArray<NodeID> = []
        var ends: ContiguousArray<NodeID> = []

        mutating func append(
            _ source: Int32, _ relationship: RelationshipID, _ start: NodeID, _ end: NodeID
        ) {
            sources.append(source)
            relationships.append(relationship)
            starts.append(start)
            ends.append(end)
        }
    }

    private func append(
        _ record: RelationshipRecord, _ id: RelationshipID, _ source: Int32, to rows: inout Rows
    ) {
        if direction != .incoming { rows.append(source, id, record.start, record.end) }
        if direction == .incoming || (direction == .either && record.start != record.end) {
            rows.append(source, id, record.end, record.start)
        }
    }

    func rewind() { child.rewind() }
}
