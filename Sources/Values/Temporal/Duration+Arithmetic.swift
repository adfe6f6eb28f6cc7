internal import Foundation

/// Durations add part by part. Only a fraction moves: of a month into days, of a day into seconds.
extension DurationValue {
    /// The Gregorian mean: 146,097 days are 4,800 months.
    static let daysPerMonth = 30.436875

    public static let zero = DurationValue(months: 0, days: 0, seconds: 0, nanoseconds: 0)

    func adding(_ other: DurationValue) throws(ValueError) -> DurationValue {
        let carry = (Int64(nanoseconds) + Int64(other.nanoseconds)) / 1_000_000_000
        let seconds = try Self.checked(self.seconds.addingReportingOverflow(other.seconds))
        return DurationValue(
            months: try Self.checked(months.addingReportingOverflow(other.months)),
            days: try Self.checked(days.addingReportingOverflow(other.days)),
            seconds: try Self.checked(seconds.addingReportingOverflow(carry)),
            nanoseconds: Int32((Int64(nanoseconds) + Int64(other.nanoseconds)) % 1_000_000_000))
    }

    func negated() throws(ValueError) -> DurationValue {
        let borrows: Int64 = nanoseconds > 0 ? 1 : 0
        let negativeSeconds = try Self.checked(Int64(0).subtractingReportingOverflow(seconds))
        return DurationValue(
            months: try Self.checked(Int64(0).subtractingReportingOverflow(months)),
            days: try Self.checked(Int64(0).subtractingReportingOverflow(days)),
            seconds: try Self.checked(negativeSeconds.subtractingReportingOverflow(borrows)),
            nanoseconds: nanoseconds > 0 ? 1_000_000_000 - nanoseconds : 0)
    }

    func multiplied(by factor: Int64) throws(ValueError) -> DurationValue {
        // 10^9 nanoseconds times 2^63 needs 93 bits: the high half is the carry into seconds.
        let wide = Int64(nanoseconds).multipliedFullWidth(by: factor)
        let (carry, rest) = Int64(1_000_000_000).dividingFullWidth(wide)
        let borrowed = rest < 0
        let seconds = try Self.checked(self.seconds.multipliedReportingOverflow(by: factor))
        return DurationValue(
            months: try Self.checked(months.multipliedReportingOverflow(by: factor)),
            days: try Self.checked(days.multipliedReportingOverflow(by: factor)),
            seconds: try Self.checked(
                seconds.addingReportingOverflow(borrowed ? carry - 1 : carry)),
            nanoseconds: Int32(borrowed ? rest + 1_000_000_000 : rest))
    }

    func multiplied(by factor: Double) throws(ValueError) -> DurationValue {
        var parts = DurationParts()
        try parts.addMonths(Double(months) * factor)
        try parts.addDays(Double(days) * factor)
        try parts.addSeconds(Double(seconds) * factor)
        try parts.addNanoseconds(Double(nanoseconds) * factor)
        return try parts.duration()
    }

    func divided(by divisor: Double) throws(ValueError) -> DurationValue {
        var parts = DurationParts()
        try parts.addMonths(Double(months) / divisor)
        try parts.addDays(Double(days) / divisor)
        try parts.addSeconds(Double(seconds) / divisor)
        try parts.addNanoseconds(Double(nanoseconds) / divisor)
        return try parts.duration()
    }

    static func checked(_ result: (partialValue: Int64, overflow: Bool)) throws(ValueError) -> Int64
    {
        guard !result.overflow else { throw overflow }
        return result.partialValue
    }

    static let overflow = ValueError.arithmetic(.integerOverflow, "a duration does not fit 64 bits")
}

/// Collects amounts, whole and broken, and lets the fractions flow down to smaller units.
struct DurationParts {
    private var months: Int64 = 0
    private var days: Int64 = 0
    private var seconds: Int64 = 0
    private var nanoseconds: Int64 = 0
    /// Fractions are kept apart, so that whole amounts stay exact.
    private var monthFraction = 0.0
    private var dayFraction = 0.0
    private var nanosecondFraction = 0.0

