// Numbers, strings and parameters: what the lexer has only delimited.

extension Parser {
    /// The current number token as a literal. A minus in front belongs to it: the smallest integer
    /// has no positive counterpart.
    mutating func numberLiteral(negative: Bool) throws(SyntaxError) -> Expression.Kind {
        let token = token
        advance()
        if let value = smallInteger(token) { return .integer(negative ? -value : value) }
        var digits = Array(bytes[Int(token.start)..<Int(token.end)])
        guard let form = NumberForm(digits) else {
            throw SyntaxError(
                .invalidNumberLiteral, "Invalid number '\(text(of: token))'", token.range)
        }
        digits.removeAll { $0 == UInt8(ascii: "_") }
        switch form {
        case .float:
            guard let value = Double(String(decoding: digits, as: UTF8.self)) else {
                throw SyntaxError(
                    .invalidNumberLiteral, "Invalid number '\(text(of: token))'", token.range)
            }
            guard value.isFinite else {
                throw SyntaxError(
                    .floatingPointOverflow, "The number '\(text(of: token))' is too large",
                    token.range)
            }
            return .float(negative ? -value : value)
        case .integer(let radix):
            let first = radix == 10 ? 0 : 2
            var value: Int64 = 0
            for digit in digits[first...] {
                let (product, overflow) = value.multipliedReportingOverflow(by: radix)
                let amount = Int64(NumberForm.value(ofDigit: digit))
                let (sum, carry) =
                    negative
                    ? product.subtractingReportingOverflow(amount)
                    : product.addingReportingOverflow(amount)
                guard !overflow, !carry else {
                    throw SyntaxError(
                        .integerOverflow,
                        "The integer '\(negative ? "-" : "")\(text(of: token))' is too large",
                        token.range)
                }
                value = sum
            }
            return .integer(value)
        }
    }

    /// The value of up to 18 decimal digits: nearly every number there is.
    private func smallInteger(_ token: Token) -> Int64? {
        guard token.end - token.start <= 18 else { return nil }
        var value: Int64 = 0
        for index in Int(token.start)..<Int(token.end) {
            guard ByteClass.of(bytes[index]) == .digit else { return nil }
            value = value * 10 + Int64(bytes[index] & 0x0F)
        }
        return value
    }

    /// A plain number that bounds or counts something in a pattern.
    mutating func count(_ what: String) throws(SyntaxError) -> Int {
        guard at(.number) else { throw unexpected(.thing(what)) }
        let range = token.range
        guard case .integer(let value) = try numberLiteral(negative: false) else {
            throw SyntaxError(.unexpectedSyntax, "Expected \(what), not a float", range)
        }
        return Int(value)
    }

