import NIOCore
import Testing
import Values

@testable import Bolt

@Suite struct PackStreamTests {
    @Test(
        arguments: [
            (0, [0x00]), (127, [0x7F]), (-1, [0xFF]), (-16, [0xF0]), (-17, [0xC8, 0xEF]),
            (128, [0xC9, 0x00, 0x80]), (-129, [0xC9, 0xFF, 0x7F]), (32_767, [0xC9, 0x7F, 0xFF]),
            (32_768, [0xCA, 0x00, 0x00, 0x80, 0x00]),
            (Int64.min, [0xCB, 0x80, 0, 0, 0, 0, 0, 0, 0]),
            (2_147_483_648, [0xCB, 0, 0, 0, 0, 0x80, 0, 0, 0]),
        ] as [(Int64, [UInt8])])
    func integersTakeTheShortestForm(number: Int64, bytes: [UInt8]) throws {
        #expect(try packed(.integer(number)) == bytes)
        guard case .integer(number) = try unpacked(bytes) else {
            Issue.record("\(bytes) is not \(number)")
            return
        }
    }

    @Test func simpleValuesHaveTheirDocumentedBytes() throws {
        #expect(try packed(.null) == [0xC0])
        #expect(try packed(.boolean(true)) == [0xC3])
        #expect(try packed(.float(1.5)) == [0xC1, 0x3F, 0xF8, 0, 0, 0, 0, 0, 0])
        #expect(try packed(.string("A")) == [0x81, 0x41])
        #expect(try packed(.bytes([7])) == [0xCC, 1, 7])
        #expect(try packed(.list([.integer(1), .null])) == [0x92, 1, 0xC0])
        #expect(try packed(.map(["a": .integer(1)])) == [0xA1, 0x81, 0x61, 1])
    }

    @Test(arguments: [15, 16, 255, 256, 65_535, 65_536])
    func sizesChangeTheirForm(size: Int) throws {
        let text = String(repeating: "x", count: size)
        let bytes = try packed(.string(text))
        #expect(bytes.count == size + (size < 16 ? 1 : size < 256 ? 2 : size < 65_536 ? 3 : 5))
        guard case .string(text) = try unpacked(bytes) else {
            Issue.record("a string of \(size) bytes is lost")
            return
        }
        let list = try packed(.list(Array(repeating: .null, count: size)))
        guard case .list(let values) = try unpacked(list) else {
            Issue.record("a list of \(size) values is lost")
            return
        }
        #expect(values.count == size)
    }

    @Test func anyParameterComesBackAsItWas() throws {
        var random = SeededGenerator(seed: 1)
        for _ in 0..<500 {
            let bytes = try packed(randomValue(&random))
            #expect(try packed(unpacked(bytes)) == bytes)
        }
    }

