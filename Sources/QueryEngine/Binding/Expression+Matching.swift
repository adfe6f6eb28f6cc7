import Cypher

/// Questions about unbound expressions: whether two are the same, and what is in them.
extension Expression {
    /// Whether both are written alike, spaces and places aside. Subqueries never match.
    func matches(_ other: Expression) -> Bool {
        switch (kind, other.kind) {
        case (.null, .null), (.countStar, .countStar): return true
        case (.boolean(let a), .boolean(let b)): return a == b
        case (.integer(let a), .integer(let b)): return a == b
        case (.float(let a), .float(let b)): return a == b
        case (.string(let a), .string(let b)): return sameName(a, b)
        case (.parameter(let a), .parameter(let b)): return sameName(a, b)
        case (.variable(let a), .variable(let b)): return sameName(a, b)
        case (.property(let a, let aKey), .property(let b, let bKey)):
            return sameName(aKey.text, bKey.text) && a.matches(b)
        case (.map(let a), .map(let b)):
            return a.count == b.count
                && zip(a, b).allSatisfy {
                    sameName($0.key.text, $1.key.text) && $0.value.matches($1.value)
                }
        case (.unary(let a, _), .unary(let b, _)): if a != b { return false }
        case (.binary(let a, _, _), .binary(let b, _, _)): if a != b { return false }
        case (.comparison(_, let a), .comparison(_, let b)): if a != b { return false }
        case (.isNull(_, let a), .isNull(_, let b)): if a != b { return false }
        case (.isType(_, let a, let aNot), .isType(_, let b, let bNot)):
            if a != b || aNot != bNot { return false }
        case (.function(let a), .function(let b)):
            if a.name.text.lowercased() != b.name.text.lowercased() || a.distinct != b.distinct {
                return false
            }
        case (.slice(_, let aFrom, let aTo), .slice(_, let bFrom, let bTo)):
            if (aFrom == nil) != (bFrom == nil) || (aTo == nil) != (bTo == nil) { return false }
        case (.list, .list), (.element, .element): break
        default: return false
        }
        let mine = children
        let theirs = other.children
        return mine.count == theirs.count && zip(mine, theirs).allSatisfy { $0.matches($1) }
    }

    /// Direct parts; queries and patterns are not entered.
    var children: [Expression] {
        switch kind {
        case .null, .boolean, .integer, .float, .string, .parameter, .variable, .countStar,
            .patternPredicate, .subquery, .shortestPath:
            return []
        case .list(let items): return items
        case .map(let entries): return entries.map(\.value)
        case .property(let base, _), .unary(_, let base), .isNull(let base, _),
            .isType(let base, _, _), .hasLabels(let base, _):
            return [base]
        case .element(let base, let index): return [base, index]
        case .slice(let base, let from, let to): return [base] + [from, to].compactMap { $0 }
        case .binary(_, let left, let right): return [left, right]
        case .comparison(let operands, _): return operands
        case .function(let call): return call.arguments
        case .caseWhen(let subject, let branches, let otherwise):
            var parts = [subject, otherwise].compactMap { $0 }
            for branch in branches {
                parts.append(branch.result)
                for condition in branch.conditions {
                    switch condition {
                    case .value(let value), .comparison(_, let value): parts.append(value)
                    case .isNull, .isType: break
                    }
                }
            }
            return parts
        case .listComprehension(_, let list, let predicate, let projection):
            return [list] + [predicate, projection].compactMap { $0 }
        case .quantifier(_, _, let list, let predicate): return [list, predicate]
        case .reduce(_, let initial, _, let list, let step): return [initial, list, step]
        case .patternComprehension(_, _, let predicate, let projection):
            return [predicate, projection].compactMap { $0 }
        case .mapProjection(_, let items):
            return items.compactMap {
                if case .entry(_, let value) = $0 { return value }
                return nil
            }
        }
    }

    var containsAggregate: Bool {
        switch kind {
        case .countStar: return true
        case .null, .boolean, .integer, .float, .string, .parameter, .variable: return false
        case .property(let base, _): return base.containsAggregate
        case .function(let call) where Binder.isAggregate(call.name.text): return true
        default: return children.contains { $0.containsAggregate }
        }
    }

    func mentions(_ variable: String) -> Bool {
        switch kind {
        case .variable(let name): sameName(name, variable)
        case .mapProjection(let name, _) where sameName(name.text, variable): true
        default: children.contains { $0.mentions(variable) }
        }
    }

    /// A variable, or properties of one: all that an expression around aggregates may repeat.
    var isVariableOrProperty: Bool {
        switch kind {
        case .variable: true
        case .property(let base, _): base.isVariableOrProperty
        default: false
        }
    }

    /// The variable that a chain of properties begins with.
    var root: String? {
        switch kind {
        case .variable(let name): name
        case .property(let base, _): base.root
        default: nil
        }
    }
}
