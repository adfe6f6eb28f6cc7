import Foundation

/// Turns text into the words that are indexed and sought. The names are Neo4j's.
public enum TextAnalyzer: String, Sendable, CaseIterable {
    /// Words by Unicode's rules, in lower case.
    case standardNoStopWords = "standard-no-stop-words"
    /// The same without the commonest English words.
    case standard
    /// The same as `standard-no-stop-words`, without accents.
    case standardFolding = "standard-folding"
    /// Runs of letters, in lower case.
    case simple
    /// What stands between white space, as it is.
    case whitespace
    /// The whole text as one word, as it is.
    case keyword

    struct Word: Equatable {
        var bytes: [UInt8]
        /// Counted in words; a word that is left out leaves its place empty.
        var position: UInt32
    }

    public var description: String {
        switch self {
        case .standardNoStopWords: "Words by Unicode's rules, in lower case."
        case .standard: "Words by Unicode's rules, in lower case, without English stop words."
        case .standardFolding: "Words by Unicode's rules, in lower case, without accents."
        case .simple: "Runs of letters, in lower case."
        case .whitespace: "What stands between white space, as it is."
        case .keyword: "The whole text as one word, as it is."
        }
    }

    /// English words that `standard` leaves out.
    public var stopWords: [String] {
        self == .standard
            ? [
                "a", "an", "and", "are", "as", "at", "be", "but", "by", "for", "if", "in", "into",
                "is", "it", "no", "not", "of", "on", "or", "such", "that", "the", "their", "then",
                "there", "these", "they", "this", "to", "was", "will", "with",
            ] : []
    }

    private static let stopped = Set(TextAnalyzer.standard.stopWords.map { Array($0.utf8) })

    /// The text's words in order; the first has the position `first` or a later one.
    func words(_ text: String, from first: UInt32 = 0) -> [Word] {
        var found: [Word] = []
        var position = first
        func add(_ bytes: [UInt8]) {
            for part in Self.cut(bytes) {
                if self != .standard || !Self.stopped.contains(part) {
                    found.append(Word(bytes: part, position: position))
                }
                position += 1
            }
        }
        switch self {
        case .keyword: if !text.isEmpty { add(Array(text.utf8.filter { $0 != 0 })) }
        case .whitespace:
            let parts = text.unicodeScalars.split {
                $0.properties.isWhitespace || $0.value == 0
            }
            for part in parts { add(Array(String(part).utf8)) }
        case .simple:
            let parts = text.unicodeScalars.split { !$0.properties.isAlphabetic }
            for part in parts { add(normalized(String(part))) }
        case .standard, .standardNoStopWords, .standardFolding:
            WordBreaker.forEachWord(of: text) { add(normalized($0)) }
        }
        return found
    }

    /// The text's words in order, as bytes of UTF-8.
    public func terms(_ text: String) -> [[UInt8]] { words(text).map(\.bytes) }

    /// A word as the index has it: what the parts of a query that are not analysed, such as
    /// prefixes, are compared as.
    func normalized(_ word: String) -> [UInt8] {
        switch self {
        case .keyword, .whitespace: Array(word.utf8)
        case .standard, .standardNoStopWords, .simple: Self.lowercased(word)
        case .standardFolding: Self.lowercased(Self.folded(word))
        }
    }

