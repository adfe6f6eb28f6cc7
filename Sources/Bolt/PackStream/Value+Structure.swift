import NIOCore
import Values

/// The structures that a client may send: everything but entities.
extension Value {
    init(structure fields: StructureFields) throws {
        switch (StructureTag(rawValue: fields.tag), fields.count) {
        case (.date, 1):
            self = .date(
                DateValue(epochDay: try Bounds.epochDay.checked(fields.integer(0), "date")))
        case (.localTime, 1):
            self = .localTime(
                LocalTimeValue(nanosecondOfDay: try Bounds.nanosecondOfDay(fields.integer(0))))
        case (.time, 2):
            self = .time(
                TimeValue(
                    nanosecondOfDay: try Bounds.nanosecondOfDay(fields.integer(0)),
                    offsetSeconds: try Bounds.offset(fields.integer(1))))
        case (.localDateTime, 2):
            self = .localDateTime(
                LocalDateTimeValue(
                    epochSecond: try Bounds.second(fields.integer(0)),
                    nanosecond: try Bounds.nanosecond(fields.integer(1))))
        case (.dateTime, 3), (.legacyDateTime, 3), (.dateTimeInZone, 3), (.legacyDateTimeInZone, 3):
            self = .dateTime(try DateTimeValue(fields))
        case (.duration, 4): self = .duration(try DurationValue(fields))
        case (.point2D, 3), (.point3D, 4): self = .point(try PointValue(fields))
        case (.vector, 2):
            self = .vector(try vectorComponents(fields.bytes(0), fields.bytes(1)))
        case (.node, _), (.relationship, _), (.unboundRelationship, _), (.path, _):
            throw PackStreamError.entityAsParameter
        default: throw fields.unknown
        }
    }
}

extension DateTimeValue {
    fileprivate init(_ fields: StructureFields) throws {
        let second = try Bounds.second(fields.integer(0))
        let nanosecond = try Bounds.nanosecond(fields.integer(1))
        let offset: Int32
        var zone: String?
        var isLocal = false
        switch StructureTag(rawValue: fields.tag) {
        case .dateTimeInZone:
            zone = try fields.string(2)
            offset = try ZoneOffset.seconds(in: fields.string(2), at: second)
        case .legacyDateTimeInZone:
            isLocal = true
            zone = try fields.string(2)
            offset = try ZoneOffset.seconds(in: fields.string(2), atLocal: second)
        case .legacyDateTime:
            isLocal = true
            offset = try Bounds.offset(fields.integer(2))
        default: offset = try Bounds.offset(fields.integer(2))
        }
        self.init(
            epochSecond: try Bounds.second(isLocal ? second - Int64(offset) : second),
            nanosecond: nanosecond, offsetSeconds: offset, zone: zone)
    }
}

/// The years -999,999,999 to 999,999,999, and what a day and an offset can hold.
private enum Bounds {
    static let epochDay: ClosedRange<Int64> = -365_243_219_162...365_241_780_471
    static let epochSecond: ClosedRange<Int64> =
        epochDay.lowerBound * 86_400...epochDay.upperBound * 86_400 + 86_399

    static func second(_ value: Int64) throws -> Int64 {
        try epochSecond.checked(value, "date-time")
    }

    static func nanosecondOfDay(_ value: Int64) throws -> Int64 {
        try (Int64(0)...86_399_999_999_999).checked(value, "time of day")
    }

    static func nanosecond(_ value: Int64) throws -> Int32 {
        Int32(try (Int64(0)...999_999_999).checked(value, "nanosecond"))
    }

    static func offset(_ value: Int64) throws -> Int32 {
        Int32(try (Int64(-64_800)...64_800).checked(value, "offset from UTC"))
    }
}

extension ClosedRange<Int64> {
    fileprivate func checked(_ value: Int64, _ what: String) throws -> Int64 {
        guard contains(value) else {
            throw PackStreamError.invalid(
                "The number \(value) is no \(what): it must lie in \(lowerBound) to \(upperBound).")
        }
        return value
    }
}

extension DurationValue {
    /// Drivers let the nanoseconds be negative or more than a second.
    fileprivate init(_ fields: StructureFields) throws {
        let nanoseconds = try fields.integer(3)
        var rest = nanoseconds % 1_000_000_000
        var carry = nanoseconds / 1_000_000_000
        if rest < 0 {
            rest += 1_000_000_000
            carry -= 1
        }
        let (whole, overflow) = try fields.integer(2).addingReportingOverflow(carry)
        guard !overflow else {
            throw PackStreamError.invalid("The seconds of a duration do not fit in 64 bits.")
        }
        self.init(
            months: try fields.integer(0), days: try fields.integer(1), seconds: whole,
            nanoseconds: Int32(rest))
    }
}

extension PointValue {
    fileprivate init(_ fields: StructureFields) throws {
        let number = try fields.integer(0)
        let dimensions = fields.count - 1
        guard let system = Int32(exactly: number).flatMap(System.init(rawValue:)),
            system.dimensions == dimensions
        else {
            throw PackStreamError.invalid(
                "There is no coordinate system \(number) of \(dimensions) dimensions; known are "
                    + "4326 and 7203 of two, 4979 and 9157 of three.")
        }
        self.init(
            system: system, x: try fields.float(1), y: try fields.float(2),
            z: dimensions == 3 ? try fields.float(3) : 0)
    }
}

extension PointValue.System {
    var dimensions: Int { self == .wgs84Z || self == .cartesianZ ? 3 : 2 }
}

/// Vectors here are of Float32: wider components are rounded to it.
private func vectorComponents(_ component: [UInt8], _ data: [UInt8]) throws -> [Float] {
    guard component.count == 1, let kind = VectorComponent(rawValue: component[0]),
        data.count % kind.size == 0
    else { throw PackStreamError.invalid("A vector's components have no known type or size.") }
    var bytes = ByteBuffer(bytes: data)
    func next<T: FixedWidthInteger>(_: T.Type) -> T { bytes.readInteger() ?? 0 }
    return try (0..<data.count / kind.size).map { _ in
        switch kind {
        case .integer8: return Float(next(Int8.self))
        case .integer16: return Float(next(Int16.self))
        case .integer32: return Float(next(Int32.self))
        case .integer64: return Float(next(Int64.self))
        case .float32: return Float(bitPattern: next(UInt32.self))
        case .float64:
            let wide = Double(bitPattern: next(UInt64.self))
            let narrow = Float(wide)
            guard narrow.isFinite || !wide.isFinite else {
                throw PackStreamError.invalid("The vector component \(wide) is beyond Float32.")
            }
            return narrow
        }
    }
}
