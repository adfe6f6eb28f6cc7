/// The fields of a date, computed together.
struct DateComponents {
    let year: Int64
    let month: Int64
    let day: Int64
    let epochDay: Int64

    init(_ date: DateValue) {
        (year, month, day) = CivilCalendar.date(ofEpochDay: date.epochDay)
        epochDay = date.epochDay
    }

    var quarter: Int64 { (month - 1) / 3 + 1 }
    var dayOfWeek: Int64 { CivilCalendar.dayOfWeek(epochDay) }
    var week: Int64 { CivilCalendar.weekDate(ofEpochDay: epochDay).week }
    var weekYear: Int64 { CivilCalendar.weekDate(ofEpochDay: epochDay).weekYear }
    var ordinalDay: Int64 {
        epochDay - CivilCalendar.epochDay(year: year, month: 1, day: 1) + 1
    }
    var dayOfQuarter: Int64 {
        epochDay - CivilCalendar.epochDay(year: year, month: quarter * 3 - 2, day: 1) + 1
    }

    func value(_ name: String) -> Int64? {
        switch name {
        case "year": year
        case "quarter": quarter
        case "month": month
        case "week": week
        case "weekyear": weekYear
        case "day": day
        case "ordinalday": ordinalDay
        case "weekday", "dayofweek": dayOfWeek
        case "dayofquarter": dayOfQuarter
        default: nil
        }
    }
}

extension DateValue {
    var components: DateComponents { DateComponents(self) }
}

extension LocalTimeValue {
    func component(_ name: String) -> Int64? {
        let seconds = nanosecondOfDay / ClockUnits.nanosecondsPerSecond
        let fraction = nanosecondOfDay % ClockUnits.nanosecondsPerSecond
        return switch name {
        case "hour": seconds / 3_600
        case "minute": seconds / 60 % 60
        case "second": seconds % 60
        case "millisecond": fraction / 1_000_000
        case "microsecond": fraction / 1_000
        case "nanosecond": fraction
        default: nil
        }
    }
}

extension DurationValue {
    /// Whole units within one of the three groups: months, days, seconds. Nanosecond counts that
    /// pass 64 bits are an error.
    func component(_ name: String) throws(ValueError) -> Int64? {
        let seconds = wholeSecondsTowardsZero
        switch name {
        case "years": return months / 12
        case "quarters": return months / 3
        case "months": return months
        case "weeks": return days / 7
        case "days": return days
        case "hours": return seconds / 3_600
        case "minutes": return seconds / 60
        case "seconds": return self.seconds
        case "milliseconds": return try total(perSecond: 1_000)
        case "microseconds": return try total(perSecond: 1_000_000)
        case "nanoseconds": return try total(perSecond: 1_000_000_000)
        case "quartersofyear": return months / 3 % 4
        case "monthsofquarter": return months % 3
        case "monthsofyear": return months % 12
        case "daysofweek": return days % 7
        case "minutesofhour": return seconds / 60 % 60
        case "secondsofminute": return seconds % 60
        case "millisecondsofsecond": return Int64(nanoseconds) / 1_000_000
        case "microsecondsofsecond": return Int64(nanoseconds) / 1_000
        case "nanosecondsofsecond": return Int64(nanoseconds)
        default: return nil
        }
    }

    private func total(perSecond unit: Int64) throws(ValueError) -> Int64 {
        let whole = try Self.checked(seconds.multipliedReportingOverflow(by: unit))
        return try Self.checked(
            whole.addingReportingOverflow(Int64(nanoseconds) / (1_000_000_000 / unit)))
    }
}

extension Value {
    /// `value.name` of a temporal value, a duration or a point. Nil where the value is none of
    /// them or has no such component. Names do not tell upper from lower case.
    ///
    /// - Throws: where a component of a duration passes 64 bits.
    public func component(_ name: String) throws(ValueError) -> Value? {
        let name = name.lowercased()
        switch self {
        case .date(let date): return date.components.value(name).map { .integer($0) }
        case .localTime(let time): return time.component(name).map { .integer($0) }
        case .time(let value):
            let time = LocalTimeValue(nanosecondOfDay: value.nanosecondOfDay)
            return time.component(name).map { .integer($0) }
                ?? Self.offsetComponent(name, value.offsetSeconds, zone: nil)
        case .localDateTime(let value): return Self.component(name, of: value)
        case .dateTime(let value):
            switch name {
            case "epochseconds": return .integer(value.epochSecond)
            case "epochmillis":
                let (milliseconds, overflow) = value.epochSecond.multipliedReportingOverflow(
                    by: 1_000)
                guard !overflow else {
                    throw .outOfRange("epochMillis of \(value) does not fit 64 bits")
                }
                return .integer(milliseconds + Int64(value.nanosecond) / 1_000_000)
            default:
                return Self.component(name, of: value.local)
                    ?? Self.offsetComponent(name, value.offsetSeconds, zone: value.zone)
            }
        case .duration(let duration):
            return try duration.component(name).map { .integer($0) }
        case .point(let point): return point.component(name)
        default: return nil
        }
    }

    private static func component(_ name: String, of local: LocalDateTimeValue) -> Value? {
        let number =
            DateValue(epochDay: local.epochDay).components.value(name)
            ?? LocalTimeValue(nanosecondOfDay: local.nanosecondOfDay).component(name)
        return number.map { .integer($0) }
    }

    private static func offsetComponent(
        _ name: String, _ offset: Int32, zone: String?
    ) -> Value? {
        var text = ASCIIText()
        text.append(offset: offset)
        return switch name {
        case "timezone": .string(zone ?? text.string)
        case "offset": .string(text.string)
        case "offsetminutes": .integer(Int64(offset) / 60)
        case "offsetseconds": .integer(Int64(offset))
        default: nil
        }
    }
}
