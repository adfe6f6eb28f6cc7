/// A property's type as a header names it.
enum ColumnType: String, CaseIterable, Sendable {
    case int, long, short, byte, float, double, boolean, char, string, date, localtime, time
    case localdatetime, datetime, duration, point

    /// The names that headers use, without regard to case; `bool`, `integer` and the like besides.
    init?(name: String) {
        switch name.lowercased() {
        case "integer": self = .int
        case "bool": self = .boolean
        case let name:
            guard let type = ColumnType(rawValue: name) else { return nil }
            self = type
        }
    }
}

/// What a column of a file is for.
enum ColumnRole: Sendable {
    /// `name:ID(Space)`: the node's id, and a property too where it has a name.
    case id(property: String?, space: String, isInteger: Bool?)
    case startID(space: String, isInteger: Bool?)
    case endID(space: String, isInteger: Bool?)
    case label
    case type
    case ignore
    case property(name: String, type: ColumnType, isArray: Bool, options: ColumnOptions)
}

/// What stands in braces behind a type: `{timezone:+02:00}`, `{crs:WGS-84}`.
struct ColumnOptions: Sendable {
    var timezone: String?
    var crs: String?
}
