// Operators by precedence climbing. From loose to tight: OR, XOR, AND, NOT, comparisons,
// predicates (IN, STARTS WITH, =~, IS …), addition, multiplication, power, signs; then what
// stands behind an operand: properties, subscripts, labels.

/// How tightly an operator binds.
enum Precedence: Int, Comparable {
    case or = 1
    case xor, and, not, comparison, predicate, additive, multiplicative, power, sign, label
    case postfix, primary

    var tighter: Precedence { Precedence(rawValue: rawValue + 1) ?? .primary }

    static func < (left: Precedence, right: Precedence) -> Bool { left.rawValue < right.rawValue }
}

extension BinaryOperator {
    var precedence: Precedence {
        switch self {
        case .or: .or
        case .xor: .xor
        case .and: .and
        case .in, .startsWith, .endsWith, .contains, .matches: .predicate
        case .add, .subtract, .concatenate: .additive
        case .multiply, .divide, .modulo: .multiplicative
        case .power: .power
        }
    }

    /// Whether it combines truth values, in any grouping alike.
    var isLogical: Bool { self == .or || self == .xor || self == .and }
}

private enum Infix {
    case logical(BinaryOperator)
    case binary(BinaryOperator)
    case comparison(ComparisonOperator)
    case `is`

    var precedence: Precedence {
        switch self {
        case .logical(let operation), .binary(let operation): operation.precedence
        case .comparison: .comparison
        case .is: .predicate
        }
    }
}

extension Parser {
    /// An expression that yields a value: any but a bare pattern, which only tells true or false.
    mutating func expression() throws(SyntaxError) -> Expression {
        let expression = try operators(.or)
        try requireValue(expression)
        return expression
    }

    /// An expression where a truth value is wanted, a bare pattern included.
    mutating func predicate() throws(SyntaxError) -> Expression {
        try operators(.or)
    }

    /// A pattern stands for "is there such a path" only where a truth value is wanted.
    func requireValue(_ expression: Expression) throws(SyntaxError) {
        guard case .patternPredicate = expression.kind else { return }
        throw SyntaxError(
            .unexpectedSyntax,
            "A pattern cannot be a value: use it as a predicate, in EXISTS { … } or in a pattern "
                + "comprehension", expression.range)
    }

    /// Operators of `minimum` precedence or tighter, and their operands.
    private mutating func operators(_ minimum: Precedence) throws(SyntaxError) -> Expression {
        try enter()
        let outerHeight = height
        height = 0
        let start = start
        var expression = try operand()
        if isPostfix { expression = try postfix(expression, from: start) }
        if infix(minimum) != nil { try extend(&expression, minimum, from: start) }
        height = max(outerHeight, height + 1)
        leave()
        return expression
    }

    /// Makes `left` the left operand of the operators behind it.
    private mutating func extend(
        _ left: inout Expression, _ minimum: Precedence, from start: Int
    ) throws(SyntaxError) {
        while let infix = infix(minimum) {
            switch infix {
            case .logical(let operation): left = try logicalChain(left, operation, from: start)
            case .binary(let operation): left = try binary(left, operation, from: start)
            case .comparison: left = try comparisonChain(left, from: start)
            case .is: left = try isPredicate(left, from: start)
            }
            try checkHeight(from: start)
        }
    }

    private func checkHeight(from start: Int) throws(SyntaxError) {
        guard height > Self.maximumHeight else { return }
        throw SyntaxError(
            .unexpectedSyntax,
            "The expression's tree has more than \(Self.maximumHeight) levels",
            range(from: start))
    }

    /// The operator at the current token, without taking it, if it binds tightly enough.
    private func infix(_ minimum: Precedence) -> Infix? {
        guard let infix = infix(), infix.precedence >= minimum else { return nil }
        return infix
    }

