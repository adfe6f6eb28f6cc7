import Values

/// Temporal values as files write them: ISO 8601, and for zoned types a default zone from the
/// header where the field names none.
enum TemporalText {
    /// An offset or a region; nil where there is none of that name.
    static func zone(named name: String) -> TemporalZone? { try? TemporalZone(named: name) }

    /// nil where the text is not of the form, or the type no temporal one.
    static func parse(_ text: String, as type: ColumnType, zone: TemporalZone) -> Value? {
        switch type {
        case .date: (try? DateValue(parsing: text)).map { .date($0) }
        case .localtime: (try? LocalTimeValue(parsing: text)).map { .localTime($0) }
        case .time: (try? TimeValue(parsing: text, defaultZone: zone)).map { .time($0) }
        case .localdatetime: (try? LocalDateTimeValue(parsing: text)).map { .localDateTime($0) }
        case .datetime: (try? DateTimeValue(parsing: text, defaultZone: zone)).map { .dateTime($0) }
        case .duration: (try? DurationValue(parsing: text)).map { .duration($0) }
        default: nil
        }
    }
}

/// `{x: 1, y: 2}` or `{latitude: 55.7, longitude: 12.6}`, with `crs` or `srid` inside or in the
/// header.
enum PointText {
    private static let makePoint: ScalarFunction = {
        guard let function = ScalarFunctions.named("point") else {
            preconditionFailure("the function `point` is part of the Values room")
        }
        return function
    }()

    /// `point` asks no clock; a context wants one.
    private static let context = FunctionContext(
        clock: ValueClock(
            transaction: .init(epochSecond: 0), statement: .init(epochSecond: 0)))

    /// nil where the text is no point.
    static func parse(_ text: String, crs: String?) -> Value? {
        let inside = text.trimmed()
        guard inside.hasPrefix("{"), inside.hasSuffix("}") else { return nil }
        var map = ValueMap()
        for entry in inside.dropFirst().dropLast().split(separator: ",") {
            guard let colon = entry.firstIndex(of: ":") else { return nil }
            let key = String(entry[..<colon]).trimmed().trimmingQuotes().lowercased()
            let text = String(entry[entry.index(after: colon)...]).trimmed()
            let value = text.trimmingQuotes()
            map[key] =
                switch key {
                case "crs": .string(value)
                case "srid": Int64(value).map { .integer($0) } ?? .string(value)
                default: Double(value).map { .float($0) } ?? .string(value)
                }
        }
        if let crs, map["crs"] == nil, map["srid"] == nil { map["crs"] = .string(crs) }
        return try? makePoint.evaluate([.map(map)], context)
    }
}
