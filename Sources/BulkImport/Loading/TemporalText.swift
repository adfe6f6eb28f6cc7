import Values

/// Temporal values as files write them: ISO 8601, and for zoned types a default zone from the
/// header where the field names none.
enum TemporalText {
    /// Nothing that a file holds depends on the time of the import.
    static let context = FunctionContext(clock: ValueClock(transaction: .init(epochSecond: 0), statement: .init(epochSecond: 0)))

    static func parse(_ text: String, as function: String, timezone: String?) throws -> Value {
        guard let constructor = ScalarFunctions.named(function) else {
            preconditionFailure("the function \(function) is part of the Values room")
        }
        var text = text
        if let timezone, function == "datetime" || function == "time", !hasZone(text) {
            text += timezone.first == "+" || timezone.first == "-" ? timezone : "[\(timezone)]"
        }
        return try constructor.evaluate([.string(text)], context)
    }

    private static func hasZone(_ text: String) -> Bool {
        guard let timeStart = text.firstIndex(of: "T") ?? text.firstIndex(of: ":") else {
            return text.hasSuffix("Z")
        }
        return text[timeStart...].contains { $0 == "Z" || $0 == "+" || $0 == "-" || $0 == "[" }
    }
}

/// `{x: 1, y: 2}` or `{latitude: 55.7, longitude: 12.6}`, with `crs` or `srid` inside or in the
/// header.
enum PointText {
    static func parse(_ text: String, crs: String?) throws(FieldParser.Failure) -> Value {
        var map = ValueMap()
        let inside = text.trimmed()
        guard inside.hasPrefix("{"), inside.hasSuffix("}") else { throw failure(text) }
        for entry in inside.dropFirst().dropLast().split(separator: ",") {
            guard let colon = entry.firstIndex(of: ":") else { throw failure(text) }
            let key = String(entry[..<colon]).trimmed().trimmingQuotes()
            let value = String(entry[entry.index(after: colon)...]).trimmed().trimmingQuotes()
            map[key] = Double(value).map { .float($0) } ?? .string(value)
        }
        if let crs, map["crs"] == nil { map["crs"] = .string(crs) }
        guard let point = ScalarFunctions.named("point"),
            let value = try? point.evaluate([.map(map)], TemporalText.context)
        else { throw failure(text) }
        return value
    }

    private static func failure(_ text: String) -> FieldParser.Failure {
        .init(reason: "`\(text.prefix(60))` is not a point such as {x: 1.0, y: 2.0}")
    }
}