    /// The operator at the current token, without taking it.
    private func infix() -> Infix? {
        let token = token
        switch token.kind {
        case .word: break
        case .plus: return .binary(.add)
        case .minus: return .binary(.subtract)
        case .star: return .binary(.multiply)
        case .slash: return .binary(.divide)
        case .percent: return .binary(.modulo)
        case .caret: return .binary(.power)
        case .doubleBar: return .binary(.concatenate)
        case .matches: return .binary(.matches)
        case .equal: return .comparison(.equal)
        case .notEqual: return .comparison(.notEqual)
        case .less: return .comparison(.less)
        case .lessOrEqual: return .comparison(.lessOrEqual)
        case .greater: return .comparison(.greater)
        case .greaterOrEqual: return .comparison(.greaterOrEqual)
        case .doubleColon: return .is
        default: return nil
        }
        switch token.keyword {
        case .or: return .logical(.or)
        case .xor: return .logical(.xor)
        case .and: return .logical(.and)
        case .in: return .binary(.in)
        case .contains: return .binary(.contains)
        case .starts where self.token(ahead: 1).keyword == .with: return .binary(.startsWith)
        case .ends where self.token(ahead: 1).keyword == .with: return .binary(.endsWith)
        case .is: return .is
        default: return nil
        }
    }

    private mutating func binary(
        _ left: Expression, _ operation: BinaryOperator, from start: Int
    ) throws(SyntaxError) -> Expression {
        try requireValue(left)
        advance()
        if operation == .startsWith || operation == .endsWith { advance() }
        let right = try operators(operation.precedence.tighter)
        try requireValue(right)
        height += 1
        return Expression(.binary(operation, left, right), range(from: start))
    }

    /// All of `a AND b AND …`, brackets between them or not, as one balanced tree: generated
    /// queries join thousands, and no walk over the tree should need that many levels of stack.
    private mutating func logicalChain(
        _ first: Expression, _ operation: BinaryOperator, from start: Int
    ) throws(SyntaxError) -> Expression {
        var operands: [Expression] = []
        Self.flatten(first, operation, into: &operands)
        while case .logical(let next)? = infix(), next == operation {
            advance()
            Self.flatten(try operators(operation.precedence.tighter), operation, into: &operands)
        }
        height += Int.bitWidth - (operands.count - 1).leadingZeroBitCount
        var tree = Self.balanced(operands[...], operation)
        tree.range = range(from: start)
        return tree
    }

    /// `left AND right`, in the shape that the parser gives it.
    static func conjunction(_ left: Expression, _ right: Expression) -> Expression {
        var operands: [Expression] = []
        flatten(left, .and, into: &operands)
        flatten(right, .and, into: &operands)
        return balanced(operands[...], .and)
    }

    private static func flatten(
        _ expression: Expression, _ operation: BinaryOperator, into operands: inout [Expression]
    ) {
        if case .binary(operation, let left, let right) = expression.kind {
            flatten(left, operation, into: &operands)
            flatten(right, operation, into: &operands)
        } else {
            operands.append(expression)
        }
    }

    private static func balanced(
        _ operands: ArraySlice<Expression>, _ operation: BinaryOperator
    ) -> Expression {
        if operands.count == 1 { return operands[operands.startIndex] }
        let middle = operands.startIndex + (operands.count + 1) / 2
        let left = balanced(operands[..<middle], operation)
        let right = balanced(operands[middle...], operation)
        let range = SourceRange(start: left.range.start, end: right.range.end)
        return Expression(.binary(operation, left, right), range)
    }

    private mutating func comparisonChain(
        _ first: Expression, from start: Int
    ) throws(SyntaxError) -> Expression {
        var operands = [first]
        var comparisons: [ComparisonOperator] = []
        try requireValue(first)
        while case .comparison(let comparison)? = infix() {
            advance()
            let operand = try operators(.predicate)
            try requireValue(operand)
            operands.append(operand)
            comparisons.append(comparison)
        }
        height += 1
        return Expression(.comparison(operands, comparisons), range(from: start))
    }

