/// Reaching into lists and maps: `list[2]`, `list[1..3]`, `map['key']`.
extension Value {
    /// `container[index]`. Negative places count from a list's end; what is not there is null.
    ///
    /// Nodes and relationships answer where they are copies; references are the query engine's.
    public static func element(of container: Value, at index: Value) throws(ValueError) -> Value {
        switch (container, index) {
        case (.null, _), (_, .null): return .null
        case (.list(let list), .integer(let place)):
            return element(of: list.count, at: place).map { list[$0] } ?? .null
        case (.vector(let elements), .integer(let place)):
            return element(of: elements.count, at: place)
                .map { .float(Double(elements[$0])) } ?? .null
        case (.list, _), (.vector, _):
            throw .type(
                .listElementAccessByNonInteger,
                "a list is indexed by an integer, not by \(index.excerpt) of type "
                    + index.typeWord)
        case (.map(let map), .string(let key)): return map[key] ?? .null
        case (.node(let node), .string(let key)): return node.properties[key] ?? .null
        case (.relationship(let relationship), .string(let key)):
            return relationship.properties[key] ?? .null
        case (.map, _), (.node, _), (.relationship, _):
            throw .type(
                .mapElementAccessByNonString,
                "a map is accessed by a string, not by \(index.excerpt) of type \(index.typeWord)")
        default:
            throw .wrongType("[ ]", expected: "a list or a map", found: container)
        }
    }

    private static func element(of count: Int, at place: Int64) -> Int? {
        let resolved = place < 0 ? place + Int64(count) : place
        return (0..<Int64(count)).contains(resolved) ? Int(resolved) : nil
    }

    /// `list[from..to]`: the end is not included, a missing bound (nil) is the list's own, and
    /// bounds outside are cut. A bound that is null makes the result null.
    public static func slice(
        _ list: Value, from start: Value?, to end: Value?
    ) throws(ValueError) -> Value {
        if list.isNull { return .null }
        guard case .list(let elements) = list else {
            throw .wrongType("[ .. ]", expected: "a list", found: list)
        }
        let count = Int64(elements.count)
        func bound(_ value: Value?, missing: Int64) throws(ValueError) -> Int64? {
            switch value {
            case nil: return missing
            case .null?: return nil
            case .integer(let place)?:
                return min(max(place < 0 ? place + count : place, 0), count)
            case let value?: throw .wrongType("[ .. ]", expected: "integers", found: value)
            }
        }
        guard let first = try bound(start, missing: 0), let last = try bound(end, missing: count)
        else { return .null }
        return .list(first < last ? Array(elements[Int(first)..<Int(last)]) : [])
    }
}
