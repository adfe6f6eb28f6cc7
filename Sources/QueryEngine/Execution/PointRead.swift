public import GraphStore
public import Values

/// A statement that returns properties of the one node that a unique index holds for a key, or the
/// node itself: `MATCH (u:User {id: $id}) RETURN u.name, u.age`.
///
/// Applications send it more often than any other, and its operators and batches would cost several
/// times what it reads. So it has no ``Execution``: a ``PointReader`` asks the index and the record,
/// once each.
public struct PointRead: Sendable {
    fileprivate enum Item {
        case node
        case property(String)
    }

    fileprivate let index: String
    fileprivate let key: [BoundExpression]
    fileprivate let items: [Item]

    /// How many columns it has.
    public var width: Int { items.count }

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
            seek.kind == .node, seek.isUnique, seek.isWholeKey, seek.equal.allSatisfy(\.isGiven),
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
}

/// Runs a point read over one snapshot, for one call after another: about a microsecond each.
public final class PointReader {
    public enum Row {
        case none
        case values([Value])
        /// It would take more than the limits allow.
        case beyondLimits
    }

    /// What a read may take.
    public struct Limits {
        /// Bytes of the node's record.
        public var recordBytes = Int.max
        /// Entries of the index that begin like the key: several only where it is cut, or an instant
        /// with a zone.
        public var entries = Int.max
        public init() {}
    }

    private let view: GraphView
    private let lookup: UniqueLookup
    private let key: [BoundExpression]
    private let parts: [NodePart]

    /// Nil where the index cannot be asked and the statement has to be executed.
    ///
    /// Errors: `unusable` where the schema is damaged.
    public init?(_ read: PointRead, in view: GraphView) throws(StoreError) {
        guard
            let lookup = try UniqueLookup(view, index: read.index, properties: read.key.count)
        else { return nil }
        self.view = view
        self.lookup = lookup
        key = read.key
        parts = read.items.map { item in
            switch item {
            case .node: .whole
            case .property(let name): .property(view.key(name))
            }
        }
    }

    /// The one row there is.
    ///
    /// Errors: `QueryError` for a parameter that is missing, `StoreError` for a damaged file.
    public func row(_ parameters: ValueMap, within limits: Limits = Limits()) throws -> Row {
        let first = try key[0].given(parameters)
        let others = try key.dropFirst().map { try $0.given(parameters) }
        let search = try lookup.first(within: limits.entries) { place in
            place == 0 ? first : others[place - 1]
        }
        var row = Row.none
        switch search {
        case .none: break
        case .tooMany: row = .beyondLimits
        case .found(let node):
            let values = view.values(of: parts, ofNode: node, within: limits.recordBytes)
            row = values.map { .values($0) } ?? .beyondLimits
        }
        try view.checkDamage()
        return row
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
