import Cypher
import Values

/// Makes plans of bound queries: each clause goes on top of what is there, MATCH by way of the
/// join order, writes behind barriers where batches would let them be seen too early or too late.
struct PlanBuilder {
    let context: BindingContext
    /// Whether something in the statement writes, so that barriers may be needed.
    let statementWrites: Bool

    init(_ context: BindingContext, statementWrites: Bool = false) {
        self.context = context
        self.statementWrites = statementWrites
    }

    /// The plan of a whole statement.
    func plan(_ query: LogicalQuery) throws(QueryError) -> PlanNode {
        let columns = query.returns ? query.columns : []
        let results = columns.map { (name: $0.name, slot: $0.slot) }
        // No barrier for entities that are returned: a statement that writes runs to its end
        // before its rows are shown.
        let top = draft(query, rows: nil) { .unit }.adding(.produceResults(results))
        try context.add(planOf: top)
        var finisher = PlanFinisher()
        return finisher.finish(top, needed: SlotSet(results.map(\.slot)))
    }

    /// The finished plan of a subquery in an expression, for so many rows that ask it together.
    func subquery(
        _ query: LogicalQuery, _ kind: BoundSubquery.Kind, available: SlotSet,
        rows asking: Double = 1
    ) throws(QueryError) -> BoundSubquery {
        let wantedOutside = context.wantedRows
        context.wantedRows = .infinity
        defer { context.wantedRows = wantedOutside }
        let argument = context.makeArgument()
        let rowSlot = context.makeTemporary()
        let perRow = query.countsRows
        let rows = perRow ? nil : RowNumbers(argument: argument, slot: rowSlot)
        let base = self.base(argument, rows?.slot, available, rows: asking)
        var needed = SlotSet()
        if !perRow { needed.insert(rowSlot) }
        var weight: Slot?
        let draft: PlanDraft
        switch kind {
        case .exists, .count: draft = counted(query, rows: rows, base, &weight)
        case .collect(let slot):
            needed.insert(slot)
            draft = self.draft(query, rows: rows) { base }
        }
        try context.add(planOf: draft)
        // That there is a row at all says that it stands for one or more.
        if case .count = kind, let weight { needed.insert(weight) }
        var finisher = PlanFinisher()
        let plan = finisher.finish(draft, needed: needed)
        return BoundSubquery(
            kind: kind, plan: plan, argument: argument, rowSlot: rowSlot,
            imports: finisher.needs(of: argument).sorted, perRow: perRow, weight: weight,
            source: SubquerySource(query: query, available: available))
    }

    /// A query whose rows are only counted for each outer row; `weight` is where each says how many
    /// it stands for, if not for one.
    private func counted(
        _ query: LogicalQuery, rows: RowNumbers?, _ base: PlanDraft, _ weight: inout Slot?
    ) -> PlanDraft {
        guard query.parts.count == 1 else { return draft(query, rows: rows) { base } }
        var builder = PartBuilder(self, base, rows: rows, rowsAreCounted: rows != nil)
        builder.add(query.parts[0].steps)
        if case .match? = query.parts[0].steps.last { weight = builder.weight }
        return builder.current
    }

    /// The leaf under a right side, of so many rows that enter together.
    func base(
        _ argument: ArgumentID, _ rowSlot: Slot?, _ available: SlotSet, rows: Double = 1
    ) -> PlanDraft {
        var bound = available
        if let rowSlot { bound.insert(rowSlot) }
        return PlanDraft(
            .argument(argument, slots: [], rowSlot: rowSlot), rows: rows, bound: bound)
    }

    /// The parts of a query, and their union. `base` gives each part's leaf.
    func draft(_ query: LogicalQuery, rows: RowNumbers?, base: () -> PlanDraft) -> PlanDraft {
        var drafts: [PlanDraft] = []
        for part in query.parts {
            var builder = PartBuilder(self, base(), rows: rows)
            builder.add(part.steps)
            drafts.append(builder.current)
        }
        if drafts.count == 1 { return drafts[0] }
        var slots = SlotSet(query.columns.map(\.slot))
        if let rows { slots.insert(rows.slot) }
        let count = drafts.reduce(0) { $0 + $1.rows }
        let union = PlanDraft(.union(query.union), drafts, rows: count, bound: slots)
        if !query.distinct { return union }
        return union.adding(.distinct(slots.sorted), rows: count / 2 + 1)
    }
}

extension LogicalQuery {
    /// Whether each outer row must enter by itself: limits count the rows that come of it, and what
    /// is written for it may be read by the next one's.
    var countsRows: Bool {
        for part in parts {
            for step in part.steps where step.countsRows { return true }
        }
        return writes && parts.contains { part in part.steps.contains { $0.readsGraph } }
    }
}

extension LogicalStep {
    fileprivate var countsRows: Bool {
        switch self {
        case .project(let projection):
            projection.skip != nil || projection.limit != nil
        default: false
        }
    }

    fileprivate var readsGraph: Bool {
        switch self {
        case .match, .merge, .procedure, .subquery: true
        default: false
        }
    }
}