    mutating func addMonths(_ amount: Int64) throws(ValueError) {
        months = try DurationValue.checked(months.addingReportingOverflow(amount))
    }

    mutating func addDays(_ amount: Int64) throws(ValueError) {
        days = try DurationValue.checked(days.addingReportingOverflow(amount))
    }

    mutating func addSeconds(_ amount: Int64) throws(ValueError) {
        seconds = try DurationValue.checked(seconds.addingReportingOverflow(amount))
    }

    mutating func addNanoseconds(_ amount: Int64) throws(ValueError) {
        try addSeconds(amount / 1_000_000_000)
        nanoseconds += amount % 1_000_000_000
        try addSeconds(nanoseconds / 1_000_000_000)
        nanoseconds %= 1_000_000_000
    }

    mutating func addMonths(_ amount: Double) throws(ValueError) {
        let (whole, fraction) = try Self.split(amount)
        try addMonths(whole)
        monthFraction += fraction
    }

    mutating func addDays(_ amount: Double) throws(ValueError) {
        let (whole, fraction) = try Self.split(amount)
        try addDays(whole)
        dayFraction += fraction
    }

    mutating func addSeconds(_ amount: Double) throws(ValueError) {
        let (whole, fraction) = try Self.split(amount)
        try addSeconds(whole)
        nanosecondFraction += fraction * 1e9
    }

    mutating func addNanoseconds(_ amount: Double) throws(ValueError) {
        let (whole, fraction) = try Self.split(amount)
        try addNanoseconds(whole)
        nanosecondFraction += fraction
    }

    func duration() throws(ValueError) -> DurationValue {
        var parts = self
        try parts.addMonths(Int64(monthFraction.rounded(.towardZero)))
        let restOfMonth = monthFraction - monthFraction.rounded(.towardZero)
        let days = restOfMonth * DurationValue.daysPerMonth + dayFraction
        try parts.addDays(Int64(days.rounded(.towardZero)))
        let restOfDay = days - days.rounded(.towardZero)
        // Rounded to whole nanoseconds, far above the error of the additions so far, then cut:
        // a nanosecond that was broken itself does not count.
        let restInNanoseconds = restOfDay * 86_400e9
        let carried = restInNanoseconds.rounded()
        let broken = (nanosecondFraction * 1e3).rounded() / 1e3
        try parts.addNanoseconds(Int64(carried) + Int64(broken.rounded(.towardZero)))
        let borrows = parts.nanoseconds < 0
        if borrows { try parts.addSeconds(Int64(-1)) }
        return DurationValue(
            months: parts.months, days: parts.days, seconds: parts.seconds,
            nanoseconds: Int32(borrows ? parts.nanoseconds + 1_000_000_000 : parts.nanoseconds))
    }

    private static func split(_ amount: Double) throws(ValueError) -> (Int64, Double) {
        let whole = amount.rounded(.towardZero)
        guard let integer = Int64(exactly: whole) else { throw DurationValue.overflow }
        return (integer, amount - whole)
    }
}

/// Temporal values plus durations: months first, by the calendar, then days, then seconds.
extension DateValue {
    func adding(_ duration: DurationValue) throws(ValueError) -> DateValue {
        let wholeDays = duration.wholeSecondsTowardsZero / ClockUnits.secondsPerDay
        let start = try addingMonths(duration.months)
        let (days, overflow) = start.epochDay.addingReportingOverflow(duration.days)
        let (end, overflowAgain) = days.addingReportingOverflow(wholeDays)
        guard !overflow, !overflowAgain else { throw Self.outOfRange }
        return try DateValue(checkedEpochDay: end)
    }

