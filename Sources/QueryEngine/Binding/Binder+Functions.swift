import Cypher
import Values

/// Function calls: aggregates, functions of the graph, the few that are syntax, and all others by
/// their name.
extension Binder {
    func bindFunction(_ call: FunctionCall, _ expression: Expression) throws(QueryError) -> Bound {
        let name = call.name.text.lowercased()
        if let aggregate = Binder.aggregateFunctions[name] {
            return try bindAggregate(
                aggregate, call.arguments, distinct: call.distinct, expression)
        }
        if call.distinct {
            throw .syntax(
                "UnexpectedSyntax",
                "DISTINCT stands in aggregates only, and `\(call.name.text)` is none.",
                at: call.name.range)
        }
        if name == "linenumber" || name == "file" {
            try requireCount(call, atLeast: 0, atMost: 0)
            let hidden = name == "file" ? Binder.fileVariable : Binder.lineVariable
            guard let variable = scope[hidden] else { return Bound(.constant(.null), .null) }
            return Bound(.slot(variable.slot), variable.type)
        }
        if name == "exists" { return try bindExistsFunction(call) }
        var arguments: [Bound] = []
        arguments.reserveCapacity(call.arguments.count)
        for (place, argument) in call.arguments.enumerated() {
            if name == "vector", place == 2, case .variable(let type) = argument.kind,
                scope[type] == nil
            {
                // `vector(list, 3, FLOAT32)`: a word of the language, not a variable.
                arguments.append(Bound(.constant(.string(type)), .string))
                continue
            }
            arguments.append(try bind(argument))
        }
        if name == "coalesce" {
            try requireCount(call, atLeast: 1, atMost: nil)
            var type = StaticType.null
            for argument in arguments { type = type.joined(with: argument.type) }
            return Bound(.coalesce(arguments.map(\.expression)), type)
        }
        if let graph = Binder.graphFunctions[name] {
            try requireCount(call, atLeast: 1, atMost: 1)
            try check(arguments[0].type, for: graph, at: call.arguments[0].range)
            return Bound(.graph(graph.function, [arguments[0].expression]), graph.gives)
        }
        guard
            let signature = context.functions.signature(of: call.name.text)
                ?? context.procedures.function(named: call.name.text)?.signature
        else { throw unknownFunction(call.name) }
        try requireCount(
            call, atLeast: signature.arguments.lowerBound, atMost: signature.arguments.upperBound)
        if name == "size" {
            let type = arguments[0].type
            if !type.mayBe(.string), !type.mayBe(.anyList) {
                throw typeMismatch("a list or a string", type, at: call.arguments[0].range)
            }
        }
        return Bound(
            .scalar(
                ScalarCall(
                    name: signature.name, arguments: arguments.map(\.expression),
                    range: expression.range)),
            resultType(of: name, arguments))
    }

    private func unknownFunction(_ name: Name) -> QueryError {
        var names = context.functions.functionNames + context.procedures.functionNames
        names += Binder.aggregateFunctions.values.map(\.rawValue)
        names += GraphFunction.allCases.map(\.rawValue)
        names += ["coalesce", "exists", "linenumber", "file"]
        return .syntax(
            "UnknownFunction",
            "There is no function `\(name.text)`."
                + NearestName.hint(for: name.text, among: names.sorted()), at: name.range)
    }

    private func requireCount(_ call: FunctionCall, atLeast minimum: Int, atMost maximum: Int?)
        throws(QueryError)
    {
        let count = call.arguments.count
        if count >= minimum, count <= maximum ?? .max { return }
        let wanted =
            maximum == minimum
            ? "\(minimum)"
            : maximum.map { "\(minimum) to \($0)" }
                ?? "at least \(minimum)"
        throw .syntax(
            "InvalidNumberOfArguments",
            "`\(call.name.text)` takes \(wanted) argument\(wanted == "1" ? "" : "s"), not \(count).",
            at: call.name.range)
    }

    /// `exists(n.key)`, of old: the property is there. `exists(pattern)`: the pattern is.
    private func bindExistsFunction(_ call: FunctionCall) throws(QueryError) -> Bound {
        try requireCount(call, atLeast: 1, atMost: 1)
        if case .patternPredicate(let pattern) = call.arguments[0].kind {
            return try bindPatternPredicate(pattern)
        }
        return Bound(.not(.isNull(try bind(call.arguments[0]).expression)), .boolean)
    }

    // MARK: Aggregates

