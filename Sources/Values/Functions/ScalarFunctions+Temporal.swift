extension ScalarFunctions {
    /// `date`, `time` … with their `.truncate` and their clocks.
    static let temporal: [ScalarFunction] =
        TemporalKind.allCases.flatMap { constructors($0) + clocks($0) } + [
            ScalarFunction(
                "datetime.fromEpoch", .temporal,
                ["seconds": "INTEGER | FLOAT", "nanoseconds": "INTEGER | FLOAT"], "ZONED DATETIME",
                "The instant so many seconds and nanoseconds after 1970-01-01T00:00:00Z."
            ) { arguments throws(ValueError) in
                let nanoseconds = try wholeNumber(arguments, 1)
                guard (0..<1_000_000_000).contains(nanoseconds) else {
                    throw .outOfRange("nanoseconds go from 0 to 999999999")
                }
                return try instant(try wholeNumber(arguments, 0), nanosecond: nanoseconds)
            },
            ScalarFunction(
                "datetime.fromEpochMillis", .temporal, ["milliseconds": "INTEGER | FLOAT"],
                "ZONED DATETIME", "The instant so many milliseconds after 1970-01-01T00:00:00Z."
            ) { arguments throws(ValueError) in
                let local = LocalDateTimeValue(epochMillisecond: try wholeNumber(arguments, 0))
                return try instant(local.epochSecond, nanosecond: Int64(local.nanosecond))
            },
        ]

    private static func constructors(_ kind: TemporalKind) -> [ScalarFunction] {
        [
            ScalarFunction(
                kind.rawValue, .temporal, ["input": "ANY"], kind.typeName, optional: 1,
                "A \(kind.typeName) of text, of a map of fields, of another temporal value, or "
                    + "of the clock."
            ) { arguments throws(ValueError) in
                let clock = arguments.context.clock
                if arguments.count == 0 {
                    return try kind.value(
                        of: TemporalParts(clock.statement, in: clock.zone), clock)
                }
                return try kind.make(from: arguments[0], clock)
            },
            ScalarFunction(
                "\(kind.rawValue).truncate", .temporal,
                ["unit": "STRING", "input": "ANY", "fields": "MAP"], kind.typeName, optional: 2,
                "A \(kind.typeName) cut to a unit, with fields below it set anew."
            ) { arguments throws(ValueError) in
                let clock = arguments.context.clock
                let value =
                    arguments.count > 1
                    ? arguments[1]
                    : try kind.value(
                        of: TemporalParts(clock.statement, in: clock.zone), clock)
                return try kind.truncate(
                    value, to: try arguments.string(0),
                    arguments.count > 2 ? try arguments.map(2) : ValueMap(), clock)
            },
        ]
    }

    private static func clocks(_ kind: TemporalKind) -> [ScalarFunction] {
        func reading(
            _ name: String, isDeterministic: Bool, _ description: String,
            _ read: @escaping @Sendable (ValueClock) -> ValueClock.Instant
        ) -> ScalarFunction {
            ScalarFunction(
                "\(kind.rawValue).\(name)", .temporal, ["timezone": "STRING"], kind.typeName,
                optional: 1, isDeterministic: isDeterministic, description
            ) { arguments throws(ValueError) in
                let clock = arguments.context.clock
                let zone =
                    arguments.count > 0
                    ? try TemporalZone(named: try arguments.string(0)) : clock.zone
                return try kind.value(of: TemporalParts(read(clock), in: zone), clock)
            }
        }
        return [
            reading("transaction", isDeterministic: true, "The clock when the transaction began.") {
                $0.transaction
            },
            reading("statement", isDeterministic: true, "The clock when the statement began.") {
                $0.statement
            },
            reading("realtime", isDeterministic: false, "The clock now.") { $0.realtime() },
        ]
    }

    private static func wholeNumber(
        _ arguments: Arguments, _ place: Int
    ) throws(ValueError) -> Int64 {
        if case .float(let float) = arguments[place] {
            guard let integer = Int64(exactly: float.rounded(.towardZero)) else {
                throw .outOfRange("\(arguments.function)() takes 64 bits")
            }
            return integer
        }
        return try arguments.integer(place)
    }

    private static func instant(
        _ epochSecond: Int64, nanosecond: Int64
    ) throws(ValueError) -> Value {
        let local = LocalDateTimeValue(epochSecond: epochSecond, nanosecond: Int32(nanosecond))
        _ = try DateValue(checkedEpochDay: local.epochDay)
        return .dateTime(DateTimeValue(local: local, in: .utc))
    }
}

