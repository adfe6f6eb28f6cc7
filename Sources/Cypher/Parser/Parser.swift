/// Reads Cypher: text in, ``Statement`` out.
///
/// The grammar is openCypher 9 and what Neo4j 5 added to it. The room in one picture:
///
///     text ──Lexer──▶ [Token] ──Parser──▶ Statement ──Printer──▶ text
///
/// The lexer cuts the whole text in one pass and pairs the brackets. The parser descends
/// recursively through clauses and patterns and climbs precedences in expressions; it decides by
/// looking at the tokens ahead, with the paired brackets as stepping stones, and never goes back.
/// So parsing takes time linear in the text, and the first token that fits nowhere is the error.
///
/// It checks everything that the words alone tell: structure, literals, where a pattern may
/// stand, what CREATE and MERGE cannot make. What needs to know variables and types is left to
/// those who bind the tree.
///
/// Forms that say the same come out as the same tree: `EXISTS { (a)-->(b) }` as a query with a
/// MATCH, `FILTER` as `WITH * WHERE`, `NEXT` as `WITH`, `trim(BOTH 'x' FROM s)` as `btrim(s, 'x')`;
/// and a chain of ANDs or ORs, however written, as a balanced tree.
public struct Parser {
    /// The longest text, in bytes.
    public static let maximumTextBytes = 4 << 20
    /// How deep things may stand within one another: a bracket or an operator's right side counts
    /// one, patterns and CASE two, subqueries more. It keeps the parser's stack below 512 KiB even
    /// in a debug build, and bounds it whatever the text.
    public static let maximumNesting = 128
    /// How many levels an expression's tree may have. Brackets make levels, and so does each
    /// operator of a chain such as `a + b + c`; AND, OR and XOR chains make only logarithmically
    /// many. It bounds the stack of everyone who walks the tree.
    public static let maximumHeight = 256

    let bytes: [UInt8]
    let tokens: [Token]
    /// The index of the current token; the last one stays current for ever.
    var position = 0
    var depth = 0
    /// The height of what the current operator level has built so far.
    var height = 0
    /// The token index of the `|` in front of the projection of the comprehension around the
    /// current token, -1 outside of one. Labels and types leave it alone: in
    /// `[n IN list WHERE n:A | n.x]` it is no alternative to `A`.
    var projectionBar = -1

    /// Parses one statement, with or without a semicolon behind it.
    /// Cost: linear in the text.
    public static func parse(_ text: String) throws(SyntaxError) -> Statement {
        var parser = try Parser(text)
        let statement = try parser.statement()
        _ = parser.take(.semicolon)
        guard parser.token.kind == .endOfText else {
            throw parser.unexpected(.thing("the end of the statement"))
        }
        return statement
    }

    /// Parses one expression, such as a parameter's value given at a prompt.
    public static func parseExpression(_ text: String) throws(SyntaxError) -> Expression {
        var parser = try Parser(text)
        let expression = try parser.predicate()
        guard parser.token.kind == .endOfText else {
            throw parser.unexpected(.thing("the end of the expression"))
        }
        return expression
    }

    /// Cuts a text of several statements at its semicolons; see ``Script``.
    public static func split(_ script: String) -> Script { Script(script) }

    init(_ text: String) throws(SyntaxError) {
        bytes = Array(text.utf8)
        guard bytes.count <= Self.maximumTextBytes else {
            throw SyntaxError(
                message: "The text has \(bytes.count) bytes; "
                    + "a statement has at most \(Self.maximumTextBytes)",
                range: SourceRange(start: 0, end: 0))
        }
        tokens = try Lexer.tokenize(bytes)
    }
}

// MARK: - Looking at tokens

extension Parser {
    var token: Token { tokens[position] }

    func token(ahead: Int) -> Token { token(at: position + ahead) }

    /// The token with an index, the end of the text for one past it.
    func token(at index: Int) -> Token { tokens[min(index, tokens.count - 1)] }

