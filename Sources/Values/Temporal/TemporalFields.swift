/// The fields of a date that a map or a text gives; what is missing comes from a base, or is the
/// first of its kind.
struct DateFields {
    var year: Int64?
    var quarter: Int64?
    var month: Int64?
    var week: Int64?
    var dayOfQuarter: Int64?
    var dayOfWeek: Int64?
    var ordinalDay: Int64?
    var day: Int64?

    var isEmpty: Bool {
        year == nil && quarter == nil && month == nil && week == nil && dayOfQuarter == nil
            && dayOfWeek == nil && ordinalDay == nil && day == nil
    }

    func date(onto base: DateValue?) throws(ValueError) -> DateValue {
        guard base != nil || year != nil else { throw .missing("year") }
        if let year, !CivilCalendar.years.contains(year) { throw DateValue.outOfRange }
        let given = base?.components
        let day: Int64
        if week != nil || dayOfWeek != nil {
            day = try weekDay(given)
        } else if let ordinalDay {
            let year = year ?? given?.year ?? 0
            try check(ordinalDay, in: 1...(CivilCalendar.isLeap(year) ? 366 : 365), "ordinalDay")
            day = CivilCalendar.epochDay(year: year, month: 1, day: 1) + ordinalDay - 1
        } else if quarter != nil || dayOfQuarter != nil {
            day = try quarterDay(given)
        } else {
            day = try calendarDay(given)
        }
        return try DateValue(checkedEpochDay: day)
    }

    private func weekDay(_ base: DateComponents?) throws(ValueError) -> Int64 {
        let weekYear = year ?? base?.weekYear ?? 0
        guard let week = week ?? base?.week else { throw .missing("week") }
        let dayOfWeek = dayOfWeek ?? base?.dayOfWeek ?? 1
        try check(week, in: 1...CivilCalendar.weeks(inYear: weekYear), "week")
        try check(dayOfWeek, in: 1...7, "dayOfWeek")
        return CivilCalendar.firstMonday(ofWeekYear: weekYear) + (week - 1) * 7 + dayOfWeek - 1
    }

    private func quarterDay(_ base: DateComponents?) throws(ValueError) -> Int64 {
        let year = year ?? base?.year ?? 0
        guard let quarter = quarter ?? base?.quarter else { throw .missing("quarter") }
        try check(quarter, in: 1...4, "quarter")
        let start = CivilCalendar.epochDay(year: year, month: quarter * 3 - 2, day: 1)
        let end =
            quarter == 4
            ? CivilCalendar.epochDay(year: year + 1, month: 1, day: 1)
            : CivilCalendar.epochDay(year: year, month: quarter * 3 + 1, day: 1)
        if let month {
            try check(month, in: (quarter * 3 - 2)...(quarter * 3), "month")
            return try calendarDay(base)
        }
        let dayOfQuarter = dayOfQuarter ?? base.map { min($0.dayOfQuarter, end - start) } ?? 1
        try check(dayOfQuarter, in: 1...(end - start), "dayOfQuarter")
        return start + dayOfQuarter - 1
    }

    private func calendarDay(_ base: DateComponents?) throws(ValueError) -> Int64 {
        let year = year ?? base?.year ?? 0
        if base == nil && day != nil && month == nil { throw .missing("month") }
        let month = month ?? base?.month ?? 1
        try check(month, in: 1...12, "month")
        let length = CivilCalendar.length(ofMonth: month, year: year)
        // A day that comes from the base gives way to a shorter month; one that is asked for
        // must exist.
        let day = self.day ?? base.map { min($0.day, length) } ?? 1
        try check(day, in: 1...length, "day")
        return CivilCalendar.epochDay(year: year, month: month, day: day)
    }
}

/// The fields of a time of day. Fractions of a second may be given in up to three parts.
struct TimeFields {
    var hour: Int64?
    var minute: Int64?
    var second: Int64?
    var millisecond: Int64?
    var microsecond: Int64?
    var nanosecond: Int64?

    var isEmpty: Bool {
        hour == nil && minute == nil && second == nil && millisecond == nil && microsecond == nil
            && nanosecond == nil
    }

    func time(
        onto base: LocalTimeValue?, addingFraction: Bool = false
    ) throws(ValueError) -> LocalTimeValue {
        if base == nil {
            guard isEmpty || hour != nil else { throw .missing("hour") }
            guard minute != nil || second == nil else { throw .missing("minute") }
            guard second != nil || (millisecond ?? microsecond ?? nanosecond) == nil else {
                throw .missing("second")
            }
        }
        let given = base?.nanosecondOfDay ?? 0
        let seconds = given / ClockUnits.nanosecondsPerSecond
        let hour = hour ?? seconds / 3_600
        let minute = minute ?? seconds / 60 % 60
        let second = second ?? seconds % 60
        try check(hour, in: 0...23, "hour")
        try check(minute, in: 0...59, "minute")
        try check(second, in: 0...59, "second")
        let kept = given % ClockUnits.nanosecondsPerSecond
        var fraction = try self.fraction() ?? kept
        // A truncated value keeps its milliseconds or microseconds above what is asked for.
        if addingFraction, millisecond == nil, try self.fraction() != nil { fraction += kept }
        try check(fraction, in: 0...999_999_999, "nanosecond")
        return LocalTimeValue(
            nanosecondOfDay: ((hour * 60 + minute) * 60 + second)
                * ClockUnits.nanosecondsPerSecond + fraction)
    }

