import Values

@testable import Bolt

extension PackStreamDialect {
    static let modern = BoltVersion(6, 0).dialect
    static let bolt5 = BoltVersion(5, 4).dialect
    static let bolt4 = BoltVersion(4, 4).dialect
}

/// The bytes of a value.
func packed(_ value: Value, _ dialect: PackStreamDialect = .modern) throws -> [UInt8] {
    var encoder = PackStreamEncoder(dialect: dialect)
    try encoder.write(value)
    return encoder.bytes
}

func unpacked(_ bytes: [UInt8]) throws -> Value {
    var decoder = PackStreamDecoder(bytes[...])
    let value = try decoder.readValue()
    guard decoder.bytesLeft == 0 else {
        throw PackStreamError.trailingBytes(decoder.bytesLeft)
    }
    return value
}

/// A message in its chunks.
func message(_ tag: UInt8, _ fields: [Value], _ dialect: PackStreamDialect = .modern) throws
    -> [UInt8]
{
    var encoder = PackStreamEncoder(dialect: dialect)
    try encoder.writeMessage { encoder in
        encoder.writeStructure(tag, fields: fields.count)
        for field in fields { try encoder.write(field) }
    }
    return encoder.bytes
}

/// A message without chunks, as a request is read from it.
func body(_ tag: UInt8, _ fields: [Value]) throws -> ArraySlice<UInt8> {
    var assembler = MessageAssembler(limit: .max)
    assembler.append(try message(tag, fields))
    return try assembler.next() ?? []
}

/// A response's metadata, as a client reads it.
func metadata(of response: Response, _ version: BoltVersion) throws -> ValueMap {
    var encoder = PackStreamEncoder(dialect: version.dialect)
    try encoder.write(response, version: version)
    var assembler = MessageAssembler(limit: .max)
    assembler.append(encoder.bytes)
    var decoder = PackStreamDecoder(try assembler.next() ?? [])
    return try decoder.readMessage().map(0)
}

/// Random numbers that are the same in every run.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

/// Any value that may be a parameter.
func randomValue(_ random: inout SeededGenerator, depth: Int = 0) -> Value {
    let nanosecond = Int32.random(in: 0...999_999_999, using: &random)
    let second = Int64.random(in: -60_000_000_000...60_000_000_000, using: &random)
    let offset = Int32.random(in: -64_800...64_800, using: &random)
    switch Int.random(in: 0..<(depth < 4 ? 16 : 14), using: &random) {
    case 0: return .null
    case 1: return .boolean(.random(using: &random))
    case 2:
        return .integer(
            Int64.random(in: .min ... .max, using: &random)
                >> Int64.random(in: 0...63, using: &random))
    case 3: return .float(Double.random(in: -1e300...1e300, using: &random))
    case 4: return .string(String(repeating: "aé日", count: .random(in: 0...200, using: &random)))
    case 5:
        return .bytes(
            (0..<Int.random(in: 0...300, using: &random)).map { UInt8(truncatingIfNeeded: $0) })
    case 6: return .date(DateValue(epochDay: second / 1_000))
    case 7: return .localTime(LocalTimeValue(nanosecondOfDay: Int64(nanosecond)))
    case 8: return .time(TimeValue(nanosecondOfDay: Int64(nanosecond), offsetSeconds: offset))
    case 9: return .localDateTime(LocalDateTimeValue(epochSecond: second, nanosecond: nanosecond))
    case 10:
        return .dateTime(
            DateTimeValue(
                epochSecond: second, nanosecond: nanosecond, offsetSeconds: offset, zone: nil))
    case 11:
        return .duration(
            DurationValue(months: second, days: -second, seconds: second, nanoseconds: nanosecond))
    case 12:
        let systems: [PointValue.System] = [.wgs84, .wgs84Z, .cartesian, .cartesianZ]
        let system = systems[Int.random(in: 0..<4, using: &random)]
        return .point(
            PointValue(system: system, x: 1.5, y: -2, z: system.dimensions == 3 ? 3.25 : 0))
    case 13: return .vector((0..<Int.random(in: 0...9, using: &random)).map { Float($0) / 3 })
    case 14:
        return .list(
            (0..<Int.random(in: 0...20, using: &random)).map { _ in
                randomValue(&random, depth: depth + 1)
            })
    default:
        return .map(
            ValueMap(
                (0..<Int.random(in: 0...20, using: &random)).map {
                    ("key \($0)", randomValue(&random, depth: depth + 1))
                }))
    }
}
