/// Temporal values from ISO 8601 text, in all forms that Cypher knows.
extension DateValue {
    public init(parsing text: String) throws(ValueError) {
        var scanner = ISOScanner(text)
        guard let date = try scanner.takeDate(), scanner.isAtEnd else {
            throw .notISO(text, "a date", "2015-07-21")
        }
        self = date
    }
}

extension LocalTimeValue {
    public init(parsing text: String) throws(ValueError) {
        var scanner = ISOScanner(text)
        guard let time = try scanner.takeTime(), scanner.isAtEnd else {
            throw .notISO(text, "a local time", "21:40:32.142")
        }
        self = time
    }
}

extension TimeValue {
    /// Text without an offset is told in the given zone, whose offset is the one that it has at
    /// the given instant.
    public init(
        parsing text: String, defaultZone: TemporalZone = .utc,
        at instant: ValueClock.Instant = .init(epochSecond: 0)
    ) throws(ValueError) {
        var scanner = ISOScanner(text)
        guard let time = try scanner.takeTime(), let zone = try scanner.takeZone(),
            scanner.isAtEnd
        else { throw .notISO(text, "a time", "21:40:32.142+01:00") }
        let offset =
            zone.offset
            ?? (zone.region ?? defaultZone).offset(atEpochSecond: instant.epochSecond)
        self.init(nanosecondOfDay: time.nanosecondOfDay, offsetSeconds: offset)
    }
}

extension LocalDateTimeValue {
    public init(parsing text: String) throws(ValueError) {
        var scanner = ISOScanner(text)
        guard let local = try scanner.takeDateTime(), scanner.isAtEnd else {
            throw .notISO(text, "a local datetime", "2015-07-21T21:40:32.142")
        }
        self = local
    }
}

extension DateTimeValue {
    /// Text without a zone is told in the given one.
    public init(parsing text: String, defaultZone: TemporalZone = .utc) throws(ValueError) {
        var scanner = ISOScanner(text)
        guard let local = try scanner.takeDateTime(), let zone = try scanner.takeZone(),
            scanner.isAtEnd
        else { throw .notISO(text, "a datetime", "2015-07-21T21:40:32+01:00[Europe/Paris]") }
        switch (zone.offset, zone.region) {
        case (let offset?, let region?):
            self.init(local: local, in: region, preferring: offset)
            guard offsetSeconds == offset, self.local == local else {
                throw .badValue("the offset in '\(text)' is not the zone's at that time")
            }
        case (nil, let region?): self.init(local: local, in: region)
        case (let offset?, nil): self.init(local: local, in: .offset(offset))
        case (nil, nil): self.init(local: local, in: defaultZone)
        }
    }
}

extension ISOScanner {
    /// A date, or a date, `T` and a time.
    mutating func takeDateTime() throws(ValueError) -> LocalDateTimeValue? {
        guard let date = try takeDate() else { return nil }
        var nanosecondOfDay: Int64 = 0
        if take("T") || take("t") {
            guard let time = try takeTime() else { return nil }
            nanosecondOfDay = time.nanosecondOfDay
        }
        return LocalDateTimeValue(epochDay: date.epochDay, nanosecondOfDay: nanosecondOfDay)
    }
}

extension DurationValue {
    /// `P1Y2M10DT2H30M1.5S`, any part with a sign or a fraction, weeks as `W`; or the form of a
    /// date and a time, `P2012-02-02T14:37:21.545`. A sign before `P` turns all around.
    public init(parsing text: String) throws(ValueError) {
        var scanner = ISOScanner(text)
        let isNegative = scanner.take("-")
        if !isNegative { _ = scanner.take("+") }
        guard scanner.take("P"), !scanner.isAtEnd, let duration = try scanner.takeDuration(),
            scanner.isAtEnd
        else { throw .notISO(text, "a duration", "P1Y2M10DT2H30M1.5S") }
        self = isNegative ? try duration.negated() : duration
    }
}

