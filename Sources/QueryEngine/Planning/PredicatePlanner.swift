/// Conditions on rows: cheap ones first, and `EXISTS` as a semi-join instead of an expression.
struct PredicatePlanner {
    let cardinality: Cardinality

    /// `mergesFilter`: a filter on top of `base` may take the new conditions in. `rows`: how many
    /// those that are no `EXISTS` leave, where the caller knows.
    func filter(
        _ predicates: [BoundExpression], on base: PlanDraft, mergesFilter: Bool = false,
        rows: Double? = nil
    ) -> PlanDraft {
        if predicates.isEmpty { return base }
        var plain = predicates
        var joins: [(subquery: BoundSubquery, kind: Apply.Kind)] = []
        if predicates.contains(where: \.isExistence) {
            plain.removeAll(where: \.isExistence)
            joins = predicates.compactMap(\.existenceJoin)
        }
        var draft = base
        if !plain.isEmpty {
            let rows =
                rows
                ?? cardinality.shares(plain).reduce(base.rows) { $0 * max(1e-6, $1) }
            var below = base
            if mergesFilter, case .filter(let tested) = base.operation {
                plain = tested + plain
                below = base.children[0]
            }
            if plain.count > 1 { plain = plain.sortedByCost() }
            plain = plain.map { $0.planned(for: below.rows, cardinality.context) }
            draft = below.adding(.filter(plain), rows: rows)
        }
        for join in joins {
            let subquery = join.subquery.planned(for: draft.rows, cardinality.context)
            let right = PlanDraft(subquery)
            draft = PlanDraft(
                .apply(
                    Apply(
                        kind: join.kind, argument: subquery.argument, rowSlot: subquery.rowSlot,
                        perRow: subquery.perRow)),
                [draft, right], rows: draft.rows * Cardinality.existence, bound: draft.bound,
                distinct: draft.distinct)
        }
        return draft
    }
}

extension BoundSubquery.Kind {
    var isExistence: Bool {
        if case .exists = self { return true }
        return false
    }
}

extension BoundExpression {
    /// Whether it becomes a semi-join.
    var isExistence: Bool {
        switch self {
        case .subquery(let subquery), .not(.subquery(let subquery)): subquery.kind.isExistence
        default: false
        }
    }

    fileprivate var existenceJoin: (subquery: BoundSubquery, kind: Apply.Kind)? {
        switch self {
        case .subquery(let subquery) where subquery.kind.isExistence: (subquery, .semi)
        case .not(.subquery(let subquery)) where subquery.kind.isExistence: (subquery, .antiSemi)
        default: nil
        }
    }
}

extension [BoundExpression] {
    /// Stable: what was written first stays first among its like.
    fileprivate func sortedByCost() -> [BoundExpression] {
        enumerated()
            .map { (rank: $0.element.filterCost, place: $0.offset, expression: $0.element) }
            .sorted { ($0.rank, $0.place) < ($1.rank, $1.place) }
            .map(\.expression)
    }
}

extension BoundExpression {
    /// What a test costs for each row, roughly: ids and labels, then properties, then the rest.
    fileprivate var filterCost: Int {
        switch self {
        case .hasLabels: return 1
        case .comparison(_, .slot, .slot), .isNull(.slot), .not(.isNull(.slot)): return 0
        case .comparison, .isNull, .not(.isNull): break
        case .inList, .stringMatch: return 4
        default: break
        }
        var cost = 2
        visit { part in
            switch part {
            case .subquery: cost += 100
            case .comprehension, .quantifier, .reduce, .path: cost += 10
            case .scalar: cost += 2
            default: break
            }
        }
        return cost
    }
}
