import Cypher

/// What is known of a value before anything runs. `any` stands for "only the run will tell", so a
/// check complains about nothing that could be right.
indirect enum StaticType: Equatable, Sendable {
    case any, null
    case boolean, integer, float, string, map, node, relationship, path, point, duration
    /// A number of either kind.
    case number
    /// A date or a time of one of the five types.
    case temporal
    case list(StaticType)

    static let anyList = StaticType.list(.any)

    /// Words for messages: Neo4j's names of types.
    var description: String {
        switch self {
        case .any: "Any"
        case .null: "Null"
        case .boolean: "Boolean"
        case .integer: "Integer"
        case .float: "Float"
        case .number: "Integer or Float"
        case .string: "String"
        case .map: "Map"
        case .node: "Node"
        case .relationship: "Relationship"
        case .path: "Path"
        case .point: "Point"
        case .duration: "Duration"
        case .temporal: "Temporal"
        case .list(.any): "List"
        case .list(let element): "List<\(element.description)>"
        }
    }

    var isNumeric: Bool { self == .integer || self == .float || self == .number }

    var isOpen: Bool { self == .any || self == .null }

    var isList: Bool {
        if case .list = self { return true }
        return false
    }

    /// What an item of a list of this type is.
    var element: StaticType {
        if case .list(let element) = self { return element }
        return .any
    }

    /// Whether a value of this type may turn out to be of the other one.
    func mayBe(_ other: StaticType) -> Bool {
        if isOpen || other.isOpen || self == other { return true }
        switch (self, other) {
        case (.number, _): return other.isNumeric
        case (_, .number): return isNumeric
        case (.list(let mine), .list(let theirs)): return mine.mayBe(theirs)
        default: return false
        }
    }

    /// The one type that covers both.
    func joined(with other: StaticType) -> StaticType {
        if self == other || other == .null { return self }
        if self == .null { return other }
        if isNumeric, other.isNumeric { return .number }
        if case .list(let mine) = self, case .list(let theirs) = other {
            return .list(mine.joined(with: theirs))
        }
        return .any
    }
}
