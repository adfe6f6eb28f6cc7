import GraphStore
import Values

/// A statement that returns properties of the one node that a unique index holds for a key, or the
/// node itself: `MATCH (u:User {id: $id}) RETURN u.name, u.age`.
///
/// Applications send it more often than any other, and its operators and batches would cost several
/// times what it reads. So it has none: the index is asked once, and a record for each column.
struct PointRead: Sendable {
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

    /// What is to be asked; nil where the index is not there, not unique or not complete.
    func lookup(_ view: GraphView) throws -> UniqueLookup? {
        try UniqueLookup(view, index: index, properties: key.count)
    }

    /// The row, if there is one.
    func row(_ lookup: UniqueLookup, _ context: QueryContext) throws -> ResultBatch? {
        let compiler = ExpressionCompiler(context: context)
        let values = try key.map(compiler.constantValue)
        guard let node = try lookup.first(values) else { return nil }
        return ResultBatch(
            count: 1, columns: items.map { .constant(value($0, of: node, context), count: 1) })
    }

    private func value(_ item: Item, of node: NodeID, _ context: QueryContext) -> Value {
        switch item {
        case .node: Materializer(context: context).value(.nodeReference(node))
        case .property(let name):
            context.view.key(name).map { context.view.property($0, ofNode: node) } ?? .null
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
}
