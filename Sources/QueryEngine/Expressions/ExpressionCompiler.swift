import Cypher
import Values

/// Makes column expressions for one execution: tokens are looked up, parameters are inlined, what
/// depends on nothing else is computed at once.
///
/// Cost: linear in the expression. Errors: a missing parameter, an unknown function. An operation
/// on constants that fails is kept, and fails for the rows that reach it.
struct ExpressionCompiler {
    let context: QueryContext

    func compile(_ expression: BoundExpression) throws -> any ColumnExpression {
        try compiled(expression).expression
    }

    /// One value, for expressions without rows: LIMIT, index options.
    func constantValue(_ expression: BoundExpression) throws -> Value {
        let compiled = try compiled(expression)
        if let value = compiled.constantValue { return value }
        let row = Batch(count: 1, slotCount: context.slotCount)
        return try compiled.expression.evaluate(row).value(0)
    }

    func compiled(_ expression: BoundExpression) throws -> CompiledExpression {
        try build(expression).folded()
    }

    func compiled(_ expressions: [BoundExpression]) throws -> [CompiledExpression] {
        try expressions.map { try compiled($0) }
    }

    func compiled(_ expression: BoundExpression?) throws -> CompiledExpression? {
        try expression.map { try compiled($0) }
    }

    private func build(_ expression: BoundExpression) throws -> CompiledExpression {
        switch expression {
        case .constant(let value): return .constant(value)
        case .parameter(let name): return .constant(try context.parameters.parameter(name))
        case .slot(let slot):
            return CompiledExpression(SlotExpression(slot), slots: [slot], isTotal: true)
        case .property, .element, .slice, .list, .map: return try access(expression)
        case .not, .and, .or, .xor, .negate, .arithmetic, .comparison, .isNull, .isType, .inList,
            .stringMatch, .hasLabels:
            return try operation(expression)
        case .scalar(let call): return try scalar(call)
        case .graph(let function, let arguments):
            let arguments = try compiled(arguments)
            guard let argument = arguments.first, arguments.count == 1 else {
                throw QueryError(
                    .syntax, "InvalidNumberOfArguments: \(function.rawValue)() takes one argument")
            }
            return CompiledExpression(
                GraphFunctionExpression(function, argument.expression, context: context),
                of: arguments, isFoldable: false)
        case .coalesce(let operands):
            let operands = try compiled(operands)
            return CompiledExpression(CoalesceExpression(operands), of: operands)
        case .caseWhen(let subject, let branches, let otherwise):
            return try caseWhen(subject, branches, otherwise)
        case .letIn(let slot, let value, let body):
            let value = try compiled(value)
            let body = try compiled(body)
            return CompiledExpression(
                LetExpression(slot: slot, value: value.expression, body: body.expression),
                slots: value.slots.union(body.slots.subtracting([slot])))
        case .comprehension, .quantifier, .reduce: return try overList(expression)
        case .subquery(let subquery):
            return CompiledExpression(
                SubqueryExpression(subquery, context: context), slots: SlotSet(subquery.imports))
        case .path(let parts):
            return CompiledExpression(
                PathExpression(parts, context: context), slots: SlotSet(parts.map(\.slot)))
        }
    }
}

extension ValueMap {
    /// The value of a call's parameter.
    func parameter(_ name: String) throws(QueryError) -> Value {
        guard let value = self[name] else {
            throw QueryError(
                .parameterMissing, "MissingParameter: the statement expects a parameter $\(name)")
        }
        return value
    }
}

// MARK: Access, operators

