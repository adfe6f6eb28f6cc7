// Operands: literals, variables, calls, and all that is told apart by its first word or bracket.

/// The forms of operands; each is read by the parser's function of the same name.
private enum OperandForm {
    case leaf, parenthesized, patternPredicate
    case list, listComprehension, patternComprehension, mapLiteral, mapProjection
    case signed, negation
    case caseExpression, subquery, existsPattern, quantifier, reduce, shortestPath
    case functionCall, trimWithSides

    var reader: (inout Parser) throws(SyntaxError) -> Expression {
        switch self {
        case .leaf: { parser throws(SyntaxError) in try parser.leaf() }
        case .parenthesized: { parser throws(SyntaxError) in try parser.parenthesized() }
        case .patternPredicate: { parser throws(SyntaxError) in try parser.patternPredicate() }
        case .list: { parser throws(SyntaxError) in try parser.list() }
        case .listComprehension: { parser throws(SyntaxError) in try parser.listComprehension() }
        case .patternComprehension:
            { parser throws(SyntaxError) in try parser.patternComprehension() }
        case .mapLiteral: { parser throws(SyntaxError) in try parser.mapLiteral() }
        case .mapProjection: { parser throws(SyntaxError) in try parser.mapProjection() }
        case .signed: { parser throws(SyntaxError) in try parser.signed() }
        case .negation: { parser throws(SyntaxError) in try parser.negation() }
        case .caseExpression: { parser throws(SyntaxError) in try parser.caseExpression() }
        case .subquery: { parser throws(SyntaxError) in try parser.subquery() }
        case .existsPattern: { parser throws(SyntaxError) in try parser.existsPattern() }
        case .quantifier: { parser throws(SyntaxError) in try parser.quantifier() }
        case .reduce: { parser throws(SyntaxError) in try parser.reduce() }
        case .shortestPath: { parser throws(SyntaxError) in try parser.shortestPath() }
        case .trimWithSides: { parser throws(SyntaxError) in try parser.trimWithSides() }
        case .functionCall: { parser throws(SyntaxError) in try parser.functionCall() }
        }
    }
}

extension Parser {
    /// One operand, without what may stand behind it.
    ///
    /// Telling the forms apart is left to functions that return before the operand is read, and
    /// there is one call for all of them, so that the frames of a deep recursion stay small.
    mutating func operand() throws(SyntaxError) -> Expression {
        guard let form = operandForm() else { throw unexpected(.thing("an expression")) }
        return try form.reader(&self)
    }

    /// The form of the operand at the current token, told by looking ahead only.
    private func operandForm() -> OperandForm? {
        switch token.kind {
        case .number, .string, .parameter: return .leaf
        case .minus: return token(ahead: 1).kind == .number ? .leaf : .signed
        case .plus: return .signed
        case .leftParenthesis:
            return isPattern(at: position) ? .patternPredicate : .parenthesized
        case .leftBracket:
            if isPatternComprehension { return .patternComprehension }
            return isListComprehension ? .listComprehension : .list
        case .leftBrace: return .mapLiteral
        case .word:
            if let keyword = token.keyword, let form = keywordForm(keyword) { return form }
        case .quotedWord: break
        default: return nil
        }
        if isCall { return .functionCall }
        guard isVariable else { return nil }
        return token(ahead: 1).kind == .leftBrace ? .mapProjection : .leaf
    }

    /// Nil where the keyword is but the name of a variable or function.
    private func keywordForm(_ keyword: Keyword) -> OperandForm? {
        let next = token(ahead: 1)
        let isCall = next.kind == .leftParenthesis
        switch keyword {
        case .true, .false, .null, .inf, .infinity, .nan:
            return isCall ? nil : .leaf
        case .not:
            return isVariable ? nil : .negation
        case .case:
            return !isVariable || next.keyword == .when ? .caseExpression : nil
        case .exists, .count, .collect:
            if next.kind == .leftBrace, token(ahead: 2).kind != .dot { return .subquery }
            guard isCall else { return nil }
            if keyword == .count, token(ahead: 2).kind == .star { return .leaf }
            return keyword == .exists && isPattern(at: position + 2) ? .existsPattern : nil
        case .all, .any, .none, .single:
            return isCall && token(ahead: 2).isName && token(ahead: 3).keyword == .in
                ? .quantifier : nil
        case .reduce:
            return isCall && token(ahead: 2).isName && token(ahead: 3).kind == .equal
                ? .reduce : nil
        case .shortestpath, .allshortestpaths:
            return isCall ? .shortestPath : nil
        case .trim:
            guard isCall else { return nil }
            switch token(ahead: 2).keyword {
            case .both, .leading, .trailing:
                return isArgumentEnd(token(ahead: 3).kind) ? nil : .trimWithSides
            default: return nil
            }
        default: return nil
        }
    }

    // MARK: Leaves

    /// An operand that holds no other.
    fileprivate mutating func leaf() throws(SyntaxError) -> Expression {
        let start = start
        let kind: Expression.Kind
        switch token.kind {
        case .number: kind = try numberLiteral(negative: false)
        case .minus:
            advance()
            kind = try numberLiteral(negative: true)
        case .string: kind = .string(try stringLiteral())
        case .parameter: kind = .parameter(parameterName())
        default:
            switch token.keyword {
            case .count where token(ahead: 1).kind == .leftParenthesis:
                advance()
                advance()
                advance()
                try expect(.rightParenthesis)
                kind = .countStar
            case .true: kind = constant(.boolean(true))
            case .false: kind = constant(.boolean(false))
            case .inf, .infinity: kind = constant(.float(.infinity))
            case .nan: kind = constant(.float(.nan))
            case .null: kind = constant(.null)
            default: kind = .variable(takeName().text)
            }
        }
        return Expression(kind, range(from: start))
    }

