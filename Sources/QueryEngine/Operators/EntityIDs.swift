import GraphStore
import Values

/// The ids that `WHERE id(n) = …`, `IN […]` and their element id forms ask for, row by row.
struct EntityIDs {
    let kind: EntityKind
    /// Element ids are strings: `4:17` for a node, `5:17` for a relationship.
    let areElementIDs: Bool

    /// The ids of one row's value, a single one or a list, each once. What is no id finds nothing.
    func ids(in value: Value) -> [UInt64] {
        guard case .list(let values) = value else { return id(in: value).map { [$0] } ?? [] }
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
