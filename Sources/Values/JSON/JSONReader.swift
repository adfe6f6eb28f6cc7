/// Reads one JSON text into a value: objects become maps, numbers without fraction and exponent
/// integers, which never pass through a float.
public struct JSONReader {
    /// Arrays and objects may be nested this deep.
    public static let maximumDepth = 256

    private let bytes: UnsafeBufferPointer<UInt8>
    private var place = 0
    private var depth = 0

    private init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    /// - Throws: ``ValueError`` with the offset in bytes at which the text stops being JSON.
    public static func read(_ text: String) throws(ValueError) -> Value {
        try read(utf8: Array(text.utf8))
    }

    public static func read(utf8 bytes: [UInt8]) throws(ValueError) -> Value {
        let result: Result<Value, ValueError> = bytes.withUnsafeBufferPointer { buffer in
            var reader = JSONReader(buffer)
            do throws(ValueError) {
                return .success(try reader.readText())
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    private mutating func readText() throws(ValueError) -> Value {
        let value = try readValue()
        skipSpace()
        guard place == bytes.count else { throw unexpected("the end of the text") }
        return value
    }

    private mutating func readValue() throws(ValueError) -> Value {
        skipSpace()
        guard let byte = peek() else { throw unexpected("a value") }
        switch byte {
        case UInt8(ascii: "{"):
            return .map(
                try nested { reader throws(ValueError) in
                    try reader.readObject()
                })
        case UInt8(ascii: "["):
            return .list(
                try nested { reader throws(ValueError) in
                    try reader.readArray()
                })
        case UInt8(ascii: "\""): return .string(try readString())
        case UInt8(ascii: "t"): return try read(word: "true", as: .boolean(true))
        case UInt8(ascii: "f"): return try read(word: "false", as: .boolean(false))
        case UInt8(ascii: "n"): return try read(word: "null", as: .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try readNumber()
        default: throw unexpected("a value")
        }
    }

    private mutating func nested<Result>(
        _ body: (inout JSONReader) throws(ValueError) -> Result
    ) throws(ValueError) -> Result {
        guard depth < Self.maximumDepth else {
            throw failure("is nested deeper than \(Self.maximumDepth) levels")
        }
        depth += 1
        defer { depth -= 1 }
        place += 1
        return try body(&self)
    }

    private mutating func readObject() throws(ValueError) -> ValueMap {
        var entries: [(String, Value)] = []
        skipSpace()
        if take(UInt8(ascii: "}")) { return ValueMap() }
        while true {
            skipSpace()
            guard peek() == UInt8(ascii: "\"") else { throw unexpected("a key in quotes") }
            let key = try readString()
            skipSpace()
            guard take(UInt8(ascii: ":")) else { throw unexpected("':'") }
            entries.append((key, try readValue()))
            skipSpace()
            if take(UInt8(ascii: "}")) { return ValueMap(entries) }
            guard take(UInt8(ascii: ",")) else { throw unexpected("',' or '}'") }
        }
    }

    private mutating func readArray() throws(ValueError) -> [Value] {
        var elements: [Value] = []
        skipSpace()
        if take(UInt8(ascii: "]")) { return elements }
        while true {
            elements.append(try readValue())
            skipSpace()
            if take(UInt8(ascii: "]")) { return elements }
            guard take(UInt8(ascii: ",")) else { throw unexpected("',' or ']'") }
        }
    }

    private mutating func readNumber() throws(ValueError) -> Value {
        let start = place
        var isInteger = true
        _ = take(UInt8(ascii: "-"))
        let leadsWithZero = peek() == UInt8(ascii: "0")
        let digits = skipDigits()
        guard digits > 0 else { throw unexpected("a digit") }
        if leadsWithZero && digits > 1 {
            throw failure("has a number that begins with 0", at: start)
        }
        if take(UInt8(ascii: ".")) {
            isInteger = false
            guard skipDigits() > 0 else { throw unexpected("a digit") }
        }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            isInteger = false
            if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
            guard skipDigits() > 0 else { throw unexpected("a digit") }
        }
        let text = String(decoding: bytes[start..<place], as: UTF8.self)
        if isInteger {
            guard let integer = Int64(text) else {
                throw failure("has an integer of more than 64 bits", at: start)
            }
            return .integer(integer)
        }
        guard let float = Double(text), float.isFinite else {
            throw failure("has a number out of range", at: start)
        }
        return .float(float)
    }

    private mutating func skipDigits() -> Int {
        let start = place
        while let byte = peek(), byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") { place += 1 }
        return place - start
    }

    private mutating func read(word: StaticString, as value: Value) throws(ValueError) -> Value {
        let end = place + word.utf8CodeUnitCount
        guard end <= bytes.count,
            (0..<word.utf8CodeUnitCount).allSatisfy({
                bytes[place + $0] == word.utf8Start[$0]
            })
        else { throw unexpected("'\(word)'") }
        place = end
        return value
    }
}

extension JSONReader {
    private mutating func readString() throws(ValueError) -> String {
        let start = place
        place += 1
        var content: [UInt8] = []
        var clean = place
        while let byte = peek() {
            switch byte {
            case UInt8(ascii: "\""):
                content.append(contentsOf: bytes[clean..<place])
                place += 1
                guard let string = String(validating: content, as: UTF8.self) else {
                    throw failure("has a string that is not UTF-8", at: start)
                }
                return string
            case UInt8(ascii: "\\"):
                content.append(contentsOf: bytes[clean..<place])
                place += 1
                try readEscape(into: &content)
                clean = place
            case 0..<0x20: throw failure("has a control character in a string")
            default: place += 1
            }
        }
        throw failure("has a string without an end", at: start)
    }

    private mutating func readEscape(into content: inout [UInt8]) throws(ValueError) {
        guard let byte = peek() else { throw unexpected("an escape") }
        place += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): content.append(byte)
        case UInt8(ascii: "b"): content.append(0x08)
        case UInt8(ascii: "f"): content.append(0x0C)
        case UInt8(ascii: "n"): content.append(0x0A)
        case UInt8(ascii: "r"): content.append(0x0D)
        case UInt8(ascii: "t"): content.append(0x09)
        case UInt8(ascii: "u"):
            let scalar = try readEscapedScalar()
            content.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
        default: throw failure("has an unknown escape", at: place - 1)
        }
    }

    /// Four hexadecimal digits, or two groups of them where the first is half of a pair.
    private mutating func readEscapedScalar() throws(ValueError) -> Unicode.Scalar {
        let start = place
        let first = try readFourDigits()
        if let scalar = Unicode.Scalar(first) { return scalar }
        if first < 0xDC00, take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) {
            let second = try readFourDigits()
            if (0xDC00..<0xE000).contains(second) {
                let combined = 0x10000 + ((first - 0xD800) << 10 | (second - 0xDC00))
                if let scalar = Unicode.Scalar(combined) { return scalar }
            }
        }
        throw failure("has half of a surrogate pair", at: start)
    }

    private mutating func readFourDigits() throws(ValueError) -> UInt32 {
        guard place + 4 <= bytes.count,
            let number = UInt32(
                String(decoding: bytes[place..<place + 4], as: UTF8.self), radix: 16),
            bytes[place] != UInt8(ascii: "+"), bytes[place] != UInt8(ascii: "-")
        else { throw unexpected("four hexadecimal digits") }
        place += 4
        return number
    }

    private func peek() -> UInt8? { place < bytes.count ? bytes[place] : nil }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard peek() == byte else { return false }
        place += 1
        return true
    }

    private mutating func skipSpace() {
        while let byte = peek(), byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
            place += 1
        }
    }

    private func unexpected(_ expected: String) -> ValueError {
        let found =
            place < bytes.count
            ? "'\(String(decoding: bytes[place..<min(place + 12, bytes.count)], as: UTF8.self))'"
            : "the end"
        return failure("should have \(expected) where it has \(found)")
    }

    private func failure(_ problem: String, at offset: Int? = nil) -> ValueError {
        .argument(.invalidJSON, "the JSON text \(problem), at byte \(offset ?? place)")
    }
}