extension ExpressionCompiler {
    private func access(_ expression: BoundExpression) throws -> CompiledExpression {
        switch expression {
        case .property(let subject, let key):
            let subject = try compiled(subject)
            let variable = (subject.expression as? SlotExpression)?.slot
            let read = variable.map { context.propertyRead(of: $0, key) }
            return CompiledExpression(
                PropertyExpression(
                    subject.expression, PropertyReader(key: key, context: context), read: read),
                of: [subject])
        case .element(let subject, let index):
            let parts = try [compiled(subject), compiled(index)]
            return CompiledExpression(
                ElementExpression(parts[0].expression, parts[1].expression, context: context),
                of: parts)
        case .slice(let subject, let from, let to):
            let subject = try compiled(subject)
            let from = try compiled(from)
            let to = try compiled(to)
            return CompiledExpression(
                SliceExpression(subject.expression, from: from?.expression, to: to?.expression),
                of: [subject] + [from, to].compactMap { $0 })
        case .list(let elements):
            let elements = try compiled(elements)
            return CompiledExpression(ListExpression(elements.map(\.expression)), of: elements)
        case .map(let entries):
            let values = try compiled(entries.map(\.value))
            return CompiledExpression(
                MapExpression(keys: entries.map(\.key), values.map(\.expression)), of: values)
        default: preconditionFailure("not an access")
        }
    }

    private func operation(_ expression: BoundExpression) throws -> CompiledExpression {
        switch expression {
        case .not(let operand):
            let operand = try compiled(operand)
            return CompiledExpression(
                NotExpression(operand.expression), of: [operand], isTotal: operand.isTruth,
                isTruth: true)
        case .and(let operands): return junction(.and, try compiled(operands))
        case .or(let operands): return junction(.or, try compiled(operands))
        case .xor(let left, let right):
            let parts = try [compiled(left), compiled(right)]
            return CompiledExpression(
                XorExpression(parts[0].expression, parts[1].expression), of: parts,
                isTotal: parts.allSatisfy(\.isTruth), isTruth: true)
        case .negate(let operand):
            let operand = try compiled(operand)
            return CompiledExpression(NegateExpression(operand.expression), of: [operand])
        case .arithmetic(let operation, let left, let right):
            let parts = try [compiled(left), compiled(right)]
            return CompiledExpression(
                ArithmeticExpression(operation, parts[0].expression, parts[1].expression),
                of: parts)
        case .comparison(let operation, let left, let right):
            let parts = try [compiled(left), compiled(right)]
            return CompiledExpression(
                comparison(operation, parts), of: parts, isTotal: true, isTruth: true)
        case .isNull(let operand):
            let operand = try compiled(operand)
            return CompiledExpression(
                IsNullExpression(operand.expression), of: [operand], isTotal: true, isTruth: true)
        case .isType(let operand, let type):
            let operand = try compiled(operand)
            return CompiledExpression(
                TypeTestExpression(operand.expression, TypeName(type)), of: [operand],
                isTotal: true, isTruth: true)
        case .inList(let element, let list):
            let parts = try [compiled(element), compiled(list)]
            return CompiledExpression(
                condition(parts) { element, _ in membership(element, parts[1]) }, of: parts,
                isTruth: true)
        case .stringMatch(let match, let subject, let pattern):
            let parts = try [compiled(subject), compiled(pattern)]
            return CompiledExpression(
                condition(parts) {
                    StringMatchExpression(match, $0, $1, check: context.checkpoint)
                },
                of: parts, isTotal: match != .matches, isTruth: true)
        case .hasLabels(let subject, let labels):
            let subject = try compiled(subject)
            var parts = [subject]
            let test = try labelTest(labels, &parts)
            return CompiledExpression(
                LabelTestExpression(subject.expression, test, context: context), of: parts,
                isFoldable: false, isTruth: true)
        default: preconditionFailure("not an operation")
        }
    }

    private func comparison(_ operation: ComparisonOperator, _ parts: [CompiledExpression])
        -> any ColumnExpression
    {
        let condition = condition(parts) { ComparisonExpression(operation, $0, $1) }
        guard context.writer == nil, operation == .equal || operation == .notEqual else {
            return condition
        }
        return CodedEqualityExpression(
            parts[0].expression, parts[1].expression, wantsEqual: operation == .equal,
            rows: condition) ?? condition
    }

    /// A condition on two operands; on a property and strings, one that uses the store's codes.
    private func condition(
        _ parts: [CompiledExpression],
        _ make: (any ColumnExpression, any ColumnExpression) -> any ColumnExpression
    ) -> any ColumnExpression {
        let ofRows = make(parts[0].expression, parts[1].expression)
        guard context.writer == nil, parts[1].isStrings,
            let property = parts[0].expression as? PropertyExpression,
            let variable = property.variable
        else { return ofRows }
        return CodedConditionExpression(
            of: variable, property.reader, rows: ofRows,
            strings: make(SlotExpression(0), parts[1].expression))
    }

