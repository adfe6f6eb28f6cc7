/// A calendar date of the proleptic Gregorian calendar, years -999,999,999 to 999,999,999.
public struct DateValue: Hashable, Sendable {
    /// Days since 1970-01-01.
    public var epochDay: Int64

    public init(epochDay: Int64) { self.epochDay = epochDay }
}

/// A time of day without a zone.
public struct LocalTimeValue: Hashable, Sendable {
    /// Nanoseconds since midnight, 0 ..< 86,400,000,000,000.
    public var nanosecondOfDay: Int64

    public init(nanosecondOfDay: Int64) { self.nanosecondOfDay = nanosecondOfDay }
}

/// A time of day at an offset from UTC.
public struct TimeValue: Hashable, Sendable {
    /// Local nanoseconds since midnight.
    public var nanosecondOfDay: Int64
    /// Seconds east of UTC.
    public var offsetSeconds: Int32

    public init(nanosecondOfDay: Int64, offsetSeconds: Int32) {
        self.nanosecondOfDay = nanosecondOfDay
        self.offsetSeconds = offsetSeconds
    }
}

/// A date and a time of day without a zone.
public struct LocalDateTimeValue: Hashable, Sendable {
    /// Seconds since 1970-01-01T00:00:00, local.
    public var epochSecond: Int64
    /// 0 ..< 1,000,000,000
    public var nanosecond: Int32

    public init(epochSecond: Int64, nanosecond: Int32) {
        self.epochSecond = epochSecond
        self.nanosecond = nanosecond
    }
}

/// An instant, and the zone in which it is shown.
public struct DateTimeValue: Hashable, Sendable {
    /// Seconds since 1970-01-01T00:00:00Z.
    public var epochSecond: Int64
    public var nanosecond: Int32
    /// Seconds east of UTC at that instant.
    public var offsetSeconds: Int32
    /// `Europe/Stockholm`, or nil where only the offset was given.
    public var zone: String?

    public init(epochSecond: Int64, nanosecond: Int32, offsetSeconds: Int32, zone: String?) {
        self.epochSecond = epochSecond
        self.nanosecond = nanosecond
        self.offsetSeconds = offsetSeconds
        self.zone = zone
    }
}

/// An amount of time in three units that do not convert into each other.
public struct DurationValue: Hashable, Sendable {
    public var months: Int64
    public var days: Int64
    public var seconds: Int64
    /// 0 ..< 1,000,000,000, also when `seconds` is negative.
    public var nanoseconds: Int32

    public init(months: Int64, days: Int64, seconds: Int64, nanoseconds: Int32) {
        self.months = months
        self.days = days
        self.seconds = seconds
        self.nanoseconds = nanoseconds
    }
}

/// A point in one of four coordinate systems.
public struct PointValue: Hashable, Sendable {
    public enum System: Int32, Sendable {
        case wgs84 = 4326
        case wgs84Z = 4979
        case cartesian = 7203
        case cartesianZ = 9157
    }

    public var system: System
    public var x: Double
    public var y: Double
    /// Where the system has a third dimension, else 0.
    public var z: Double

    public init(system: System, x: Double, y: Double, z: Double = 0) {
        self.system = system
        self.x = x
        self.y = y
        self.z = z
    }
}
