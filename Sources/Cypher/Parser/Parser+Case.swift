// CASE in all of its forms.

extension Parser {
    mutating func caseExpression() throws(SyntaxError) -> Expression {
        try enter()
        defer { leave() }
        let start = start
        advance()
        let subject = at(.when) && !isCaseOperandNamedWhen ? nil : try expression()
        var branches: [CaseBranch] = []
        var operators: [[BinaryOperator?]] = []
        while take(.when) {
            var conditions: [CaseCondition] = []
            var extended: [BinaryOperator?] = []
            repeat {
                let operation = subject == nil ? nil : takeExtendedOperator()
                extended.append(operation)
                if subject == nil {
                    conditions.append(.value(try predicate()))
                } else if operation != nil {
                    conditions.append(.value(try expression()))
                } else {
                    conditions.append(try caseCondition())
                }
            } while take(.comma)
            try expect(.then)
            branches.append(CaseBranch(conditions: conditions, result: try expression()))
            operators.append(extended)
        }
        guard !branches.isEmpty else { throw unexpected(.keyword(.when)) }
        let otherwise = take(.else) ? try expression() : nil
        guard take(.end) else {
            throw unexpected(.keyword(.when), .keyword(.else), .keyword(.end))
        }
        let range = range(from: start)
        if let subject, operators.contains(where: { $0.contains { $0 != nil } }) {
            return Self.searched(subject, branches, operators, otherwise, range)
        }
        return Expression(
            .caseWhen(subject: subject, branches: branches, otherwise: otherwise), range)
    }

    /// In `CASE when WHEN …` the first word is a variable.
    private var isCaseOperandNamedWhen: Bool { token(ahead: 1).keyword == .when }

    private mutating func caseCondition() throws(SyntaxError) -> CaseCondition {
        let comparison: ComparisonOperator? =
            switch token.kind {
            case .equal: .equal
            case .notEqual: .notEqual
            case .less: .less
            case .lessOrEqual: .lessOrEqual
            case .greater: .greater
            case .greaterOrEqual: .greaterOrEqual
            default: nil
            }
        if let comparison {
            advance()
            return .comparison(comparison, try expression())
        }
        if take(.doubleColon) { return .isType(try valueType(), negated: false) }
        let next = token(ahead: 1)
        if at(.is), next.kind == .doubleColon || next.keyword != nil {
            advance()
            let negated = take(.not)
            if take(.null) { return .isNull(negated: negated) }
            if take(.doubleColon) || take(.typed) {
                return .isType(try valueType(), negated: negated)
            }
            throw unexpected(.keyword(.null), .keyword(.typed), .sign(.doubleColon))
        }
        return .value(try expression())
    }

    /// `WHEN STARTS WITH 'a'` and its kin.
    private mutating func takeExtendedOperator() -> BinaryOperator? {
        if take(.starts, .with) { return .startsWith }
        if take(.ends, .with) { return .endsWith }
        if take(.matches) { return .matches }
        // A variable may be called so; then no operand follows.
        if at(.contains), !isVariable, take(.contains) { return .contains }
        if at(.in), token(ahead: 1).keyword != .then, !at(.comma), take(.in) { return .in }
        return nil
    }

    /// `CASE x WHEN STARTS WITH 'a' THEN …` has no tree of its own: it is
    /// `CASE WHEN x STARTS WITH 'a' THEN …`.
    private static func searched(
        _ subject: Expression, _ branches: [CaseBranch], _ operators: [[BinaryOperator?]],
        _ otherwise: Expression?, _ range: SourceRange
    ) -> Expression {
        var rewritten: [CaseBranch] = []
        for (branch, operators) in zip(branches, operators) {
            let conditions = zip(branch.conditions, operators).map {
                CaseCondition.value(predicate(subject, $0.0, $0.1))
            }
            rewritten.append(CaseBranch(conditions: conditions, result: branch.result))
        }
        return Expression(
            .caseWhen(subject: nil, branches: rewritten, otherwise: otherwise), range)
    }

    private static func predicate(
        _ subject: Expression, _ condition: CaseCondition, _ operation: BinaryOperator?
    ) -> Expression {
        let kind: Expression.Kind =
            switch condition {
            case .value(let value):
                if let operation {
                    .binary(operation, subject, value)
                } else {
                    .comparison([subject, value], [.equal])
                }
            case .comparison(let comparison, let value):
                .comparison([subject, value], [comparison])
            case .isNull(let negated): .isNull(subject, negated: negated)
            case .isType(let type, let negated): .isType(subject, type, negated: negated)
            }
        return Expression(kind, subject.range)
    }
}
