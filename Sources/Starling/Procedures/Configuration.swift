internal import GraphStore
internal import QueryEngine
internal import Values

/// A procedure's `{…}` argument: typed look-ups with defaults, and a clear error for what is of
/// another type, out of range, or not an option at all.
struct Configuration {
    private let map: ValueMap
    private let procedure: String
    private let known: [String]

    /// Throws for keys that are not among `known`.
    init(_ value: Value, of procedure: String, known: [String]) throws {
        switch value {
        case .null: map = ValueMap()
        case .map(let map): self.map = map
        default:
            throw QueryError(.argument, "\(procedure): the configuration must be a map.")
        }
        self.procedure = procedure
        self.known = known
        for key in map.keys where !known.contains(key) {
            throw QueryError(
                .argument,
                "\(procedure): there is no option `\(key)`."
                    + NearestName.hint(for: key, among: known) + " The options are "
                    + known.joined(separator: ", ") + ".")
        }
    }

    func has(_ key: String) -> Bool { value(key) != nil }

    func integer(_ key: String, default fallback: Int, in range: ClosedRange<Int>) throws -> Int {
        switch value(key) {
        case nil: return fallback
        case .integer(let number)? where range.contains(Int(number)): return Int(number)
        default:
            throw wrong(key, "an integer from \(range.lowerBound) to \(range.upperBound)")
        }
    }

    func number(_ key: String) throws -> Double? {
        switch value(key) {
        case nil: return nil
        case .integer(let number)?: return Double(number)
        case .float(let number)? where number.isFinite: return number
        default: throw wrong(key, "a number")
        }
    }

    func boolean(_ key: String, default fallback: Bool) throws -> Bool {
        switch value(key) {
        case nil: return fallback
        case .boolean(let flag)?: return flag
        default: throw wrong(key, "true or false")
        }
    }

    func string(_ key: String) throws -> String? {
        switch value(key) {
        case nil: return nil
        case .string(let text)?: return text
        default: throw wrong(key, "a string")
        }
    }

    /// One of an enumeration's names, without regard to case.
    func choice<Choice: RawRepresentable>(_ key: String, among all: [Choice]) throws -> Choice?
    where Choice.RawValue == String {
        guard let text = try string(key) else { return nil }
        if let match = all.first(where: { $0.rawValue.lowercased() == text.lowercased() }) {
            return match
        }
        throw wrong(key, "one of " + all.map { "'\($0.rawValue)'" }.joined(separator: ", "))
    }

    /// A list; a single value counts as a list of one.
    func list(_ key: String) -> [Value] {
        switch value(key) {
        case nil: []
        case .list(let values)?: values
        case let value?: [value]
        }
    }

    func wrong(_ key: String, _ expected: String) -> QueryError {
        let found = value(key).map { "\($0.cypherText)" } ?? "null"
        return QueryError(
            .argument, "\(procedure): `\(key)` must be \(expected), but is \(found).")
    }

    /// nil for a missing key and for null.
    func value(_ key: String) -> Value? {
        guard let value = map[key] else { return nil }
        if case .null = value { return nil }
        return value
    }
}
