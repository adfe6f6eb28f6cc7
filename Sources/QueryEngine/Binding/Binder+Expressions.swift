import Cypher
import Values

/// Expressions, kind by kind. Operators, functions, patterns and subqueries have their own files.
extension Binder {
    /// `asPredicate`: a pattern may stand here in place of a truth value.
    func bind(_ expression: Expression, asPredicate: Bool = false) throws(QueryError) -> Bound {
        context.depth += 1
        defer { context.depth -= 1 }
        if context.depth > BindingContext.maximumDepth { throw tooDeep(expression.range) }
        if let known = grouping?.column(for: expression, in: scope) { return known }
        switch expression.kind {
        case .null: return Bound(.constant(.null), .null)
        case .boolean(let value): return Bound(.constant(.boolean(value)), .boolean)
        case .integer(let value): return Bound(.constant(.integer(value)), .integer)
        case .float(let value): return Bound(.constant(.float(value)), .float)
        case .string(let value): return Bound(.constant(.string(value)), .string)
        case .parameter(let name): return Bound(.parameter(name))
        case .variable(let name): return try bindVariable(name, at: expression.range)
        case .list(let items): return try bindList(items)
        case .map(let entries): return try bindMap(entries)
        case .property(let base, let key): return try bindProperty(base, key)
        case .element(let base, let index):
            let list = try bind(base)
            let place = try bind(index)
            return Bound(.element(list.expression, place.expression), list.type.element)
        case .slice(let base, let from, let to):
            let list = try bind(base)
            let lower = try bindOptional(from)
            let upper = try bindOptional(to)
            return Bound(
                .slice(list.expression, from: lower?.expression, to: upper?.expression),
                list.type.isList ? list.type : .any)
        case .unary(let symbol, let operand):
            return try bindUnary(symbol, operand, asPredicate: asPredicate)
        case .binary(let symbol, let left, let right):
            return try bindBinary(symbol, left, right, asPredicate: asPredicate)
        case .comparison(let operands, let symbols):
            return try bindComparison(operands, symbols)
        case .isNull(let operand, let negated):
            let test = BoundExpression.isNull(try bind(operand).expression)
            return Bound(negated ? .not(test) : test, .boolean)
        case .isType(let operand, let type, let negated):
            let test = BoundExpression.isType(try bind(operand).expression, type)
            return Bound(negated ? .not(test) : test, .boolean)
        case .hasLabels(let operand, let labels):
            return try bindHasLabels(operand, labels)
        case .function(let call): return try bindFunction(call, expression)
        case .countStar:
            return try bindAggregate(.countStar, [], distinct: false, expression)
        case .caseWhen(let subject, let branches, let otherwise):
            return try bindCase(subject, branches, otherwise)
        case .listComprehension(let variable, let list, let predicate, let projection):
            return try bindComprehension(variable, list, predicate, projection)
        case .quantifier(let quantifier, let variable, let list, let predicate):
            return try bindQuantifier(quantifier, variable, list, predicate)
        case .reduce(let accumulator, let initial, let variable, let list, let step):
            return try bindReduce(accumulator, initial, variable, list, step)
        case .patternPredicate(let pattern):
            if !asPredicate {
                throw .syntax(
                    "UnexpectedSyntax",
                    "A pattern can only be tested for existence here; use a pattern comprehension "
                        + "or COUNT { … } to look at what it finds.", at: pattern.range)
            }
            return try bindPatternPredicate(pattern)
        case .patternComprehension(let path, let pattern, let predicate, let projection):
            return try bindPatternComprehension(path, pattern, predicate, projection)
        case .subquery(let kind, let query): return try bindSubquery(kind, query)
        case .shortestPath(let pattern): return try bindShortestPathExpression(pattern)
        case .mapProjection(let variable, let items):
            return try bindMapProjection(variable, items, expression.range)
        }
    }

    /// A condition, with its operands type-checked as truth values.
    func bindPredicate(_ expression: Expression) throws(QueryError) -> BoundExpression {
        let bound = try bind(expression, asPredicate: true)
        try requireBoolean(bound.type, at: expression.range)
        return bound.expression
    }

    func bindVariable(_ name: String, at range: SourceRange) throws(QueryError) -> Bound {
        if let grouping, !grouping.isLocal(name, in: scope) {
            if let column = grouping.column(named: name) { return column }
            throw grouping.error(name, at: range, binder: self)
        }
        guard let variable = scope[name] else { throw undefined(name, at: range) }
        return Bound(variable.expression, variable.type)
    }

    private func bindList(_ items: [Expression]) throws(QueryError) -> Bound {
        var bound: [BoundExpression] = []
        bound.reserveCapacity(items.count)
        var element = StaticType.null
        for item in items {
            let next = try bind(item)
            bound.append(next.expression)
            element = element.joined(with: next.type)
        }
        let type = StaticType.list(items.isEmpty ? .any : element)
        if let values = constants(bound) { return Bound(.constant(.list(values)), type) }
        return Bound(.list(bound), type)
    }

    private func bindMap(_ entries: [MapEntry]) throws(QueryError) -> Bound {
        var bound: [(key: String, value: BoundExpression)] = []
        for entry in entries {
            bound.append((entry.key.text, try bind(entry.value).expression))
        }
        if let values = constants(bound.map(\.value)) {
            return Bound(.constant(.map(ValueMap(zip(bound.map(\.key), values)))), .map)
        }
        return Bound(.map(bound), .map)
    }

