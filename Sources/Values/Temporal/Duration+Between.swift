/// The time from one instant to another.
///
/// What one of the two does not have, it takes from the other: a date, a zone. Where neither has a
/// zone, none matters; where one has no date, only the clocks count. Months are whole, then days,
/// then seconds; days and months follow the wall clock of the first one's zone, seconds the
/// instants, so that a night in which the clocks change has 23 or 25 hours.
enum DurationBetween {
    enum Unit { case all, months, days, seconds }

    static func duration(
        from start: Value, to end: Value, in unit: Unit
    ) throws(ValueError) -> DurationValue {
        guard var left = TemporalParts(start) else { throw notInstant(start) }
        guard var right = TemporalParts(end) else { throw notInstant(end) }
        let haveDates = left.date != nil && right.date != nil
        let date = left.date ?? right.date ?? DateValue(epochDay: 0)
        left.date = left.date ?? date
        right.date = right.date ?? date
        let zone = left.zone ?? right.zone ?? .utc
        let first = instant(left, zone, original: start)
        let last = instant(right, zone, original: end).converted(to: left.zone ?? zone)
        switch unit {
        case .seconds: return seconds(from: first, to: last)
        case .months:
            return haveDates
                ? DurationValue(
                    months: months(from: first.local, to: last.local), days: 0, seconds: 0,
                    nanoseconds: 0) : .zero
        case .days:
            return haveDates
                ? DurationValue(
                    months: 0, days: days(from: first.local, to: last.local), seconds: 0,
                    nanoseconds: 0) : .zero
        case .all:
            return haveDates ? try all(from: first, to: last) : seconds(from: first, to: last)
        }
    }

    private static func instant(
        _ parts: TemporalParts, _ zone: TemporalZone, original: Value
    ) -> DateTimeValue {
        if case .dateTime(let value) = original { return value }
        let local = parts.local ?? LocalDateTimeValue(epochSecond: 0, nanosecond: 0)
        return DateTimeValue(local: local, in: parts.zone ?? zone)
    }

    private static func all(
        from first: DateTimeValue, to last: DateTimeValue
    ) throws(ValueError) -> DurationValue {
        let months = months(from: first.local, to: last.local)
        let afterMonths = try first.local.addingCalendar(months: months, days: 0)
        let days = days(from: afterMonths, to: last.local)
        let afterDays = try afterMonths.addingCalendar(months: 0, days: days)
        let resumed = DateTimeValue(
            local: afterDays, in: first.timeZone, preferring: first.offsetSeconds)
        var duration = seconds(from: resumed, to: last)
        duration.months = months
        duration.days = days
        return duration
    }

    private static func seconds(from first: DateTimeValue, to last: DateTimeValue) -> DurationValue
    {
        let fraction = last.nanosecond - first.nanosecond
        return DurationValue(
            months: 0, days: 0,
            seconds: last.epochSecond - first.epochSecond - (fraction < 0 ? 1 : 0),
            nanoseconds: fraction < 0 ? fraction + 1_000_000_000 : fraction)
    }

    /// Whole days, cut towards zero.
    private static func days(
        from first: LocalDateTimeValue, to last: LocalDateTimeValue
    ) -> Int64 {
        wholeDay(of: last, seenFrom: first) - first.epochDay
    }

    private static func months(
        from first: LocalDateTimeValue, to last: LocalDateTimeValue
    ) -> Int64 {
        func place(_ epochDay: Int64) -> (month: Int64, day: Int64) {
            let date = CivilCalendar.date(ofEpochDay: epochDay)
            return (date.year * 12 + date.month, date.day)
        }
        let start = place(first.epochDay)
        let end = place(wholeDay(of: last, seenFrom: first))
        let months = end.month - start.month
        if months > 0 && end.day < start.day { return months - 1 }
        if months < 0 && end.day > start.day { return months + 1 }
        return months
    }

    /// The last day that is whole: one less where the clock of the end is not as far as the
    /// start's.
    private static func wholeDay(
        of last: LocalDateTimeValue, seenFrom first: LocalDateTimeValue
    ) -> Int64 {
        let day = last.epochDay
        if day > first.epochDay && last.nanosecondOfDay < first.nanosecondOfDay { return day - 1 }
        if day < first.epochDay && last.nanosecondOfDay > first.nanosecondOfDay { return day + 1 }
        return day
    }

    private static func notInstant(_ value: Value) -> ValueError {
        .wrongType("duration.between()", expected: "temporal values", found: value)
    }
}
