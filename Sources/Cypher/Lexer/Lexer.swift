/// Cuts the UTF-8 bytes of a text into tokens, in one pass and without building strings.
///
/// Numbers and strings are only delimited here: what they are worth, and whether they are well
/// formed, is decided where the parser takes them as literals.
struct Lexer {
    private let bytes: [UInt8]
    private let keywords = KeywordTable.shared
    private var tokens: [Token] = []
    private var position = 0
    private var openBrackets: [Int32] = []

    /// All tokens of `bytes`, ending with one of kind `endOfText`. Cost: linear.
    static func tokenize(_ bytes: [UInt8]) throws(SyntaxError) -> [Token] {
        var lexer = Lexer(bytes: bytes)
        try lexer.run()
        return lexer.tokens
    }

    private init(bytes: [UInt8]) {
        self.bytes = bytes
        tokens.reserveCapacity(bytes.count / 3 + 8)
    }

    private mutating func run() throws(SyntaxError) {
        while true {
            try skipSpaceAndComments()
            guard position < bytes.count else { break }
            try token()
        }
        append(.endOfText, from: bytes.count)
    }

    /// The byte `ahead` of the current one, 0 behind the end.
    private func peek(_ ahead: Int = 0) -> UInt8 {
        let index = position + ahead
        return index < bytes.count ? bytes[index] : 0
    }

    private mutating func append(_ kind: Token.Kind, from start: Int, keyword: Keyword? = nil) {
        tokens.append(
            Token(kind: kind, keyword: keyword, start: Int32(start), end: Int32(position)))
    }

    // MARK: Tokens

    private mutating func token() throws(SyntaxError) {
        let byte = bytes[position]
        switch ByteClass.of(byte) {
        case .letter:
            word()
        case .digit:
            number()
        case .quote:
            try string(closedBy: byte)
        case .nonASCII:
            try requireForeignWordStart()
            word()
        case .other:
            try sign(byte)
        }
    }

    private mutating func sign(_ byte: UInt8) throws(SyntaxError) {
        switch byte {
        case UInt8(ascii: "("): open(.leftParenthesis)
        case UInt8(ascii: ")"): close(.rightParenthesis, opener: .leftParenthesis)
        case UInt8(ascii: "["): open(.leftBracket)
        case UInt8(ascii: "]"): close(.rightBracket, opener: .leftBracket)
        case UInt8(ascii: "{"): open(.leftBrace)
        case UInt8(ascii: "}"): close(.rightBrace, opener: .leftBrace)
        case UInt8(ascii: ","): emit(.comma)
        case UInt8(ascii: ";"): emit(.semicolon)
        case UInt8(ascii: "."):
            if peek(1) == UInt8(ascii: ".") {
                emit(.dots, length: 2)
            } else if ByteClass.of(peek(1)) == .digit {
                number()
            } else {
                emit(.dot)
            }
        case UInt8(ascii: ":"): emit(.colon, or: .doubleColon, before: ":")
        case UInt8(ascii: "|"): emit(.bar, or: .doubleBar, before: "|")
        case UInt8(ascii: "&"): emit(.ampersand)
        case UInt8(ascii: "!"): emit(.exclamation)
        case UInt8(ascii: "+"): emit(.plus, or: .plusEqual, before: "=")
        case UInt8(ascii: "-"): emit(.minus)
        case UInt8(ascii: "*"): emit(.star)
        case UInt8(ascii: "/"): emit(.slash)
        case UInt8(ascii: "%"): emit(.percent)
        case UInt8(ascii: "^"): emit(.caret)
        case UInt8(ascii: "="): emit(.equal, or: .matches, before: "~")
        case UInt8(ascii: "<"):
            if peek(1) == UInt8(ascii: ">") {
                emit(.notEqual, length: 2)
            } else {
                emit(.less, or: .lessOrEqual, before: "=")
            }
        case UInt8(ascii: ">"): emit(.greater, or: .greaterOrEqual, before: "=")
        case UInt8(ascii: "`"): try quotedWord(as: .quotedWord)
        case UInt8(ascii: "$"): try parameter()
        default: throw unknownCharacter()
        }
    }

    private mutating func emit(_ kind: Token.Kind, length: Int = 1) {
        let start = position
        position += length
        append(kind, from: start)
    }

    private mutating func emit(
        _ short: Token.Kind, or long: Token.Kind, before second: Unicode.Scalar
    ) {
        if peek(1) == UInt8(ascii: second) { emit(long, length: 2) } else { emit(short) }
    }

    private mutating func open(_ kind: Token.Kind) {
        openBrackets.append(Int32(tokens.count))
        emit(kind)
    }

    private mutating func close(_ kind: Token.Kind, opener: Token.Kind) {
        if let last = openBrackets.last, tokens[Int(last)].kind == opener {
            openBrackets.removeLast()
            tokens[Int(last)].partner = Int32(tokens.count)
            emit(kind)
            tokens[tokens.count - 1].partner = last
        } else {
            emit(kind)
        }
    }

    // MARK: Words and literals

    private mutating func word() {
        let start = position
        skipWordPart()
        let keyword = keywords.find(bytes, from: start, to: position)
        append(.word, from: start, keyword: keyword)
    }

    private mutating func skipWordPart() {
        repeat {
            var end = position
            while end < bytes.count, ByteClass.of(bytes[end]).isWordPart { end += 1 }
            position = end
        } while peek() >= 0x80 && skipForeignWordPart()
    }

    /// Takes a letter or digit from outside of ASCII, if one is here.
    @inline(never)
    private mutating func skipForeignWordPart() -> Bool {
        guard let scalar = scalar(), scalar.value.properties.isXIDContinue else { return false }
        position += scalar.length
        return true
    }

