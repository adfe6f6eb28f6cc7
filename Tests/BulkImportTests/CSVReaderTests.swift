import Foundation
import Testing

@testable import BulkImport

@Suite struct CSVReaderTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func records(_ text: String, bufferBytes: Int = 16) throws -> [[String?]] {
        let path = try directory.write("file.csv", text)
        return try CSVReader.records(path, bufferBytes: bufferBytes).map { record in
            record.map { $0.map { String(decoding: $0, as: UTF8.self) } }
        }
    }

    @Test(
        arguments: [
            ("a,b\n1,2\n", [["a", "b"], ["1", "2"]]),
            ("a,b\r\n1,2\r\n", [["a", "b"], ["1", "2"]]),
            ("a,b\r\n1,2", [["a", "b"], ["1", "2"]]),
            ("\u{FEFF}a,b\n1,2", [["a", "b"], ["1", "2"]]),
            ("a,\n,b\n", [["a", nil], [nil, "b"]]),
            ("a,", [["a", nil]]),
            ("\n\r\na\n\n\nb\n", [["a"], ["b"]]),
            ("\"\",x", [["", "x"]]),
            ("\"a,b\",\"c\nd\"\n", [["a,b", "c\nd"]]),
            ("\"say \"\"so\"\"\",2", [["say \"so\"", "2"]]),
            ("\"\"\"\"", [["\""]]),
            ("5\" disk,b\"c", [["5\" disk", "b\"c"]]),
            ("\"a\"\r\n\"b\"\r", [["a"], ["b"]]),
            ("a\r", [["a"]]),
            ("a\rb,c", [["a\rb", "c"]]),
            ("", []),
            ("\n", []),
        ] as [(String, [[String?]])])
    func reads(text: String, expected: [[String?]]) throws {
        #expect(try records(text) == expected)
        #expect(try records(text, bufferBytes: 1 << 16) == expected)
    }

    @Test func placesNameLineAndColumn() throws {
        let path = try directory.write("p.csv", "h1,h2\n\"a\nb\",c\n\n1,\"2\"\n")
        var reader = try CSVReader(path, .init(), bufferBytes: 16)
        var places: [String] = []
        while try reader.readRecord() {
            for field in reader.fields {
                let place = reader.place(of: field)
                places.append("\(place.line):\(place.column)")
            }
        }
        #expect(places == ["1:1", "1:4", "2:1", "3:4", "5:1", "5:3"])
    }

    @Test(arguments: [
        ("a,b\n1,\"open\nand on\n", 2, 3, "not closed"),
        ("a\n\"closed\" late\n", 2, 9, "follows the closing quote"),
        ("a,b\n\"x\ny\",\"z\"1\n", 3, 7, "begins in line 3, column 4"),
    ])
    func tellsWhereAQuoteIsWrong(text: String, line: Int, column: Int, reason: String) throws {
        let path = try directory.write("bad.csv", text)
        let error = #expect(throws: ImportError.self) {
            try CSVReader.records(path, bufferBytes: 16)
        }
        #expect(error?.place?.line == line)
        #expect(error?.place?.column == column)
        #expect(error?.reason.contains(reason) == true)
        #expect(error?.place?.file == path)
    }

    @Test func endsAtTheLongestRecord() throws {
        let bytes = Array("a\n\"".utf8) + [UInt8](repeating: 65, count: 40 << 20)
        let path = try directory.write("long.csv", bytes: bytes)
        let error = #expect(throws: ImportError.self) { try CSVReader.records(path) }
        #expect(error?.place?.line == 2)
        #expect(error?.reason.contains("is a quote not closed") == true)
    }

    @Test func unpacksGzip() throws {
        let path = try directory.writeCompressed("z.csv.gz", "a,b\n1,2\n")
        #expect(try CSVReader.records(path).count == 2)
        var bytes = Array(try Data(contentsOf: URL(fileURLWithPath: path)))
        bytes.removeLast(10)
        let cut = try directory.write("cut.csv.gz", bytes: bytes)
        #expect(throws: ImportError.self) { try CSVReader.records(cut) }
    }

    @Test func refusesWhatIsNotThere() {
        #expect(throws: ImportError.self) { try CSVReader.records(directory.path + "/none.csv") }
    }

    // MARK: Against a model

    /// Random records, written in random ways, read through buffers that fields straddle.
    @Test(arguments: 0..<60)
    func readsWhatWasWritten(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let dialect = CSVReader.Dialect(
            delimiter: [UInt8(ascii: ","), UInt8(ascii: "\t"), UInt8(ascii: ";")]
                .randomElement(using: &random)!,
            quote: [UInt8(ascii: "\""), UInt8(ascii: "'")].randomElement(using: &random)!)
        var bytes: [UInt8] = []
        var expected: [[[UInt8]?]] = []
        let width = Int.random(in: 1...5, using: &random)
        for _ in 0..<Int.random(in: 1...40, using: &random) {
            let record = (0..<width).map { _ in randomField(dialect, &random) }
            // A line with nothing in it is no record.
            if width == 1, record[0] == nil { continue }
            expected.append(record)
            bytes += written(record, dialect, &random)
            bytes += Bool.random(using: &random) ? [10] : [13, 10]
        }
        if Bool.random(using: &random), let last = expected.last, last.last != .some(nil) {
            while bytes.last == 10 || bytes.last == 13 { bytes.removeLast() }
            if last.last??.last == 10 || last.last??.last == 13 { return }
        }
        let path = try directory.write("model.csv", bytes: bytes)
        for bufferBytes in [16, 17, 31, 64, 1 << 16] {
            #expect(
                try CSVReader.records(path, dialect, bufferBytes: bufferBytes) == expected,
                "seed \(seed), buffer \(bufferBytes)")
        }
    }

    private func randomField(_ dialect: CSVReader.Dialect, _ random: inout SeededGenerator)
        -> [UInt8]?
    {
        let alphabet: [UInt8] = [
            65, 66, 0xC3, 0xA4, 32, 48, dialect.delimiter, dialect.quote, 10, 13,
            UInt8(ascii: "\\"),
        ]
        let count = Int.random(in: 0...12, using: &random)
        if count == 0, Bool.random(using: &random) { return nil }
        return (0..<count).map { _ in alphabet.randomElement(using: &random)! }
    }

    private func written(
        _ record: [[UInt8]?], _ dialect: CSVReader.Dialect, _ random: inout SeededGenerator
    ) -> [UInt8] {
        var bytes: [UInt8] = []
        for (place, field) in record.enumerated() {
            if place > 0 { bytes.append(dialect.delimiter) }
            guard let field else { continue }
            let needsQuotes =
                field.isEmpty || field.contains(dialect.delimiter) || field.contains(10)
                || field.contains(13) || field.first == dialect.quote
            guard needsQuotes || Bool.random(using: &random) else {
                bytes += field
                continue
            }
            bytes.append(dialect.quote)
            for byte in field { bytes += byte == dialect.quote ? [byte, byte] : [byte] }
            bytes.append(dialect.quote)
        }
        return bytes
    }

    /// Whatever the bytes are: records or an error, and the same for every size of buffer.
    @Test(arguments: 0..<200)
    func survivesAnything(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed &+ 77)
        let alphabet: [UInt8] = [34, 34, 44, 44, 10, 13, 65, 0, 0xFF, 0xEF, 0xBB, 0xBF]
        let bytes = (0..<Int.random(in: 0...200, using: &random)).map { _ in
            alphabet.randomElement(using: &random)!
        }
        let path = try directory.write("fuzz.csv", bytes: bytes)
        let outcomes = [16, 23, 4096].map { bufferBytes in
            do throws(ImportError) {
                return try describe(path, bufferBytes)
            } catch { return "\(error)" }
        }
        #expect(Set(outcomes).count == 1, "seed \(seed): \(outcomes)")
    }

    private func describe(_ path: String, _ bufferBytes: Int) throws(ImportError) -> String {
        do {
            return "\(try CSVReader.records(path, bufferBytes: bufferBytes))"
        } catch let error as ImportError { throw error } catch { return "\(error)" }
    }
}
