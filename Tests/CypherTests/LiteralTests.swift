import Cypher
import Testing

@Suite struct LiteralTests {
    private func value(_ text: String) throws -> Expression.Kind {
        try Parser.parseExpression(text).kind
    }

    @Test(arguments: [
        ("0", 0), ("42", 42), ("-7", -7), ("0x0", 0), ("0xFF", 255), ("-0x1f", -31),
        ("0o17", 15), ("-0o1", -1), ("1_000", 1000), ("00012", 12),
        ("9223372036854775807", Int64.max), ("-9223372036854775808", Int64.min),
        ("0x7FFFFFFFFFFFFFFF", Int64.max), ("-0x8000000000000000", Int64.min),
        ("0o777777777777777777777", Int64.max),
    ])
    func integers(_ text: String, _ expected: Int64) throws {
        guard case .integer(let value) = try value(text) else { return #expect(Bool(false)) }
        #expect(value == expected)
    }

    @Test(arguments: [
        ("1.5", 1.5), (".5", 0.5), ("1e3", 1000), ("1E-3", 0.001), ("1.5e+2", 150),
        ("-2.25", -2.25), ("123456789e300", 1.23456789e308), ("1_0.2_5", 10.25),
        ("1e-400", 0),
    ])
    func floats(_ text: String, _ expected: Double) throws {
        guard case .float(let value) = try value(text) else { return #expect(Bool(false)) }
        #expect(value == expected)
    }

    @Test func negativeZeroKeepsItsSign() throws {
        guard case .float(let value) = try value("-0.0") else { return #expect(Bool(false)) }
        #expect(value.sign == .minus)
    }

    @Test(arguments: [
        ("9223372036854775808", SyntaxError.Detail.integerOverflow),
        ("-9223372036854775809", .integerOverflow),
        ("0x8000000000000000", .integerOverflow),
        ("-0x8000000000000001", .integerOverflow),
        ("0o1000000000000000000000", .integerOverflow),
        ("1e309", .floatingPointOverflow), ("1.34E999", .floatingPointOverflow),
        ("0x", .invalidNumberLiteral), ("0xG", .invalidNumberLiteral),
        ("0x1A2b3c4Z5E6f7", .invalidNumberLiteral), ("0o8", .invalidNumberLiteral),
        ("9223a72", .invalidNumberLiteral), ("1__0", .invalidNumberLiteral),
        ("1_", .invalidNumberLiteral), ("1e", .invalidNumberLiteral),
        ("1.5f", .invalidNumberLiteral),
        ("'\\uH'", .invalidUnicodeLiteral), ("'\\u12'", .invalidUnicodeLiteral),
        ("'\\uD800'", .invalidUnicodeLiteral), ("'\\U00110000'", .invalidUnicodeLiteral),
        ("'\\x'", .unexpectedSyntax), ("'abc", .unexpectedSyntax), ("`abc", .unexpectedSyntax),
        ("``", .unexpectedSyntax), ("1 — 2", .invalidUnicodeCharacter),
        ("/* x", .unexpectedSyntax), ("9#3", .unexpectedSyntax),
    ])
    func malformed(_ text: String, _ detail: SyntaxError.Detail) {
        #expect(throws: SyntaxError.self) { try Parser.parseExpression(text) }
        do {
            _ = try Parser.parseExpression(text)
        } catch {
            #expect(error.detail == detail)
            #expect(error.message.contains(detail.rawValue))
        }
    }

    @Test(arguments: [
        ("''", ""), ("'a\"b'", "a\"b"), ("\"a'b\"", "a'b"), ("'a\\'b\\\\'", "a'b\\"),
        ("'\\n\\t\\r\\b\\f'", "\n\t\r\u{8}\u{C}"), ("'\\u00E9'", "é"), ("'\\U0001F600'", "😀"),
        ("'\\uD83D\\uDE00'", "😀"), ("'line\nbreak'", "line\nbreak"),
        ("'// no comment'", "// no comment"),
        ("'e\u{301}'", "e\u{301}"),
    ])
    func strings(_ text: String, _ expected: String) throws {
        guard case .string(let value) = try value(text) else { return #expect(Bool(false)) }
        #expect(Array(value.utf8) == Array(expected.utf8))
    }

    @Test(arguments: [("$a", "a"), ("$1", "1"), ("$`a b`", "a b"), ("$`a``b`", "a`b"), ("$ü", "ü")])
    func parameters(_ text: String, _ expected: String) throws {
        guard case .parameter(let name) = try value(text) else { return #expect(Bool(false)) }
        #expect(name == expected)
    }

    @Test func everyLiteralSurvivesPrinting() throws {
        let values: [Double] = [
            0, 1.5, -0.0, 1e21, 1e-7, .leastNonzeroMagnitude, .greatestFiniteMagnitude,
            123456789.123,
        ]
        for value in values {
            let range = SourceRange(start: 0, end: 0)
            let text = Printer.print(Expression(.float(value), range))
            guard case .float(let again) = try self.value(text) else {
                return #expect(Bool(false))
            }
            #expect(again.bitPattern == value.bitPattern)
        }
        for scalar in (0...0x2FF).compactMap(Unicode.Scalar.init) {
            let text = "a\(scalar)b"
            guard case .string(let again) = try value(Printer.literal(text)) else {
                return #expect(Bool(false))
            }
            #expect(Array(again.utf8) == Array(text.utf8))
        }
    }
}
