import GraphStore
import Values

/// The ids that `WHERE id(n) = …`, `IN […]` and their element id forms ask for, row by row.
struct EntityIDs {
    private let kind: EntityKind
    private let isList: Bool
    /// Element ids are strings: `4:17` for a node, `5:17` for a relationship.
    private let areElementIDs: Bool
    private let expression: any ColumnExpression

    init(_ kind: EntityKind, _ seek: IDSeek, _ compiler: ExpressionCompiler) throws {
        self.kind = kind
        isList = seek.isList
        areElementIDs = seek.elementIDs
        expression = try compiler.compile(seek.ids)
    }

    /// What the rows ask for.
    func column(_ batch: Batch) throws -> Column { try expression.evaluate(batch) }

    /// The ids of one row's value, each once. What is no id finds nothing.
    func ids(in value: Value) throws(QueryError) -> [UInt64] {
        guard isList else { return id(in: value).map { [$0] } ?? [] }
        if case .null = value { return [] }
        guard case .list(let values) = value else {
            throw QueryError.wrongType("IN", expected: "a list", found: value)
        }
        var seen: Set<UInt64> = []
        return values.compactMap { value in
            id(in: value).flatMap { seen.insert($0).inserted ? $0 : nil }
        }
    }

    private func id(in value: Value) -> UInt64? {
        switch value {
        case .string(let text) where areElementIDs:
            let prefix = kind == .node ? "4:" : "5:"
            guard text.utf8.starts(with: prefix.utf8) else { return nil }
            return UInt64(text.dropFirst(2))
        case .integer(let id) where !areElementIDs: return UInt64(exactly: id)
        case .float(let id) where !areElementIDs: return UInt64(exactly: id)
        default: return nil
        }
    }
}
