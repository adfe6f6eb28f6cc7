internal import Values

/// Values as bytes whose order is the values' order.
///
/// ```
/// indexes:  index u32 │ component … │ entity u64   →  nothing, or 1 byte where a component is cut
/// component:  kind u8 │ payload, self-delimiting
/// ```
///
/// - A number is the greatest double that is not above it, then what an integer has beyond that
///   double: so 1 and 1.0 are alike, and large integers stay exact.
/// - A string is its bytes with 00 written as 00 FF, then 00 00.
/// - LMDB's keys end at 511 bytes, so each component has a budget. A longer one is cut and ends
///   with 00 01, nothing follows it, and whoever finds it looks at the property itself.
enum IndexKey {
    enum Kind: UInt8 {
        case boolean = 0x20
        case number = 0x30
        case nan = 0x31
        case string = 0x40
        case date = 0x50
        case localTime, time, localDateTime, dateTime, duration
        case point = 0x60
        case bytes = 0x70
        case list = 0x80
        case vector = 0x90
    }

    /// Properties of one index.
    static let maximumProperties = 16
    /// What LMDB's 511 bytes leave for components beside index and entity.
    static let maximumComponentBytes = 499
    static let entityBytes = 8
    static let prefixBytes = 4

    static func budget(properties: Int) -> Int { maximumComponentBytes / max(1, properties) }

    static func prefix(_ index: UInt32) -> [UInt8] {
        var key: [UInt8] = []
        key.reserveCapacity(64)
        key.append(bigEndian: index)
        return key
    }

    /// How a component came out.
    struct Component: OptionSet {
        let rawValue: UInt8
        /// Longer than the budget: equal bytes may stand for different values.
        static let cut = Component(rawValue: 1)
        /// NaN: equal to nothing, itself included.
        static let neverEqual = Component(rawValue: 2)
    }

    /// Appends a value's component within `budget` bytes. The value is storable and not null.
    static func append(_ value: Value, budget: Int, to key: inout [UInt8]) -> Component {
        let begin = key.count
        let nan = append(whole: value, to: &key)
        if key.count - begin > budget {
            // Only escaped payloads grow past the least budget of 31 bytes, and in them a 00 at
            // the cut is half of an escape.
            key.removeSubrange((begin + budget - 2)...)
            if key.last == 0 { key.removeLast() }
            key.append(0)
            key.append(1)
            return .cut
        }
        return nan ? .neverEqual : []
    }

    /// Appends the component without a budget; says whether it is NaN.
    @discardableResult
    static func append(whole value: Value, to key: inout [UInt8]) -> Bool {
        switch value {
        case .boolean(let flag):
            key.append(Kind.boolean.rawValue)
            key.append(flag ? 1 : 0)
        case .integer(let value): append(number: value, to: &key)
        case .float(let value):
            if value.isNaN {
                key.append(Kind.nan.rawValue)
                return true
            }
            append(number: value, to: &key)
        case .string(let value):
            key.append(Kind.string.rawValue)
            append(escaped: value.utf8, to: &key)
            end(&key)
        case .bytes(let value):
            key.append(Kind.bytes.rawValue)
            append(escaped: value, to: &key)
            end(&key)
        case .list(let values):
            var inner: [UInt8] = []
            for value in values { append(whole: value, to: &inner) }
            key.append(Kind.list.rawValue)
            append(escaped: inner, to: &key)
            end(&key)
        case .vector(let values):
            var inner: [UInt8] = []
            for value in values { inner.append(float: value) }
            key.append(Kind.vector.rawValue)
            append(escaped: inner, to: &key)
            end(&key)
        case .point(let value):
            key.append(Kind.point.rawValue)
            key.append(bigEndian: value.system.rawValue)
            for coordinate in [value.x, value.y, value.z] {
                key.append(bigEndian: ordered(coordinate))
            }
        default: append(temporal: value, to: &key)
        }
        return false
    }

    private static func append(temporal value: Value, to key: inout [UInt8]) {
        switch value {
        case .date(let value):
            key.append(Kind.date.rawValue)
            key.append(bigEndian: ordered(value.epochDay))
        case .localTime(let value):
            key.append(Kind.localTime.rawValue)
            key.append(bigEndian: ordered(value.nanosecondOfDay))
        case .time(let value):
            key.append(Kind.time.rawValue)
            let instant = value.nanosecondOfDay &- Int64(value.offsetSeconds) &* 1_000_000_000
            key.append(bigEndian: ordered(instant))
            key.append(bigEndian: ordered(Int64(value.offsetSeconds)))
        case .localDateTime(let value):
            key.append(Kind.localDateTime.rawValue)
            key.append(bigEndian: ordered(value.epochSecond))
            key.append(bigEndian: value.nanosecond)
        case .dateTime(let value):
            key.append(Kind.dateTime.rawValue)
            key.append(bigEndian: ordered(value.epochSecond))
            key.append(bigEndian: value.nanosecond)
            key.append(bigEndian: Int32(value.offsetSeconds) ^ Int32.min)
            append(escaped: (value.zone ?? "").utf8, to: &key)
            end(&key)
        case .duration(let value):
            key.append(Kind.duration.rawValue)
            for unit in [value.months, value.days, value.seconds] {
                key.append(bigEndian: ordered(unit))
            }
            key.append(bigEndian: value.nanoseconds)
        default: preconditionFailure("only storable values reach an index")
        }
    }

    /// The part of a zoned component that says the instant: kind, and what is compared first.
    static func instantBytes(_ value: Value) -> Int? {
        switch value {
        case .time: 9
        case .dateTime: 13
        default: nil
        }
    }

    static func append(number value: Int64, to key: inout [UInt8]) {
        var floor = Double(value)
        if floor >= 0x1p63 || Int64(floor) > value { floor = floor.nextDown }
        key.append(Kind.number.rawValue)
        key.append(bigEndian: ordered(floor))
        key.append(bigEndian: UInt16(value &- Int64(floor)))
    }

    static func append(number value: Double, to key: inout [UInt8]) {
        key.append(Kind.number.rawValue)
        key.append(bigEndian: ordered(value))
        key.append(bigEndian: UInt16(0))
    }

    static func ordered(_ value: Int64) -> UInt64 { UInt64(bitPattern: value) ^ (1 << 63) }

    static func ordered(_ value: Double) -> UInt64 {
        let bits = (value == 0 ? 0 : value).bitPattern
        return bits >> 63 == 0 ? bits | 1 << 63 : ~bits
    }

    static func append(escaped bytes: some Sequence<UInt8>, to key: inout [UInt8]) {
        for byte in bytes {
            key.append(byte)
            if byte == 0 { key.append(0xFF) }
        }
    }

    private static func end(_ key: inout [UInt8]) {
        key.append(0)
        key.append(0)
    }

    /// The least key above all that begin with `prefix`; nil where there is none.
    static func successor(_ prefix: [UInt8]) -> [UInt8]? {
        var key = prefix
        while let last = key.popLast() {
            if last < UInt8.max {
                key.append(last + 1)
                return key
            }
        }
        return nil
    }
}
