/// The proleptic Gregorian calendar in arithmetic on days since 1970-01-01.
///
/// All functions are total over the years that ``DateValue`` allows, and none allocates.
enum CivilCalendar {
    static let years: ClosedRange<Int64> = -999_999_999...999_999_999
    static let epochDays: ClosedRange<Int64> =
        epochDay(
            year: years.lowerBound, month: 1, day: 1)...epochDay(
            year: years.upperBound, month: 12, day: 31)

    /// An era of 400 years has this many days.
    private static let daysPerEra: Int64 = 146_097
    /// From 0000-03-01, with which the eras begin, to 1970-01-01.
    private static let daysToEpoch: Int64 = 719_468

    /// The day may lie outside the month: the count simply goes on.
    static func epochDay(year: Int64, month: Int64, day: Int64) -> Int64 {
        // Years that begin in March have the leap day at their end.
        let shifted = month <= 2 ? year - 1 : year
        let era = floorDivide(shifted, 400)
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * daysPerEra + dayOfEra - daysToEpoch
    }

    static func date(ofEpochDay epochDay: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let days = epochDay + daysToEpoch
        let era = floorDivide(days, daysPerEra)
        let dayOfEra = days - era * daysPerEra
        let yearOfEra =
            (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
    }

    static func isLeap(_ year: Int64) -> Bool {
        year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    }

    static func length(ofMonth month: Int64, year: Int64) -> Int64 {
        switch month {
        case 2: isLeap(year) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// 1 is Monday, 7 Sunday.
    static func dayOfWeek(_ epochDay: Int64) -> Int64 { floorModulo(epochDay + 3, 7) + 1 }

    /// The Monday of week 1: the week with the year's first Thursday.
    static func firstMonday(ofWeekYear year: Int64) -> Int64 {
        let fourth = epochDay(year: year, month: 1, day: 4)
        return fourth - (dayOfWeek(fourth) - 1)
    }

    static func weekDate(ofEpochDay day: Int64) -> (weekYear: Int64, week: Int64) {
        // The year of a week is the year of its Thursday.
        let thursday = day - (dayOfWeek(day) - 1) + 3
        let weekYear = date(ofEpochDay: thursday).year
        return (weekYear, (day - firstMonday(ofWeekYear: weekYear)) / 7 + 1)
    }

    static func weeks(inYear year: Int64) -> Int64 {
        (firstMonday(ofWeekYear: year + 1) - firstMonday(ofWeekYear: year)) / 7
    }

    static func floorDivide(_ dividend: Int64, _ divisor: Int64) -> Int64 {
        let quotient = dividend / divisor
        return dividend % divisor != 0 && (dividend < 0) != (divisor < 0) ? quotient - 1 : quotient
    }

    static func floorModulo(_ dividend: Int64, _ divisor: Int64) -> Int64 {
        // Not by way of the quotient: its product may not fit.
        let remainder = dividend % divisor
        return remainder != 0 && (remainder < 0) != (divisor < 0) ? remainder + divisor : remainder
    }
}

enum ClockUnits {
    static let nanosecondsPerSecond: Int64 = 1_000_000_000
    static let secondsPerDay: Int64 = 86_400
    static let nanosecondsPerDay: Int64 = 86_400_000_000_000
}
