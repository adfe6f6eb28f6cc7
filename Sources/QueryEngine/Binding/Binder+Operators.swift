import Cypher
import Values

/// Operators, and what can be said of their operands' types beforehand.
extension Binder {
    func bindUnary(_ symbol: UnaryOperator, _ operand: Expression, asPredicate: Bool)
        throws(QueryError) -> Bound
    {
        switch symbol {
        case .not:
            let bound = try bind(operand, asPredicate: asPredicate)
            try requireBoolean(bound.type, at: operand.range)
            return Bound(.not(bound.expression), .boolean)
        case .plus:
            let bound = try bind(operand)
            try requireNumeric(bound.type, at: operand.range)
            return bound
        case .minus:
            let bound = try bind(operand)
            if case .constant(.integer(let value)) = bound.expression, value != .min {
                return Bound(.constant(.integer(-value)), .integer)
            }
            if case .constant(.float(let value)) = bound.expression {
                return Bound(.constant(.float(-value)), .float)
            }
            try requireNumeric(bound.type, at: operand.range)
            return Bound(.negate(bound.expression), bound.type)
        }
    }

    func bindBinary(
        _ symbol: BinaryOperator, _ left: Expression, _ right: Expression, asPredicate: Bool
    ) throws(QueryError) -> Bound {
        switch symbol {
        case .and, .or, .xor:
            return try bindLogical(symbol, left, right, asPredicate: asPredicate)
        case .add: return try bindArithmetic(.add, left, right)
        case .subtract: return try bindArithmetic(.subtract, left, right)
        case .multiply: return try bindArithmetic(.multiply, left, right)
        case .divide: return try bindArithmetic(.divide, left, right)
        case .modulo: return try bindArithmetic(.modulo, left, right)
        case .power: return try bindArithmetic(.power, left, right)
        case .concatenate: return try bindArithmetic(.concatenate, left, right)
        case .in:
            let item = try bind(left)
            let list = try bind(right)
            try requireList(list.type, in: "IN", at: right.range)
            return Bound(.inList(item.expression, list: list.expression), .boolean)
        case .startsWith: return try bindMatch(.startsWith, left, right)
        case .endsWith: return try bindMatch(.endsWith, left, right)
        case .contains: return try bindMatch(.contains, left, right)
        case .matches: return try bindMatch(.matches, left, right)
        }
    }

    private func bindMatch(_ match: StringMatch, _ left: Expression, _ right: Expression)
        throws(QueryError) -> Bound
    {
        let text = try bind(left)
        let pattern = try bind(right)
        return Bound(.stringMatch(match, text.expression, pattern.expression), .boolean)
    }

    /// Long chains lean to the left: they are walked in a loop, not by recursion.
    private func bindLogical(
        _ symbol: BinaryOperator, _ left: Expression, _ right: Expression, asPredicate: Bool
    ) throws(QueryError) -> Bound {
        var operands = [right]
        var rest = left
        while case .binary(symbol, let first, let second) = rest.kind {
            operands.append(second)
            rest = first
        }
        operands.append(rest)
        operands.reverse()
        var bound: [BoundExpression] = []
        bound.reserveCapacity(operands.count)
        for operand in operands {
            let next = try bind(operand, asPredicate: asPredicate)
            try requireBoolean(next.type, at: operand.range)
            bound.append(next.expression)
        }
        switch symbol {
        case .and: return Bound(.and(flattened(bound)), .boolean)
        case .or: return Bound(.or(bound), .boolean)
        default:
            return Bound(bound.dropFirst().reduce(bound[0]) { .xor($0, $1) }, .boolean)
        }
    }

    private func flattened(_ operands: [BoundExpression]) -> [BoundExpression] {
        if !operands.contains(where: \.isConjunction) { return operands }
        var result: [BoundExpression] = []
        for operand in operands {
            if case .and(let inner) = operand { result += inner } else { result.append(operand) }
        }
        return result
    }

    private func bindArithmetic(
        _ symbol: ArithmeticOperator, _ left: Expression, _ right: Expression
    ) throws(QueryError) -> Bound {
        // `a + b + c + …` is walked in a loop for the same reason.
        var chain: [(ArithmeticOperator, Expression)] = [(symbol, right)]
        var first = left
        while case .binary(let next, let inner, let operand) = first.kind,
            let arithmetic = ArithmeticOperator(next), grouping == nil
        {
            chain.append((arithmetic, operand))
            first = inner
        }
        var result = try bind(first)
        var range = first.range
        for (symbol, operand) in chain.reversed() {
            let bound = try bind(operand)
            let type = try resultType(symbol, result.type, range, bound.type, operand.range)
            result = Bound(.arithmetic(symbol, result.expression, bound.expression), type)
            range.end = operand.range.end
        }
        return result
    }

