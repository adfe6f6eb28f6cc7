import GraphStore
import Values

/// Columns as ids, whatever kind an expression left them in.
extension Column {
    /// Node ids; null is ``Column/absent``. Anything but a node is a type error.
    func nodeIDs() throws(QueryError) -> ContiguousArray<NodeID> {
        if case .nodes(let ids) = self { return ids }
        return try ids(of: "a node") { value in
            if case .nodeReference(let id) = value { id } else { nil }
        }
    }

    /// Relationship ids; null is ``Column/absent``. Anything but a relationship is a type error.
    func relationshipIDs() throws(QueryError) -> ContiguousArray<RelationshipID> {
        if case .relationships(let ids) = self { return ids }
        return try ids(of: "a relationship") { value in
            if case .relationshipReference(let id) = value { id } else { nil }
        }
    }

    private func ids(of expected: String, _ id: (Value) -> UInt64?)
        throws(QueryError) -> ContiguousArray<UInt64>
    {
        func checked(_ value: Value) throws(QueryError) -> UInt64 {
            if case .null = value { return Column.absent }
            guard let id = id(value) else {
                throw QueryError(
                    .type,
                    "InvalidArgumentType: expected \(expected), but got \(value.excerpt) of type "
                        + value.typeText)
            }
            return id
        }
        if case .constant(let value, let count) = self {
            return ContiguousArray(repeating: try checked(value), count: count)
        }
        var ids = ContiguousArray<UInt64>()
        ids.reserveCapacity(count)
        for row in 0..<count { ids.append(try checked(value(row))) }
        return ids
    }

    /// The places of the rows at which a predicate is true, or nil where it is true everywhere.
    /// Null is not true; anything but a boolean is a type error.
    func survivors() throws(QueryError) -> ContiguousArray<Int32>? {
        switch self {
        case .booleans: break
        case .constant(.boolean(true), _): return nil
        case .constant(.boolean(false), _), .constant(.null, _): return []
        default:
            for row in 0..<count {
                switch value(row) {
                case .boolean, .null: break
                case let value:
                    throw QueryError(
                        .type,
                        "InvalidArgumentType: a predicate is a boolean, but this is "
                            + "\(value.excerpt) of type \(value.typeText)")
                }
            }
        }
        let rows = trueRows()
        return rows.count == count ? nil : rows
    }
}
