/// Subqueries of expressions are planned when they are bound, for a single row: how many rows they
/// will be asked for is not known there. Where it turns out that these are many, they are planned once
/// more, for so many: what all rows ask in common may then be found once, see ``JoinedMatch``.
extension BoundExpression {
    /// The expression with its subqueries planned for so many rows.
    func planned(for rows: Double, _ context: BindingContext) -> BoundExpression {
        guard hasSubquery else { return self }
        return replacingSubqueries { $0.planned(for: rows, context) }
    }

    /// The expression with other subqueries in the places of its own; those inside of these stay.
    private func replacingSubqueries(_ change: (BoundSubquery) -> BoundSubquery) -> BoundExpression
    {
        func map(_ part: BoundExpression) -> BoundExpression { part.replacingSubqueries(change) }
        switch self {
        case .constant, .parameter, .slot, .path: return self
        case .subquery(let subquery): return .subquery(change(subquery))
        case .property(let base, let key): return .property(map(base), key)
        case .not(let base): return .not(map(base))
        case .negate(let base): return .negate(map(base))
        case .isNull(let base): return .isNull(map(base))
        case .isType(let base, let type): return .isType(map(base), type)
        case .element(let left, let right): return .element(map(left), map(right))
        case .xor(let left, let right): return .xor(map(left), map(right))
        case .arithmetic(let operation, let left, let right):
            return .arithmetic(operation, map(left), map(right))
        case .comparison(let operation, let left, let right):
            return .comparison(operation, map(left), map(right))
        case .inList(let left, list: let right): return .inList(map(left), list: map(right))
        case .stringMatch(let kind, let left, let right):
            return .stringMatch(kind, map(left), map(right))
        case .slice(let base, let from, let to):
            return .slice(map(base), from: from.map(map), to: to.map(map))
        case .list(let items): return .list(items.map(map))
        case .and(let items): return .and(items.map(map))
        case .or(let items): return .or(items.map(map))
        case .coalesce(let items): return .coalesce(items.map(map))
        case .graph(let function, let items): return .graph(function, items.map(map))
        case .scalar(let call):
            return .scalar(
                ScalarCall(
                    name: call.name, arguments: call.arguments.map(map), range: call.range))
        case .map(let entries):
            return .map(entries.map { (key: $0.key, value: map($0.value)) })
        case .hasLabels(let base, let labels): return .hasLabels(map(base), labels)
        case .caseWhen(let subject, let branches, let otherwise):
            return .caseWhen(
                subject: subject.map(map),
                branches: branches.map {
                    (condition: map($0.condition), result: map($0.result))
                }, otherwise: otherwise.map(map))
        case .letIn(let slot, let value, let body):
            return .letIn(slot, value: map(value), body: map(body))
        // What is asked for each item of a list is asked for more rows than are known of.
        case .comprehension, .quantifier, .reduce: return self
        }
    }
}

extension BoundSubquery {
    /// For fewer it is not worth a second plan.
    private static let manyRows = 64.0
    /// Where a LIMIT cuts rows, so many may be looked at for each that is left.
    private static let rowsPerWanted = 16.0

    /// The same planned for so many rows, where something is found once for all of them.
    func planned(for rows: Double, _ context: BindingContext) -> BoundSubquery {
        let rows = min(rows, context.wantedRows * Self.rowsPerWanted)
        guard rows >= Self.manyRows, context.onlyReads, !perRow, let source else { return self }
        guard
            let other = try? PlanBuilder(context).subquery(
                source.query, kind, available: source.available, rows: rows),
            other.plan.joinsNodes,
            // Where it stands was decided by what this one looks at.
            Set(other.imports).isSubset(of: imports)
        else { return settled }
        return other.settled
    }

    /// The same, which is not planned again: subqueries may stand inside of each other.
    private var settled: BoundSubquery {
        BoundSubquery(
            kind: kind, plan: plan, argument: argument, rowSlot: rowSlot, imports: imports,
            perRow: perRow, weight: weight)
    }
}

extension PlanNode {
    fileprivate var joinsNodes: Bool {
        if case .hashJoin(let left, let right) = operation, left == right { return true }
        return children.contains(where: \.joinsNodes)
    }
}