    private func resultType(
        _ symbol: ArithmeticOperator, _ left: StaticType, _ leftRange: SourceRange,
        _ right: StaticType, _ rightRange: SourceRange
    ) throws(QueryError) -> StaticType {
        if left.isList || right.isList, symbol == .add || symbol == .concatenate {
            return .anyList
        }
        if symbol == .add || symbol == .concatenate {
            for (type, range) in [(left, leftRange), (right, rightRange)] {
                if [.boolean, .map, .node, .relationship, .path].contains(type), !left.isOpen,
                    !right.isOpen
                {
                    throw typeMismatch("a number, string, list or duration", type, at: range)
                }
            }
            if left == .string || right == .string { return .string }
        } else {
            for (type, range) in [(left, leftRange), (right, rightRange)] {
                switch type {
                case .boolean, .string, .map, .node, .relationship, .path, .list, .point:
                    throw typeMismatch("a number", type, at: range)
                default: break
                }
            }
        }
        if left.isOpen || right.isOpen { return .any }
        if left == .integer, right == .integer { return symbol == .power ? .float : .integer }
        if left.isNumeric, right.isNumeric {
            return left == .float || right == .float || symbol == .power ? .float : .number
        }
        return .any
    }

    /// `a < b <= c` means `a < b AND b <= c`, with b computed once; a property is as well read
    /// twice, so that both comparisons may become bounds of a seek.
    func bindComparison(_ operands: [Expression], _ symbols: [ComparisonOperator])
        throws(QueryError) -> Bound
    {
        var bound: [BoundExpression] = []
        for operand in operands { bound.append(try bind(operand).expression) }
        if symbols.count == 1 {
            return Bound(.comparison(symbols[0], bound[0], bound[1]), .boolean)
        }
        var shared: [(Slot, BoundExpression)] = []
        for place in 1..<bound.count - 1 {
            switch bound[place] {
            case .slot, .constant, .parameter, .property(.slot, _): break
            default:
                let slot = context.makeTemporary()
                shared.append((slot, bound[place]))
                bound[place] = .slot(slot)
            }
        }
        var tests: [BoundExpression] = []
        for (place, symbol) in symbols.enumerated() {
            tests.append(.comparison(symbol, bound[place], bound[place + 1]))
        }
        var result = BoundExpression.and(tests)
        for (slot, value) in shared.reversed() { result = .letIn(slot, value: value, body: result) }
        return Bound(result, .boolean)
    }

    // MARK: Local variables

    func bindComprehension(
        _ variable: Name, _ list: Expression, _ predicate: Expression?, _ projection: Expression?
    ) throws(QueryError) -> Bound {
        let source = try bind(list)
        try requireList(source.type, in: "a list comprehension", at: list.range)
        let item = declare(variable.text, type: source.type.element)
        defer { scope.removeLast() }
        let aggregation = self.aggregation
        if aggregation == .allowed { self.aggregation = .forbidden }
        defer { self.aggregation = aggregation }
        var condition: BoundExpression?
        if let predicate { condition = try bindPredicate(predicate) }
        let value = try bindOptional(projection)
        return Bound(
            .comprehension(
                source.expression, item: item, predicate: condition,
                projection: value?.expression),
            .list(value?.type ?? source.type.element))
    }

    func bindQuantifier(
        _ quantifier: Quantifier, _ variable: Name, _ list: Expression, _ predicate: Expression
    ) throws(QueryError) -> Bound {
        let source = try bind(list)
        try requireList(source.type, in: "\(quantifier.rawValue)()", at: list.range)
        let item = declare(variable.text, type: source.type.element)
        defer { scope.removeLast() }
        let aggregation = self.aggregation
        if aggregation == .allowed { self.aggregation = .forbidden }
        defer { self.aggregation = aggregation }
        let condition = try bindPredicate(predicate)
        return Bound(
            .quantifier(quantifier, source.expression, item: item, predicate: condition), .boolean)
    }

    func bindReduce(
        _ accumulator: Name, _ initial: Expression, _ variable: Name, _ list: Expression,
        _ step: Expression
    ) throws(QueryError) -> Bound {
        let start = try bind(initial)
        let source = try bind(list)
        try requireList(source.type, in: "reduce()", at: list.range)
        let total = declare(accumulator.text, type: .any)
        let item = declare(variable.text, type: source.type.element)
        defer { scope.removeLast(2) }
        let aggregation = self.aggregation
        if aggregation == .allowed { self.aggregation = .forbidden }
        defer { self.aggregation = aggregation }
        let next = try bind(step)
        return Bound(
            .reduce(
                accumulator: total, initial: start.expression, item: item,
                list: source.expression, step: next.expression))
    }

    // MARK: Checks

    func requireBoolean(_ type: StaticType, at range: SourceRange) throws(QueryError) {
        if !type.mayBe(.boolean) { throw typeMismatch("Boolean", type, at: range) }
    }

    func requireNumeric(_ type: StaticType, at range: SourceRange) throws(QueryError) {
        if !type.mayBe(.number), type != .duration {
            throw typeMismatch("a number", type, at: range)
        }
    }

    func requireList(_ type: StaticType, in place: String, at range: SourceRange)
        throws(QueryError)
    {
        if !type.mayBe(.anyList) { throw typeMismatch("a list in \(place)", type, at: range) }
    }

    func typeMismatch(_ expected: String, _ found: StaticType, at range: SourceRange)
        -> QueryError
    {
        .syntax(
            "InvalidArgumentType",
            "Type mismatch: expected \(expected), but this is \(found.description).", at: range)
    }
}

extension ArithmeticOperator {
    init?(_ symbol: BinaryOperator) {
        switch symbol {
        case .add: self = .add
        case .subtract: self = .subtract
        case .multiply: self = .multiply
        case .divide: self = .divide
        case .modulo: self = .modulo
        case .power: self = .power
        case .concatenate: self = .concatenate
        default: return nil
        }
    }
}