    func at(_ kind: Token.Kind) -> Bool { tokens[position].kind == kind }

    func at(_ keyword: Keyword) -> Bool { tokens[position].keyword == keyword }

    func at(_ first: Keyword, _ second: Keyword) -> Bool {
        at(first) && token(ahead: 1).keyword == second
    }

    /// Whether two neighbouring tokens touch.
    func touches(_ index: Int) -> Bool { token(at: index).end == token(at: index + 1).start }

    func text(of token: Token) -> String {
        String(decoding: bytes[Int(token.start)..<Int(token.end)], as: UTF8.self)
    }

    /// Where the current token begins.
    var start: Int { Int(tokens[position].start) }

    /// From `start` to the end of the last token taken.
    func range(from start: Int) -> SourceRange {
        let end = position > 0 ? Int(tokens[position - 1].end) : start
        return SourceRange(start: start, end: max(start, end))
    }
}

// MARK: - Taking tokens

extension Parser {
    mutating func advance() {
        if position < tokens.count - 1 { position += 1 }
    }

    mutating func take(_ kind: Token.Kind) -> Bool {
        guard at(kind) else { return false }
        advance()
        return true
    }

    mutating func take(_ keyword: Keyword) -> Bool {
        guard at(keyword) else { return false }
        advance()
        return true
    }

    mutating func take(_ first: Keyword, _ second: Keyword) -> Bool {
        guard at(first, second) else { return false }
        advance()
        advance()
        return true
    }

    mutating func expect(
        _ kind: Token.Kind, or others: @autoclosure () -> [Expected] = []
    ) throws(SyntaxError) {
        guard take(kind) else { throw unexpected([.sign(kind)] + others()) }
    }

    mutating func expect(_ keyword: Keyword) throws(SyntaxError) {
        guard take(keyword) else { throw unexpected(.keyword(keyword)) }
    }

    /// Counts more nesting, by about what it costs in stack; each call is paired with `leave`.
    mutating func enter(_ cost: Int = 1) throws(SyntaxError) {
        depth += cost
        guard depth <= Self.maximumNesting else { throw nestedTooDeep() }
    }

    mutating func leave(_ cost: Int = 1) { depth -= cost }

    func nestedTooDeep() -> SyntaxError {
        SyntaxError(
            .unexpectedSyntax, "Nested more than \(Self.maximumNesting) levels deep", token.range)
    }

    // MARK: Names

    /// A variable, label, type, key or alias: any word, or anything in backticks.
    mutating func name(_ what: String) throws(SyntaxError) -> Name {
        guard token.isName else { throw unexpected(.thing(what)) }
        return takeName()
    }

    /// The current token as a name; it is a word.
    mutating func takeName() -> Name {
        let token = token
        advance()
        return Name(nameText(of: token), token.range)
    }

    func nameText(of token: Token) -> String {
        token.kind == .quotedWord ? unquoted(token, prefix: 0) : text(of: token)
    }

    /// `a.b.c`, its parts joined by dots.
    mutating func dottedName(_ what: String) throws(SyntaxError) -> Name {
        let start = start
        var text = try name(what).text
        while at(.dot) {
            advance()
            text += "." + (try name(what)).text
        }
        return Name(text, range(from: start))
    }

    /// The text between the backticks, doubled ones halved, behind `prefix` bytes.
    func unquoted(_ token: Token, prefix: Int) -> String {
        let content = bytes[(Int(token.start) + prefix + 1)..<(Int(token.end) - 1)]
        let backtick = UInt8(ascii: "`")
        guard content.contains(backtick) else { return String(decoding: content, as: UTF8.self) }
        var result: [UInt8] = []
        var skip = false
        for byte in content {
            skip = byte == backtick && !skip
            if !skip { result.append(byte) }
        }
        return String(decoding: result, as: UTF8.self)
    }
}
