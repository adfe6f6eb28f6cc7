/// What a temporal value is made of, and what another one may take from it: a date, a time of day
/// and a zone, each where the value has it.
struct TemporalParts {
    var date: DateValue?
    var time: LocalTimeValue?
    var zone: TemporalZone?

    init(date: DateValue? = nil, time: LocalTimeValue? = nil, zone: TemporalZone? = nil) {
        self.date = date
        self.time = time
        self.zone = zone
    }

    /// Nil where the value is not temporal.
    init?(_ value: Value) {
        switch value {
        case .date(let date): self.init(date: date)
        case .localTime(let time): self.init(time: time)
        case .time(let value):
            self.init(
                time: LocalTimeValue(nanosecondOfDay: value.nanosecondOfDay),
                zone: .offset(value.offsetSeconds))
        case .localDateTime(let value): self.init(value)
        case .dateTime(let value):
            self.init(value.local)
            zone = value.timeZone
        default: return nil
        }
    }

    init(_ local: LocalDateTimeValue) {
        self.init(
            date: DateValue(epochDay: local.epochDay),
            time: LocalTimeValue(nanosecondOfDay: local.nanosecondOfDay))
    }

    init(_ instant: ValueClock.Instant, in zone: TemporalZone) {
        let value = DateTimeValue(
            epochSecond: instant.epochSecond, nanosecond: instant.nanosecond, in: zone)
        self.init(value.local)
        self.zone = zone
    }

    var local: LocalDateTimeValue? {
        date.map {
            LocalDateTimeValue(
                epochDay: $0.epochDay, nanosecondOfDay: time?.nanosecondOfDay ?? 0)
        }
    }
}

/// The five kinds of instants, as the functions of their names make them.
enum TemporalKind: String, CaseIterable, Sendable {
    case date, localtime, time, localdatetime, datetime

    var hasDate: Bool { self == .date || self == .localdatetime || self == .datetime }
    var hasTime: Bool { self != .date }
    var hasZone: Bool { self == .time || self == .datetime }

    var typeName: String {
        switch self {
        case .date: "DATE"
        case .localtime: "LOCAL TIME"
        case .time: "ZONED TIME"
        case .localdatetime: "LOCAL DATETIME"
        case .datetime: "ZONED DATETIME"
        }
    }

    /// The value of this kind with those parts. A missing time is midnight, a missing zone the
    /// clock's; a missing date is an error.
    func value(
        of parts: TemporalParts, _ clock: ValueClock, offset preferred: Int32? = nil
    ) throws(ValueError) -> Value {
        let time = parts.time ?? LocalTimeValue(nanosecondOfDay: 0)
        let zone = parts.zone ?? clock.zone
        func date() throws(ValueError) -> DateValue {
            guard let date = parts.date else {
                throw .badValue("\(rawValue)() needs a date")
            }
            return date
        }
        func local() throws(ValueError) -> LocalDateTimeValue {
            LocalDateTimeValue(
                epochDay: try date().epochDay, nanosecondOfDay: time.nanosecondOfDay)
        }
        switch self {
        case .date: return .date(try date())
        case .localtime: return .localTime(time)
        case .localdatetime: return .localDateTime(try local())
        case .datetime:
            return .dateTime(DateTimeValue(local: try local(), in: zone, preferring: preferred))
        case .time:
            return .time(
                TimeValue(
                    nanosecondOfDay: time.nanosecondOfDay,
                    offsetSeconds: preferred ?? offset(of: zone, parts, clock)))
        }
    }

    /// A region's offset at the value's own date, else at the statement's time.
    private func offset(
        of zone: TemporalZone, _ parts: TemporalParts, _ clock: ValueClock
    ) -> Int32 {
        if let local = parts.local { return DateTimeValue(local: local, in: zone).offsetSeconds }
        return zone.offset(atEpochSecond: clock.statement.epochSecond)
    }

    func parse(_ text: String, _ clock: ValueClock) throws(ValueError) -> Value {
        switch self {
        case .date: .date(try DateValue(parsing: text))
        case .localtime: .localTime(try LocalTimeValue(parsing: text))
        case .localdatetime: .localDateTime(try LocalDateTimeValue(parsing: text))
        case .datetime:
            .dateTime(try DateTimeValue(parsing: text, defaultZone: clock.zone))
        case .time:
            .time(
                try TimeValue(parsing: text, defaultZone: clock.zone, at: clock.statement))
        }
    }
}

/// Making instants from maps and from other instants.
extension TemporalKind {
    /// `date(x)`, `time(x)` …: of text, a map, or another temporal value.
    func make(from value: Value, _ clock: ValueClock) throws(ValueError) -> Value {
        switch value {
        case .string(let text): return try parse(text, clock)
        case .map(let map): return try make(from: try TemporalFields(map), clock)
        default:
            guard let parts = TemporalParts(value) else {
                throw .wrongType(
                    "\(rawValue)()", expected: "a string, a map or a temporal value", found: value)
            }
            return try make(from: parts, of: value, clock)
        }
    }