extension ISOScanner {
    fileprivate mutating func takeDuration() throws(ValueError) -> DurationValue? {
        if let duration = try takeDurationAsDate() { return duration }
        return try takeDurationParts()
    }

    /// Nil, and nothing taken, where the text does not begin like a date.
    private mutating func takeDurationAsDate() throws(ValueError) -> DurationValue? {
        var scanner = self
        guard let year = scanner.takeNumber(digits: 4) else { return nil }
        let isExtended = scanner.take("-")
        guard let month = scanner.takeNumber(digits: 2),
            !isExtended || scanner.take("-"),
            let day = scanner.takeNumber(digits: 2), month <= 12, day <= 31
        else { return nil }
        var duration = DurationValue(
            months: year * 12 + month, days: day, seconds: 0, nanoseconds: 0)
        if scanner.take("T") {
            guard let time = try scanner.takeTime() else { return nil }
            duration.seconds = time.nanosecondOfDay / ClockUnits.nanosecondsPerSecond
            duration.nanoseconds = Int32(
                time.nanosecondOfDay % ClockUnits.nanosecondsPerSecond)
        }
        self = scanner
        return duration
    }

    private mutating func takeDurationParts() throws(ValueError) -> DurationValue? {
        var parts = DurationParts()
        var units: [Unicode.Scalar] = ["Y", "M", "W", "D"]
        var isInTime = false
        while !isAtEnd {
            if !isInTime, take("T") {
                isInTime = true
                units = ["H", "M", "S"]
                if isAtEnd { return nil }
                continue
            }
            guard let amount = takeAmount(),
                let place = units.firstIndex(where: { take($0) })
            else { return nil }
            let unit = units[place]
            units.removeSubrange(...place)
            switch (isInTime, unit) {
            case (false, "Y"): try parts.add(amount, months: 12)
            case (false, "M"): try parts.add(amount, months: 1)
            case (false, "W"): try parts.add(amount, days: 7)
            case (false, _): try parts.add(amount, days: 1)
            case (true, "H"): try parts.add(amount, seconds: 3_600)
            case (true, "M"): try parts.add(amount, seconds: 60)
            case (true, _): try parts.add(amount, seconds: 1)
            }
        }
        return try parts.duration()
    }

    /// A number with a sign and up to nine digits of fraction.
    private mutating func takeAmount() -> DecimalAmount? {
        let isNegative = take("-")
        if !isNegative { _ = take("+") }
        guard let whole = takeNumber(digits: digitCount()), let fraction = takeFraction() else {
            return nil
        }
        return DecimalAmount(
            whole: isNegative ? -whole : whole,
            billionths: (fraction ?? 0) * (isNegative ? -1 : 1))
    }
}

/// A decimal with nine digits behind the point; both parts have one sign.
struct DecimalAmount {
    var whole: Int64
    var billionths: Int64
}

extension DurationParts {
    mutating func add(_ amount: DecimalAmount, months factor: Int64) throws(ValueError) {
        try addMonths(try product(amount.whole, factor))
        try addMonths(Double(amount.billionths * factor) / 1e9)
    }

    mutating func add(_ amount: DecimalAmount, days factor: Int64) throws(ValueError) {
        try addDays(try product(amount.whole, factor))
        try addDays(Double(amount.billionths * factor) / 1e9)
    }

    mutating func add(_ amount: DecimalAmount, seconds factor: Int64) throws(ValueError) {
        try addSeconds(try product(amount.whole, factor))
        try addNanoseconds(amount.billionths * factor)
    }

    func product(_ left: Int64, _ right: Int64) throws(ValueError) -> Int64 {
        try DurationValue.checked(left.multipliedReportingOverflow(by: right))
    }
}

extension ValueError {
    fileprivate static func notISO(_ text: String, _ kind: String, _ example: String) -> ValueError
    {
        .badValue("'\(text)' is not \(kind), such as \(example)")
    }
}
