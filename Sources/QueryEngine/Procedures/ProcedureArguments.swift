import Cypher
import Values

/// Arguments as a signature wants them: defaults filled in, integers widened where floats are asked
/// for, everything else checked.
enum ProcedureArguments {
    static func coerced(
        _ given: [Value], to signature: ProcedureSignature, at range: SourceRange
    ) throws(QueryError) -> [Value] {
        let inputs = signature.inputs
        guard given.count <= inputs.count else {
            throw wrongCount(given.count, signature, range)
        }
        var arguments: [Value] = []
        for (place, field) in inputs.enumerated() {
            if place < given.count {
                arguments.append(try coerced(given[place], to: field, of: signature, at: range))
            } else if let fallback = field.fallback {
                arguments.append(fallback)
            } else {
                throw wrongCount(given.count, signature, range)
            }
        }
        return arguments
    }

    private static func wrongCount(
        _ count: Int, _ signature: ProcedureSignature, _ range: SourceRange
    ) -> QueryError {
        let least = signature.inputs.count { $0.fallback == nil }
        let expected =
            least == signature.inputs.count ? "\(least)" : "\(least) to \(signature.inputs.count)"
        return QueryError(
            .syntax,
            "InvalidNumberOfArguments: \(signature.name) takes \(expected) arguments, not \(count)",
            at: range)
    }

    private static func coerced(
        _ value: Value, to field: ProcedureSignature.Field, of signature: ProcedureSignature,
        at range: SourceRange
    ) throws(QueryError) -> Value {
        if let fitting = fit(value, to: field.type) { return fitting }
        throw QueryError(
            .type,
            "InvalidArgumentType: the argument \(field.name) of \(signature.name) is a "
                + "\(field.type.rawValue), not \(value.excerpt) of type \(value.typeText)",
            at: range)
    }

    /// The value as the type has it; nil where it is of another type. Null fits every type.
    private static func fit(_ value: Value, to type: ProcedureSignature.TypeText) -> Value? {
        switch (type, value) {
        case (_, .null), (.any, _), (.boolean, .boolean), (.integer, .integer), (.float, .float),
            (.number, .integer), (.number, .float), (.string, .string), (.map, .map),
            (.list, .list), (.node, .nodeReference), (.relationship, .relationshipReference),
            (.path, .pathReference), (.listOfFloats, .vector):
            return value
        case (.float, .integer(let number)): return .float(Double(number))
        case (.integer, .float(let number)):
            return Int64(exactly: number).map { .integer($0) }
        case (.listOfStrings, .list(let values)): return fit(values, to: .string)
        case (.listOfFloats, .list(let values)): return fit(values, to: .float)
        case (.listOfNodes, .list(let values)): return fit(values, to: .node)
        case (.listOfMaps, .list(let values)): return fit(values, to: .map)
        case (.list, .vector(let elements)):
            return .list(elements.map { .float(Double($0)) })
        default: return nil
        }
    }

    private static func fit(_ values: [Value], to type: ProcedureSignature.TypeText) -> Value? {
        var fitting: [Value] = []
        for value in values {
            guard let element = fit(value, to: type) else { return nil }
            fitting.append(element)
        }
        return .list(fitting)
    }
}
