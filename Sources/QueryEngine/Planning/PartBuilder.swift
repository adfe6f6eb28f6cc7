import Cypher
import Values

/// Plans the clauses of one single query, bottom up.
struct PartBuilder {
    let builder: PlanBuilder
    /// The outer rows, inside a right side that they enter together.
    let rows: RowNumbers?
    /// Whether all that is asked of the last rows is how many there are for each outer row.
    let rowsAreCounted: Bool
    var current: PlanDraft
    /// What steps since the last barrier read and write.
    private var pending = Effects()
    /// How many rows each row of a match stands for, below an aggregation or a count of rows.
    var weight: Slot?
    /// Behind an OPTIONAL MATCH whose matches are only counted: what is null where there are none.
    var foundMatches: Slot?

    var rowSlot: Slot? { rows?.slot }
    var context: BindingContext { builder.context }
    var cardinality: Cardinality { Cardinality(context: context) }

    init(
        _ builder: PlanBuilder, _ base: PlanDraft, rows: RowNumbers?, rowsAreCounted: Bool = false
    ) {
        self.builder = builder
        self.rowsAreCounted = rowsAreCounted
        current = base
        self.rows = rows
    }

    mutating func add(_ steps: [LogicalStep]) {
        let wantedOutside = context.wantedRows
        defer { context.wantedRows = wantedOutside }
        var place = 0
        while place < steps.count {
            context.wantedRows = steps[place...].wantedRows
            // Neighbouring MATCHes are one search.
            if case .match(var graph, optional: false) = steps[place] {
                while place + 1 < steps.count,
                    case .match(let next, optional: false) = steps[place + 1],
                    graph.mayMerge(next)
                {
                    graph.merge(next)
                    place += 1
                }
                match(graph, before: place + 1 < steps.count ? steps[place + 1] : nil)
            } else if case .match(let graph, optional: true) = steps[place] {
                optionalMatch(graph, before: place + 1 < steps.count ? steps[place + 1] : nil)
            } else {
                add(steps[place])
            }
            place += 1
        }
    }

    private mutating func add(_ step: LogicalStep) {
        switch step {
        case .match: preconditionFailure("matches are planned with what comes behind them")
        case .project(let projection): project(projection)
        case .unwind(let list, let slot):
            put(
                current.adding(
                    .unwind(list, into: slot), [slot], rows: current.rows * list.listLength,
                    keepsRowsDistinct: false))
        case .create(let pattern):
            let slots = SlotSet(pattern.nodes.map(\.slot) + pattern.relationships.map(\.slot))
            put(current.adding(.create(pattern), slots, newDistinct: slots))
        case .merge(let merge): self.merge(merge)
        case .set(let operations): put(current.adding(.set(operations)))
        case .delete(let targets, let detach):
            put(current.adding(.delete(targets, detach: detach)))
        case .forEach(let item, let list, let updates): forEach(item, list, updates)
        case .procedure(let step, let access): call(step, access)
        case .filter(let predicates):
            put(PredicatePlanner(cardinality: cardinality).filter(predicates, on: current))
        case .subquery(let subquery): self.subquery(subquery)
        case .loadCSV(let source):
            put(
                current.adding(
                    .loadCSV(source), SlotSet(source.made),
                    rows: current.rows * Cardinality.fileRows,
                    keepsRowsDistinct: false))
        case .finish:
            // Not LIMIT 0: all rows are still asked for, so that all writes happen.
            put(current.adding(.filter([.constant(.boolean(false))]), rows: 0))
        }
    }

    // MARK: Barriers

    /// Takes a plan that was built on the current one, with a barrier between the two where they
    /// would disturb each other.
    mutating func put(_ top: PlanDraft) {
        guard builder.statementWrites else {
            current = top
            return
        }
        guard top !== current else { return }
        var above = Effects()
        var below = Effects()
        var draft = top
        var parent: PlanDraft?
        var hasBarrier = false
        while draft !== current {
            if draft.isBarrier { hasBarrier = true }
            var effects = Effects()
            effects.add(draft.operation)
            for right in draft.children.dropFirst() { effects.add(right) }
            if hasBarrier { below.formUnion(effects) } else { above.formUnion(effects) }
            parent = draft
            guard let next = draft.children.first else { break }
            draft = next
        }
        var touching = below
        if !hasBarrier { touching = above }
        if pending.conflicts(with: touching, distinct: current.distinct) {
            parent?.children[0] = current.adding(.eager)
            pending = Effects()
        }
        if hasBarrier { pending = above } else { pending.formUnion(above) }
        current = top
    }

