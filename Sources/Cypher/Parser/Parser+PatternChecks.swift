// Whether an expression's bracket begins a pattern, and what CREATE and MERGE cannot make.

extension Parser {
    /// Whether the tokens from `index` on are a path of one relationship at least, judged by its
    /// first node, relationship and the bracket behind them. Constant time but for the node's
    /// first words: brackets are stepped over.
    ///
    /// `(a)--(b)` is a path, `(a)-(b)` a difference, and `(a) - -(b)` one too: within an
    /// expression the two dashes must touch.
    func isPattern(at index: Int) -> Bool {
        let open = token(at: index)
        guard open.kind == .leftParenthesis, open.partner > 0 else { return false }
        let close = Int(open.partner)
        guard isNode(from: index + 1, to: close) else { return false }
        var next = close + 1
        if token(at: next).kind == .less, touches(next) { next += 1 }
        guard token(at: next).kind == .minus else { return false }
        let middle = token(at: next + 1)
        if middle.kind == .leftBracket, middle.partner > 0 {
            next = Int(middle.partner) + 1
            guard token(at: next).kind == .minus else { return false }
        } else if middle.kind == .minus, touches(next) {
            next += 1
        } else {
            return false
        }
        next += 1
        if token(at: next).kind == .greater { next += 1 }
        switch token(at: next).kind {
        case .plus, .star: next += 1
        case .leftBrace: next = max(next, Int(token(at: next).partner)) + 1
        default: break
        }
        return token(at: next).kind == .leftParenthesis
    }

    /// Whether what stands between two brackets can be a node pattern.
    private func isNode(from index: Int, to close: Int) -> Bool {
        if index == close { return true }
        let first = token(at: index)
        switch first.kind {
        case .colon, .leftBrace:
            return true
        case .word, .quotedWord:
            if index + 1 == close { return true }
            if first.keyword == .where || first.keyword == .is { return true }
            let second = token(at: index + 1)
            return second.kind == .colon || second.kind == .leftBrace
                || second.kind == .parameter || second.keyword == .where
                || second.keyword == .is
        default:
            return false
        }
    }

    /// A new node has labels that are all named.
    func requireWritable(_ labels: LabelExpression, _ range: SourceRange) throws(SyntaxError) {
        guard labels.isConjunction else {
            throw SyntaxError(
                .unexpectedSyntax, "What is created or set has plain labels, as in :A:B or :A&B",
                range)
        }
    }

    /// A new relationship has one type and one hop and, from CREATE, a direction.
    func requireWritable(
        _ pattern: RelationshipPattern, _ context: PatternContext
    ) throws(SyntaxError) {
        guard pattern.length == nil else {
            throw SyntaxError(
                .creatingVarLength, "A relationship of variable length cannot be created",
                pattern.range)
        }
        switch pattern.types {
        case .name?, .dynamic?: break
        // It may be bound already, which the binder says first: only it knows.
        case nil where pattern.variable != nil: break
        default:
            throw SyntaxError(
                .noSingleRelationshipType,
                "A relationship to create has exactly one type, as in -[:TYPE]->", pattern.range)
        }
        guard context == .merge || pattern.direction != .either else {
            throw SyntaxError(
                .requiresDirectedRelationship,
                "A relationship to create has a direction, as in -[:TYPE]->", pattern.range)
        }
    }
}

extension LabelExpression {
    /// Whether it only names labels that all hold.
    var isConjunction: Bool {
        switch self {
        case .name, .dynamic: true
        case .and(let left, let right): left.isConjunction && right.isConjunction
        case .or, .not, .wildcard, .dynamicAny: false
        }
    }
}
