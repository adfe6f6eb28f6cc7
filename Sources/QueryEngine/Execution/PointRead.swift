public import GraphStore
public import Values

/// A statement that returns properties of the one node that a unique index holds for a key, or the
/// node itself: `MATCH (u:User {id: $id}) RETURN u.name, u.age`.
///
/// Applications send it more often than any other, and its operators and batches would cost several
/// times what it reads. So it has no ``Execution``: the index is asked once, and a record for each
/// column.
public struct PointRead: Sendable {
    private enum Item {
        case node
        case property(String)
    }

    private let index: String
    private let key: [BoundExpression]
    private let items: [Item]

    /// Nil where the plan does anything else.
    init?(_ plan: PlanNode) {
        guard case .produceResults(let columns) = plan.operation, !columns.isEmpty else {
            return nil
        }
        var step = plan.children[0]
        var projected: [(slot: Slot, expression: BoundExpression)] = []
        if case .project(let items) = step.operation {
            projected = items
            step = step.children[0]
        }
        guard case .indexSeek(let node, let index, let seek) = step.operation,
            seek.kind == .node, seek.isWholeKey, seek.equal.allSatisfy(\.isGiven),
            case .unit = step.children[0].operation
        else { return nil }
        var items: [Item] = []
        for column in columns {
            let item = projected.last { $0.slot == column.slot }?.expression ?? .slot(column.slot)
            switch item {
            case .slot(node): items.append(.node)
            case .property(.slot(node), let key): items.append(.property(key))
            default: return nil
            }
        }
        self.index = index
        key = seek.equal
        self.items = items
    }

    /// The row, or none, of a snapshot; nil where the index cannot be asked and the statement has to
    /// be executed. A few microseconds.
    ///
    /// Errors: `QueryError` for a parameter that is missing, `StoreError` for a damaged file.
    public func rows(in view: GraphView, _ parameters: ValueMap) throws -> [ResultBatch]? {
        guard let lookup = try UniqueLookup(view, index: index, properties: key.count) else {
            return nil
        }
        let values = try key.map { try $0.given(parameters) }
        guard let node = try lookup.first(values) else { return [] }
        let columns = items.map { Column.constant(value($0, of: node, view), count: 1) }
        try view.checkDamage()
        return [ResultBatch(count: 1, columns: columns)]
    }

    private func value(_ item: Item, of node: NodeID, _ view: GraphView) -> Value {
        switch item {
        case .node: view.nodeValue(node).map { .node($0) } ?? .null
        case .property(let name): view.key(name).map { view.property($0, ofNode: node) } ?? .null
        }
    }
}

extension BoundExpression {
    /// Whether it is known before anything is read.
    fileprivate var isGiven: Bool {
        switch self {
        case .constant, .parameter: true
        default: false
        }
    }

    fileprivate func given(_ parameters: ValueMap) throws(QueryError) -> Value {
        switch self {
        case .constant(let value): value
        case .parameter(let name): try parameters.parameter(name)
        default: preconditionFailure("only what is given is part of a point read's key")
        }
    }
}
