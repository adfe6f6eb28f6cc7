import Testing
import Values

@testable import BulkImport

@Suite struct FieldParserTests {
    /// nil is no value; "error" is a failure.
    private func parse(
        _ text: String, _ type: ColumnType, isArray: Bool = false, isQuoted: Bool = false,
        options: ColumnOptions = .init()
    ) -> String? {
        let parser = FieldParser(
            type: type, arrayDelimiter: isArray ? UInt8(ascii: ";") : nil, options: options)
        return Array(text.utf8).withUnsafeBytes { bytes in
            do throws(FieldParser.Failure) {
                return try parser.parse(bytes, isQuoted: isQuoted)?.cypherText
            } catch { return "error" }
        }
    }

    @Test(arguments: [
        (ColumnType.byte, "127", "-128", "128", "-129"),
        (.short, "32767", "-32768", "32768", "-32769"),
        (.int, "2147483647", "-2147483648", "2147483648", "-2147483649"),
        (
            .long, "9223372036854775807", "-9223372036854775808", "9223372036854775808",
            "-9223372036854775809"
        ),
    ])
    func keepsIntegersInRange(
        type: ColumnType, most: String, least: String, above: String, below: String
    ) {
        #expect(parse(most, type) == most)
        #expect(parse(least, type) == least)
        #expect(parse(above, type) == "error")
        #expect(parse(below, type) == "error")
    }

    @Test func readsIntegers() {
        #expect(parse("+7", .int) == "7")
        #expect(parse(" 42\t", .int) == "42")
        #expect(parse("007", .int) == "7")
        for wrong in ["-", "+", "4.0", "1e3", "0x10", "1 2", " ", "99999999999999999999", "１"] {
            #expect(parse(wrong, .long) == "error", "\(wrong)")
        }
    }

    /// Of every length, with each byte in each place: the same as the standard library says.
    @Test func takesEightDigitsAtOnce() {
        for length in 4...8 {
            let digits = Array("90817263".utf8.prefix(length))
            for place in 0..<length {
                for byte in UInt8.min...UInt8.max {
                    var text = digits
                    text[place] = byte
                    let expected =
                        (48...57).contains(byte)
                        ? Int64(String(decoding: text, as: UTF8.self)) : nil
                    #expect(text.withUnsafeBytes { EightDigits($0).value } == expected)
                }
            }
        }
        #expect(parse("123456789012345678", .long) == "123456789012345678")
        #expect(parse("1234567a9012345678", .long) == "error")
    }

    @Test func readsTheRest() {
        #expect(parse("TRUE", .boolean) == "true")
        #expect(parse(" false ", .boolean) == "false")
        #expect(parse("yes", .boolean) == "error")
        #expect(parse("ä", .char) == "'ä'")
        #expect(parse("ab", .char) == "error")
        #expect(parse(" a ", .string) == "' a '")
        #expect(parse("a;b;;c", .string, isArray: true) == "['a', 'b', '', 'c']")
        #expect(parse("1;2", .int, isArray: true) == "[1, 2]")
        #expect(parse("1;;2", .int, isArray: true) == "error")
        #expect(parse("1.5", .float, isArray: true) == "[1.5]")
    }

    @Test func tellsEmptyFromMissing() {
        #expect(parse("", .string) == nil)
        #expect(parse("", .string, isQuoted: true) == "''")
        #expect(parse("", .int, isQuoted: true) == nil)
        #expect(parse("", .int, isArray: true, isQuoted: true) == "[]")
    }

    @Test func readsTemporalValues() {
        #expect(parse("2024-02-29", .date)?.contains("2024-02-29") == true)
        #expect(parse("2023-02-29", .date) == "error")
        #expect(parse("12:30:00", .localtime)?.contains("12:30") == true)
        #expect(parse("12:30:00+01:00", .time)?.contains("12:30+01:00") == true)
        #expect(
            parse("12:30:00", .time, options: .init(timezone: "+02:00"))?.contains("+02:00") == true
        )
        #expect(
            parse("12:30:00Z", .time, options: .init(timezone: "+02:00"))?.contains("Z") == true)
        #expect(parse("2024-01-01T10:00:00", .localdatetime)?.contains("T10:00") == true)
        #expect(parse("2024-01-01T10:00:00Z", .localdatetime) == "error")
        let summer = parse(
            "2024-07-01T10:00:00", .datetime, options: .init(timezone: "Europe/Stockholm"))
        #expect(summer?.contains("+02:00[Europe/Stockholm]") == true, "\(summer ?? "nil")")
        #expect(parse("2024-01-01", .datetime)?.contains("2024-01-01T00:00") == true)
        #expect(parse("P1DT2H", .duration)?.contains("P1DT2H") == true)
        #expect(parse("a day", .duration) == "error")
    }

    @Test func readsPoints() {
        let cartesian = parse("{x: 1, y: 2.5}", .point)
        #expect(cartesian?.contains("2.5") == true)
        let place = parse("{latitude:55.6, longitude:12.9}", .point)
        #expect(place == parse("{y:55.6, x:12.9}", .point, options: .init(crs: "WGS-84")))
        #expect(place == parse("{x:12.9, y:55.6, srid:4326}", .point))
        #expect(place != cartesian)
        for wrong in ["1,2", "{x:1}", "{x:1,y:two}", "{x 1}", "{latitude:99, longitude:0}"] {
            #expect(parse(wrong, .point) == "error", "\(wrong)")
        }
    }

    @Test func refusesTextThatIsNotUTF8() {
        let parser = FieldParser(type: .string)
        let bytes: [UInt8] = [0xFF, 0x41]
        #expect(throws: FieldParser.Failure.self) {
            try bytes.withUnsafeBytes { try parser.parse($0, isQuoted: false) }
        }
    }

    @Test func readsFloatsExactly() throws {
        let parser = FieldParser(type: .double)
        var random = SeededGenerator(seed: 5)
        for _ in 0..<20_000 {
            let text = randomDecimal(&random)
            let value = try Array(text.utf8).withUnsafeBytes {
                try parser.parse($0, isQuoted: false)
            }
            guard case .float(let number)? = value else {
                Issue.record("\(text) is no float")
                continue
            }
            #expect(number.bitPattern == Double(text)!.bitPattern, "\(text)")
        }
        #expect(parse("1e999", .double) == "error")
        #expect(parse("-1e999", .double) == "error")
        for (text, expected) in [("Infinity", Double.infinity), ("-inf", -.infinity), ("5.", 5)] {
            #expect(parse(text, .double) == Value.float(expected).cypherText)
        }
        for wrong in ["", ".", "-", "1.2.3", "1,5", "--1", "1e", "abc"] where !wrong.isEmpty {
            #expect(parse(wrong, .double) == "error", "\(wrong)")
        }
    }

    private func randomDecimal(_ random: inout SeededGenerator) -> String {
        let digits = (0..<Int.random(in: 1...18, using: &random)).map { _ in
            Character(UnicodeScalar(UInt8.random(in: 48...57, using: &random)))
        }
        var text = String(digits)
        if Bool.random(using: &random) {
            let place = Int.random(in: 0...digits.count, using: &random)
            text.insert(".", at: text.index(text.startIndex, offsetBy: place))
        }
        if Int.random(in: 0..<5, using: &random) == 0 {
            text += "e\(Int.random(in: -30...30, using: &random))"
        }
        return Bool.random(using: &random) ? "-" + text : text
    }
}
