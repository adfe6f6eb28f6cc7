/// A text of several statements, cut at the semicolons outside of strings, quoted names and
/// comments.
///
///     let script = Script("CREATE (:A); MATCH (n) RETURN ';'")
///     script.statements  // ["CREATE (:A)"]
///     script.remainder   // "MATCH (n) RETURN ';'"
public struct Script: Sendable {
    /// The statements that a semicolon ends, without it and without the space around them.
    /// Pieces of nothing but space and comments are left out.
    public let statements: [Substring]

    /// What stands behind the last semicolon, unless it is only space and comments. At a prompt:
    /// a statement of which more lines may follow.
    public let remainder: Substring?

    /// Whether the text ends within a string, a quoted name or a block comment.
    public let endsInside: Bool

    /// All statements of a file, where the last needs no semicolon.
    public var all: [Substring] { statements + (remainder.map { [$0] } ?? []) }

    /// Whether nothing waits for a semicolon: a prompt can run what it has.
    public var isComplete: Bool { remainder == nil && !endsInside }

    /// Cost: linear. Never fails: what is not Cypher is for the parser to say.
    public init(_ text: String) {
        var splitter = Splitter(text)
        splitter.run()
        statements = splitter.statements
        remainder = splitter.remainder
        endsInside = splitter.endsInside
    }
}

private struct Splitter {
    let text: String
    var statements: [Substring] = []
    var remainder: Substring?
    var endsInside = false

    private let bytes: [UInt8]
    private var position = 0
    /// From the first byte to behind the last one that is neither space nor comment.
    private var content: Range<Int>?

    init(_ text: String) {
        self.text = text
        bytes = Array(text.utf8)
    }

    mutating func run() {
        while position < bytes.count {
            let byte = bytes[position]
            switch byte {
            case UInt8(ascii: ";"):
                if let content { statements.append(slice(content)) }
                content = nil
                position += 1
            case UInt8(ascii: "'"), UInt8(ascii: "\""):
                skipQuoted(byte, escapes: true)
            case UInt8(ascii: "`"):
                // A doubled backtick closes one name and opens the next: the same to a splitter.
                skipQuoted(byte, escapes: false)
            case UInt8(ascii: "/") where next == byte:
                while position < bytes.count, bytes[position] != UInt8(ascii: "\n") {
                    position += 1
                }
            case UInt8(ascii: "/") where next == UInt8(ascii: "*"):
                skipBlockComment()
            case 0x20, 0x09...0x0D, 0x1C...0x1F:
                position += 1
            default:
                position += 1
                extend(from: position - 1)
            }
        }
        remainder = content.map(slice)
    }

    private var next: UInt8 { position + 1 < bytes.count ? bytes[position + 1] : 0 }

    private mutating func extend(from start: Int) {
        content = (content?.lowerBound ?? start)..<position
    }

    private mutating func skipQuoted(_ quote: UInt8, escapes: Bool) {
        let start = position
        position += 1
        var closed = false
        while position < bytes.count, !closed {
            let byte = bytes[position]
            position += escapes && byte == UInt8(ascii: "\\") ? 2 : 1
            closed = byte == quote
        }
        position = min(position, bytes.count)
        endsInside = !closed
        extend(from: start)
    }

    private mutating func skipBlockComment() {
        position += 2
        while position < bytes.count {
            if bytes[position] == UInt8(ascii: "*"), next == UInt8(ascii: "/") {
                position += 2
                return
            }
            position += 1
        }
        position = bytes.count
        endsInside = true
    }

    private func slice(_ range: Range<Int>) -> Substring {
        let utf8 = text.utf8
        let start = utf8.index(utf8.startIndex, offsetBy: range.lowerBound)
        let end = utf8.index(start, offsetBy: range.count)
        return text[start..<end]
    }
}