    private mutating func constant(_ kind: Expression.Kind) -> Expression.Kind {
        advance()
        return kind
    }

    // MARK: Words

    /// Whether the current word, though reserved, can only be a variable: what follows goes on
    /// with an operator, a bracket's end or the next clause, and not with an operand.
    var isVariable: Bool {
        guard let keyword = token.keyword, keyword.isReserved else { return true }
        let next = token(ahead: 1)
        switch next.kind {
        case .word:
            if keyword == .not || keyword == .case { return next.keyword == .as }
            return next.keyword?.canFollowExpression == true
        case .quotedWord, .number, .string, .parameter, .dollar, .leftParenthesis:
            return false
        case .leftBrace: return token(ahead: 2).kind == .dot
        case .minus, .plus, .leftBracket: return keyword != .not && keyword != .case
        default: return true
        }
    }

    /// Whether the current word begins `a.b.c(`.
    private var isCall: Bool {
        var index = position + 1
        while tokens[index].kind == .dot, token(at: index + 1).isName { index += 2 }
        return tokens[index].kind == .leftParenthesis
    }

    fileprivate mutating func functionCall() throws(SyntaxError) -> Expression {
        let start = start
        var call = FunctionCall(name: Name("", token.range), arguments: [], distinct: false)
        try callHead(&call)
        if !at(.rightParenthesis) {
            repeat {
                if !takeNormalForm(of: &call) { call.arguments.append(try expression()) }
            } while take(.comma)
        }
        try expect(.rightParenthesis, or: [.sign(.comma)])
        return Expression(.function(call), range(from: start))
    }

    private mutating func callHead(_ call: inout FunctionCall) throws(SyntaxError) {
        call.name = try dottedName("a function")
        try expect(.leftParenthesis)
        if at(.distinct), !isArgumentEnd(token(ahead: 1).kind) { call.distinct = take(.distinct) }
        if at(.all), token(ahead: 1).isName { advance() }
    }

    /// The second argument of `normalize(text, NFC)` is a word of its own.
    private mutating func takeNormalForm(of call: inout FunctionCall) -> Bool {
        guard let form = token.keyword, form.isNormalForm, call.arguments.count == 1,
            call.name.text.lowercased() == Keyword.normalize.rawValue
        else { return false }
        call.arguments.append(Expression(.string(form.spelling), token.range))
        advance()
        return true
    }

    private func isArgumentEnd(_ kind: Token.Kind) -> Bool {
        kind == .comma || kind == .rightParenthesis || kind == .dot
    }

    /// `trim(BOTH 'x' FROM text)` and its kin, as the functions that do the same.
    fileprivate mutating func trimWithSides() throws(SyntaxError) -> Expression {
        let start = start
        var name = takeName()
        advance()
        name.text = at(.both) ? "btrim" : at(.leading) ? "ltrim" : "rtrim"
        advance()
        let characters = at(.from) ? nil : try expression()
        try expect(.from)
        var arguments = [try expression()]
        if let characters { arguments.append(characters) }
        try expect(.rightParenthesis)
        let call = FunctionCall(name: name, arguments: arguments, distinct: false)
        return Expression(.function(call), range(from: start))
    }

    // MARK: Brackets and patterns

    fileprivate mutating func parenthesized() throws(SyntaxError) -> Expression {
        advance()
        let inner = try predicate()
        try expect(.rightParenthesis, or: [.thing("an operator")])
        return inner
    }

    fileprivate mutating func patternPredicate() throws(SyntaxError) -> Expression {
        let path = try expressionPath()
        return Expression(.patternPredicate(path), path.range)
    }

    /// `exists((a)-->(b))`
    fileprivate mutating func existsPattern() throws(SyntaxError) -> Expression {
        let start = start
        advance()
        advance()
        let path = try expressionPath()
        try expect(.rightParenthesis)
        let query = matchQuery(Pattern(paths: [path]), predicate: nil, path.range)
        return Expression(.subquery(.exists, query), range(from: start))
    }

    // MARK: Forms with variables of their own

    fileprivate mutating func quantifier() throws(SyntaxError) -> Expression {
        let start = start
        let kind: Quantifier =
            switch token.keyword {
            case .all: .all
            case .any: .any
            case .none?: .none
            default: .single
            }
        advance()
        advance()
        let variable = takeName()
        try expect(.in)
        let list = try expression()
        try expect(.where)
        let predicate = try predicate()
        try expect(.rightParenthesis, or: [.thing("an operator")])
        return Expression(
            .quantifier(kind, variable: variable, list: list, predicate: predicate),
            range(from: start))
    }

    fileprivate mutating func reduce() throws(SyntaxError) -> Expression {
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
        try expect(.rightParenthesis, or: [.thing("an operator")])
        return Expression(
            .reduce(
                accumulator: accumulator, initial: initial, variable: variable, list: list,
                step: step),
            range(from: start))
    }

    fileprivate mutating func shortestPath() throws(SyntaxError) -> Expression {
        let start = start
        let path = try shortestPathPattern(.expression)
        return Expression(.shortestPath(path), range(from: start))
    }

    fileprivate mutating func subquery() throws(SyntaxError) -> Expression {
        let start = start
        let kind: SubqueryKind = at(.exists) ? .exists : at(.count) ? .count : .collect
        advance()
        let query = try subqueryBody(kind)
        return Expression(.subquery(kind, query), range(from: start))
    }
}
