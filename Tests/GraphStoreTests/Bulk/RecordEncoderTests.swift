import Testing
import Values

@testable import GraphStore

@Suite struct RecordEncoderTests {
    private let header: [UInt8] = [1, 2, 3, 4, 5, 6]

    /// The records one by one.
    private func records(_ encoder: RecordEncoder) -> [[UInt8]] {
        var begin = 0
        return encoder.ends.map { end in
            defer { begin = end }
            return Array(encoder.bytes[begin..<end])
        }
    }

    private func expected(_ properties: [(key: KeyID, value: Value)]) throws -> [UInt8] {
        var bytes = header
        try PropertyBlob.encode(properties, to: &bytes)
        return bytes
    }

    private func begin(_ encoder: RecordEncoder, _ maximumProperties: Int) {
        encoder.begin(headerBytes: header.count, maximumProperties: maximumProperties) {
            $0.copyBytes(from: header)
        }
    }

    /// Whatever the properties are, and however many there might have been: the same bytes as those
    /// of records that transactions write.
    @Test(arguments: 0..<40)
    func agreesWithPropertyBlobs(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let encoder = RecordEncoder()
        var model: [[UInt8]] = []
        for _ in 0..<50 {
            let properties = (0..<Int.random(in: 0...9, using: &random)).map { _ in
                (
                    key: KeyID.random(in: 0..<12, using: &random),
                    value: Int.random(in: 0..<6, using: &random) == 0
                        ? Value.null : storableSamples.randomElement(using: &random)!
                )
            }
            begin(encoder, properties.count + Int.random(in: 0...3, using: &random))
            try encoder.append(properties)
            _ = try encoder.end()
            model.append(try expected(properties))
        }
        #expect(records(encoder) == model)
        #expect(encoder.count == 50)
        encoder.removeAll()
        #expect(encoder.count == 0 && encoder.byteCount == 0)
    }

    @Test func takesPlainValues() throws {
        let encoder = RecordEncoder()
        begin(encoder, 8)
        encoder.append(0, integer: -129)
        encoder.append(2, float: 2.5)
        encoder.append(3, boolean: true)
        Array("last".utf8).lend { encoder.append(4, text: $0) }
        encoder.append(5, integer: .min)
        #expect(try encoder.end() == 5)
        #expect(
            records(encoder) == [
                try expected([
                    (0, .integer(-129)), (2, .float(2.5)), (3, .boolean(true)),
                    (4, .string("last")), (5, .integer(.min)),
                ])
            ])
    }

    @Test func aRecordThatCannotBeIsTakenBack() throws {
        let encoder = RecordEncoder()
        begin(encoder, 1)
        encoder.append(7, integer: 1)
        _ = try encoder.end()
        let before = records(encoder)

        begin(encoder, 2)
        encoder.append(1, integer: 1)
        #expect(throws: StoreError.self) { try encoder.append(2, .map([:])) }
        encoder.discard()
        #expect(records(encoder) == before)

        begin(encoder, 1)
        let long = [UInt8](repeating: 65, count: PropertyBlob.maximumBytes)
        long.lend { encoder.append(1, text: $0) }
        #expect(throws: StoreError.self) { try encoder.end() }
        #expect(records(encoder) == before)

        let batch = RelationshipBatch()
        #expect(throws: StoreError.self) {
            try batch.append(type: 0, start: 1, end: 2, [(1, .string("a")), (2, .map([:]))])
        }
        #expect(batch.count == 0 && batch.byteCount == 0 && batch.starts.greatest == 0)
    }

    /// Near the limit the room for properties that are missing must not count.
    @Test func whatIsMissingTakesNoRoom() throws {
        let encoder = RecordEncoder()
        begin(encoder, 1000)
        let count =
            PropertyBlob.maximumBytes - PropertyBlob.headerBytes
            - 2 * PropertyBlob.entryBytes - 1
        [UInt8](repeating: 65, count: count).lend { encoder.append(1, text: $0) }
        encoder.append(2, integer: 3)
        #expect(try encoder.end() == 2)
        #expect(encoder.byteCount == header.count + PropertyBlob.maximumBytes)
        let found = encoder.bytes.part(header.count..<encoder.byteCount)
        #expect(PropertyBlob(found).value(2).map { isSame($0, .integer(3)) } == true)
    }
}