extension ScalarFunctions {
    static let duration: [ScalarFunction] = [
        ScalarFunction(
            "duration", .duration, ["input": "STRING | MAP | DURATION"], "DURATION",
            "A duration of text or of a map of amounts, whole or broken."
        ) { arguments throws(ValueError) in
            switch arguments[0] {
            case .string(let text): .duration(try DurationValue(parsing: text))
            case .map(let map): .duration(try duration(of: map))
            case .duration: arguments[0]
            default: throw arguments.wrongType(0, expected: "a string or a map")
            }
        },
        between("duration.between", "months, days and seconds", .all),
        between("duration.inMonths", "whole months", .months),
        between("duration.inDays", "whole days", .days),
        between("duration.inSeconds", "seconds", .seconds),
    ]

    private static func between(
        _ name: String, _ units: String, _ unit: DurationBetween.Unit
    ) -> ScalarFunction {
        ScalarFunction(
            name, .duration, ["from": "ANY", "to": "ANY"], "DURATION",
            "The time from one instant to another in \(units)."
        ) { arguments throws(ValueError) in
            .duration(
                try DurationBetween.duration(from: arguments[0], to: arguments[1], in: unit))
        }
    }

    private static func duration(of map: ValueMap) throws(ValueError) -> DurationValue {
        var parts = DurationParts()
        for (key, amount) in map {
            switch key.lowercased() {
            case "years": try parts.add(amount, key, months: 12)
            case "quarters": try parts.add(amount, key, months: 3)
            case "months": try parts.add(amount, key, months: 1)
            case "weeks": try parts.add(amount, key, days: 7)
            case "days": try parts.add(amount, key, days: 1)
            case "hours": try parts.add(amount, key, nanoseconds: 3_600_000_000_000)
            case "minutes": try parts.add(amount, key, nanoseconds: 60_000_000_000)
            case "seconds": try parts.add(amount, key, nanoseconds: 1_000_000_000)
            case "milliseconds": try parts.add(amount, key, nanoseconds: 1_000_000)
            case "microseconds": try parts.add(amount, key, nanoseconds: 1_000)
            case "nanoseconds": try parts.add(amount, key, nanoseconds: 1)
            default: throw .badValue("a duration has no field '\(key)'")
            }
        }
        return try parts.duration()
    }
}

extension DurationParts {
    fileprivate mutating func add(
        _ amount: Value, _ key: String, months factor: Int64
    ) throws(ValueError) {
        if case .integer(let amount) = amount {
            try addMonths(try product(amount, factor))
        } else {
            try addMonths(try float(amount, key) * Double(factor))
        }
    }

    fileprivate mutating func add(
        _ amount: Value, _ key: String, days factor: Int64
    ) throws(ValueError) {
        if case .integer(let amount) = amount {
            try addDays(try product(amount, factor))
        } else {
            try addDays(try float(amount, key) * Double(factor))
        }
    }

    /// Units of a second and more are added as seconds, which reach farther.
    fileprivate mutating func add(
        _ amount: Value, _ key: String, nanoseconds factor: Int64
    ) throws(ValueError) {
        let perSecond = factor / 1_000_000_000
        switch amount {
        case .integer(let amount) where perSecond > 0:
            try addSeconds(try product(amount, perSecond))
        case .integer(let amount):
            // Below a second: whole seconds first, so that nothing overflows.
            let unitsPerSecond = 1_000_000_000 / factor
            try addSeconds(amount / unitsPerSecond)
            try addNanoseconds(amount % unitsPerSecond * factor)
        default:
            let amount = try float(amount, key)
            if perSecond > 0 {
                try addSeconds(amount * Double(perSecond))
            } else {
                try addNanoseconds(amount * Double(factor))
            }
        }
    }

    private func float(_ amount: Value, _ key: String) throws(ValueError) -> Double {
        guard case .float(let float) = amount else {
            throw .wrongType(key, expected: "a number", found: amount)
        }
        return float
    }
}
