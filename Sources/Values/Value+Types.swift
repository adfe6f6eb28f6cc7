/// A type as `IS ::` and type constraints name it. A type includes null unless it is `notNull`.
public indirect enum TypeName: Hashable, Sendable {
    case null, boolean, integer, float, string, date, localTime, zonedTime, localDateTime
    case zonedDateTime, duration, point, node, relationship, path, map, any, propertyValue, nothing
    case bytes, vector
    case list(TypeName)
    case union([TypeName])
    case notNull(TypeName)
}

extension Value {
    /// `self IS :: type`. Cost: the size of the value for lists, else constant.
    public func conforms(to type: TypeName) -> Bool {
        switch (type, self) {
        case (.nothing, _): false
        case (.notNull(_), .null): false
        case (.notNull(let type), _): conforms(to: type)
        case (.union(let types), _): types.contains { conforms(to: $0) }
        case (_, .null): true
        case (.any, _): true
        case (.boolean, .boolean), (.integer, .integer), (.float, .float), (.string, .string),
            (.date, .date), (.localTime, .localTime), (.zonedTime, .time),
            (.localDateTime, .localDateTime), (.zonedDateTime, .dateTime),
            (.duration, .duration), (.point, .point), (.map, .map), (.bytes, .bytes),
            (.vector, .vector), (.node, .node), (.node, .nodeReference),
            (.relationship, .relationship), (.relationship, .relationshipReference),
            (.path, .path), (.path, .pathReference):
            true
        case (.list(let type), .list(let elements)): elements.allSatisfy { $0.conforms(to: type) }
        case (.propertyValue, _): isStorable
        default: false
        }
    }

    /// Whether a property can hold it: no maps, no entities, and lists of one storable kind
    /// without nulls. Integers and floats mix, and are stored as they are.
    public var isStorable: Bool {
        switch self {
        case .null, .map, .node, .nodeReference, .relationship, .relationshipReference, .path,
            .pathReference:
            false
        case .list(let elements):
            elements.allSatisfy { $0.isScalarProperty && $0.hasKind(of: elements[0]) }
        default: true
        }
    }

    private var isScalarProperty: Bool {
        switch self {
        case .list, .bytes, .vector: false
        default: isStorable
        }
    }

    private func hasKind(of other: Value) -> Bool {
        switch (self, other) {
        case (.integer, .float), (.float, .integer): true
        default: typeWord == other.typeWord
        }
    }

    /// The bare name of the kind: `INTEGER`, `LIST`.
    public var typeWord: String {
        switch self {
        case .null: "NULL"
        case .boolean: "BOOLEAN"
        case .integer: "INTEGER"
        case .float: "FLOAT"
        case .string: "STRING"
        case .bytes: "BYTES"
        case .list: "LIST"
        case .map: "MAP"
        case .date: "DATE"
        case .localTime: "LOCAL TIME"
        case .time: "ZONED TIME"
        case .localDateTime: "LOCAL DATETIME"
        case .dateTime: "ZONED DATETIME"
        case .duration: "DURATION"
        case .point: "POINT"
        case .vector: "VECTOR"
        case .node, .nodeReference: "NODE"
        case .relationship, .relationshipReference: "RELATIONSHIP"
        case .path, .pathReference: "PATH"
        }
    }

    /// The most precise type as `valueType()` gives it: `LIST<INTEGER NOT NULL> NOT NULL`.
    public var typeText: String {
        switch self {
        case .null: "NULL"
        case .list(let elements): "LIST<\(Value.typeText(ofElements: elements))> NOT NULL"
        case .vector(let elements): "VECTOR<FLOAT32>(\(elements.count)) NOT NULL"
        default: typeWord + " NOT NULL"
        }
    }

    /// The order in which a union names its members.
    private static let unionOrder = [
        "BOOLEAN", "STRING", "INTEGER", "FLOAT", "DATE", "LOCAL TIME", "ZONED TIME",
        "LOCAL DATETIME", "ZONED DATETIME", "DURATION", "POINT", "VECTOR", "NODE", "RELATIONSHIP",
        "BYTES", "MAP", "LIST", "PATH",
    ]

    private static func typeText(ofElements elements: [Value]) -> String {
        if elements.isEmpty { return "NOTHING" }
        var types: [String: String] = [:]
        for element in elements where !element.isNull {
            types[element.typeText] = element.typeWord
        }
        if types.isEmpty { return "NULL" }
        let sorted = types.sorted { left, right in
            let leftPlace = unionOrder.firstIndex(of: left.value) ?? unionOrder.count
            let rightPlace = unionOrder.firstIndex(of: right.value) ?? unionOrder.count
            return (leftPlace, left.key) < (rightPlace, right.key)
        }
        let admitsNull = elements.contains { $0.isNull }
        return sorted.map { type, _ in
            admitsNull ? String(type.dropLast(" NOT NULL".count)) : type
        }
        .joined(separator: " | ")
    }
}