    func bindAggregate(
        _ function: AggregateCall.Function, _ arguments: [Expression], distinct: Bool,
        _ expression: Expression
    ) throws(QueryError) -> Bound {
        switch aggregation {
        case .inside:
            throw .syntax(
                "NestedAggregation", "An aggregate cannot stand inside another one.",
                at: expression.range)
        case .forbidden:
            throw .syntax(
                "InvalidAggregation",
                "An aggregate such as `\(function.rawValue)` can only stand in WITH and RETURN.",
                at: expression.range)
        case .allowed: break
        }
        if let known = aggregates.first(where: { $0.expression.matches(expression) }) {
            return Bound(.slot(known.slot), known.type)
        }
        let wanted =
            switch function {
            case .countStar: 0
            case .percentileCont, .percentileDisc: 2
            default: 1
            }
        if arguments.count != wanted {
            throw .syntax(
                "InvalidNumberOfArguments",
                "`\(function.rawValue)` takes \(wanted) argument\(wanted == 1 ? "" : "s"), "
                    + "not \(arguments.count).", at: expression.range)
        }
        let saved = (aggregation, grouping)
        aggregation = .inside
        if grouping?.isBehindProjection != true { grouping = nil }
        defer { (aggregation, grouping) = saved }
        var bound: [Bound] = []
        for argument in arguments {
            let next = try bind(argument)
            try rejectRandom(next.expression, at: argument.range)
            bound.append(next)
        }
        if grouping?.isBehindProjection == true, function != .countStar {
            throw .syntax(
                "InvalidAggregation",
                "ORDER BY can only repeat aggregates of the projection itself.",
                at: expression.range)
        }
        if let type = bound.first?.type, function == .sum || function == .avg {
            if !type.mayBe(.number), !type.mayBe(.duration) {
                throw typeMismatch("a number or a duration", type, at: arguments[0].range)
            }
        }
        let slot = context.makeTemporary()
        let call = AggregateCall(
            function: function, argument: bound.first?.expression,
            second: bound.count > 1 ? bound[1].expression : nil, distinct: distinct,
            range: expression.range)
        let type = resultType(of: function, bound.first?.type ?? .any)
        aggregates.append(
            BoundAggregate(expression: expression, slot: slot, call: call, type: type))
        return Bound(.slot(slot), type)
    }

    private func rejectRandom(_ expression: BoundExpression, at range: SourceRange)
        throws(QueryError)
    {
        var isRandom = false
        expression.visit { part in
            if case .scalar(let call) = part, call.name == "rand" { isRandom = true }
        }
        if isRandom {
            throw .syntax(
                "NonConstantExpression", "rand() cannot stand inside an aggregate.", at: range)
        }
    }

    private func resultType(of function: AggregateCall.Function, _ argument: StaticType)
        -> StaticType
    {
        switch function {
        case .countStar, .count: .integer
        case .collect: .list(argument == .null ? .any : argument)
        case .min, .max: argument
        case .sum: argument == .integer ? .integer : .any
        case .avg: .any
        case .stDev, .stDevP, .percentileCont: .float
        case .percentileDisc: .any
        }
    }

    // MARK: Types

    /// Results worth knowing, because a later check can then speak up.
    private func resultType(of name: String, _ arguments: [Bound]) -> StaticType {
        switch name {
        case "size", "tointeger", "sign", "char_length", "character_length", "timestamp": .integer
        case "tofloat", "rand", "sqrt", "sin", "cos", "tan", "exp", "log", "log10", "pi", "e":
            .float
        case "tostring", "toupper", "tolower", "upper", "lower", "trim", "ltrim", "rtrim",
            "replace", "substring", "left", "right", "randomuuid":
            .string
        case "toboolean", "isempty", "isnan": .boolean
        case "range": .list(.integer)
        case "split": .list(.string)
        case "tail", "reverse": arguments[0].type.isList ? arguments[0].type : .any
        case "head", "last": arguments[0].type.element
        default: .any
        }
    }

    private func check(_ type: StaticType, for function: GraphFunctionRule, at range: SourceRange)
        throws(QueryError)
    {
        if function.takes.contains(where: { type.mayBe($0) }) { return }
        throw typeMismatch(
            function.takes.map(\.description).joined(separator: " or "), type, at: range)
    }

    static func isAggregate(_ name: String) -> Bool {
        aggregateFunctions[name.lowercased()] != nil
    }

    private static let aggregateFunctions: [String: AggregateCall.Function] = [
        "count": .count, "sum": .sum, "avg": .avg, "min": .min, "max": .max, "collect": .collect,
        "stdev": .stDev, "stdevp": .stDevP, "percentilecont": .percentileCont,
        "percentiledisc": .percentileDisc,
    ]

    private static let graphFunctions: [String: GraphFunctionRule] = [
        "id": GraphFunctionRule(.id, of: [.node, .relationship], gives: .integer),
        "elementid": GraphFunctionRule(.elementId, of: [.node, .relationship], gives: .string),
        "labels": GraphFunctionRule(.labels, of: [.node], gives: .list(.string)),
        "type": GraphFunctionRule(.type, of: [.relationship], gives: .string),
        "properties": GraphFunctionRule(
            .properties, of: [.node, .relationship, .map], gives: .map),
        "keys": GraphFunctionRule(
            .keys, of: [.node, .relationship, .map], gives: .list(.string)),
        "startnode": GraphFunctionRule(.startNode, of: [.relationship], gives: .node),
        "endnode": GraphFunctionRule(.endNode, of: [.relationship], gives: .node),
        "nodes": GraphFunctionRule(.nodes, of: [.path], gives: .list(.node)),
        "relationships": GraphFunctionRule(
            .relationships, of: [.path], gives: .list(.relationship)),
        "rels": GraphFunctionRule(.relationships, of: [.path], gives: .list(.relationship)),
        "length": GraphFunctionRule(.length, of: [.path], gives: .integer),
    ]
}

/// A function of the graph: what it takes and what it gives.
private struct GraphFunctionRule {
    let function: GraphFunction
    let takes: [StaticType]
    let gives: StaticType

    init(_ function: GraphFunction, of takes: [StaticType], gives: StaticType) {
        self.function = function
        self.takes = takes
        self.gives = gives
    }
}
