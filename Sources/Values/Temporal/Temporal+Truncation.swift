/// Cutting instants to a unit: `date.truncate('quarter', x, {day: 2})`.
enum TruncationUnit: String {
    case millennium, century, decade, year, weekyear, quarter, month, week, day
    case hour, minute, second, millisecond, microsecond

    var isOfDate: Bool {
        switch self {
        case .hour, .minute, .second, .millisecond, .microsecond: false
        default: true
        }
    }

    /// The first day of the unit.
    func truncate(_ date: DateValue) -> DateValue {
        let given = date.components
        func first(_ year: Int64, _ month: Int64 = 1) -> DateValue {
            DateValue(epochDay: CivilCalendar.epochDay(year: year, month: month, day: 1))
        }
        func yearCut(to unit: Int64) -> DateValue {
            first(CivilCalendar.floorDivide(given.year, unit) * unit)
        }
        return switch self {
        case .millennium: yearCut(to: 1_000)
        case .century: yearCut(to: 100)
        case .decade: yearCut(to: 10)
        case .year: first(given.year)
        case .weekyear:
            DateValue(epochDay: CivilCalendar.firstMonday(ofWeekYear: given.weekYear))
        case .quarter: first(given.year, given.quarter * 3 - 2)
        case .month: first(given.year, given.month)
        case .week: DateValue(epochDay: date.epochDay - given.dayOfWeek + 1)
        default: date
        }
    }

    func truncate(_ time: LocalTimeValue) -> LocalTimeValue {
        let unit: Int64 =
            switch self {
            case .hour: 3_600_000_000_000
            case .minute: 60_000_000_000
            case .second: 1_000_000_000
            case .millisecond: 1_000_000
            case .microsecond: 1_000
            default: ClockUnits.nanosecondsPerDay
            }
        return LocalTimeValue(nanosecondOfDay: time.nanosecondOfDay / unit * unit)
    }
}

extension TemporalKind {
    /// The value cut to a unit, with some fields set afterwards. A zone among them replaces the
    /// value's own and leaves the clock as it is.
    func truncate(
        _ value: Value, to unitName: String, _ fields: ValueMap, _ clock: ValueClock
    ) throws(ValueError) -> Value {
        guard let unit = TruncationUnit(rawValue: unitName.lowercased()),
            unit == .day || (unit.isOfDate ? hasDate : hasTime)
        else { throw .badValue("\(rawValue).truncate() knows no unit '\(unitName)'") }
        guard let parts = TemporalParts(value) else {
            throw .wrongType(
                "\(rawValue).truncate()", expected: "a temporal value", found: value)
        }
        guard !hasDate || parts.date != nil, hasDate || parts.time != nil else {
            throw .wrongType(
                "\(rawValue).truncate()", expected: "a value with a \(hasDate ? "date" : "time")",
                found: value)
        }
        let changes = try TemporalFields(fields)
        guard hasZone || changes.zone == nil else {
            throw .badValue("\(rawValue).truncate() takes no time zone")
        }
        var result = TemporalParts(zone: changes.zone ?? parts.zone)
        if hasDate, let date = parts.date {
            result.date = try changes.date.date(onto: unit.truncate(date))
        } else {
            guard changes.date.isEmpty else {
                throw .badValue("\(rawValue).truncate() takes no fields of a date")
            }
            result.date = parts.date
        }
        if hasTime {
            let time = unit.truncate(parts.time ?? LocalTimeValue(nanosecondOfDay: 0))
            result.time = try changes.time.time(onto: time, addingFraction: true)
        } else {
            guard changes.time.isEmpty else {
                throw .badValue("\(rawValue).truncate() takes no fields of a time")
            }
        }
        var offset: Int32?
        if changes.zone == nil, case .dateTime(let original) = value {
            offset = original.offsetSeconds
        }
        return try self.value(of: result, clock, offset: offset)
    }
}
