internal import Foundation

extension ScalarFunctions {
    /// Functions on any value, and on what an entity's id alone tells.
    static let scalar: [ScalarFunction] =
        [
            ScalarFunction(
                "coalesce", .scalar, ["input": "ANY"], "ANY", isVariadic: true,
                propagatesNull: false, "The first argument that is not null."
            ) { arguments throws(ValueError) in
                arguments.values.first { !$0.isNull } ?? .null
            },
            ScalarFunction(
                "nullIf", .scalar, ["v1": "ANY", "v2": "ANY"], "ANY", propagatesNull: false,
                "Null if both arguments are equal, else the first one."
            ) { arguments throws(ValueError) in
                Value.equals(arguments[0], arguments[1]) == true ? .null : arguments[0]
            },
            ScalarFunction(
                "valueType", .scalar, ["input": "ANY"], "STRING", propagatesNull: false,
                "The most precise type of a value."
            ) { arguments throws(ValueError) in .string(arguments[0].typeText) },
            ScalarFunction(
                "timestamp", .scalar, [:], "INTEGER",
                "Milliseconds since 1970-01-01T00:00:00Z, the same within a statement."
            ) { arguments throws(ValueError) in
                .integer(arguments.context.clock.statement.epochMillisecond)
            },
            ScalarFunction(
                "rand", .mathematical, [:], "FLOAT", isDeterministic: false,
                "A random number from 0, inclusive, to 1, exclusive."
            ) { arguments throws(ValueError) in
                .float(Double(arguments.context.randomBits() >> 11) * 0x1p-53)
            },
            ScalarFunction(
                "randomUUID", .scalar, [:], "STRING", isDeterministic: false,
                "A random universally unique identifier."
            ) { arguments throws(ValueError) in .string(randomUUID(arguments.context)) },
            ScalarFunction(
                "id", .scalar, ["input": "NODE | RELATIONSHIP"], "INTEGER",
                "The id of a node or relationship."
            ) { arguments throws(ValueError) in
                guard let id = arguments[0].nodeID ?? arguments[0].relationshipID else {
                    throw arguments.wrongType(0, expected: "a node or a relationship")
                }
                return .integer(Int64(truncatingIfNeeded: id))
            },
            ScalarFunction(
                "elementId", .scalar, ["input": "NODE | RELATIONSHIP"], "STRING",
                "The element id of a node or relationship, as drivers see it."
            ) { arguments throws(ValueError) in
                if let id = arguments[0].nodeID { return .string(Value.elementID(node: id)) }
                guard let id = arguments[0].relationshipID else {
                    throw arguments.wrongType(0, expected: "a node or a relationship")
                }
                return .string(Value.elementID(relationship: id))
            },
        ] + sizes

    private static let sizes: [ScalarFunction] = [
        ScalarFunction(
            "size", .scalar, ["input": "STRING | LIST<ANY> | VECTOR"], "INTEGER",
            "How many elements a list, or code points a string has."
        ) { arguments throws(ValueError) in
            switch arguments[0] {
            case .list(let list): .integer(Int64(list.count))
            case .string(let string): .integer(Int64(string.codePointCount))
            case .vector(let elements): .integer(Int64(elements.count))
            default: throw arguments.wrongType(0, expected: "a string or a list")
            }
        },
        ScalarFunction(
            "length", .scalar, ["input": "PATH | STRING | LIST<ANY>"], "INTEGER",
            "How many relationships a path, elements a list, or code points a string has."
        ) { arguments throws(ValueError) in
            switch arguments[0] {
            case .path(let path): .integer(Int64(path.relationships.count))
            case .pathReference(let path): .integer(Int64(path.relationships.count))
            case .list(let list): .integer(Int64(list.count))
            case .string(let string): .integer(Int64(string.codePointCount))
            default: throw arguments.wrongType(0, expected: "a path, a string or a list")
            }
        },
        ScalarFunction(
            "isEmpty", .predicate, ["input": "STRING | LIST<ANY> | MAP"], "BOOLEAN",
            "Whether a list, map or string has nothing in it."
        ) { arguments throws(ValueError) in
            switch arguments[0] {
            case .list(let list): .boolean(list.isEmpty)
            case .map(let map): .boolean(map.isEmpty)
            case .string(let string): .boolean(string.utf8.isEmpty)
            default: throw arguments.wrongType(0, expected: "a string, a list or a map")
            }
        },
    ]

    /// Version 4: 122 random bits.
    private static func randomUUID(_ context: FunctionContext) -> String {
        let high = context.randomBits() & 0xFFFF_FFFF_FFFF_0FFF | 0x4000
        let low = context.randomBits() & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
        let digits = [high, low].map { half in
            let text = String(half, radix: 16)
            return String(repeating: "0", count: 16 - text.utf8.count) + text
        }
        .joined()
        var text = ""
        for (place, digit) in digits.enumerated() {
            if [8, 12, 16, 20].contains(place) { text += "-" }
            text.append(digit)
        }
        return text
    }
}