    private func constants(_ expressions: [BoundExpression]) -> [Value]? {
        var values: [Value] = []
        for expression in expressions {
            guard case .constant(let value) = expression else { return nil }
            values.append(value)
        }
        return values
    }

    private func bindProperty(_ base: Expression, _ key: Name) throws(QueryError) -> Bound {
        let bound = try bind(base)
        if bound.type == .path {
            throw typeMismatch(
                "a node, relationship, map, point or temporal value", bound.type, at: base.range)
        }
        if bound.type == .node || bound.type == .relationship { noteKey(key) }
        return Bound(.property(bound.expression, key.text))
    }

    private func bindHasLabels(_ operand: Expression, _ labels: LabelExpression)
        throws(QueryError) -> Bound
    {
        let bound = try bind(operand)
        if !bound.type.mayBe(.node), !bound.type.mayBe(.relationship) {
            throw typeMismatch("a node or a relationship", bound.type, at: operand.range)
        }
        let isType = bound.type == .relationship
        return Bound(
            .hasLabels(bound.expression, try bind(labels, areTypes: isType)), .boolean)
    }

    /// A label or type expression.
    func bind(_ labels: LabelExpression, areTypes: Bool) throws(QueryError) -> BoundLabels {
        switch labels {
        case .name(let name):
            if areTypes { noteType(name) } else { noteLabel(name) }
            return .name(name.text)
        case .and(let left, let right):
            return .and(
                try bind(left, areTypes: areTypes), try bind(right, areTypes: areTypes))
        case .or(let left, let right):
            return .or(try bind(left, areTypes: areTypes), try bind(right, areTypes: areTypes))
        case .not(let inner): return .not(try bind(inner, areTypes: areTypes))
        case .wildcard: return .wildcard
        case .dynamic(let expression): return .dynamic(try bind(expression).expression)
        case .dynamicAny(let expression): return .dynamicAny(try bind(expression).expression)
        }
    }

    private func bindCase(
        _ subject: Expression?, _ branches: [CaseBranch], _ otherwise: Expression?
    ) throws(QueryError) -> Bound {
        var bound: [(condition: BoundExpression, result: BoundExpression)] = []
        var type = StaticType.null
        // Open conditions (`WHEN > 5`) turn the subject form into the predicate form.
        var isOpen = false
        for branch in branches {
            for condition in branch.conditions {
                if case .value = condition { continue }
                isOpen = true
            }
        }
        let value = try bindOptional(subject)
        let shared = value != nil && isOpen ? context.makeTemporary() : nil
        for branch in branches {
            let result = try bind(branch.result)
            type = type.joined(with: result.type)
            for condition in branch.conditions {
                let test = try bind(condition, subject: shared, hasSubject: value != nil)
                bound.append((test, result.expression))
            }
        }
        let rest = try bindOptional(otherwise)
        if let rest { type = type.joined(with: rest.type) }
        let expression = BoundExpression.caseWhen(
            subject: shared == nil ? value?.expression : nil, branches: bound,
            otherwise: rest?.expression)
        if let shared, let value {
            return Bound(.letIn(shared, value: value.expression, body: expression), type)
        }
        return Bound(expression, type)
    }

    private func bind(_ condition: CaseCondition, subject: Slot?, hasSubject: Bool)
        throws(QueryError) -> BoundExpression
    {
        let value = subject.map { BoundExpression.slot($0) } ?? .constant(.null)
        switch condition {
        case .value(let expression):
            if !hasSubject { return try bindPredicate(expression) }
            let bound = try bind(expression).expression
            return subject == nil ? bound : .comparison(.equal, value, bound)
        case .comparison(let symbol, let expression):
            return .comparison(symbol, value, try bind(expression).expression)
        case .isNull(let negated):
            return negated ? .not(.isNull(value)) : .isNull(value)
        case .isType(let type, let negated):
            return negated ? .not(.isType(value, type)) : .isType(value, type)
        }
    }

    /// `n { .name, .*, key: expression, variable }`; null where the variable is null.
    private func bindMapProjection(
        _ name: Name, _ items: [MapProjectionItem], _ range: SourceRange
    ) throws(QueryError) -> Bound {
        let base = try bindVariable(name.text, at: name.range)
        if !base.type.mayBe(.node), !base.type.mayBe(.relationship), !base.type.mayBe(.map) {
            throw typeMismatch("a node, relationship or map", base.type, at: name.range)
        }
        var maps: [BoundExpression] = []
        var entries: [(key: String, value: BoundExpression)] = []
        for item in items {
            switch item {
            case .property(let key):
                entries.append((key.text, .property(base.expression, key.text)))
            case .entry(let key, let value):
                entries.append((key.text, try bind(value).expression))
            case .variable(let variable):
                let value = try bindVariable(variable.text, at: variable.range)
                entries.append((variable.text, value.expression))
            case .allProperties:
                if !entries.isEmpty { maps.append(.map(entries)) }
                entries = []
                maps.append(.graph(.properties, [base.expression]))
            }
        }
        if !entries.isEmpty || maps.isEmpty { maps.append(.map(entries)) }
        let whole =
            maps.count == 1
            ? maps[0]
            : .scalar(
                ScalarCall(name: Binder.mergeMapsFunction, arguments: maps, range: range))
        return Bound(
            .caseWhen(
                subject: nil,
                branches: [(condition: .isNull(base.expression), result: .constant(.null))],
                otherwise: whole), .map)
    }

    /// The scalar function behind `n { .*, … }`: one map of several, later keys win.
    static let mergeMapsFunction = "map.merge"
}