    /// The value of the current string token.
    mutating func stringLiteral() throws(SyntaxError) -> String {
        let token = token
        advance()
        let content = (Int(token.start) + 1)..<(Int(token.end) - 1)
        let backslash = UInt8(ascii: "\\")
        guard bytes[content].contains(backslash) else {
            return String(decoding: bytes[content], as: UTF8.self)
        }
        var result: [UInt8] = []
        result.reserveCapacity(content.count)
        var index = content.lowerBound
        while index < content.upperBound {
            if bytes[index] == backslash {
                try appendEscape(at: &index, end: content.upperBound, to: &result)
            } else {
                result.append(bytes[index])
                index += 1
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    private func appendEscape(
        at index: inout Int, end: Int, to result: inout [UInt8]
    ) throws(SyntaxError) {
        let start = index
        let byte = bytes[index + 1]
        index += 2
        switch byte {
        case UInt8(ascii: "n"): result.append(0x0A)
        case UInt8(ascii: "t"): result.append(0x09)
        case UInt8(ascii: "r"): result.append(0x0D)
        case UInt8(ascii: "b"): result.append(0x08)
        case UInt8(ascii: "f"): result.append(0x0C)
        case UInt8(ascii: "\\"), UInt8(ascii: "'"), UInt8(ascii: "\""), UInt8(ascii: "`"):
            result.append(byte)
        case UInt8(ascii: "u"), UInt8(ascii: "U"):
            let digits = byte == UInt8(ascii: "u") ? 4 : 8
            var code = try hexadecimal(digits, at: &index, end: end, start: start)
            // Two escapes may spell the two UTF-16 halves of one character.
            if (0xD800...0xDBFF).contains(code), index + 1 < end,
                bytes[index] == UInt8(ascii: "\\"), bytes[index + 1] == UInt8(ascii: "u")
            {
                index += 2
                let low = try hexadecimal(4, at: &index, end: end, start: start)
                guard (0xDC00...0xDFFF).contains(low) else {
                    throw invalidUnicode(start, index)
                }
                code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
            }
            guard let scalar = Unicode.Scalar(code) else { throw invalidUnicode(start, index) }
            result.append(contentsOf: String(scalar).utf8)
        default:
            throw SyntaxError(
                .unexpectedSyntax,
                "Invalid escape in a string: expected one of "
                    + "\\\\ \\' \\\" \\` \\n \\t \\r \\b \\f \\uXXXX \\UXXXXXXXX",
                SourceRange(start: start, end: index))
        }
    }

    private func hexadecimal(
        _ count: Int, at index: inout Int, end: Int, start: Int
    ) throws(SyntaxError) -> UInt32 {
        var code: UInt32 = 0
        for _ in 0..<count {
            guard index < end, let value = NumberForm.hexadecimalValue(of: bytes[index]) else {
                throw invalidUnicode(start, min(index + 1, end))
            }
            code = code << 4 | UInt32(value)
            index += 1
        }
        return code
    }

    private func invalidUnicode(_ start: Int, _ end: Int) -> SyntaxError {
        let text = String(decoding: bytes[start..<end], as: UTF8.self)
        return SyntaxError(
            .invalidUnicodeLiteral, "Invalid character code '\(text)'",
            SourceRange(start: start, end: end))
    }

    /// The name behind the `$` of the current token.
    mutating func parameterName() -> String {
        let token = token
        advance()
        if bytes[Int(token.start) + 1] == UInt8(ascii: "`") { return unquoted(token, prefix: 1) }
        return String(decoding: bytes[(Int(token.start) + 1)..<Int(token.end)], as: UTF8.self)
    }
}

/// How a number is written; nil for what only looks like one.
enum NumberForm {
    case integer(radix: Int64)
    case float

    init?(_ text: [UInt8]) {
        if text.count > 1, text[0] == UInt8(ascii: "0") {
            switch text[1] | 0x20 {
            case UInt8(ascii: "x"):
                guard Self.digits(text[2...], { Self.hexadecimalValue(of: $0) != nil }) else {
                    return nil
                }
                self = .integer(radix: 16)
                return
            case UInt8(ascii: "o"):
                let octal = UInt8(ascii: "0")...UInt8(ascii: "7")
                guard Self.digits(text[2...], octal.contains) else { return nil }
                self = .integer(radix: 8)
                return
            default: break
            }
        }
        let isDigit: (UInt8) -> Bool = { ByteClass.of($0) == .digit }
        var rest = text[...]
        var isFloat = false
        if let e = rest.firstIndex(where: { $0 | 0x20 == UInt8(ascii: "e") }) {
            var exponent = rest[(e + 1)...]
            if let sign = exponent.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") {
                exponent = exponent.dropFirst()
            }
            guard Self.digits(exponent, isDigit) else { return nil }
            rest = rest[..<e]
            isFloat = true
        }
        if let dot = rest.firstIndex(of: UInt8(ascii: ".")) {
            guard Self.digits(rest[(dot + 1)...], isDigit) else { return nil }
            rest = rest[..<dot]
            isFloat = true
            if rest.isEmpty {
                self = .float
                return
            }
        }
        guard Self.digits(rest, isDigit) else { return nil }
        self = isFloat ? .float : .integer(radix: 10)
    }

    /// One digit or more, with single underscores between them.
    private static func digits(_ text: ArraySlice<UInt8>, _ isDigit: (UInt8) -> Bool) -> Bool {
        var lastWasDigit = false
        for byte in text {
            if byte == UInt8(ascii: "_"), lastWasDigit {
                lastWasDigit = false
            } else if isDigit(byte) {
                lastWasDigit = true
            } else {
                return false
            }
        }
        return lastWasDigit
    }

    static func hexadecimalValue(of byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    /// The value of a byte that is known to be a digit.
    static func value(ofDigit byte: UInt8) -> UInt8 { hexadecimalValue(of: byte) ?? 0 }
}