    private static func lowercased(_ word: String) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(word.utf8.count)
        for scalar in word.unicodeScalars {
            if scalar.isASCII {
                let byte = UInt8(scalar.value)
                bytes.append(byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte)
            } else {
                bytes.append(contentsOf: scalar.properties.lowercaseMapping.utf8)
            }
        }
        return bytes
    }

    /// Letters that are not made of another letter and a mark.
    private static let foldings: [Unicode.Scalar: String] = [
        "ß": "ss", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ø": "o", "Ø": "O", "đ": "d",
        "Đ": "D", "ł": "l", "Ł": "L", "þ": "th", "Þ": "TH", "ð": "d", "Ð": "D", "ı": "i",
    ]

    private static func folded(_ word: String) -> String {
        if word.utf8.allSatisfy({ $0 < 0x80 }) { return word }
        var result = String.UnicodeScalarView()
        for scalar in word.decomposedStringWithCompatibilityMapping.unicodeScalars {
            if scalar.properties.generalCategory == .nonspacingMark { continue }
            if let folding = foldings[scalar] {
                result.append(contentsOf: folding.unicodeScalars)
            } else {
                result.append(scalar)
            }
        }
        return String(result)
    }

    /// Words that fit a key: cut between characters.
    private static func cut(_ bytes: [UInt8]) -> [[UInt8]] {
        let limit = FullTextSettings.maximumWordBytes
        if bytes.count <= limit { return bytes.isEmpty ? [] : [bytes] }
        var parts: [[UInt8]] = []
        var start = 0
        while start < bytes.count {
            var end = min(bytes.count, start + limit)
            while end < bytes.count, bytes[end] & 0xC0 == 0x80 { end -= 1 }
            parts.append(Array(bytes[start..<end]))
            start = end
        }
        return parts
    }
}

/// Words as in Unicode Standard Annex #29, without its rules for single scripts: runs of letters,
/// digits and what joins them; an apostrophe or a full stop belongs to a word where letters, or
/// digits, stand on both sides of it; ideographs, hiragana and emoji are words by themselves.
enum WordBreaker {
    private enum Kind { case letter, digit, joiner, mark, single, middle, middleOfNumber, other }

    static func forEachWord(of text: String, _ visit: (String) -> Void) {
        var word = String.UnicodeScalarView()
        /// A middle that waits for what follows it.
        var middle: Unicode.Scalar?
        var last = Kind.other
        var hasMeaning = false
        func end() {
            if hasMeaning { visit(String(word)) }
            word.removeAll(keepingCapacity: true)
            hasMeaning = false
            middle = nil
            last = .other
        }
        for scalar in text.unicodeScalars {
            let kind = kind(scalar)
            switch kind {
            case .letter, .digit, .joiner:
                if let waiting = middle {
                    if joins(waiting, last, kind) { word.append(waiting) } else { end() }
                    middle = nil
                }
                word.append(scalar)
                if kind != .joiner { hasMeaning = true }
                last = kind
            case .mark:
                if !word.isEmpty, middle == nil { word.append(scalar) }
            case .middle, .middleOfNumber:
                if middle == nil, last == .letter || last == .digit {
                    middle = scalar
                } else {
                    end()
                }
            case .single:
                end()
                visit(String(scalar))
            case .other: end()
            }
        }
        end()
    }

    /// Whether the middle between two kinds belongs to the word.
    private static func joins(_ middle: Unicode.Scalar, _ left: Kind, _ right: Kind) -> Bool {
        switch kind(middle) {
        case .middle: left == right && left != .joiner
        case .middleOfNumber: left == .digit && right == .digit
        default: false
        }
    }

    private static func kind(_ scalar: Unicode.Scalar) -> Kind {
        if scalar.isASCII { return asciiKind(UInt8(scalar.value)) }
        if scalar == "\u{2019}" || scalar == "\u{B7}" { return .middle }
        let properties = scalar.properties
        if properties.isIdeographic || (0x3041...0x309F).contains(scalar.value)
            || properties.isEmojiPresentation
        {
            return .single
        }
        switch properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
            .letterNumber:
            return .letter
        case .decimalNumber: return .digit
        case .connectorPunctuation: return .joiner
        case .nonspacingMark, .spacingMark, .enclosingMark, .format: return .mark
        default: return properties.isAlphabetic ? .letter : .other
        }
    }

    private static func asciiKind(_ byte: UInt8) -> Kind {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"):
            .letter
        case UInt8(ascii: "0")...UInt8(ascii: "9"): .digit
        case UInt8(ascii: "_"): .joiner
        case UInt8(ascii: "'"), UInt8(ascii: "."): .middle
        case UInt8(ascii: ","), UInt8(ascii: ";"): .middleOfNumber
        default: .other
        }
    }
}
