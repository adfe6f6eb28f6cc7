import Cypher

/// An aggregate found in a projection, with the column that will hold it.
struct BoundAggregate {
    let expression: Expression
    let slot: Slot
    let call: AggregateCall
    let type: StaticType
}

/// What can still be seen where rows have been grouped: the grouping keys, inside an expression
/// around aggregates; the columns of a DISTINCT or aggregating projection, in the ORDER BY and
/// WHERE behind it.
struct Grouping {
    struct Entry {
        let expression: Expression
        let bound: Bound
    }

    var entries: [Entry]
    /// Variables that were in scope when this came into force; later ones are local.
    let scopeCount: Int
    /// ORDER BY or WHERE: projected names can be used as well.
    let isBehindProjection: Bool
    /// Only variables and properties may be repeated around aggregates: `a.x + count(*)` can be
    /// computed from the key `a.x`, and whether `a.x + a.y + count(*)` could depends on how it is
    /// read.
    let containsAggregate: Bool
    /// What was in scope before the projection.
    let before: Scope

    func isLocal(_ name: String, in scope: Scope) -> Bool {
        guard let place = scope.place(of: name) else { return false }
        return isBehindProjection || place >= scopeCount
    }

    func column(named name: String) -> Bound? {
        entries.first {
            if case .variable(let own) = $0.expression.kind { return sameName(own, name) }
            return false
        }?.bound
    }

    /// The column that an expression repeats, if it repeats one.
    func column(for expression: Expression, in scope: Scope) -> Bound? {
        switch expression.kind {
        case .variable, .null, .boolean, .integer, .float, .string, .parameter: return nil
        default: break
        }
        for entry in entries where entry.expression.matches(expression) {
            if containsAggregate, !entry.expression.isVariableOrProperty,
                !entry.expression.containsAggregate
            {
                continue
            }
            if let root = expression.root, isInner(root, in: scope) { continue }
            return entry.bound
        }
        return nil
    }

    private func isInner(_ name: String, in scope: Scope) -> Bool {
        scope.variables.dropFirst(scopeCount).contains { sameName($0.name, name) }
    }

    func error(_ name: String, at range: SourceRange, binder: Binder) -> QueryError {
        let isKnown = (isBehindProjection ? before : binder.scope)[name] != nil
        let isGrouped = entries.contains {
            !$0.expression.containsAggregate && $0.expression.mentions(name)
        }
        let isBeside = binder.aggregation != .inside
        if isKnown, !isBehindProjection || (containsAggregate && isGrouped && isBeside) {
            return .syntax(
                "AmbiguousAggregationExpression",
                "`\(name)` is used beside an aggregate and is not a grouping key; "
                    + "put it into an item of its own, or into a WITH before.", at: range)
        }
        return binder.undefined(name, at: range)
    }
}