    @Test func structuresHaveTheirDocumentedBytes() throws {
        #expect(try packed(.date(DateValue(epochDay: 1))) == [0xB1, 0x44, 1])
        #expect(
            try packed(.time(TimeValue(nanosecondOfDay: 5, offsetSeconds: -1)))
                == [0xB2, 0x54, 5, 0xFF])
        #expect(
            try packed(
                .duration(DurationValue(months: 1, days: 2, seconds: 3, nanoseconds: 4)))
                == [0xB4, 0x45, 1, 2, 3, 4])
        #expect(
            try packed(.vector([1.5])) == [0xB2, 0x56, 0xCC, 1, 0xC6, 0xCC, 4, 0x3F, 0xC0, 0, 0])
        #expect(
            try packed(.vector([1.5]), .bolt5) == [0x91, 0xC1, 0x3F, 0xF8, 0, 0, 0, 0, 0, 0])
    }

    @Test func zonedDateTimesDependOnTheDialect() throws {
        let offset = DateTimeValue(
            epochSecond: 10, nanosecond: 1, offsetSeconds: 60, zone: nil)
        #expect(try packed(.dateTime(offset)) == [0xB3, 0x49, 10, 1, 60])
        #expect(try packed(.dateTime(offset), .bolt4) == [0xB3, 0x46, 70, 1, 60])
        let zoned = DateTimeValue(
            epochSecond: 10, nanosecond: 1, offsetSeconds: 60, zone: "Z")
        #expect(try packed(.dateTime(zoned)) == [0xB3, 0x69, 10, 1, 0x81, 0x5A])
        #expect(try packed(.dateTime(zoned), .bolt4) == [0xB3, 0x66, 70, 1, 0x81, 0x5A])
    }

    /// Stockholm, 2020: summer time begins on 29 March at 01:00 UTC and ends on 25 October then.
    @Test(
        arguments: [
            (1_585_443_600 - 1, 3_600), (1_585_443_600, 7_200), (1_603_587_600 - 1, 7_200),
            (1_603_587_600, 3_600),
        ] as [(Int64, Int32)])
    func namedZonesFindTheirOffset(second: Int64, offset: Int32) throws {
        #expect(try ZoneOffset.seconds(in: "Europe/Stockholm", at: second) == offset)
        let isRepeatedHour = second == 1_603_587_600
        if !isRepeatedHour {
            let local = second + Int64(offset)
            #expect(try ZoneOffset.seconds(in: "Europe/Stockholm", atLocal: local) == offset)
        }
        for dialect in [PackStreamDialect.modern, .bolt4] where !isRepeatedHour {
            let value = DateTimeValue(
                epochSecond: second, nanosecond: 9, offsetSeconds: offset,
                zone: "Europe/Stockholm")
            guard case .dateTime(let back) = try unpacked(packed(.dateTime(value), dialect)) else {
                Issue.record("not a date-time")
                return
            }
            #expect(back == value)
        }
    }

    @Test func aLocalTimeThatClocksSkipOrRepeatHasOneMeaning() throws {
        let skipped: Int64 = 1_585_443_600 + 3_600 + 1_800
        #expect(try ZoneOffset.seconds(in: "Europe/Stockholm", atLocal: skipped) == 3_600)
        let repeated: Int64 = 1_603_587_600 + 3_600 + 1_800
        #expect(try ZoneOffset.seconds(in: "Europe/Stockholm", atLocal: repeated) == 7_200)
    }

    @Test func durationsAreNormalised() throws {
        let bytes: [UInt8] = [0xB4, 0x45, 0, 0, 0xFF, 0xFB]
        guard case .duration(let duration) = try unpacked(bytes) else {
            Issue.record("not a duration")
            return
        }
        #expect(
            duration
                == DurationValue(months: 0, days: 0, seconds: -2, nanoseconds: 999_999_995))
    }

    @Test func entitiesCarryElementIDsFromFiveOn() throws {
        let node = Value.node(NodeValue(id: 3, labels: ["L"], properties: ["p": .integer(1)]))
        let core: [UInt8] = [3, 0x91, 0x81, 0x4C, 0xA1, 0x81, 0x70, 1]
        #expect(try packed(node, .bolt4) == [0xB3, 0x4E] + core)
        #expect(try packed(node, .bolt5) == [0xB4, 0x4E] + core + [0x83, 0x34, 0x3A, 0x33])
        let relationship = Value.relationship(
            RelationshipValue(id: 9, type: "T", start: 3, end: 4, properties: [:]))
        #expect(try packed(relationship, .bolt4) == [0xB5, 0x52, 9, 3, 4, 0x81, 0x54, 0xA0])
        #expect(
            try packed(relationship, .bolt5)
                == [0xB8, 0x52, 9, 3, 4, 0x81, 0x54, 0xA0]
                + [0x83, 0x35, 0x3A, 0x39, 0x83, 0x34, 0x3A, 0x33, 0x83, 0x34, 0x3A, 0x34])
    }

    @Test func aPathNamesItsEntitiesOnceAndThenTheWay() throws {
        let a: [UInt8] = [0xB3, 0x4E, 1, 0x90, 0xA0]
        let b: [UInt8] = [0xB3, 0x4E, 2, 0x90, 0xA0]
        let r: [UInt8] = [0xB3, 0x72, 7, 0x81, 0x54, 0xA0]
        let nodes = [1, 2].map { NodeValue(id: $0, labels: [], properties: [:]) }
        let step = RelationshipValue(id: 7, type: "T", start: 1, end: 2, properties: [:])
        let there = Value.path(
            PathValue(nodes: [nodes[0], nodes[1], nodes[0]], relationships: [step, step]))
        #expect(
            try packed(there, .bolt4)
                == [0xB3, 0x50, 0x92] + a + b + [0x91] + r + [0x94, 1, 1, 0xFF, 0])
        let back = Value.path(PathValue(nodes: [nodes[1], nodes[0]], relationships: [step]))
        #expect(
            try packed(back, .bolt4)
                == [0xB3, 0x50, 0x92] + b + a + [0x91] + r + [0x92, 0xFF, 1])
        let alone = Value.path(PathValue(nodes: [nodes[0]], relationships: []))
        #expect(try packed(alone, .bolt4) == [0xB3, 0x50, 0x91] + a + [0x90, 0x90])
    }

    /// A path of a server that no server sends.
    @Test(
        arguments: [
            .integer(.min), .integer(.max), .integer(2), .integer(-2), .integer(0), .null,
        ] as [Value])
    func aPathOverWhatIsNotThereIsRefused(relationship: Value) throws {
        func path(_ relationship: Value) throws -> Value {
            var bytes: [UInt8] = [0xB3, 0x50, 0x91, 0xB4, 0x4E, 1, 0x90, 0xA0, 0x81, 0x31]
            bytes += [0x91, 0xB4, 0x72, 7, 0x81, 0x54, 0xA0, 0x81, 0x37, 0x92]
            bytes += try packed(relationship) + [0]
            var decoder = PackStreamDecoder(bytes[...])
            decoder.acceptsEntities = true
            return try decoder.readValue()
        }
        #expect(throws: Never.self) { try path(.integer(-1)) }
        #expect(throws: PackStreamError.self) { try path(relationship) }
    }

    @Test(
        arguments: [
            ([], .truncated), ([0xC1, 0], .truncated), ([0x85, 0x41], .truncated),
            ([0xD6, 0xFF, 0xFF, 0xFF, 0xFF], .truncated),
            ([0xDA, 0x7F, 0xFF, 0xFF, 0xFF], .truncated),
            ([0xD2, 0xFF, 0xFF, 0xFF, 0xFF], .truncated),
            ([0xCE, 0xFF, 0xFF, 0xFF, 0xFF], .truncated),
            ([0xC4], .unknownMarker(0xC4)), ([0x81, 0xFF], .invalidUTF8),
            ([0xA1, 0x01, 0x01], .keyIsNotAString),
            ([0xB1, 0x00, 0x01], .unknownStructure(tag: 0, fields: 1)),
            ([0xB1, 0x44, 0xC0], .unknownStructure(tag: 0x44, fields: 1)),
            ([0xB0, 0x4E], .entityAsParameter),
        ] as [([UInt8], PackStreamError)])
    func hostileBytesAreRefused(bytes: [UInt8], error: PackStreamError) {
        #expect(throws: error) { try unpacked(bytes) }
    }

    /// A map of a message may hold millions of entries: their cost is not the square of that.
    @Test(.timeLimit(.minutes(1))) func mapsOfManyEntriesAreReadAndTheLastOfAKeyCounts() throws {
        let count = 200_000
        var encoder = PackStreamEncoder(dialect: BoltVersion(5, 4).dialect)
        try encoder.writeSize(count + 2, of: .map)
        for place in 0..<count + 2 {
            try encoder.write(string: "key \(place % count)")
            encoder.write(integer: place)
        }
        guard case .map(let map) = try unpacked(encoder.bytes) else {
            Issue.record("no map")
            return
        }
        #expect(map.count == count)
        #expect(map.keys.prefix(2) == ["key 0", "key 1"])
        #expect(text(.list(Array(map.values.prefix(3)))) == "[\(count), \(count + 1), 2]")
    }

    @Test func impossibleTimesAndPlacesAreRefusedWithAReason() throws {
        let impossible: [[UInt8]] = [
            [0xB1, 0x44, 0xCB, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF],
            [0xB1, 0x74, 0xFF], [0xB2, 0x54, 1, 0xCA, 0x00, 0x10, 0x00, 0x00],
            [0xB2, 0x64, 1, 0xFF], [0xB3, 0x69, 1, 1, 0x81, 0x3F],
            [0xB3, 0x46, 0xCB, 0x80, 0, 0, 0, 0, 0, 0, 0, 1, 60],
            [0xB3, 0x66, 0xCB, 0x80, 0, 0, 0, 0, 0, 0, 0, 1, 0x83, 0x55, 0x54, 0x43],
            try packed(.float(0)) + [],
        ].dropLast()
        for bytes in impossible {
            do {
                _ = try unpacked(bytes)
                Issue.record("\(bytes) is taken")
            } catch PackStreamError.invalid(let reason) {
                #expect(!reason.isEmpty)
            }
        }
    }

    @Test func depthIsBoundedBothWays() throws {
        let deep = [UInt8](repeating: 0x91, count: PackStreamLimits.depth)
        #expect(throws: Never.self) { try unpacked(deep + [0xC0]) }
        #expect(throws: PackStreamError.nestedTooDeep) { try unpacked(deep + [0x91, 0xC0]) }
        var value = Value.null
        for _ in 0..<PackStreamLimits.depth { value = .list([value]) }
        #expect(throws: Never.self) { try packed(value) }
        value = .list([value])
        #expect(throws: PackStreamError.nestedTooDeep) { try packed(value) }
    }

    @Test func theNumberOfValuesIsBounded() {
        var decoder = PackStreamDecoder([0x93, 1, 0x92, 1, 1, 1], values: 4)
        #expect(throws: PackStreamError.tooManyValues) { try decoder.readValue() }
    }
}