    /// Takes everything that hangs together as a number might, `0x1Z` too.
    private mutating func number() {
        let start = position
        skipWordPart()
        // `1..3` is a range and `1.x` an access; only a digit makes the dot a decimal point.
        if peek() == UInt8(ascii: "."), ByteClass.of(peek(1)) == .digit {
            position += 1
            skipWordPart()
        }
        let last = bytes[position - 1] | 0x20
        let isHexadecimal = position - start > 1 && bytes[start + 1] | 0x20 == UInt8(ascii: "x")
        if last == UInt8(ascii: "e"), !isHexadecimal,
            peek() == UInt8(ascii: "+") || peek() == UInt8(ascii: "-"),
            ByteClass.of(peek(1)) == .digit
        {
            position += 1
            skipWordPart()
        }
        append(.number, from: start)
    }

    private mutating func string(closedBy quote: UInt8) throws(SyntaxError) {
        let start = position
        position += 1
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            if byte == quote {
                append(.string, from: start)
                return
            }
            if byte == UInt8(ascii: "\\") { position += 1 }
        }
        throw unclosed("string literal", from: start)
    }

    private mutating func quotedWord(as kind: Token.Kind) throws(SyntaxError) {
        let start = position
        while peek() != UInt8(ascii: "`") { position += 1 }
        let opening = position
        position += 1
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            guard byte == UInt8(ascii: "`") else { continue }
            if peek() == UInt8(ascii: "`") {
                position += 1
                continue
            }
            guard position - opening > 2 else {
                throw SyntaxError(
                    .unexpectedSyntax, "A name in backticks cannot be empty",
                    SourceRange(start: opening, end: position))
            }
            append(kind, from: start)
            return
        }
        throw unclosed("name in backticks", from: opening)
    }

    private mutating func parameter() throws(SyntaxError) {
        let start = position
        switch ByteClass.of(peek(1)) {
        case .letter, .digit:
            position += 1
            skipWordPart()
            append(.parameter, from: start)
        case .nonASCII:
            position += 1
            try requireForeignWordStart()
            skipWordPart()
            append(.parameter, from: start)
        default:
            if peek(1) == UInt8(ascii: "`") {
                try quotedWord(as: .parameter)
            } else {
                emit(.dollar)
            }
        }
    }

    @inline(never)
    private func requireForeignWordStart() throws(SyntaxError) {
        guard let scalar = scalar(), scalar.value.properties.isXIDStart else {
            throw unknownCharacter()
        }
    }

    // MARK: Between tokens

    private mutating func skipSpaceAndComments() throws(SyntaxError) {
        while position < bytes.count {
            let byte = bytes[position]
            // What begins most tokens.
            if byte > 0x20, byte < 0x80, byte != UInt8(ascii: "/") { return }
            if byte == 0x20 || (0x09...0x0D).contains(byte) || (0x1C...0x1F).contains(byte) {
                position += 1
            } else if byte == UInt8(ascii: "/"), peek(1) == byte {
                var end = position
                while end < bytes.count, bytes[end] != UInt8(ascii: "\n") { end += 1 }
                position = end
            } else if byte == UInt8(ascii: "/"), peek(1) == UInt8(ascii: "*") {
                try skipBlockComment()
            } else if byte >= 0x80, let scalar = scalar(), scalar.value.isCypherSpace {
                position += scalar.length
            } else {
                return
            }
        }
    }

    private mutating func skipBlockComment() throws(SyntaxError) {
        let start = position
        position += 2
        while position < bytes.count {
            if bytes[position] == UInt8(ascii: "*"), peek(1) == UInt8(ascii: "/") {
                position += 2
                return
            }
            position += 1
        }
        throw unclosed("comment", from: start)
    }

    /// The scalar at the current position and its length in bytes.
    private func scalar() -> (value: Unicode.Scalar, length: Int)? {
        var iterator = bytes[position...].makeIterator()
        var decoder = UTF8()
        guard case .scalarValue(let scalar) = decoder.decode(&iterator) else { return nil }
        return (scalar, UTF8.width(scalar))
    }

    // MARK: Errors

    private func unknownCharacter() -> SyntaxError {
        let length = scalar()?.length ?? 1
        let range = SourceRange(start: position, end: min(position + length, bytes.count))
        let text = String(decoding: bytes[range.start..<range.end], as: UTF8.self)
        return SyntaxError(
            bytes[position] < 0x80 ? .unexpectedSyntax : .invalidUnicodeCharacter,
            "Invalid input '\(text)': this character has no meaning here", range)
    }

    private func unclosed(_ what: String, from start: Int) -> SyntaxError {
        SyntaxError(
            .unexpectedSyntax, "This \(what) is never closed",
            SourceRange(start: start, end: min(start + 1, bytes.count)))
    }
}

/// What a byte can begin.
enum ByteClass {
    case letter, digit, quote, nonASCII, other

    var isWordPart: Bool { self == .letter || self == .digit }

    @inline(__always)
    static func of(_ byte: UInt8) -> ByteClass {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "_"):
            .letter
        case UInt8(ascii: "0")...UInt8(ascii: "9"): .digit
        case UInt8(ascii: "'"), UInt8(ascii: "\""): .quote
        case 0x80...0xFF: .nonASCII
        default: .other
        }
    }
}

extension Unicode.Scalar {
    /// The spaces outside of ASCII that separate tokens, the byte order mark included.
    var isCypherSpace: Bool { properties.isWhitespace || value == 0xFEFF }
}
