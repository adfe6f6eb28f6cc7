import Testing
import Values

@Suite struct TextTests {
    @Test(
        arguments: [
            (1.0, "1.0"), (0.1, "0.1"), (-0.0, "-0.0"), (1e7, "1.0E7"), (9_999_999, "9999999.0"),
            (1e-3, "0.001"), (9.99e-4, "9.99E-4"), (123456.789, "123456.789"), (1e21, "1.0E21"),
            (1.5e300, "1.5E300"), (.leastNonzeroMagnitude, "5.0E-324"), (12.5, "12.5"),
            (100, "100.0"),
        ] as [(Double, String)])
    func floats(_ float: Double, _ text: String) { #expect(float.cypherText == text) }

    @Test func floatsReadBack() {
        var generator = SeededGenerator(seed: 4)
        for _ in 0..<2_000 {
            let float = Double(bitPattern: generator.next())
            if float.isFinite { #expect(Double(float.cypherText) == float) }
            let everyday = Double.random(in: 1e-3..<1e7, using: &generator)
            #expect(Double(everyday.cypherText) == everyday)
            #expect(!everyday.cypherText.contains("E"))
        }
    }

    @Test func literals() {
        let path = PathValue(
            nodes: [SampleValues.other, SampleValues.node],
            relationships: [SampleValues.relationship])
        #expect(Value.node(SampleValues.node).cypherText == "(:A:`b c` {x: 1})")
        #expect(
            Value.path(path).cypherText == "()<-[:KNOWS {since: 1999}]-(:A:`b c` {x: 1})")
        #expect(Value.string("it's").cypherText == "\"it's\"")
        #expect(Value.string("a\n\\").cypherText == "'a\\n\\\\'")
        #expect(Value.map(["a b": .list([.null])]).cypherText == "{`a b`: [null]}")
        #expect(Value.vector([1, 0.1]).cypherText == "vector([1.0, 0.1], 2, FLOAT32)")
        #expect(Value.bytes([10, 255]).cypherText == "0x0aff")
    }

    @Test func types() {
        #expect(
            Value.list([.integer(1), .string("a")]).typeText
                == "LIST<STRING NOT NULL | INTEGER NOT NULL> NOT NULL")
        #expect(Value.list([.integer(1), .null]).typeText == "LIST<INTEGER> NOT NULL")
        #expect(Value.list([]).typeText == "LIST<NOTHING> NOT NULL")
        #expect(Value.null.conforms(to: .integer))
        #expect(!Value.null.conforms(to: .notNull(.integer)))
        #expect(Value.list([.integer(1), .null]).conforms(to: .list(.integer)))
        #expect(!Value.list([.null]).conforms(to: .list(.notNull(.integer))))
        #expect(Value.integer(1).conforms(to: .union([.string, .integer])))
        #expect(!Value.integer(1).conforms(to: .float))
        #expect(Value.list([.integer(1)]).conforms(to: .propertyValue))
        #expect(!Value.list([.list([])]).conforms(to: .propertyValue))
        #expect(!Value.map([:]).isStorable)
    }

    @Test func jsonIsWrittenByTheRules() {
        let value: Value = .map([
            "node": .node(SampleValues.node), "rel": .relationship(SampleValues.relationship),
            "nan": .float(.nan), "inf": .float(-.infinity), "bytes": .bytes([1, 2, 3, 4]),
            "date": .date(DateValue(epochDay: 0)), "text": .string("a\"\u{1}\n\u{E9}"),
            "point": .point(PointValue(system: .wgs84Z, x: 1, y: 2, z: 3)),
            "big": .integer(.max), "float": .float(1),
        ])
        #expect(
            value.jsonText == #"""
                {"node":{"elementId":"4:7","labels":["A","b c"],"properties":{"x":1}},\#
                "rel":{"elementId":"5:3","type":"KNOWS",\#
                "startNodeElementId":"4:7","endNodeElementId":"4:8",\#
                "properties":{"since":1999}},"nan":"NaN","inf":"-Infinity",\#
                "bytes":"AQIDBA==","date":"1970-01-01","text":"a\"\u0001\n\#u{E9}",\#
                "point":{"srid":4979,"x":1.0,"y":2.0,"z":3.0},\#
                "big":9223372036854775807,"float":1.0}
                """#)
    }

    @Test func jsonReadsBack() throws {
        var generator = SeededGenerator(seed: 5)
        for _ in 0..<300 {
            let value = Self.jsonValue(&generator, depth: 3)
            let back = try JSONReader.read(value.jsonText)
            #expect(back.cypherText == value.cypherText)
        }
        #expect(try JSONReader.read(#""\ud83d\ude00\u00e9""#).cypherText == "'😀é'")
        #expect(try JSONReader.read(" -9223372036854775808 ").cypherText == "-9223372036854775808")
    }

    @Test(arguments: [
        "", "{", "[1,]", "{\"a\" 1}", "01", "1.", "\"\\u12\"", "\"\\ud800\"", "tru", "1 2",
        "\"\n\"",
        "9223372036854775808", "1e999", "nul", "[1 2]", "{1:2}",
    ])
    func jsonErrorsNameTheirPlace(_ text: String) {
        let error = #expect(throws: ValueError.self) { try JSONReader.read(text) }
        #expect(error?.message.contains("at byte") == true)
    }

    @Test func jsonDepthIsBounded() {
        let deep = String(repeating: "[", count: 100_000)
        #expect(throws: ValueError.self) { try JSONReader.read(deep) }
    }

    @Test func largeMapsKeepTheLastOfEachKey() {
        let map = ValueMap((0..<2_000).map { ("k\($0 % 1_000)", .integer(Int64($0))) })
        #expect(map.count == 1_000)
        #expect(map["k7"]?.cypherText == "1007")
        #expect(map.keys.first == "k0")
    }

    private static func jsonValue(_ generator: inout SeededGenerator, depth: Int) -> Value {
        switch Int.random(in: 0..<(depth > 0 ? 7 : 5), using: &generator) {
        case 0: .null
        case 1: .boolean(Bool.random(using: &generator))
        case 2: .integer(Int64(bitPattern: generator.next()))
        case 3: .float(Double(Int64(bitPattern: generator.next())) / 1_024)
        case 4: .string(["", "\u{0}\"\\/", "é😀", "plain"].randomElement(using: &generator) ?? "")
        case 5: .list((0..<3).map { _ in jsonValue(&generator, depth: depth - 1) })
        default:
            .map(
                ValueMap((0..<3).map { ("key \($0)", jsonValue(&generator, depth: depth - 1)) }))
        }
    }
}