@Suite struct RecordEncoderTests {
    private func records(_ columns: [Column], _ rows: Range<Int>) throws -> [UInt8] {
        var encoder = PackStreamEncoder(dialect: .modern)
        try RecordEncoder.write(RecordBatch(columns: columns, rows: rows), to: &encoder)
        return encoder.bytes
    }

    private func reference(_ columns: [Column], _ rows: Range<Int>) throws -> [UInt8] {
        try rows.flatMap { row in
            let cells = columns.map { $0.value(row) }
            return try message(ResponseTag.record, [.list(cells)])
        }
    }

    @Test func columnsAreWrittenAsTheirValuesWouldBe() throws {
        var strings = StringColumn()
        strings.append("")
        strings.append(String(repeating: "é", count: 300))
        strings.appendNull()
        strings.append("last")
        let columns: [Column] = [
            .integers([1, -17, 300, .max], .allValid),
            .integers([1, 2, 3, 4], Validity([1, 0, 1, 0])),
            .floats([0, -0.0, .infinity, 2.5], Validity([1, 1, 1, 0])),
            .booleans([0, 1, 2, 1]), .strings(strings),
            .values([.null, .list([.integer(1)]), .string("x"), sampleEntities[0]]),
            .constant(.map(["k": .string("v")]), count: 4),
        ]
        #expect(try records(columns, 0..<4) == reference(columns, 0..<4))
        #expect(try records(columns, 1..<3) == reference(columns, 1..<3))
        #expect(try records(columns, 2..<2) == [])
        #expect(try records([], 0..<2) == reference([], 0..<2))
    }

    @Test func wideRecordsAreWrittenToo() throws {
        let columns = (0..<300).map { Column.integers([Int64($0), 1], .allValid) }
        #expect(try records(columns, 0..<2) == reference(columns, 0..<2))
    }

    @Test func aReferenceInAResultIsAnErrorAndLeavesWholeRecordsOnly() throws {
        #expect(throws: PackStreamError.unmaterialisedReference) {
            try records([.nodes([1])], 0..<1)
        }
        var encoder = PackStreamEncoder(dialect: .modern)
        let column = Column.values([.integer(1), .nodeReference(3)])
        #expect(throws: PackStreamError.unmaterialisedReference) {
            try RecordEncoder.write(RecordBatch(columns: [column], rows: 0..<2), to: &encoder)
        }
        let whole = try reference([column], 0..<1)
        #expect(encoder.bytes == whole)
    }
}
