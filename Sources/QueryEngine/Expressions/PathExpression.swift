import GraphStore
import Values

/// A path put together from slots; null where a part is null.
final class PathExpression: ColumnExpression {
    private let parts: [PathPart]
    private let context: QueryContext

    init(_ parts: [PathPart], context: QueryContext) {
        self.parts = parts
        self.context = context
    }

    func evaluate(_ batch: Batch) throws -> Column {
        let columns = parts.map { batch[$0.slot] }
        var paths = ContiguousArray<Value>()
        paths.reserveCapacity(batch.count)
        for row in 0..<batch.count {
            paths.append(try path(row, columns).map { .pathReference($0) } ?? .null)
        }
        return .values(paths)
    }

    private func path(_ row: Int, _ columns: [Column]) throws(QueryError) -> PathReference? {
        var nodes: [UInt64] = []
        var relationships: [UInt64] = []
        for (place, part) in parts.enumerated() {
            let value = columns[place].value(row)
            if value.isNull { return nil }
            switch part {
            case .node:
                guard let id = value.nodeID else {
                    throw .wrongType("a path", expected: "a node", found: value)
                }
                // A walk that has arrived already knows its end.
                if nodes.count == relationships.count { nodes.append(id) }
            case .relationship:
                try walk(value, isBeforeNode(place), &nodes, &relationships)
            case .relationships:
                guard case .list(let steps) = value else {
                    throw .wrongType("a path", expected: "a list of relationships", found: value)
                }
                for (number, step) in steps.enumerated() {
                    let endsAtNode = number == steps.count - 1 && isBeforeNode(place)
                    try walk(step, endsAtNode, &nodes, &relationships)
                }
            }
        }
        return PathReference(nodes: nodes, relationships: relationships)
    }

    private func isBeforeNode(_ place: Int) -> Bool {
        guard place + 1 < parts.count, case .node = parts[place + 1] else { return false }
        return true
    }

    /// Where the next part names the node at the other end, it need not be looked up.
    private func walk(
        _ step: Value, _ endsAtNode: Bool, _ nodes: inout [UInt64],
        _ relationships: inout [UInt64]
    ) throws(QueryError) {
        guard let id = step.relationshipID else {
            throw .wrongType("a path", expected: "a relationship", found: step)
        }
        relationships.append(id)
        if endsAtNode { return }
        guard let record = context.relationshipRecord(id), let here = nodes.last else {
            throw .deletedEntity("the relationship \(id)")
        }
        nodes.append(record.start == here ? record.end : record.start)
    }
}
