import Testing
import Values

@testable import GraphStore

/// One value of every kind that a property can hold, and of every width.
let storableSamples: [Value] = [
    .boolean(true), .boolean(false), .integer(0), .integer(-128), .integer(127), .integer(128),
    .integer(-32_768), .integer(32_768), .integer(.min), .integer(.max), .integer(1 << 31),
    .float(0), .float(-0.0), .float(.nan), .float(.infinity), .float(3.25), .string(""),
    .string("kårhus"), .string("a\u{0}b"), .string(String(repeating: "x", count: 5000)),
    .bytes([]), .bytes([0, 255, 1]), .date(DateValue(epochDay: -719_528)),
    .localTime(LocalTimeValue(nanosecondOfDay: 86_399_999_999_999)),
    .time(TimeValue(nanosecondOfDay: 1, offsetSeconds: -3600)),
    .localDateTime(LocalDateTimeValue(epochSecond: -1, nanosecond: 999_999_999)),
    .dateTime(DateTimeValue(epochSecond: 1, nanosecond: 2, offsetSeconds: 3600, zone: nil)),
    .dateTime(
        DateTimeValue(
            epochSecond: 1, nanosecond: 2, offsetSeconds: 3600, zone: "Europe/Stockholm")),
    .duration(DurationValue(months: -1, days: 2, seconds: -3, nanoseconds: 4)),
    .point(PointValue(system: .wgs84Z, x: 1, y: -2, z: 3)), .vector([]), .vector([1, -2.5]),
    .list([]), .list([.boolean(true), .boolean(false)]), .list([.integer(.min), .integer(7)]),
    .list([.float(1.5), .float(-2)]), .list([.string("a"), .string(""), .string("ccc")]),
    .list([.date(DateValue(epochDay: 1)), .date(DateValue(epochDay: 2))]),
    .list([.point(PointValue(system: .cartesian, x: 1, y: 2))]),
]

/// Equality as stored, NaN and the sign of zero included.
func isSame(_ left: Value, _ right: Value) -> Bool {
    if case .null = left, case .null = right { return true }
    var (first, second): ([UInt8], [UInt8]) = ([], [])
    guard let a = try? PropertyBlob.append(left, to: &first),
        let b = try? PropertyBlob.append(right, to: &second)
    else { return false }
    return a == b && first == second
}

@Suite struct PropertyBlobTests {
    private func encode(_ properties: [(key: KeyID, value: Value)]) throws -> [UInt8] {
        var bytes: [UInt8] = []
        try PropertyBlob.encode(properties, to: &bytes)
        return bytes
    }

    private func decode(_ bytes: [UInt8]) -> [(key: KeyID, value: Value)]? {
        bytes.lend { PropertyBlob($0).all() }
    }

    @Test func everyKindComesBack() throws {
        for value in storableSamples {
            let bytes = try encode([(3, value)])
            let back = try #require(decode(bytes))
            #expect(back.count == 1 && back[0].key == 3 && isSame(back[0].value, value))
        }
    }

    @Test func propertiesComeBackInKeyOrder() throws {
        let properties = storableSamples.enumerated().map { (KeyID(1000 - $0), $1) }
        let bytes = try encode(properties)
        let back = try #require(decode(bytes))
        #expect(back.map(\.key) == properties.map(\.0).reversed())
        for (key, value) in properties {
            bytes.lend { bytes in
                guard case .found(let stored) = PropertyBlob(bytes).find(key) else {
                    Issue.record("\(key) is not found")
                    return
                }
                #expect(isSame(stored.value ?? .null, value))
            }
        }
    }

    @Test func nullIsAbsenceAndTheLastValueWins() throws {
        #expect(try encode([(1, .null)]).isEmpty)
        let back = try #require(
            decode(try encode([(2, .integer(1)), (1, .string("a")), (2, .integer(9))])))
        #expect(back.map(\.key) == [1, 2])
        #expect(isSame(back[1].value, .integer(9)))
    }

    @Test func mixedNumbersBecomeFloats() throws {
        let back = try #require(decode(try encode([(1, .list([.integer(1), .float(2.5)]))])))
        #expect(isSame(back[0].value, .list([.float(1), .float(2.5)])))
    }

    @Test(arguments: [
        Value.map(["a": .integer(1)]), .list([.null]), .list([.integer(1), .string("a")]),
        .list([.list([.integer(1)])]), .nodeReference(1),
    ])
    func theUnstorableIsRefused(_ value: Value) {
        #expect(throws: StoreError.self) { try encode([(1, value)]) }
    }

    @Test func tooManyBytesAreRefused() {
        let large = Value.string(String(repeating: "x", count: PropertyBlob.maximumBytes))
        #expect(throws: StoreError.self) { try encode([(1, large)]) }
    }

    /// Any sequence of changes ends where a dictionary ends.
    @Test func changesAgreeWithADictionary() throws {
        var random = SeededRandom(seed: 11)
        var bytes: [UInt8] = []
        var model: [KeyID: Value] = [:]
        for _ in 0..<1000 {
            var changes: [KeyID: Value] = [:]
            for _ in 0..<1 + random.next(random.next(2) == 0 ? 1 : 12) {
                let isRemoval = random.next(4) == 0
                changes[KeyID(random.next(40))] =
                    isRemoval ? .null : storableSamples[random.next(storableSamples.count)]
            }
            // In any order, and with an earlier value that does not count.
            var given = changes.sorted { $0.key < $1.key }.map { (key: $0.key, value: $0.value) }
            if random.next(2) == 0 { given.reverse() }
            if random.next(3) == 0 { given.insert((key: given[0].key, value: .null), at: 0) }
            var changed: [UInt8] = []
            try bytes.lend { (old) throws(StoreError) in
                try PropertyBlob(old).encode(setting: given, output: &changed)
            }
            bytes = changed
            for (key, value) in changes { model[key] = value.isNull ? nil : value }
            let back = try #require(decode(bytes))
            #expect(back.map(\.key) == model.keys.sorted())
            for (key, value) in back { #expect(isSame(value, model[key] ?? .null)) }
        }
    }

    /// Damage is found or gives other values, but is never followed out of the blob.
    @Test func damageNeverTraps() throws {
        var random = SeededRandom(seed: 12)
        let whole = try encode(storableSamples.enumerated().map { (KeyID($0), $1) })
        for _ in 0..<1000 {
            var bytes = whole
            bytes.removeLast(random.next(bytes.count))
            for _ in 0..<4 where !bytes.isEmpty {
                bytes[random.next(min(bytes.count, 400))] = UInt8(random.next(256))
            }
            bytes.lend { bytes in
                _ = PropertyBlob(bytes).all()
                _ = PropertyBlob(bytes).find(KeyID(random.next(50)))
            }
        }
    }
}

/// A small generator with a seed (SplitMix64).
struct SeededRandom {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    mutating func next(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }
}
