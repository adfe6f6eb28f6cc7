import Cypher
import Values

/// CALL of procedures.
extension Binder {
    /// CALL as a clause among others.
    func bindCall(_ call: ProcedureCall, _ range: SourceRange, into part: inout LogicalPart)
        throws(QueryError)
    {
        let signature = try signature(call.name)
        guard let arguments = call.arguments else {
            throw .syntax(
                "InvalidArgumentPassingMode",
                "Within a query, the arguments of `\(call.name.text)` are written out.", at: range)
        }
        let bound = try bindArguments(arguments, signature, call.name)
        // The parser has refused YIELD * here.
        _ = try append(call, signature, bound, call.yield?.items ?? [], range, to: &part)
    }

    /// A statement of nothing but a CALL: without YIELD all columns come back, without parentheses
    /// the parameters are the arguments.
    func bindStandalone(_ call: ProcedureCall, _ range: SourceRange, into part: inout LogicalPart)
        throws(QueryError)
    {
        let signature = try signature(call.name)
        var bound: [BoundExpression] = []
        if let arguments = call.arguments {
            bound = try bindArguments(arguments, signature, call.name)
        } else {
            bound = signature.inputs.map { .parameter($0.name) }
        }
        var items = call.yield?.items ?? []
        if call.yield == nil || call.yield?.all == true {
            items = signature.outputs.map {
                YieldItem(name: Name($0.name, call.name.range), alias: nil)
            }
        }
        part.columns = try append(call, signature, bound, items, range, to: &part)
        part.returns = !part.columns.isEmpty
    }

    func signature(_ name: Name) throws(QueryError) -> ProcedureSignature {
        if let procedure = context.procedures[name.text] {
            let signature = procedure.signature
            if signature.managesTransactions { context.managesTransactions = true }
            return signature
        }
        let names = context.procedures.all.map(\.signature.name)
        throw QueryError(
            .procedureNotFound,
            "ProcedureNotFound: There is no procedure `\(name.text)`."
                + NearestName.hint(for: name.text, among: names), at: name.range)
    }

    private func bindArguments(
        _ arguments: [Expression], _ signature: ProcedureSignature, _ name: Name
    ) throws(QueryError) -> [BoundExpression] {
        let required = signature.inputs.prefix { $0.fallback == nil }.count
        if arguments.count < required || arguments.count > signature.inputs.count {
            let wanted =
                required == signature.inputs.count
                ? "\(required)" : "\(required) to \(signature.inputs.count)"
            throw .syntax(
                "InvalidNumberOfArguments",
                "`\(signature.name)` takes \(wanted) argument\(wanted == "1" ? "" : "s"), "
                    + "not \(arguments.count).", at: name.range)
        }
        var bound: [BoundExpression] = []
        for (argument, field) in zip(arguments, signature.inputs) {
            let value = try isolated { () throws(QueryError) in try self.bind(argument) }
            if !field.type.accepts(value.type) {
                throw .syntax(
                    "InvalidArgumentType",
                    "`\(field.name)` of `\(signature.name)` is \(field.type.rawValue), but this is "
                        + "\(value.type.description).", at: argument.range)
            }
            bound.append(value.expression)
        }
        return bound
    }

    private func append(
        _ call: ProcedureCall, _ signature: ProcedureSignature, _ arguments: [BoundExpression],
        _ items: [YieldItem], _ range: SourceRange, to part: inout LogicalPart
    ) throws(QueryError) -> [LogicalColumn] {
        var yields: [(column: String, slot: Slot)] = []
        var columns: [LogicalColumn] = []
        for item in items {
            guard let field = signature.outputs.first(where: { sameName($0.name, item.name.text) })
            else {
                throw QueryError(
                    .syntax,
                    "`\(signature.name)` yields no `\(item.name.text)`."
                        + NearestName.hint(
                            for: item.name.text, among: signature.outputs.map(\.name)),
                    at: item.name.range)
            }
            let name = item.alias ?? item.name
            try requireNew(name)
            let type = field.type.staticType
            let slot = declare(name.text, type: type)
            yields.append((column: field.name, slot: slot))
            columns.append(LogicalColumn(name: name.text, slot: slot, type: type))
        }
        part.steps.append(
            .procedure(
                ProcedureStep(
                    name: signature.name, arguments: arguments, yields: yields,
                    optional: call.optional, range: range), access: signature.access))
        if let predicate = call.yield?.predicate {
            part.steps.append(.filter(try bindPredicate(predicate).conjuncts))
        }
        return columns
    }
}

extension ProcedureSignature.TypeText {
    func accepts(_ type: StaticType) -> Bool {
        switch self {
        case .float, .number: type.mayBe(.number)
        case .node: type.mayBe(.node) || type.mayBe(.integer)
        default: type.mayBe(staticType)
        }
    }

    var staticType: StaticType {
        switch self {
        case .any: .any
        case .boolean: .boolean
        case .integer: .integer
        case .float: .float
        case .number: .number
        case .string: .string
        case .map: .map
        case .node: .node
        case .relationship: .relationship
        case .path: .path
        case .list: .anyList
        case .listOfStrings: .list(.string)
        case .listOfFloats: .list(.number)
        case .listOfNodes: .list(.node)
        case .listOfMaps: .list(.map)
        }
    }
}
