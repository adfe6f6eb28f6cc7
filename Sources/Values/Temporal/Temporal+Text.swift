/// The ISO 8601 text of temporal values, as Cypher's `toString` gives it.
///
/// Seconds are left out where they are zero; fractions have 3, 6 or 9 digits. Durations have no
/// trailing zeros, and a sign at every part.
extension DateValue: CustomStringConvertible {
    public var description: String {
        var text = ASCIIText()
        text.append(date: epochDay)
        return text.string
    }
}

extension LocalTimeValue: CustomStringConvertible {
    public var description: String {
        var text = ASCIIText()
        text.append(nanosecondOfDay: nanosecondOfDay)
        return text.string
    }
}

extension TimeValue: CustomStringConvertible {
    public var description: String {
        var text = ASCIIText()
        text.append(nanosecondOfDay: nanosecondOfDay)
        text.append(offset: offsetSeconds)
        return text.string
    }
}

extension LocalDateTimeValue: CustomStringConvertible {
    public var description: String {
        var text = ASCIIText()
        text.append(self)
        return text.string
    }
}

extension DateTimeValue: CustomStringConvertible {
    public var description: String {
        var text = ASCIIText()
        text.append(local)
        text.append(offset: offsetSeconds)
        if let zone {
            text.append("[")
            text.append(zone)
            text.append("]")
        }
        return text.string
    }
}

extension DurationValue: CustomStringConvertible {
    public var description: String {
        var text = ASCIIText()
        text.append("P")
        for (amount, unit) in [(months / 12, "Y"), (months % 12, "M"), (days, "D")]
        where amount != 0 {
            text.append(String(amount))
            text.append(unit)
        }
        if seconds != 0 || nanoseconds != 0 {
            text.append("T")
            text.append(timeOf: self)
        }
        return text.bytes.count == 1 ? "PT0S" : text.string
    }
}

/// A run of ASCII under construction.
struct ASCIIText {
    var bytes: [UInt8] = []

    var string: String { String(decoding: bytes, as: UTF8.self) }

    mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }

    /// Digits with leading zeros up to the width.
    mutating func append(_ number: Int64, width: Int) {
        let digits = String(number.magnitude)
        for _ in 0..<max(0, width - digits.utf8.count) { bytes.append(UInt8(ascii: "0")) }
        append(digits)
    }

    mutating func append(date epochDay: Int64) {
        let date = CivilCalendar.date(ofEpochDay: epochDay)
        if date.year < 0 {
            append("-")
        } else if date.year > 9_999 {
            append("+")
        }
        append(date.year, width: 4)
        append("-")
        append(date.month, width: 2)
        append("-")
        append(date.day, width: 2)
    }

    mutating func append(nanosecondOfDay: Int64) {
        let seconds = nanosecondOfDay / ClockUnits.nanosecondsPerSecond
        let fraction = nanosecondOfDay % ClockUnits.nanosecondsPerSecond
        append(seconds / 3_600, width: 2)
        append(":")
        append(seconds / 60 % 60, width: 2)
        guard seconds % 60 != 0 || fraction != 0 else { return }
        append(":")
        append(seconds % 60, width: 2)
        guard fraction != 0 else { return }
        append(".")
        if fraction % 1_000_000 == 0 {
            append(fraction / 1_000_000, width: 3)
        } else if fraction % 1_000 == 0 {
            append(fraction / 1_000, width: 6)
        } else {
            append(fraction, width: 9)
        }
    }

    mutating func append(_ local: LocalDateTimeValue) {
        append(date: local.epochDay)
        append("T")
        append(nanosecondOfDay: local.nanosecondOfDay)
    }

    mutating func append(offset seconds: Int32) {
        guard seconds != 0 else { return append("Z") }
        let magnitude = Int64(seconds.magnitude)
        append(seconds < 0 ? "-" : "+")
        append(magnitude / 3_600, width: 2)
        append(":")
        append(magnitude / 60 % 60, width: 2)
        guard magnitude % 60 != 0 else { return }
        append(":")
        append(magnitude % 60, width: 2)
    }

    mutating func append(timeOf duration: DurationValue) {
        // Whole seconds towards zero, and the magnitude of the fraction that is left.
        let borrows = duration.seconds < 0 && duration.nanoseconds > 0
        let seconds = borrows ? duration.seconds + 1 : duration.seconds
        let fraction =
            borrows
            ? ClockUnits.nanosecondsPerSecond - Int64(duration.nanoseconds)
            : Int64(duration.nanoseconds)
        for (amount, unit) in [(seconds / 3_600, "H"), (seconds / 60 % 60, "M")] where amount != 0 {
            append(String(amount))
            append(unit)
        }
        let rest = seconds % 60
        guard rest != 0 || fraction != 0 else { return }
        if duration.seconds < 0 { append("-") }
        append(rest, width: 1)
        if fraction != 0 {
            append(".")
            append(fraction, width: 9)
            while bytes.last == UInt8(ascii: "0") { bytes.removeLast() }
        }
        append("S")
    }
}

extension DateTimeValue {
    /// The clock on the wall of its zone.
    public var local: LocalDateTimeValue {
        LocalDateTimeValue(
            epochSecond: epochSecond + Int64(offsetSeconds), nanosecond: nanosecond)
    }
}

extension LocalDateTimeValue {
    var epochDay: Int64 { CivilCalendar.floorDivide(epochSecond, ClockUnits.secondsPerDay) }

    var nanosecondOfDay: Int64 {
        CivilCalendar.floorModulo(epochSecond, ClockUnits.secondsPerDay)
            * ClockUnits.nanosecondsPerSecond + Int64(nanosecond)
    }

    init(epochDay: Int64, nanosecondOfDay: Int64) {
        self.init(
            epochSecond: epochDay * ClockUnits.secondsPerDay
                + nanosecondOfDay / ClockUnits.nanosecondsPerSecond,
            nanosecond: Int32(nanosecondOfDay % ClockUnits.nanosecondsPerSecond))
    }
}