    /// Writes below run to their end, whatever is asked for above.
    mutating func finishWrites() {
        if pending.writes.isEmpty { return }
        current = current.adding(.eager)
        pending = Effects()
    }

    // MARK: Writes with a plan of their own

    private mutating func merge(_ merge: LogicalMerge) {
        let argument = context.makeArgument()
        var planner = MatchPlanner(context, merge.graph, perRow: true)
        let inner = planner.plan(on: builder.base(argument, nil, current.bound))
        let slots = merge.pattern.nodes.map(\.slot) + merge.pattern.relationships.map(\.slot)
        let operation = PlanOperation.merge(
            Merge(
                argument: argument, pattern: merge.pattern, onCreate: merge.onCreate,
                onMatch: merge.onMatch))
        put(
            PlanDraft(
                operation, [current, inner], rows: current.rows * max(1, inner.rows),
                bound: current.bound.union(SlotSet(slots))))
    }

    private mutating func forEach(
        _ item: Slot, _ list: BoundExpression, _ updates: [LogicalStep]
    ) {
        let argument = context.makeArgument()
        var available = current.bound
        available.insert(item)
        var inner = PartBuilder(
            builder, builder.base(argument, nil, available), rows: nil)
        inner.add(updates)
        put(
            PlanDraft(
                .forEach(item: item, list: list, argument: argument),
                [current, inner.current], rows: current.rows, bound: current.bound,
                distinct: current.distinct))
    }

    private mutating func call(_ step: ProcedureStep, _ access: ProcedureSignature.Access) {
        let slots = SlotSet(step.yields.map(\.slot))
        if access == .write {
            // What it writes is not known: nothing may overlap with it.
            context.callsWritingProcedure = true
            current = current.adding(.eager)
        }
        put(
            current.adding(
                .procedureCall(step), slots,
                rows: current.rows * (slots.isEmpty ? 1 : Cardinality.procedureRows),
                keepsRowsDistinct: false))
        if access == .write {
            current = current.adding(.eager)
            pending = Effects()
        }
    }

    private mutating func subquery(_ subquery: LogicalSubquery) {
        let query = subquery.query
        let argument = context.makeArgument()
        let row = context.makeTemporary()
        let perRow = query.countsRows
        if !subquery.isCorrelated, !query.writes, !subquery.optional, query.returns {
            // The same for every row: found once, and combined with each.
            let inner = builder.draft(query, rows: nil) { .unit }
            put(
                current.isUnit
                    ? inner
                    : PlanDraft(
                        .cartesianProduct, [current, inner], rows: current.rows * inner.rows,
                        bound: current.bound.union(inner.bound)))
            return
        }
        let rows = perRow ? nil : RowNumbers(argument: argument, slot: row)
        let base = builder.base(argument, rows?.slot, current.bound)
        let inner = builder.draft(query, rows: rows) { base }
        if subquery.transactions != nil {
            // The outer rows are all read before the first transaction of its own begins.
            current = current.adding(.eager)
            pending = Effects()
        }
        let columns = query.columns.map(\.slot)
        let kind: Apply.Kind =
            query.returns ? (subquery.optional ? .optional(columns) : .inner) : .unit
        var bound = current.bound.union(SlotSet(columns))
        if let report = subquery.transactions?.report { bound.insert(report) }
        put(
            PlanDraft(
                .apply(
                    Apply(
                        kind: kind, argument: argument, rowSlot: row, perRow: perRow,
                        transactions: subquery.transactions)),
                [current, inner],
                rows: query.returns ? current.rows * max(0.1, inner.rows) : current.rows,
                bound: bound, distinct: query.returns ? SlotSet() : current.distinct))
    }
}

extension ArraySlice<LogicalStep> {
    /// How many rows are asked for before a LIMIT that cuts the rest.
    fileprivate var wantedRows: Double {
        for case .project(let projection) in self {
            if projection.isAggregating || projection.distinct != nil
                || !projection.sortKeys.isEmpty
            {
                break
            }
            if let limit = projection.limit {
                return limit.rowCount + (projection.skip?.rowCount ?? 0)
            }
        }
        return .infinity
    }
}

extension Effects {
    /// A right side, with all that is below it.
    fileprivate mutating func add(_ draft: PlanDraft) {
        if let subquery = draft.finished {
            add(subquery.plan)
            return
        }
        add(draft.operation)
        for child in draft.children { add(child) }
    }
}

extension BoundExpression {
    /// What SKIP or LIMIT comes to, as far as one can tell.
    var rowCount: Double {
        if case .constant(.integer(let count)) = self { return Double(count) }
        return Cardinality.listLength
    }
}
