// Lists and maps, comprehensions and projections.

extension Parser {
    /// `[1, 2]`
    mutating func list() throws(SyntaxError) -> Expression {
        let start = start
        advance()
        var items: [Expression] = []
        if !at(.rightBracket) {
            repeat { items.append(try expression()) } while take(.comma)
        }
        try expect(.rightBracket, or: [.sign(.comma)])
        return Expression(.list(items), range(from: start))
    }

    /// `[x IN list …` is a comprehension, unless a comma shows that `x IN list` is but the first
    /// of several truth values.
    var isListComprehension: Bool {
        guard token(ahead: 1).isName, token(ahead: 2).keyword == .in else { return false }
        var index = position + 3
        let end = Int(token.partner)
        while index < end {
            let token = tokens[index]
            if token.kind == .comma { return false }
            if token.kind == .bar || token.keyword == .where || token.keyword == .case {
                return true
            }
            index = max(index, Int(token.partner)) + 1
        }
        return true
    }

    var isPatternComprehension: Bool {
        if isPattern(at: position + 1) { return true }
        return token(ahead: 1).isName && token(ahead: 2).kind == .equal
            && isPattern(at: position + 3)
    }

    /// The last `|` of the bracket at the current token that is not within an inner one.
    private var lastBar: Int {
        var last = -1
        var index = position + 1
        let end = Int(token.partner)
        while index < end {
            if tokens[index].kind == .bar { last = index }
            index = max(index, Int(tokens[index].partner)) + 1
        }
        return last
    }

    /// `[x IN list WHERE … | …]`
    mutating func listComprehension() throws(SyntaxError) -> Expression {
        let start = start
        let outerBar = projectionBar
        defer { projectionBar = outerBar }
        projectionBar = lastBar
        advance()
        let variable = takeName()
        try expect(.in)
        let list = try expression()
        let predicate = take(.where) ? try predicate() : nil
        let projection = take(.bar) ? try expression() : nil
        if projection == nil, predicate == nil {
            try expect(.rightBracket, or: [.keyword(.where), .sign(.bar)])
        } else {
            try expect(.rightBracket, or: [.thing("an operator")])
        }
        return Expression(
            .listComprehension(
                variable: variable, list: list, predicate: predicate, projection: projection),
            range(from: start))
    }

    /// `[p = (a)-->(b) WHERE … | …]`
    mutating func patternComprehension() throws(SyntaxError) -> Expression {
        try enter()
        defer { leave() }
        let start = start
        let outerBar = projectionBar
        defer { projectionBar = outerBar }
        projectionBar = lastBar
        advance()
        var path: Name?
        if token.isName {
            path = takeName()
            try expect(.equal)
        }
        let pattern = try expressionPath()
        let predicate = take(.where) ? try predicate() : nil
        guard take(.bar) else {
            if predicate == nil, at(.rightBracket) || at(.comma) {
                try requireValue(Expression(.patternPredicate(pattern), pattern.range))
            }
            throw unexpected(.sign(.bar), .keyword(.where))
        }
        let projection = try expression()
        try expect(.rightBracket, or: [.thing("an operator")])
        return Expression(
            .patternComprehension(
                path: path, pattern: pattern, predicate: predicate, projection: projection),
            range(from: start))
    }

    mutating func mapLiteral() throws(SyntaxError) -> Expression {
        let start = start
        try expect(.leftBrace)
        var entries: [MapEntry] = []
        if !at(.rightBrace) {
            repeat {
                let key = try name("a key")
                try expect(.colon)
                entries.append(MapEntry(key: key, value: try expression()))
            } while take(.comma)
        }
        try expect(.rightBrace, or: [.sign(.comma)])
        return Expression(.map(entries), range(from: start))
    }

    /// `n { .name, .*, key: expression, variable }`
    mutating func mapProjection() throws(SyntaxError) -> Expression {
        try enter()
        defer { leave() }
        let base = takeName()
        advance()
        var items: [MapProjectionItem] = []
        if !at(.rightBrace) {
            repeat { items.append(try mapProjectionItem()) } while take(.comma)
        }
        try expect(.rightBrace, or: [.sign(.comma)])
        return Expression(.mapProjection(base, items), range(from: base.range.start))
    }

    private mutating func mapProjectionItem() throws(SyntaxError) -> MapProjectionItem {
        let start = start
        if take(.dot) {
            if take(.star) { return .allProperties(range(from: start)) }
            return .property(try name("a property key"))
        }
        guard token.isName else {
            throw unexpected(.thing("a key"), .thing("'.key'"), .thing("'.*'"))
        }
        let name = takeName()
        return take(.colon) ? .entry(name, try expression()) : .variable(name)
    }
}