    /// A day past the month's end becomes its last day.
    func addingMonths(_ months: Int64) throws(ValueError) -> DateValue {
        guard months != 0 else { return self }
        let date = CivilCalendar.date(ofEpochDay: epochDay)
        let (total, overflow) = (date.year * 12 + date.month - 1).addingReportingOverflow(months)
        let year = CivilCalendar.floorDivide(total, 12)
        guard !overflow, CivilCalendar.years.contains(year) else { throw Self.outOfRange }
        let month = CivilCalendar.floorModulo(total, 12) + 1
        let day = min(date.day, CivilCalendar.length(ofMonth: month, year: year))
        return DateValue(
            epochDay: CivilCalendar.epochDay(year: year, month: month, day: day))
    }

    init(checkedEpochDay epochDay: Int64) throws(ValueError) {
        guard CivilCalendar.epochDays.contains(epochDay) else { throw Self.outOfRange }
        self.init(epochDay: epochDay)
    }

    static let outOfRange = ValueError.outOfRange(
        "a year lies outside -999999999 to 999999999")
}

extension LocalTimeValue {
    func adding(_ duration: DurationValue) -> LocalTimeValue {
        let shift =
            duration.seconds % ClockUnits.secondsPerDay * ClockUnits.nanosecondsPerSecond
            + Int64(duration.nanoseconds)
        return LocalTimeValue(
            nanosecondOfDay: CivilCalendar.floorModulo(
                nanosecondOfDay + shift, ClockUnits.nanosecondsPerDay))
    }
}

extension TimeValue {
    func adding(_ duration: DurationValue) -> TimeValue {
        let time = LocalTimeValue(nanosecondOfDay: nanosecondOfDay).adding(duration)
        return TimeValue(nanosecondOfDay: time.nanosecondOfDay, offsetSeconds: offsetSeconds)
    }
}

extension LocalDateTimeValue {
    func adding(_ duration: DurationValue) throws(ValueError) -> LocalDateTimeValue {
        try addingCalendar(months: duration.months, days: duration.days)
            .addingClock(seconds: duration.seconds, nanoseconds: duration.nanoseconds)
    }

    func addingCalendar(months: Int64, days: Int64) throws(ValueError) -> LocalDateTimeValue {
        let date = try DateValue(epochDay: epochDay).addingMonths(months)
        let (end, overflow) = date.epochDay.addingReportingOverflow(days)
        guard !overflow else { throw DateValue.outOfRange }
        return LocalDateTimeValue(
            epochDay: try DateValue(checkedEpochDay: end).epochDay,
            nanosecondOfDay: nanosecondOfDay)
    }

    func addingClock(
        seconds: Int64, nanoseconds: Int32
    ) throws(ValueError) -> LocalDateTimeValue {
        let fraction = nanosecond + nanoseconds
        let carry: Int64 = fraction >= 1_000_000_000 ? 1 : 0
        let (sum, overflow) = epochSecond.addingReportingOverflow(seconds)
        let (end, overflowAgain) = sum.addingReportingOverflow(carry)
        guard !overflow, !overflowAgain else { throw DateValue.outOfRange }
        let result = LocalDateTimeValue(
            epochSecond: end, nanosecond: carry == 1 ? fraction - 1_000_000_000 : fraction)
        _ = try DateValue(checkedEpochDay: result.epochDay)
        return result
    }
}

extension DateTimeValue {
    /// Months and days move the clock on the wall; seconds move the instant.
    func adding(_ duration: DurationValue) throws(ValueError) -> DateTimeValue {
        var result = self
        if duration.months != 0 || duration.days != 0 {
            let moved = try local.addingCalendar(months: duration.months, days: duration.days)
            result = DateTimeValue(
                local: moved, in: timeZone, preferring: offsetSeconds)
        }
        let instant = LocalDateTimeValue(
            epochSecond: result.epochSecond, nanosecond: result.nanosecond)
        let moved = try instant.addingClock(
            seconds: duration.seconds, nanoseconds: duration.nanoseconds)
        return DateTimeValue(
            epochSecond: moved.epochSecond, nanosecond: moved.nanosecond, in: timeZone)
    }
}

extension DurationValue {
    /// Seconds without their fraction, which for negative ones means upwards.
    var wholeSecondsTowardsZero: Int64 {
        seconds < 0 && nanoseconds > 0 ? seconds + 1 : seconds
    }
}
