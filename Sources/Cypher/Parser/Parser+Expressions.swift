// Operands: literals, variables, calls, and all that is told apart by its first word or bracket.

extension Parser {
    mutating func primary() throws(SyntaxError) -> Expression {
        let start = start
        switch token.kind {
        case .number:
            let literal = try numberLiteral(negative: false)
            return Expression(literal, range(from: start))
        case .string:
            let text = try stringLiteral()
            return Expression(.string(text), range(from: start))
        case .parameter:
            let name = parameterName()
            return Expression(.parameter(name), range(from: start))
        case .leftParenthesis:
            return try parenthesized()
        case .leftBracket:
            return try bracketed()
        case .leftBrace:
            return try mapLiteral()
        case .word:
            if let keyword = token.keyword { return try keywordLed(keyword) }
            return try callOrVariable()
        case .quotedWord:
            return try callOrVariable()
        default:
            throw unexpected(.thing("an expression"))
        }
    }

    private mutating func parenthesized() throws(SyntaxError) -> Expression {
        if isPattern(at: position) { return try patternPredicate() }
        advance()
        let inner = try predicate()
        try expect(.rightParenthesis, or: .thing("an operator"))
        return inner
    }

    private mutating func patternPredicate() throws(SyntaxError) -> Expression {
        let path = try expressionPath()
        return Expression(.patternPredicate(path), path.range)
    }

    // MARK: Words

    /// An operand that begins with a keyword, if only as the name of a variable or function.
    private mutating func keywordLed(_ keyword: Keyword) throws(SyntaxError) -> Expression {
        let next = token(ahead: 1).kind
        switch keyword {
        case .true, .false, .null, .inf, .infinity, .nan:
            if next == .leftParenthesis { break }
            return constant(keyword)
        case .case where !isVariable || token(ahead: 1).keyword == .when:
            return try caseExpression()
        case .exists, .count, .collect:
            if next == .leftBrace, token(ahead: 2).kind != .dot {
                return try subquery(keyword)
            }
            if next == .leftParenthesis, let special = try existsOrCountStar(keyword) {
                return special
            }
        case .all, .any, .none, .single:
            if next == .leftParenthesis, token(ahead: 2).isName, token(ahead: 3).keyword == .in {
                return try quantifier(keyword)
            }
        case .reduce:
            if next == .leftParenthesis, token(ahead: 2).isName, token(ahead: 3).kind == .equal {
                return try reduce()
            }
        case .shortestpath, .allshortestpaths:
            if next == .leftParenthesis { return try shortestPath() }
        case .trim:
            if next == .leftParenthesis, let call = try trimWithSides() { return call }
        default: break
        }
        return try callOrVariable()
    }

    private mutating func constant(_ keyword: Keyword) -> Expression {
        let range = token.range
        advance()
        switch keyword {
        case .true: return Expression(.boolean(true), range)
        case .false: return Expression(.boolean(false), range)
        case .inf, .infinity: return Expression(.float(.infinity), range)
        case .nan: return Expression(.float(.nan), range)
        default: return Expression(.null, range)
        }
    }

    /// Whether the current word, though reserved, can only be a variable: what follows goes on
    /// with an operator, a bracket's end or another keyword, and not with an operand.
    var isVariable: Bool {
        guard let keyword = token.keyword, keyword.isReserved else { return true }
        let next = token(ahead: 1)
        switch next.kind {
        case .word: return next.keyword != nil && next.keyword != .distinct
        case .quotedWord, .number, .string, .parameter, .dollar, .leftParenthesis, .leftBrace:
            return false
        default: return true
        }
    }

    private mutating func callOrVariable() throws(SyntaxError) -> Expression {
        if isCall { return try functionCall() }
        guard isVariable else { throw unexpected(.thing("an expression")) }
        let name = takeName()
        if at(.leftBrace) { return try mapProjection(of: name) }
        return Expression(.variable(name.text), name.range)
    }

    /// Whether the current word begins `a.b.c(`.
    private var isCall: Bool {
        var index = position + 1
        while tokens[index].kind == .dot, token(at: index + 1).isName { index += 2 }
        return tokens[index].kind == .leftParenthesis
    }

