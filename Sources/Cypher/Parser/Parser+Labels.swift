// Label and type expressions.

extension Parser {
    /// What follows a colon or IS. `|` binds loosest, then `&` (or the old `:`), then `!`.
    mutating func labelExpression() throws(SyntaxError) -> LabelExpression {
        let first = try labelConjunction()
        guard at(.bar), position != projectionBar else { return first }
        var alternatives = [first]
        while at(.bar), position != projectionBar {
            advance()
            _ = take(.colon)
            alternatives.append(try labelConjunction())
        }
        return Self.balanced(alternatives[...], LabelExpression.or)
    }

    private mutating func labelConjunction() throws(SyntaxError) -> LabelExpression {
        let first = try labelTerm()
        guard at(.ampersand) || at(.colon) else { return first }
        var terms = [first]
        while at(.ampersand) || at(.colon) {
            advance()
            terms.append(try labelTerm())
        }
        return Self.balanced(terms[...], LabelExpression.and)
    }

    private mutating func labelTerm() throws(SyntaxError) -> LabelExpression {
        try enter()
        defer { leave() }
        switch token.kind {
        case .word, .quotedWord:
            return .name(takeName())
        case .exclamation:
            advance()
            return .not(try labelTerm())
        case .leftParenthesis:
            // Within brackets every `|` is an alternative.
            advance()
            let inner = try labelExpression()
            try expect(.rightParenthesis, or: [.sign(.bar), .sign(.ampersand)])
            return inner
        case .percent:
            let range = token.range
            advance()
            return .wildcard(range)
        case .dollar:
            advance()
            return try dynamicLabel()
        case .parameter
        where token(ahead: 1).kind == .leftParenthesis && text(of: token).lowercased() == "$all":
            advance()
            return try dynamicLabel()
        case .parameter
        where token(ahead: 1).kind == .leftParenthesis && text(of: token).lowercased() == "$any":
            advance()
            guard case .dynamic(let labels) = try dynamicLabel() else {
                preconditionFailure("a dynamic label is one")
            }
            return .dynamicAny(labels)
        default:
            throw unexpected(
                .thing("a label or type"), .sign(.exclamation), .sign(.percent), .thing("'$(…)'"))
        }
    }

    private mutating func dynamicLabel() throws(SyntaxError) -> LabelExpression {
        try expect(.leftParenthesis)
        let label = try expression()
        try expect(.rightParenthesis)
        return .dynamic(label)
    }

    /// Thousands of alternatives make a tree of few levels.
    private static func balanced(
        _ terms: ArraySlice<LabelExpression>,
        _ join: (LabelExpression, LabelExpression) -> LabelExpression
    ) -> LabelExpression {
        if terms.count == 1 { return terms[terms.startIndex] }
        let middle = terms.startIndex + (terms.count + 1) / 2
        return join(balanced(terms[..<middle], join), balanced(terms[middle...], join))
    }
}
