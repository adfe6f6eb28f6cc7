/// A property's type as a header names it.
enum ColumnType: String, CaseIterable, Sendable {
    case int, long, short, byte, float, double, boolean, char, string, date, localtime, time
    case localdatetime, datetime, duration, point

    /// The names that headers use, without regard to case; `integer` and `bool` besides.
    init?(name: String) {
        switch name.lowercased() {
        case "integer": self = .long
        case "bool": self = .boolean
        case let name:
            guard let type = ColumnType(rawValue: name) else { return nil }
            self = type
        }
    }
}

/// What a column of a file is for.
enum ColumnRole: Sendable, Equatable {
    /// `name:ID(Space)`: the node's id, and a property too where it has a name.
    case id(property: String?, IDSpace)
    case startID(IDSpace)
    case endID(IDSpace)
    case label
    case type
    case ignore
    case property(name: String, type: ColumnType, isArray: Bool, options: ColumnOptions)

    var propertyName: String? {
        switch self {
        case .id(let property, _): property
        case .property(let name, _, _, _): name
        default: nil
        }
    }
}

/// In which space an id is unique, and how it is written.
struct IDSpace: Sendable, Equatable {
    /// Empty is the global space.
    var name = ""
    /// nil: as the import's options say.
    var idType: ImportOptions.IDType?
}

/// What stands in braces behind a type: `{timezone:+02:00}`, `{crs:WGS-84}`.
struct ColumnOptions: Sendable, Equatable {
    /// For `time` and `datetime` fields that name no zone themselves.
    var timezone: String?
    /// For points that name no coordinate system themselves.
    var crs: String?
}
