import Values

/// A value that is known when a statement is planned: a literal, a parameter, or what is made of
/// them by adding, subtracting, and building dates, times and durations, as in
/// `n.seen > datetime() - duration($age)`. Other functions may be dear, and are left to the run.
struct KnownValue: Sendable {
    private let expression: BoundExpression
    /// They may have other values when the plan is used again.
    private let parameters: [String]

    private static let categories: Set<String> = ["Temporal", "Duration"]

    init?(_ expression: BoundExpression) {
        switch expression {
        case .constant:
            self.expression = expression
            parameters = []
        case .parameter(let name):
            self.expression = expression
            parameters = [name]
        default:
            guard Self.isKnown(expression) else { return nil }
            var parameters: [String] = []
            expression.visit { part in
                if case .parameter(let name) = part { parameters.append(name) }
            }
            self.parameters = parameters
            guard parameters.isEmpty else {
                self.expression = expression
                return
            }
            guard let value = Self.value(expression, ValueMap()) else { return nil }
            self.expression = .constant(value)
        }
    }

    private static func isKnown(_ expression: BoundExpression) -> Bool {
        switch expression {
        case .constant, .parameter: return true
        case .list(let items): return items.allSatisfy(isKnown)
        case .map(let entries): return entries.allSatisfy { isKnown($0.value) }
        case .arithmetic(.add, let left, let right), .arithmetic(.subtract, let left, let right):
            return isKnown(left) && isKnown(right)
        case .scalar(let call):
            guard let function = ScalarFunctions.named(call.name) else { return false }
            return function.isDeterministic && categories.contains(function.category)
                && call.arguments.allSatisfy(isKnown)
        default: return false
        }
    }

    /// Whether it depends on what is not in the statement.
    var isParameter: Bool { !parameters.isEmpty }

    /// Nil where a parameter is missing, or there is no such value.
    func value(_ parameters: ValueMap) -> Value? { Self.value(expression, parameters) }

    func hasValue(_ parameters: ValueMap) -> Bool {
        if case .constant = expression { return true }
        return value(parameters) != nil
    }

    private static func value(_ expression: BoundExpression, _ parameters: ValueMap) -> Value? {
        switch expression {
        case .constant(let value): return value
        case .parameter(let name): return parameters[name]
        case .list(let items): return values(items, parameters).map { .list($0) }
        case .map(let entries):
            return values(entries.map(\.value), parameters).map { values in
                .map(ValueMap(zip(entries.map(\.key), values)))
            }
        case .arithmetic(let symbol, let left, let right):
            guard let left = value(left, parameters), let right = value(right, parameters) else {
                return nil
            }
            return try? symbol == .add ? Value.add(left, right) : Value.subtract(left, right)
        case .scalar(let call):
            guard let function = ScalarFunctions.named(call.name),
                let arguments = values(call.arguments, parameters)
            else { return nil }
            let now = ValueClock.Instant.now()
            return try? function.evaluate(
                arguments, FunctionContext(clock: ValueClock(transaction: now, statement: now)))
        default: return nil
        }
    }

    private static func values(_ expressions: [BoundExpression], _ parameters: ValueMap)
        -> [Value]?
    {
        var values: [Value] = []
        for expression in expressions {
            guard let value = value(expression, parameters) else { return nil }
            values.append(value)
        }
        return values
    }

    /// Whether both are the same literal, or look at the same parameters: what differs then, such
    /// as what is added, hardly changes which values are alike.
    func isLike(_ other: KnownValue) -> Bool {
        guard parameters.count == other.parameters.count,
            zip(parameters, other.parameters).allSatisfy(sameName)
        else { return false }
        guard case .constant(let one) = expression, case .constant(let two) = other.expression
        else { return isParameter }
        return Value.isEquivalent(one, two)
    }
}