    /// Keeps the offset of a value that has one, also where its zone shows a time twice.
    private func make(
        from parts: TemporalParts, of value: Value, _ clock: ValueClock
    ) throws(ValueError) -> Value {
        guard !hasTime || hasDate || parts.time != nil else {
            throw .wrongType("\(rawValue)()", expected: "a value with a time", found: value)
        }
        let offset: Int32? =
            if case .dateTime(let value) = value { value.offsetSeconds } else { nil }
        return try self.value(of: parts, clock, offset: offset)
    }

    private func make(
        from fields: TemporalFields, _ clock: ValueClock
    ) throws(ValueError) -> Value {
        if fields.isNow {
            let zone = fields.zone ?? clock.zone
            return try value(of: TemporalParts(clock.statement, in: zone), clock)
        }
        try checkFields(fields)
        if let epoch = fields.epoch { return try make(fromEpoch: epoch, fields, clock) }
        let bases = try bases(of: fields)
        var parts = TemporalParts(zone: bases.time?.zone)
        if hasDate { parts.date = try fields.date.date(onto: bases.date?.date) }
        if hasTime { parts.time = try fields.time.time(onto: bases.time?.time) }
        guard hasZone, let zone = fields.zone else {
            return try value(of: parts, clock, offset: hasDate ? nil : bases.timeOffset)
        }
        guard parts.zone != nil else {
            parts.zone = zone
            return try value(of: parts, clock)
        }
        // The base has a zone of its own: the clock is turned to the zone that is asked for.
        let original = try value(of: parts, clock, offset: hasDate ? nil : bases.timeOffset)
        switch original {
        case .dateTime(let original): return .dateTime(original.converted(to: zone))
        case .time(let original):
            let offset = offset(of: zone, bases.time ?? TemporalParts(), clock)
            return .time(original.converted(toOffset: offset))
        default: return original
        }
    }

    private struct Bases {
        var date: TemporalParts?
        var time: TemporalParts?
        /// The offset that the time's base shows.
        var timeOffset: Int32?
    }

    private func bases(of fields: TemporalFields) throws(ValueError) -> Bases {
        func parts(_ value: Value, _ field: String) throws(ValueError) -> TemporalParts {
            guard let parts = TemporalParts(value) else {
                throw .wrongType(field, expected: "a temporal value", found: value)
            }
            return parts
        }
        var bases = Bases()
        if let value = fields.dateTimeBase {
            let both = try parts(value, "datetime")
            bases.date = both
            bases.time = both
        }
        if let value = fields.dateBase {
            bases.date = try parts(value, "date")
            guard bases.date?.date != nil else {
                throw .wrongType("date", expected: "a value with a date", found: value)
            }
        }
        if let value = fields.timeBase {
            bases.time = try parts(value, "time")
            guard bases.time?.time != nil else {
                throw .wrongType("time", expected: "a value with a time", found: value)
            }
        }
        switch fields.timeBase ?? fields.dateTimeBase {
        case .dateTime(let value)?: bases.timeOffset = value.offsetSeconds
        case .time(let value)?: bases.timeOffset = value.offsetSeconds
        default: break
        }
        return bases
    }

    private func make(
        fromEpoch epoch: LocalDateTimeValue, _ fields: TemporalFields, _ clock: ValueClock
    ) throws(ValueError) -> Value {
        guard self == .datetime else {
            throw .badValue("only datetime() takes epochSeconds and epochMillis")
        }
        let parts = TemporalParts(epoch)
        let time = try fields.time.time(onto: parts.time, addingFraction: true)
        let instant = LocalDateTimeValue(
            epochDay: try DateValue(checkedEpochDay: epoch.epochDay).epochDay,
            nanosecondOfDay: time.nanosecondOfDay)
        return .dateTime(
            DateTimeValue(
                epochSecond: instant.epochSecond, nanosecond: instant.nanosecond,
                in: fields.zone ?? clock.zone))
    }

    /// Fields that this kind does not have are an error rather than lost.
    private func checkFields(_ fields: TemporalFields) throws(ValueError) {
        guard hasDate || (fields.date.isEmpty && fields.dateBase == nil) else {
            throw .badValue("\(rawValue)() takes no fields of a date")
        }
        guard hasTime || (fields.time.isEmpty && fields.timeBase == nil) else {
            throw .badValue("\(rawValue)() takes no fields of a time")
        }
        guard hasZone || fields.zone == nil else {
            throw .badValue("\(rawValue)() takes no time zone besides other fields")
        }
    }
}

extension TimeValue {
    /// The same instant of the day at another offset.
    func converted(toOffset offset: Int32) -> TimeValue {
        let shift = Int64(offset - offsetSeconds) * ClockUnits.nanosecondsPerSecond
        return TimeValue(
            nanosecondOfDay: CivilCalendar.floorModulo(
                nanosecondOfDay + shift, ClockUnits.nanosecondsPerDay),
            offsetSeconds: offset)
    }
}
