import Cypher
import Values

/// Bound expressions as text. Brackets stand around every operand that is not a single thing: plans
/// are read by people who wonder what the planner understood.
extension PlanText {
    func text(_ expression: BoundExpression, inside: Bool = false) -> String {
        let plain = plainText(expression)
        return inside && expression.isCompound ? "(\(plain))" : plain
    }

    private func operand(_ expression: BoundExpression) -> String {
        text(expression, inside: true)
    }

    private func list(_ expressions: [BoundExpression]) -> String {
        expressions.map { text($0) }.joined(separator: ", ")
    }

    private func plainText(_ expression: BoundExpression) -> String {
        switch expression {
        case .constant(let value): return literal(value)
        case .parameter(let name): return "$" + name
        case .slot(let slot): return name(slot)
        case .property(let base, let key): return "\(operand(base)).\(Printer.identifier(key))"
        case .element(let base, let index): return "\(operand(base))[\(text(index))]"
        case .slice(let base, let from, let to):
            return "\(operand(base))[\(from.map { text($0) } ?? "")..\(to.map { text($0) } ?? "")]"
        case .list(let items): return "[\(list(items))]"
        case .map(let entries): return "{\(entries.map(entry).joined(separator: ", "))}"
        case .not(.isNull(let inner)): return "\(operand(inner)) IS NOT NULL"
        case .not(let inner): return "NOT \(operand(inner))"
        case .and(let items): return items.map(operand).joined(separator: " AND ")
        case .or(let items): return items.map(operand).joined(separator: " OR ")
        case .xor(let left, let right): return "\(operand(left)) XOR \(operand(right))"
        case .negate(let inner): return "-\(operand(inner))"
        case .arithmetic(let symbol, let left, let right):
            return "\(operand(left)) \(symbol.rawValue) \(operand(right))"
        case .comparison(let symbol, let left, let right):
            return "\(operand(left)) \(symbol.rawValue) \(operand(right))"
        case .isNull(let inner): return "\(operand(inner)) IS NULL"
        case .isType(let inner, let type): return "\(operand(inner)) IS :: \(Printer.print(type))"
        case .inList(let item, let list): return "\(operand(item)) IN \(operand(list))"
        case .stringMatch(let match, let left, let right):
            return "\(operand(left)) \(match.rawValue) \(operand(right))"
        case .hasLabels(let inner, let labels): return "\(operand(inner)):\(text(labels))"
        case .scalar(let call): return "\(call.name)(\(list(call.arguments)))"
        case .graph(let function, let arguments): return "\(function.rawValue)(\(list(arguments)))"
        case .coalesce(let arguments): return "coalesce(\(list(arguments)))"
        case .caseWhen(let subject, let branches, let otherwise):
            let head = subject.map { "CASE \(text($0))" } ?? "CASE"
            let middle = branches.map { "WHEN \(text($0.condition)) THEN \(text($0.result))" }
            let tail = otherwise.map { ["ELSE \(text($0))"] } ?? []
            return ([head] + middle + tail + ["END"]).joined(separator: " ")
        case .letIn(let slot, let value, let body):
            return "let \(name(slot)) = \(text(value)) in \(operand(body))"
        case .comprehension(let list, let item, let predicate, let projection):
            return "[\(name(item)) IN \(text(list))"
                + (predicate.map { " WHERE \(text($0))" } ?? "")
                + (projection.map { " | \(text($0))" } ?? "") + "]"
        case .quantifier(let quantifier, let list, let item, let predicate):
            return "\(quantifier.rawValue)(\(name(item)) IN \(text(list)) "
                + "WHERE \(text(predicate)))"
        case .reduce(let accumulator, let initial, let item, let list, let step):
            return "reduce(\(name(accumulator)) = \(text(initial)), \(name(item)) IN "
                + "\(text(list)) | \(text(step)))"
        case .subquery(let subquery): return text(subquery)
        case .path(let parts): return "path(\(parts.map { name($0.slot) }.joined(separator: ", ")))"
        }
    }

    private func entry(_ entry: (key: String, value: BoundExpression)) -> String {
        "\(Printer.identifier(entry.key)): \(text(entry.value))"
    }

    private func text(_ subquery: BoundSubquery) -> String {
        let word =
            switch subquery.kind {
            case .exists: "EXISTS"
            case .count: "COUNT"
            case .collect: "COLLECT"
            }
        let imports = subquery.imports.map(name).joined(separator: ", ")
        return "\(word) { (\(imports)) \(outline(subquery.plan)) }"
    }

    /// The steps of a subquery's plan in the order in which rows go through them.
    private func outline(_ plan: PlanNode) -> String {
        let below = plan.children.map(outline).filter { !$0.isEmpty }
        if case .argument = plan.operation { return "" }
        let own = details(plan)
        return (below + ["\(plan.operatorName)\(own.isEmpty ? "" : " " + own)"])
            .joined(separator: " → ")
    }

    func text(_ labels: BoundLabels) -> String {
        switch labels {
        case .name(let name): Printer.identifier(name)
        case .and(let left, let right): "(\(text(left))&\(text(right)))"
        case .or(let left, let right): "(\(text(left))|\(text(right)))"
        case .not(let inner): "!\(text(inner))"
        case .wildcard: "%"
        case .dynamic(let expression): "$(\(text(expression)))"
        case .dynamicAny(let expression): "$any(\(text(expression)))"
        }
    }

    private func literal(_ value: Value) -> String {
        switch value {
        case .null: "null"
        case .boolean(let value): value ? "true" : "false"
        case .integer(let value): String(value)
        case .float(let value): String(value)
        case .string(let value): Printer.literal(value)
        case .list(let items): "[\(items.map(literal).joined(separator: ", "))]"
        case .map(let map):
            "{\(map.map { "\(Printer.identifier($0)): \(literal($1))" }.joined(separator: ", "))}"
        default: "…"
        }
    }
}

extension BoundExpression {
    /// Whether brackets make it easier to read among others.
    fileprivate var isCompound: Bool {
        switch self {
        case .and, .or, .xor, .not, .negate, .arithmetic, .comparison, .isNull, .isType, .inList,
            .stringMatch, .hasLabels, .letIn:
            true
        default: false
        }
    }
}
