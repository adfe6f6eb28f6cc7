extension Printer {
    /// An expression, in brackets where it binds more loosely than `minimum`.
    mutating func write(_ expression: Expression, atLeast minimum: Precedence = .or) {
        guard expression.kind.precedence < minimum else {
            write(expression.kind)
            return
        }
        write("(")
        write(expression.kind)
        write(")")
    }

    /// Payloads are bound in the functions of each group only: a frame with room for all of them
    /// would not do for deep trees.
    private mutating func write(_ kind: Expression.Kind) {
        switch kind {
        case .null, .boolean, .integer, .float, .string, .parameter, .variable, .countStar:
            write(leaf: kind)
        case .property, .element, .slice: write(access: kind)
        case .binary: write(binary: kind)
        case .unary, .comparison, .isNull, .isType, .hasLabels: write(operation: kind)
        case .list, .map, .mapProjection: write(collection: kind)
        case .listComprehension, .quantifier, .reduce, .patternComprehension:
            write(comprehension: kind)
        case .function, .caseWhen, .patternPredicate, .shortestPath, .subquery:
            write(form: kind)
        }
    }

    private mutating func write(form kind: Expression.Kind) {
        switch kind {
        case .function(let call): write(call)
        case .caseWhen(let subject, let branches, let otherwise):
            write(case: subject, branches, otherwise)
        case .patternPredicate(let path), .shortestPath(let path): write(path)
        case .subquery(let kind, let query):
            write(kind.rawValue + " { ")
            write(query, separator: " ")
            write(" }")
        default: break
        }
    }

    private mutating func write(access kind: Expression.Kind) {
        switch kind {
        case .property(let base, _), .element(let base, _), .slice(let base, _, _):
            write(base: base)
        default: break
        }
        write(accessed: kind)
    }

    /// What stands behind the base.
    private mutating func write(accessed kind: Expression.Kind) {
        switch kind {
        case .property(_, let key):
            write(".")
            write(name: key)
        case .element(_, let index):
            write("[")
            write(index)
            write("]")
        case .slice(_, let from, let to):
            write("[")
            if let from { write(from) }
            write("..")
            if let to { write(to) }
            write("]")
        default: break
        }
    }

    private mutating func write(collection kind: Expression.Kind) {
        switch kind {
        case .list(let items): write(list: items)
        case .map(let entries): write(map: entries)
        case .mapProjection(let base, let items):
            write(variable: base)
            write(" {")
            write(items) { $0.write($1) }
            write("}")
        default: break
        }
    }

    private mutating func write(leaf kind: Expression.Kind) {
        switch kind {
        case .boolean(let value): write(value ? "true" : "false")
        case .integer(let value): write(String(value))
        case .float(let value): write(float: value)
        case .string(let value): write(Self.literal(value))
        case .parameter(let name): write(parameter: name)
        case .variable(let name): write(variable: name)
        case .countStar: write("count(*)")
        default: write("NULL")
        }
    }

    // MARK: Literals

    private mutating func write(float value: Double) {
        if value.isNaN {
            write("NaN")
        } else if value.isInfinite {
            write(value < 0 ? "-Infinity" : "Infinity")
        } else {
            write("\(value)")
        }
    }

    private mutating func write(parameter name: String) {
        let isNumber = name.utf8.allSatisfy { ByteClass.of($0) == .digit } && !name.isEmpty
        write("$" + (isNumber ? name : Self.identifier(name)))
    }

    private mutating func write(list items: [Expression]) {
        write("[")
        write(items) { $0.write(item: $1) }
        write("]")
    }

    /// An item of a list or an argument: `x IN list` would read as the head of a comprehension.
    private mutating func write(item: Expression) {
        write(item, atLeast: item.kind.beginsWithMembership ? .primary : .or)
    }

    mutating func write(map entries: [MapEntry]) {
        write("{")
        write(entries) { printer, entry in
            printer.write(name: entry.key)
            printer.write(": ")
            printer.write(entry.value)
        }
        write("}")
    }

    private mutating func write(_ item: MapProjectionItem) {
        switch item {
        case .property(let key):
            write(".")
            write(name: key)
        case .allProperties: write(".*")
        case .entry(let key, let value):
            write(name: key)
            write(": ")
            write(value)
        case .variable(let name): write(name: name)
        }
    }

    // MARK: Operators

    /// What stands in front of a dot or bracket; a number would swallow the dot.
    private mutating func write(base: Expression) {
        switch base.kind {
        case .integer, .float:
            write("(")
            write(base)
            write(")")
        default: write(base, atLeast: .postfix)
        }
    }

    private mutating func write(binary kind: Expression.Kind) {
        guard case .binary(let operation, let left, let right) = kind else { return }
        let precedence = operation.precedence
        write(left, atLeast: precedence)
        write(" \(operation.rawValue) ")
        write(right, atLeast: operation.isLogical ? precedence : precedence.tighter)
    }

    private mutating func write(operation kind: Expression.Kind) {
        switch kind {
        case .unary(.not, let operand):
            write("NOT ")
            write(operand, atLeast: .not)
        case .unary(let sign, let operand):
            write(sign.rawValue)
            // `-1` is a literal and `--` part of an arrow.
            switch operand.kind {
            case .integer, .float, .unary:
                write("(")
                write(operand)
                write(")")
            default: write(operand, atLeast: .sign)
            }
        case .comparison(let operands, let operators):
            for (index, operand) in operands.enumerated() {
                if index > 0 { write(" \(operators[index - 1].rawValue) ") }
                write(operand, atLeast: .predicate)
            }
        case .isNull(let operand, let negated):
            write(operand, atLeast: .predicate)
            write(negated ? " IS NOT NULL" : " IS NULL")
        case .isType(let operand, let type, let negated):
            write(operand, atLeast: .predicate)
            write(negated ? " IS NOT :: " : " IS :: ")
            write(type)
        case .hasLabels(let operand, let labels):
            write(base: operand)
            write(":")
            // Within a comprehension a bare `|` would begin the projection.
            if case .or = labels {
                write("(")
                write(labels)
                write(")")
            } else {
                write(labels)
            }
        default: break
        }
    }

    // MARK: Calls and forms

    private mutating func write(_ call: FunctionCall) {
        switch Self.keyword(call.name.text) {
        case .count, .collect, .exists: write(call.name.text)
        default: write(dotted: call.name)
        }
        write("(")
        if call.distinct { write("DISTINCT ") }
        write(call.arguments) { $0.write(item: $1) }
        write(")")
    }

    private static func keyword(_ word: String) -> Keyword? {
        let bytes = Array(word.utf8)
        return KeywordTable.shared.find(bytes, from: 0, to: bytes.count)
    }

    private mutating func write(
        case subject: Expression?, _ branches: [CaseBranch], _ otherwise: Expression?
    ) {
        write("CASE")
        if let subject {
            write(" ")
            write(subject)
        }
        for branch in branches {
            write(" WHEN ")
            write(branch.conditions) { $0.write($1) }
            write(" THEN ")
            write(branch.result)
        }
        if let otherwise {
            write(" ELSE ")
            write(otherwise)
        }
        write(" END")
    }

    private mutating func write(_ condition: CaseCondition) {
        switch condition {
        case .value(let value): write(value)
        case .comparison(let comparison, let value):
            write(comparison.rawValue + " ")
            write(value)
        case .isNull(let negated): write(negated ? "IS NOT NULL" : "IS NULL")
        case .isType(let type, let negated):
            write(negated ? "IS NOT :: " : "IS :: ")
            write(type)
        }
    }

    private mutating func write(comprehension kind: Expression.Kind) {
        switch kind {
        case .listComprehension(let variable, let list, let predicate, let projection):
            write("[")
            write(variable: variable, in: list)
            write(predicate: predicate, projection: projection)
            write("]")
        case .quantifier(let quantifier, let variable, let list, let predicate):
            write("\(quantifier.rawValue)(")
            write(variable: variable, in: list)
            write(predicate: predicate, projection: nil)
            write(")")
        case .reduce: write(reduction: kind)
        case .patternComprehension: write(patternComprehension: kind)
        default: break
        }
    }

    private mutating func write(reduction kind: Expression.Kind) {
        guard case .reduce(let accumulator, let initial, let variable, let list, let step) = kind
        else { return }
        write("reduce(")
        write(variable: accumulator)
        write(" = ")
        write(initial)
        write(", ")
        write(variable: variable, in: list)
        write(predicate: nil, projection: step)
        write(")")
    }

    private mutating func write(patternComprehension kind: Expression.Kind) {
        guard
            case .patternComprehension(let path, let pattern, let predicate, let projection) = kind
        else { return }
        write("[")
        if let path {
            write(variable: path)
            write(" = ")
        }
        write(pattern)
        write(predicate: predicate, projection: projection)
        write("]")
    }

    private mutating func write(variable: Name, in list: Expression) {
        write(variable: variable)
        write(" IN ")
        write(list)
    }

    private mutating func write(predicate: Expression?, projection: Expression?) {
        if let predicate {
            write(" WHERE ")
            write(predicate)
        }
        if let projection {
            write(" | ")
            write(projection)
        }
    }
}

extension Expression.Kind {
    /// How tightly what it is written with binds.
    var precedence: Precedence {
        switch self {
        case .unary(.not, _): .not
        case .unary: .sign
        case .integer(let value): value < 0 ? .sign : .primary
        case .float(let value): value.sign == .minus ? .sign : .primary
        case .binary(let operation, _, _): operation.precedence
        case .comparison: .comparison
        case .isNull, .isType: .predicate
        case .hasLabels: .label
        case .property, .element, .slice: .postfix
        default: .primary
        }
    }

    /// Whether its text begins with `variable IN`.
    var beginsWithMembership: Bool {
        switch self {
        case .binary(.in, let left, _):
            if case .variable = left.kind { return true }
            return left.kind.beginsWithMembership
        case .binary(_, let left, _): return left.kind.beginsWithMembership
        case .comparison(let operands, _): return operands[0].kind.beginsWithMembership
        case .isNull(let operand, _), .isType(let operand, _, _):
            return operand.kind.beginsWithMembership
        default: return false
        }
    }
}
