import GraphStore
import Values

/// Turns ids into copies of what they stand for, wherever they are: in columns, lists, maps, paths.
struct Materializer {
    let context: QueryContext

    func column(_ column: Column) -> Column {
        switch column {
        case .integers, .floats, .booleans, .strings: return column
        case .nodes(let ids):
            return .values(
                ContiguousArray(ids.lazy.map { $0 == Column.absent ? .null : node($0) }))
        case .relationships(let ids):
            return .values(
                ContiguousArray(
                    ids.lazy.map { $0 == Column.absent ? .null : relationship($0) }))
        case .constant(let constant, let count):
            return .constant(value(constant), count: count)
        case .values(let values):
            return .values(ContiguousArray(values.lazy.map { value($0) }))
        }
    }

    func value(_ value: Value) -> Value {
        switch value {
        case .nodeReference(let id): return node(id)
        case .relationshipReference(let id): return relationship(id)
        case .pathReference(let path):
            return .path(
                PathValue(
                    nodes: path.nodes.map(nodeValue),
                    relationships: path.relationships.map(relationshipValue)))
        case .list(let values):
            return values.contains(where: Self.mayHoldReference)
                ? .list(values.map { self.value($0) }) : value
        case .map(let map):
            return map.values.contains(where: Self.mayHoldReference)
                ? .map(
                    ValueMap(uniqueKeys: map.keys, values: map.values.map { self.value($0) }))
                : value
        default: return value
        }
    }

    private static func mayHoldReference(_ value: Value) -> Bool {
        switch value {
        case .nodeReference, .relationshipReference, .pathReference, .list, .map: true
        default: false
        }
    }

    private func node(_ id: NodeID) -> Value { .node(nodeValue(id)) }
    private func relationship(_ id: RelationshipID) -> Value {
        .relationship(relationshipValue(id))
    }

    /// A node that the statement has deleted is shown without labels and properties.
    private func nodeValue(_ id: NodeID) -> NodeValue {
        context.view.nodeValue(id) ?? NodeValue(id: id, labels: [], properties: ValueMap())
    }

    /// A deleted relationship keeps its type and its ends.
    private func relationshipValue(_ id: RelationshipID) -> RelationshipValue {
        if let value = context.view.relationshipValue(id) { return value }
        let record = context.deletions.relationships[id]
        return RelationshipValue(
            id: id, type: record.map { context.view.name(type: $0.type) } ?? "",
            start: record?.start ?? Column.absent, end: record?.end ?? Column.absent,
            properties: ValueMap())
    }
}
