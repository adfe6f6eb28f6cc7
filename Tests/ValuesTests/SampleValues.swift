import Values

/// A generator that repeats: every run of the tests sees the same values.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var bits = state
        bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
        return bits ^ (bits >> 31)
    }
}

/// Values of every kind, with the borders at which numbers and strings go wrong.
enum SampleValues {
    static let node = NodeValue(id: 7, labels: ["A", "b c"], properties: ["x": .integer(1)])
    static let other = NodeValue(id: 8, labels: [], properties: [:])
    static let relationship = RelationshipValue(
        id: 3, type: "KNOWS", start: 7, end: 8, properties: ["since": .integer(1999)])

    static let all: [Value] =
        [
            .null, .boolean(false), .boolean(true), .integer(0), .integer(1), .integer(-1),
            .integer(.max), .integer(.min), .integer(9_007_199_254_740_993), .float(0),
            .float(-0.0), .float(1), .float(0.5), .float(-1), .float(.nan), .float(.infinity),
            .float(-.infinity), .float(9_007_199_254_740_992), .float(9_223_372_036_854_775_808),
            .float(-9_223_372_036_854_775_808), .float(.leastNonzeroMagnitude), .string(""),
            .string("a"), .string("b"), .string("\u{E9}"), .string("e\u{301}"), .string("12345678"),
            .string("123456789"), .string("z\u{10FFFF}"), .bytes([]), .bytes([1, 2]),
            .list([]), .list([.integer(1)]), .list([.float(1)]), .list([.null]),
            .list([.integer(1), .null]), .list([.list([.float(.nan)])]), .map([:]),
            .map(["a": .integer(1)]), .map(["a": .null]),
            .map(["a": .integer(1), "b": .integer(2)]),
            .map(["b": .integer(2), "a": .float(1)]), .date(DateValue(epochDay: 0)),
            .date(DateValue(epochDay: -1)), .localTime(LocalTimeValue(nanosecondOfDay: 1)),
            .time(TimeValue(nanosecondOfDay: 3_600_000_000_000, offsetSeconds: 3_600)),
            .time(TimeValue(nanosecondOfDay: 0, offsetSeconds: 0)),
            .localDateTime(LocalDateTimeValue(epochSecond: 5, nanosecond: 1)),
            .dateTime(
                DateTimeValue(epochSecond: 5, nanosecond: 1, offsetSeconds: 0, zone: nil)),
            .dateTime(
                DateTimeValue(
                    epochSecond: 5, nanosecond: 1, offsetSeconds: 3_600, zone: "Europe/Stockholm")),
            .duration(DurationValue(months: 1, days: 0, seconds: 0, nanoseconds: 0)),
            .duration(DurationValue(months: 0, days: 30, seconds: 37_746, nanoseconds: 0)),
            .duration(DurationValue(months: 0, days: 1, seconds: 0, nanoseconds: 0)),
            .duration(DurationValue(months: 0, days: 0, seconds: 86_400, nanoseconds: 0)),
        ] + entities

    private static let entities: [Value] = [
        .point(PointValue(system: .cartesian, x: 1, y: 2)),
        .point(PointValue(system: .wgs84, x: 1, y: 2)),
        .point(PointValue(system: .cartesianZ, x: .nan, y: 2, z: 3)),
        .vector([]), .vector([1, 2]), .vector([.nan]), .node(node), .nodeReference(7),
        .nodeReference(8), .relationship(relationship), .relationshipReference(3),
        .relationshipReference(4),
        .path(PathValue(nodes: [node, other], relationships: [relationship])),
        .pathReference(PathReference(nodes: [7, 8], relationships: [3])),
        .pathReference(PathReference(nodes: [7], relationships: [])),
    ]

    /// A random value, lists and maps nested to a depth.
    static func random(_ generator: inout SeededGenerator, depth: Int = 2) -> Value {
        switch Int.random(in: 0..<(depth > 0 ? 9 : 7), using: &generator) {
        case 0: .null
        case 1: .boolean(Bool.random(using: &generator))
        case 2: .integer(Int64.random(in: -3...3, using: &generator))
        case 3: .float(Double(Int.random(in: -6...6, using: &generator)) / 2)
        case 4: .string(String("abc".prefix(Int.random(in: 0...3, using: &generator))))
        case 5: all[Int.random(in: 0..<all.count, using: &generator)]
        case 6: .date(DateValue(epochDay: Int64.random(in: -2...2, using: &generator)))
        case 7:
            .list(
                (0..<Int.random(in: 0...3, using: &generator)).map { _ in
                    random(&generator, depth: depth - 1)
                })
        default:
            .map(
                ValueMap(
                    ["k", "l"].prefix(Int.random(in: 0...2, using: &generator)).map {
                        ($0, random(&generator, depth: depth - 1))
                    }))
        }
    }

    static func random(count: Int, seed: UInt64) -> [Value] {
        var generator = SeededGenerator(seed: seed)
        return (0..<count).map { _ in random(&generator) }
    }
}
