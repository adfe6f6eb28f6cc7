extension ScalarFunctions {
    static let list: [ScalarFunction] = [
        ScalarFunction(
            "head", .list, ["list": "LIST<ANY>"], "ANY", "The first element, or null."
        ) { arguments throws(ValueError) in try arguments.list(0).first ?? .null },
        ScalarFunction(
            "last", .list, ["list": "LIST<ANY>"], "ANY", "The last element, or null."
        ) { arguments throws(ValueError) in try arguments.list(0).last ?? .null },
        ScalarFunction(
            "tail", .list, ["list": "LIST<ANY>"], "LIST<ANY>", "All elements but the first."
        ) { arguments throws(ValueError) in .list(Array(try arguments.list(0).dropFirst())) },
        ScalarFunction(
            "reverse", .list, ["input": "STRING | LIST<ANY>"], "STRING | LIST<ANY>",
            "The elements of a list, or the code points of a string, in reverse."
        ) { arguments throws(ValueError) in
            switch arguments[0] {
            case .list(let list): .list(list.reversed())
            case .string(let string):
                .string(String(String.UnicodeScalarView(string.unicodeScalars.reversed())))
            default: throw arguments.wrongType(0, expected: "a string or a list")
            }
        },
        ScalarFunction(
            "range", .list, ["start": "INTEGER", "end": "INTEGER", "step": "INTEGER"],
            "LIST<INTEGER>", optional: 1,
            "The integers from start to end, both included, by steps of 1 or as given."
        ) { arguments throws(ValueError) in
            let start = try rangeArgument(arguments, 0)
            let end = try rangeArgument(arguments, 1)
            let step = arguments.count > 2 ? try rangeArgument(arguments, 2) : 1
            return .list(try range(from: start, to: end, by: step).map { .integer($0) })
        },
        ScalarFunction(
            "keys", .list, ["input": "MAP | NODE | RELATIONSHIP"], "LIST<STRING>",
            "The keys of a map, or of an entity's properties."
        ) { arguments throws(ValueError) in
            .list(try properties(arguments).keys.map { .string($0) })
        },
        ScalarFunction(
            "properties", .scalar, ["input": "MAP | NODE | RELATIONSHIP"], "MAP",
            "An entity's properties as a map; a map is its own."
        ) { arguments throws(ValueError) in .map(try properties(arguments)) },
        ScalarFunction(
            "nodes", .list, ["path": "PATH"], "LIST<NODE>", "The nodes of a path, in order."
        ) { arguments throws(ValueError) in
            switch arguments[0] {
            case .path(let path): .list(path.nodes.map { .node($0) })
            case .pathReference(let path): .list(path.nodes.map { .nodeReference($0) })
            default: throw arguments.wrongType(0, expected: "a path")
            }
        },
        ScalarFunction(
            "relationships", .list, ["path": "PATH"], "LIST<RELATIONSHIP>",
            "The relationships of a path, in order."
        ) { arguments throws(ValueError) in
            switch arguments[0] {
            case .path(let path): .list(path.relationships.map { .relationship($0) })
            case .pathReference(let path):
                .list(path.relationships.map { .relationshipReference($0) })
            default: throw arguments.wrongType(0, expected: "a path")
            }
        },
    ]

    /// Cypher counts the types of `range()` among its bounds: what it cannot count with is an
    /// ArgumentError, as a step of 0 is.
    private static func rangeArgument(_ arguments: Arguments, _ place: Int) throws(ValueError)
        -> Int64
    {
        guard case .integer(let integer) = arguments[place] else {
            let found = arguments[place]
            throw .argument(
                .invalidArgumentType,
                "range() expects integers, but got \(found.excerpt) of type \(found.typeWord)")
        }
        return integer
    }

    /// The numbers of `range()`. Also how many there are is known before any is made:
    /// ``rangeCount(from:to:by:)``.
    public static func range(
        from start: Int64, to end: Int64, by step: Int64
    ) throws(ValueError) -> [Int64] {
        let count = try rangeCount(from: start, to: end, by: step)
        guard count <= UInt64(maximumLength) else {
            throw .outOfRange(
                "range() makes at most \(maximumLength) elements, and \(count) are asked for")
        }
        return (0..<Int64(count)).map { start + $0 * step }
    }

    public static func rangeCount(
        from start: Int64, to end: Int64, by step: Int64
    ) throws(ValueError) -> UInt64 {
        guard step != 0 else { throw .outOfRange("range() takes no step of 0") }
        guard step > 0 ? start <= end : start >= end else { return 0 }
        // The distance may need all 64 bits: it is computed without a sign.
        let distance =
            step > 0
            ? UInt64(bitPattern: end) &- UInt64(bitPattern: start)
            : UInt64(bitPattern: start) &- UInt64(bitPattern: end)
        let (count, overflow) = (distance / step.magnitude).addingReportingOverflow(1)
        return overflow ? .max : count
    }

    private static func properties(_ arguments: Arguments) throws(ValueError) -> ValueMap {
        switch arguments[0] {
        case .map(let map): map
        case .node(let node): node.properties
        case .relationship(let relationship): relationship.properties
        default: throw arguments.wrongType(0, expected: "a map, a node or a relationship")
        }
    }
}