    private mutating func functionCall() throws(SyntaxError) -> Expression {
        let start = start
        let isNormalize = at(.normalize)
        let name = try dottedName("a function")
        try expect(.leftParenthesis)
        let distinct = at(.distinct) && !isArgumentEnd(token(ahead: 1).kind) && take(.distinct)
        if at(.all), token(ahead: 1).isName { advance() }
        var arguments: [Expression] = []
        if !at(.rightParenthesis) {
            repeat {
                if isNormalize, let form = token.keyword, form.isNormalForm, !arguments.isEmpty {
                    arguments.append(Expression(.string(form.spelling), token.range))
                    advance()
                } else {
                    arguments.append(try expression())
                }
            } while take(.comma)
        }
        try expect(.rightParenthesis, or: .sign(.comma))
        let call = FunctionCall(name: name, arguments: arguments, distinct: distinct)
        return Expression(.function(call), range(from: start))
    }

    private func isArgumentEnd(_ kind: Token.Kind) -> Bool {
        kind == .comma || kind == .rightParenthesis || kind == .dot
    }

    /// `trim(BOTH 'x' FROM text)` and its kin, as the functions that do the same.
    private mutating func trimWithSides() throws(SyntaxError) -> Expression? {
        let side = token(ahead: 2)
        guard let keyword = side.keyword,
            [.both, .leading, .trailing].contains(keyword),
            !isArgumentEnd(token(ahead: 3).kind)
        else { return nil }
        let start = start
        var name = takeName()
        name.text = keyword == .both ? "btrim" : keyword == .leading ? "ltrim" : "rtrim"
        advance()
        advance()
        let characters = at(.from) ? nil : try expression()
        try expect(.from)
        var arguments = [try expression()]
        if let characters { arguments.append(characters) }
        try expect(.rightParenthesis)
        let call = FunctionCall(name: name, arguments: arguments, distinct: false)
        return Expression(.function(call), range(from: start))
    }

    /// `exists((a)-->(b))` and `count(*)`; nil for the ordinary calls.
    private mutating func existsOrCountStar(
        _ keyword: Keyword
    ) throws(SyntaxError) -> Expression? {
        let start = start
        if keyword == .count, token(ahead: 2).kind == .star {
            advance()
            advance()
            advance()
            try expect(.rightParenthesis)
            return Expression(.countStar, range(from: start))
        }
        guard keyword == .exists, isPattern(at: position + 2) else { return nil }
        advance()
        advance()
        let path = try expressionPath()
        try expect(.rightParenthesis)
        let query = matchQuery(Pattern(paths: [path]), predicate: nil, path.range)
        return Expression(.subquery(.exists, query), range(from: start))
    }

    // MARK: Forms with variables of their own

    private mutating func quantifier(_ keyword: Keyword) throws(SyntaxError) -> Expression {
        let start = start
        let kind: Quantifier =
            switch keyword {
            case .all: .all
            case .any: .any
            case .none: .none
            default: .single
            }
        advance()
        advance()
        let variable = takeName()
        try expect(.in)
        let list = try expression()
        try expect(.where)
        let predicate = try predicate()
        try expect(.rightParenthesis, or: .thing("an operator"))
        return Expression(
            .quantifier(kind, variable: variable, list: list, predicate: predicate),
            range(from: start))
    }

    private mutating func reduce() throws(SyntaxError) -> Expression {
        let start = start
        advance()
        advance()
        let accumulator = takeName()
        try expect(.equal)
        let initial = try expression()
        try expect(.comma)
        let variable = try name("a variable")
        try expect(.in)
        let list = try expression()
        try expect(.bar)
        let step = try expression()
        try expect(.rightParenthesis, or: .thing("an operator"))
        return Expression(
            .reduce(
                accumulator: accumulator, initial: initial, variable: variable, list: list,
                step: step),
            range(from: start))
    }

    private mutating func shortestPath() throws(SyntaxError) -> Expression {
        let start = start
        let path = try shortestPathPattern(.expression)
        return Expression(.shortestPath(path), range(from: start))
    }

    private mutating func subquery(_ keyword: Keyword) throws(SyntaxError) -> Expression {
        let start = start
        let kind: SubqueryKind =
            keyword == .exists ? .exists : keyword == .count ? .count : .collect
        advance()
        let query = try subqueryBody(kind)
        return Expression(.subquery(kind, query), range(from: start))
    }
}
