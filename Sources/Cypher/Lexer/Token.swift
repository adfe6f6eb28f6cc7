/// A word, literal or sign of the text. Sixteen bytes; the text itself stays where it is.
struct Token: Sendable {
    enum Kind: UInt8, Sendable {
        case endOfText
        case word, quotedWord, string, number
        /// `$name`, `$1`, `` $`a name` ``
        case parameter
        /// A `$` in front of anything else: `$(…)`
        case dollar
        case leftParenthesis, rightParenthesis, leftBracket, rightBracket, leftBrace, rightBrace
        case comma, dot, dots, colon, doubleColon, semicolon
        case bar, doubleBar, ampersand, exclamation
        case plus, plusEqual, minus, star, slash, percent, caret
        case equal, matches, notEqual, less, lessOrEqual, greater, greaterOrEqual
    }

    var kind: Kind
    /// What a `word` may mean, if anything.
    var keyword: Keyword?
    /// UTF-8 offsets.
    var start: Int32
    var end: Int32
    /// For a bracket the token index of its other half, -1 where there is none. The parser looks
    /// behind a bracket in one step with it, so that telling `(a)-->(b)` from `(a)` never
    /// backtracks.
    var partner: Int32 = -1

    var range: SourceRange { SourceRange(start: Int(start), end: Int(end)) }

    /// Whether a name can stand here: a plain or quoted word.
    var isName: Bool { kind == .word || kind == .quotedWord }
}
