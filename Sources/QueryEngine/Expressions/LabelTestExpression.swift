import GraphStore
import Values

/// A label or type name; its token is looked up once it exists.
final class LabelToken {
    let name: String
    private var label: LabelID?
    private var type: TypeID?

    init(_ name: String) { self.name = name }

    /// Looked up again until it is known: the statement itself may make it.
    func label(in view: GraphView) -> LabelID? {
        if label == nil { label = view.label(name) }
        return label
    }

    func type(in view: GraphView) -> TypeID? {
        if type == nil { type = view.type(name) }
        return type
    }
}

/// A label expression, ready to be tested.
indirect enum LabelTest {
    case name(LabelToken)
    case and(LabelTest, LabelTest)
    case or(LabelTest, LabelTest)
    case not(LabelTest)
    /// Any label at all; every relationship has its one type.
    case wildcard
    /// A string, or a list of strings of which all must be there, or one.
    case dynamic(any ColumnExpression, all: Bool)
}

/// `n:A&(B|!C)`, `r:TYPE`: the store is asked once a name and batch.
final class LabelTestExpression: ColumnExpression {
    private let subject: any ColumnExpression
    private let test: LabelTest
    private let context: QueryContext
    private var view: GraphView { context.view }

    init(_ subject: any ColumnExpression, _ test: LabelTest, context: QueryContext) {
        self.subject = subject
        self.test = test
        self.context = context
    }

    func evaluate(_ batch: Batch) throws -> Column {
        let column = try subject.evaluate(batch)
        switch column {
        case .nodes(let ids): return .booleans(try flags(.node, ids, batch))
        case .relationships(let ids): return .booleans(try flags(.relationship, ids, batch))
        default: return .booleans(try general(column, batch))
        }
    }

    /// Nodes and relationships mixed with nulls: tested apart, each with their rows' own batch.
    private func general(_ column: Column, _ batch: Batch) throws -> ContiguousArray<UInt8> {
        var result = ContiguousArray<UInt8>(repeating: 2, count: batch.count)
        var nodes = ContiguousArray<UInt64>(repeating: Column.absent, count: batch.count)
        var relationships = nodes
        var hasNodes = false
        var hasRelationships = false
        for row in 0..<batch.count {
            let value = column.value(row)
            if value.isNull { continue }
            if let id = value.nodeID {
                nodes[row] = id
                hasNodes = true
            } else if let id = value.relationshipID {
                relationships[row] = id
                hasRelationships = true
            } else {
                throw QueryError.wrongType(
                    ":", expected: "a node or a relationship", found: value)
            }
        }
        for (kind, ids, isThere) in [
            (EntityKind.node, nodes, hasNodes),
            (.relationship, relationships, hasRelationships),
        ] where isThere {
            let flags = try flags(kind, ids, batch)
            for row in 0..<batch.count where ids[row] != Column.absent { result[row] = flags[row] }
        }
        return result
    }

    private func flags(_ kind: EntityKind, _ ids: ContiguousArray<UInt64>, _ batch: Batch) throws
        -> ContiguousArray<UInt8>
    {
        let types = kind == .relationship ? self.types(of: ids) : []
        var flags = try evaluate(test, kind, ids, types, batch)
        for row in 0..<ids.count where ids[row] == Column.absent { flags[row] = 2 }
        return flags
    }

    /// `UInt32.max` where there is no such relationship.
    private func types(of ids: ContiguousArray<UInt64>) -> ContiguousArray<TypeID> {
        ContiguousArray(
            ids.lazy.map { id in
                id == Column.absent
                    ? TypeID.max : self.context.relationshipRecord(id)?.type ?? TypeID.max
            })
    }

    private func evaluate(
        _ test: LabelTest, _ kind: EntityKind, _ ids: ContiguousArray<UInt64>,
        _ types: ContiguousArray<TypeID>, _ batch: Batch
    ) throws -> ContiguousArray<UInt8> {
        switch test {
        case .name(let token):
            return kind == .node
                ? nodesHave(token.label(in: view), ids) : areOf(token.type(in: view), types)
        case .and(let left, let right):
            return BooleanKernels.and(
                try evaluate(left, kind, ids, types, batch),
                try evaluate(right, kind, ids, types, batch))
        case .or(let left, let right):
            return BooleanKernels.or(
                try evaluate(left, kind, ids, types, batch),
                try evaluate(right, kind, ids, types, batch))
        case .not(let inner):
            return BooleanKernels.not(try evaluate(inner, kind, ids, types, batch))
        case .wildcard:
            if kind == .relationship { return ContiguousArray(repeating: 1, count: ids.count) }
            return ContiguousArray(
                ids.lazy.map { id in
                    id != Column.absent && !self.view.labels(of: id).isEmpty ? 1 : 0
                })
        case .dynamic(let expression, let all):
            return try dynamic(expression.evaluate(batch), all: all, kind, ids, types)
        }
    }

    private func nodesHave(_ label: LabelID?, _ ids: ContiguousArray<UInt64>)
        -> ContiguousArray<UInt8>
    {
        guard let label else { return ContiguousArray(repeating: 0, count: ids.count) }
        var flags = ContiguousArray<UInt8>()
        flags.reserveCapacity(ids.count)
        ids.withUnsafeBufferPointer { view.testLabel(label, of: $0, into: &flags) }
        return flags
    }

    private func areOf(_ type: TypeID?, _ types: ContiguousArray<TypeID>)
        -> ContiguousArray<UInt8>
    {
        guard let type else { return ContiguousArray(repeating: 0, count: types.count) }
        return ContiguousArray(types.lazy.map { $0 == type ? 1 : 0 })
    }

    private func dynamic(
        _ names: Column, all: Bool, _ kind: EntityKind, _ ids: ContiguousArray<UInt64>,
        _ types: ContiguousArray<TypeID>
    ) throws -> ContiguousArray<UInt8> {
        var flags = ContiguousArray<UInt8>(repeating: 0, count: ids.count)
        for row in 0..<ids.count where ids[row] != Column.absent {
            let wanted = try Self.names(names.value(row))
            func holds(_ name: String) -> Bool {
                kind == .node
                    ? view.label(name).map { view.hasLabel(ids[row], $0) } ?? false
                    : view.type(name) == types[row]
            }
            flags[row] = (all ? wanted.allSatisfy(holds) : wanted.contains(where: holds)) ? 1 : 0
        }
        return flags
    }

    private static func names(_ value: Value) throws(QueryError) -> [String] {
        switch value {
        case .string(let name): return [name]
        case .list(let elements):
            var names: [String] = []
            for element in elements {
                guard case .string(let name) = element else {
                    throw .wrongType("$()", expected: "names", found: element)
                }
                names.append(name)
            }
            return names
        default: throw .wrongType("$()", expected: "a name or a list of names", found: value)
        }
    }
}