    private func junction(_ kind: JunctionExpression.Kind, _ operands: [CompiledExpression])
        -> CompiledExpression
    {
        // A constant that settles everything only does so for what comes after it; a neutral one
        // can go wherever it stands.
        let neutral = kind == .and
        let kept = operands.filter {
            if case .boolean(neutral)? = $0.constantValue { false } else { true }
        }
        guard let first = kept.first else { return .constant(.boolean(neutral)) }
        if case .boolean(!neutral)? = first.constantValue { return .constant(.boolean(!neutral)) }
        if kept.count == 1, first.isTruth { return first }
        return CompiledExpression(
            JunctionExpression(kind, kept), of: kept, isTotal: kept.allSatisfy(\.isTruth),
            isTruth: true)
    }

    private func membership(_ element: any ColumnExpression, _ list: CompiledExpression)
        -> any ColumnExpression
    {
        if case .list(let values)? = list.constantValue {
            return ConstantMembershipExpression(element, in: values)
        }
        return MembershipExpression(element, in: list.expression)
    }

    private func labelTest(_ labels: BoundLabels, _ parts: inout [CompiledExpression]) throws
        -> LabelTest
    {
        switch labels {
        case .name(let name): return .name(LabelToken(name))
        case .and(let left, let right):
            return .and(try labelTest(left, &parts), try labelTest(right, &parts))
        case .or(let left, let right):
            return .or(try labelTest(left, &parts), try labelTest(right, &parts))
        case .not(let inner): return .not(try labelTest(inner, &parts))
        case .wildcard: return .wildcard
        case .dynamic(let expression):
            let part = try compiled(expression)
            parts.append(part)
            return .dynamic(part.expression, all: true)
        case .dynamicAny(let expression):
            let part = try compiled(expression)
            parts.append(part)
            return .dynamic(part.expression, all: false)
        }
    }
}

// MARK: Conditions, functions, lists

extension ExpressionCompiler {
    private func caseWhen(
        _ subject: BoundExpression?,
        _ branches: [(condition: BoundExpression, result: BoundExpression)],
        _ otherwise: BoundExpression?
    ) throws -> CompiledExpression {
        let subject = try compiled(subject)
        let otherwise = try compiled(otherwise)
        let branches = try branches.map {
            CaseExpression.Branch(
                condition: try compiled($0.condition), result: try compiled($0.result))
        }
        let parts =
            [subject, otherwise].compactMap { $0 } + branches.flatMap { [$0.condition, $0.result] }
        return CompiledExpression(
            CaseExpression(subject: subject, branches: branches, otherwise: otherwise), of: parts)
    }

    private func overList(_ expression: BoundExpression) throws -> CompiledExpression {
        switch expression {
        case .comprehension(let list, let item, let predicate, let projection):
            let list = try compiled(list)
            let predicate = try compiled(predicate)
            let projection = try compiled(projection)
            return CompiledExpression(
                ComprehensionExpression(
                    list: list.expression, item: item, predicate: predicate,
                    projection: projection, context: context),
                of: [list] + [predicate, projection].compactMap { $0 }, without: [item],
                isFoldable: false)
        case .quantifier(let quantifier, let list, let item, let predicate):
            let list = try compiled(list)
            let predicate = try compiled(predicate)
            return CompiledExpression(
                QuantifierExpression(
                    quantifier, list: list.expression, item: item, predicate: predicate,
                    context: context),
                of: [list, predicate], without: [item], isFoldable: false, isTruth: true)
        case .reduce(let accumulator, let initial, let item, let list, let step):
            let initial = try compiled(initial)
            let list = try compiled(list)
            let step = try compiled(step)
            return CompiledExpression(
                ReduceExpression(
                    accumulator: accumulator, initial: initial.expression, item: item,
                    list: list.expression, step: step, context: context),
                of: [initial, list, step], without: [accumulator, item], isFoldable: false)
        default: preconditionFailure("not over a list")
        }
    }
}