    /// What may follow `IS`, and `::` without it.
    private mutating func isPredicate(
        _ subject: Expression, from start: Int
    ) throws(SyntaxError) -> Expression {
        try requireValue(subject)
        height += 1
        if take(.doubleColon) {
            let type = try valueType()
            return Expression(.isType(subject, type, negated: false), range(from: start))
        }
        try expect(.is)
        let negated = take(.not)
        if take(.null) {
            return Expression(.isNull(subject, negated: negated), range(from: start))
        }
        if take(.doubleColon) || take(.typed) {
            let type = try valueType()
            return Expression(.isType(subject, type, negated: negated), range(from: start))
        }
        if let form = takeNormalForm() {
            height += 1
            let name = Name("isNormalized", range(from: start))
            let arguments = [subject, Expression(.string(form), range(from: start))]
            let call = FunctionCall(name: name, arguments: arguments, distinct: false)
            let check = Expression(.function(call), range(from: start))
            return negated ? Expression(.unary(.not, check), range(from: start)) : check
        }
        guard !negated, token.kind != .endOfText else {
            throw unexpected(
                .keyword(.null), .keyword(.typed), .keyword(.normalized), .sign(.doubleColon))
        }
        _ = take(.colon)
        let labels = try labelExpression()
        return Expression(.hasLabels(subject, labels), range(from: start))
    }

    /// `[NFC|NFD|NFKC|NFKD] NORMALIZED`
    private mutating func takeNormalForm() -> String? {
        if take(.normalized) { return Keyword.nfc.spelling }
        guard let keyword = token.keyword, keyword.isNormalForm,
            token(ahead: 1).keyword == .normalized
        else { return nil }
        advance()
        advance()
        return keyword.spelling
    }

    // MARK: Around one operand

    /// `NOT a = b`, behind which everything down to comparisons belongs to it.
    mutating func negation() throws(SyntaxError) -> Expression {
        let start = start
        advance()
        let operand = try operators(.comparison)
        return Expression(.unary(.not, operand), range(from: start))
    }

    /// `-a` or `+a`
    mutating func signed() throws(SyntaxError) -> Expression {
        let start = start
        let operation: UnaryOperator = at(.minus) ? .minus : .plus
        advance()
        let operand = try operators(.sign)
        try requireValue(operand)
        height += 1
        return Expression(.unary(operation, operand), range(from: start))
    }

    private var isPostfix: Bool { at(.dot) || at(.leftBracket) || at(.colon) }

    /// `.key`, `[index]`, `[from..to]` and `:Label` behind an operand.
    private mutating func postfix(
        _ base: Expression, from start: Int, labels: Bool = true
    ) throws(SyntaxError) -> Expression {
        try requireValue(base)
        var base = base
        while isPostfix {
            height += 1
            try checkHeight(from: start)
            if at(.colon) {
                return labels ? try labelled(base, from: start) : base
            }
            base =
                at(.dot) ? try property(of: base, from: start) : try subscripted(base, from: start)
        }
        return base
    }

    private mutating func property(
        of base: Expression, from start: Int
    ) throws(SyntaxError) -> Expression {
        advance()
        let key = try name("a property key")
        return Expression(.property(base, key), range(from: start))
    }

    private mutating func labelled(
        _ base: Expression, from start: Int
    ) throws(SyntaxError) -> Expression {
        advance()
        let labels = try labelExpression()
        return Expression(.hasLabels(base, labels), range(from: start))
    }

    private mutating func subscripted(
        _ base: Expression, from start: Int
    ) throws(SyntaxError) -> Expression {
        try enter()
        defer { leave() }
        advance()
        var from: Expression?
        if !at(.dots) {
            from = try expression()
            if let index = from, take(.rightBracket) {
                return Expression(.element(base, index: index), range(from: start))
            }
        }
        try expect(.dots, or: [.sign(.rightBracket)])
        let to = at(.rightBracket) ? nil : try expression()
        try expect(.rightBracket)
        return Expression(.slice(base, from: from, to: to), range(from: start))
    }

    /// What SET and REMOVE change: an operand with properties and subscripts, but no labels,
    /// which these clauses read in their own way.
    mutating func target() throws(SyntaxError) -> Expression {
        let (start, outerHeight) = (start, height)
        height = 0
        let operand = try operand()
        let target = try postfix(operand, from: start, labels: false)
        height = max(outerHeight, height + 1)
        return target
    }
}

extension Keyword {
    var isNormalForm: Bool { self == .nfc || self == .nfd || self == .nfkc || self == .nfkd }
}