    /// Each part counts below the part above it: with milliseconds given, microseconds go to 999.
    private func fraction() throws(ValueError) -> Int64? {
        guard (millisecond ?? microsecond ?? nanosecond) != nil else { return nil }
        let microseconds: Int64 = millisecond == nil ? 999_999 : 999
        let nanoseconds: Int64 =
            microsecond != nil ? 999 : (millisecond != nil ? 999_999 : 999_999_999)
        try check(millisecond ?? 0, in: 0...999, "millisecond")
        try check(microsecond ?? 0, in: 0...microseconds, "microsecond")
        try check(nanosecond ?? 0, in: 0...nanoseconds, "nanosecond")
        return (millisecond ?? 0) * 1_000_000 + (microsecond ?? 0) * 1_000 + (nanosecond ?? 0)
    }
}

private func check(
    _ value: Int64, in range: ClosedRange<Int64>, _ field: String
) throws(ValueError) {
    guard range.contains(value) else {
        throw .badValue(
            "\(field) goes from \(range.lowerBound) to \(range.upperBound), but is \(value)")
    }
}

extension ValueError {
    static func missing(_ field: String) -> ValueError {
        .badValue("\(field) must be specified")
    }
}

/// A map such as `{year: 1984, week: 10, timezone: 'Europe/Stockholm', time: other}`, read.
struct TemporalFields {
    var date = DateFields()
    var time = TimeFields()
    var zone: TemporalZone?
    /// Other temporal values from which parts are taken.
    var dateBase: Value?
    var timeBase: Value?
    var dateTimeBase: Value?
    /// The instant of `epochSeconds` or `epochMillis`.
    var epoch: LocalDateTimeValue?

    private enum Field: String, CaseIterable {
        case year, quarter, month, week, dayOfQuarter, dayOfWeek, ordinalDay, day
        case hour, minute, second, millisecond, microsecond, nanosecond
        case date, time, datetime, timezone, epochSeconds, epochMillis
    }

    /// By their names as they are usually written, and in lower case.
    private static let fields = Dictionary(
        Field.allCases.flatMap { [($0.rawValue, $0), ($0.rawValue.lowercased(), $0)] },
        uniquingKeysWith: { field, _ in field })

    /// Names do not tell upper from lower case.
    init(_ map: ValueMap) throws(ValueError) {
        for (key, value) in map {
            guard let field = Self.fields[key] ?? Self.fields[key.lowercased()] else {
                throw .badValue("a temporal value has no field '\(key)'")
            }
            try set(field, to: value, key)
        }
    }

    /// Nothing but, at most, a zone: the current time is meant.
    var isNow: Bool {
        date.isEmpty && time.isEmpty && dateBase == nil && timeBase == nil && dateTimeBase == nil
            && epoch == nil
    }

    private mutating func set(
        _ field: Field, to value: Value, _ key: String
    ) throws(ValueError) {
        switch field {
        case .year: date.year = try integer(value, key)
        case .quarter: date.quarter = try integer(value, key)
        case .month: date.month = try integer(value, key)
        case .week: date.week = try integer(value, key)
        case .dayOfQuarter: date.dayOfQuarter = try integer(value, key)
        case .dayOfWeek: date.dayOfWeek = try integer(value, key)
        case .ordinalDay: date.ordinalDay = try integer(value, key)
        case .day: date.day = try integer(value, key)
        case .hour: time.hour = try integer(value, key)
        case .minute: time.minute = try integer(value, key)
        case .second: time.second = try integer(value, key)
        case .millisecond: time.millisecond = try integer(value, key)
        case .microsecond: time.microsecond = try integer(value, key)
        case .nanosecond: time.nanosecond = try integer(value, key)
        case .date: dateBase = value
        case .time: timeBase = value
        case .datetime: dateTimeBase = value
        case .timezone:
            guard case .string(let zoneName) = value else {
                throw .wrongType("timezone", expected: "a string", found: value)
            }
            zone = try TemporalZone(named: zoneName)
        case .epochSeconds:
            epoch = LocalDateTimeValue(epochSecond: try integer(value, key), nanosecond: 0)
        case .epochMillis:
            epoch = LocalDateTimeValue(epochMillisecond: try integer(value, key))
        }
    }

    private func integer(_ value: Value, _ field: String) throws(ValueError) -> Int64 {
        guard case .integer(let integer) = value else {
            throw .wrongType(field, expected: "an integer", found: value)
        }
        return integer
    }
}

extension LocalDateTimeValue {
    init(epochMillisecond: Int64) {
        self.init(
            epochSecond: CivilCalendar.floorDivide(epochMillisecond, 1_000),
            nanosecond: Int32(CivilCalendar.floorModulo(epochMillisecond, 1_000) * 1_000_000))
    }
}
