import Cypher
import Values

/// Plans the clauses of one single query, bottom up.
struct PartBuilder {
    let builder: PlanBuilder
    /// The outer rows, inside a right side that they enter together.
    private let rows: RowNumbers?
    /// Whether all that is asked of the last rows is how many there are for each outer row.
    private let rowsAreCounted: Bool
    private(set) var current: PlanDraft
    /// What steps since the last barrier read and write.
    private var pending = Effects()
    /// How many rows each row of a match stands for, below an aggregation or a count of rows.
    private(set) var weight: Slot?
    /// Behind an OPTIONAL MATCH whose matches are only counted: what is null where there are none.
    private var foundMatches: Slot?

    private var rowSlot: Slot? { rows?.slot }
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
    private mutating func finishWrites() {
        if pending.writes.isEmpty { return }
        current = current.adding(.eager)
        pending = Effects()
    }

    // MARK: MATCH

    private mutating func match(_ graph: QueryGraph, before next: LogicalStep?) {
        if let relationship = graph.onlyRelationship(between: current.bound) {
            check(relationship)
            return
        }
        var consumer: MatchPlanner.Consumer?
        var grouped: Slot?
        if case .project(let projection)? = next {
            grouped = projection.groupingVariable
            if projection.honoursWeights {
                var needed = projection.reads(countsOf: ownSlots(graph))
                if let rowSlot { needed.insert(rowSlot) }
                consumer = MatchPlanner.Consumer(needed: needed, rowSlot: rowSlot)
                // Where no relationship is looked at, rows are grouped on the way and not here.
                let makesRows = graph.relationships.contains { needed.contains($0.slot) }
                if !makesRows { grouped = nil }
            }
        } else if next == nil, rowsAreCounted, let rowSlot {
            consumer = MatchPlanner.Consumer(needed: [rowSlot], rowSlot: rowSlot)
        }
        put(match(graph, for: consumer, grouped: grouped, on: current))
    }

    /// The matches of each row, found from each row on, or by themselves and joined to the rows.
    private mutating func match(
        _ graph: QueryGraph, for consumer: MatchPlanner.Consumer?, grouped: Slot?,
        on base: PlanDraft
    ) -> PlanDraft {
        var planner =
            consumer.map {
                .counting(context, graph, for: $0, grouped: grouped, on: base)
            } ?? MatchPlanner(context, graph, grouped: grouped)
        if planner.order.components.count > 1 { noteProduct(graph) }
        if !builder.statementWrites,
            var joined = JoinedMatch(context, graph, for: consumer, on: base, insteadOf: planner)
        {
            let (draft, weight) = joined.plan(on: base)
            self.weight = weight
            return draft
        }
        let draft = planner.plan(on: base)
        weight = planner.weight
        return draft
    }

    /// Whether the relationship is there, as most patterns in WHERE ask: there is nothing to
    /// choose, so nothing is searched.
    private mutating func check(_ relationship: QueryRelationship) {
        let nodes = max(1, cardinality.catalog.nodeCount)
        let degree = cardinality.relationships(relationship.types, relationship.direction) / nodes
        let operation = PlanOperation.expand(
            Expand(
                from: relationship.left, relationship: relationship.slot, to: relationship.right,
                types: relationship.types, direction: relationship.direction, into: true,
                distinctFrom: []))
        put(
            current.adding(
                operation, [relationship.slot], rows: current.rows * min(1, degree / nodes),
                keepsRowsDistinct: false))
        weight = nil
    }

    /// What a match binds itself, and so is never null.
    private func ownSlots(_ graph: QueryGraph) -> SlotSet {
        graph.slots.subtracting(current.bound)
    }

    /// Where the next step only counts what is found, rows are not made of it either: each outer row
    /// comes with the number of its matches, and with one that stands for none.
    private mutating func optionalMatch(_ graph: QueryGraph, before next: LogicalStep?) {
        let argument = context.makeArgument()
        let row = context.makeTemporary()
        let base = builder.base(argument, row, current.bound, rows: current.rows)
        let own = ownSlots(graph)
        var consumer: MatchPlanner.Consumer?
        if case .project(let projection)? = next, projection.honoursWeights {
            let needed = projection.reads(countsOf: own).intersection(own)
            consumer = MatchPlanner.Consumer(
                needed: needed.union(SlotSet([row])), rowSlot: row)
        }
        let inner = match(graph, for: consumer, grouped: nil, on: base)
        let found = weight
        weight = nil
        var new = own.intersection(inner.bound)
        if let found { new.insert(found) }
        put(
            PlanDraft(
                .apply(
                    Apply(
                        kind: .optional(new.sorted), argument: argument, rowSlot: row,
                        perRow: false)),
                [current, inner], rows: max(current.rows, inner.rows),
                bound: current.bound.union(new)))
        guard let found else { return }
        let slot = context.makeTemporary()
        let one = BoundExpression.constant(.integer(1))
        put(
            current.adding(
                .project([(slot: slot, expression: .coalesce([.slot(found), one]))]), [slot]))
        weight = slot
        foundMatches = found
    }

    /// Parts of one MATCH that nothing connects multiply.
    private func noteProduct(_ graph: QueryGraph) {
        guard graph.isDisconnected(given: current.bound) else { return }
        context.notify(
            Notification(
                code: "Neo.ClientNotification.Statement.CartesianProduct",
                title: "The query builds a Cartesian product",
                description: "Parts of a MATCH are not connected, so each match of one is combined "
                    + "with each match of the other. Connect them, or use the second only where "
                    + "it has few rows.",
                severity: .information, category: "PERFORMANCE", range: nil))
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

    // MARK: WITH and RETURN

    /// Columns are computed as late as their effect on rows allows: what is sorted by before the
    /// sort, what WHERE needs before it, the rest for the rows that are left.
    private mutating func project(_ projection: LogicalProjection) {
        var draft = current
        var open = projection.items
        if projection.isAggregating {
            draft = aggregate(projection, on: draft)
            open = projection.afterAggregation
        }
        weight = nil
        foundMatches = nil
        if let columns = projection.distinct,
            builder.statementWrites || SlotSet(columns).isDisjoint(with: draft.distinct)
        {
            draft = materialize(&open, nil, on: draft)
            var slots = SlotSet(columns)
            if let rowSlot { slots.insert(rowSlot) }
            draft = PlanDraft(
                .distinct(slots.sorted), [draft], rows: max(1, draft.rows * 0.5), bound: slots,
                distinct: columns.count == 1 && rowSlot == nil ? SlotSet(columns) : SlotSet())
        }
        let isCut = projection.limit != nil || projection.skip != nil
        if !isCut, projection.predicates.isEmpty {
            draft = materialize(&open, nil, on: draft)
        }
        if !projection.sortKeys.isEmpty {
            let sorted = SlotSet(projection.sortKeys.map(\.slot))
            open += projection.sortItems
            draft = materialize(&open, isCut ? sorted : nil, on: draft)
            draft = sort(projection, on: draft)
        }
        put(draft)
        if projection.sortKeys.isEmpty || projection.limit == nil { cut(projection) }
        draft = current
        if !projection.predicates.isEmpty {
            var needed = SlotSet()
            for predicate in projection.predicates { predicate.addSlots(to: &needed) }
            draft = materialize(&open, needed, on: draft)
            draft = PredicatePlanner(cardinality: cardinality).filter(
                projection.predicates, on: draft)
        }
        put(materialize(&open, nil, on: draft))
    }

    /// Computes those of the open columns that are wanted (nil: all), and what these look at.
    private func materialize(
        _ open: inout [(slot: Slot, expression: BoundExpression)], _ wanted: SlotSet?,
        on draft: PlanDraft
    ) -> PlanDraft {
        if open.isEmpty { return draft }
        var first: [(slot: Slot, expression: BoundExpression)] = []
        var second: [(slot: Slot, expression: BoundExpression)] = []
        let names = SlotSet(open.map(\.slot))
        var needed = wanted ?? names
        for item in open where needed.contains(item.slot) {
            item.expression.addSlots(to: &needed)
        }
        // Sort expressions may look at columns of the same projection: those come first.
        for item in open where needed.contains(item.slot) {
            if item.expression.slots.isDisjoint(with: names) {
                first.append(item)
            } else {
                second.append(item)
            }
        }
        open.removeAll { needed.contains($0.slot) }
        var result = draft
        for items in [first, second] where !items.isEmpty {
            let items = items.map { item in
                (slot: item.slot, expression: item.expression.planned(for: result.rows, context))
            }
            result = result.adding(.project(items), SlotSet(items.lazy.map(\.slot)))
        }
        return result
    }

    private func sort(_ projection: LogicalProjection, on draft: PlanDraft) -> PlanDraft {
        if let limit = projection.limit {
            return draft.adding(
                .top(projection.sortKeys, limit: limit, skip: projection.skip),
                rows: min(draft.rows, limit.rowCount))
        }
        return draft.adding(.sort(projection.sortKeys))
    }

    private mutating func cut(_ projection: LogicalProjection) {
        guard projection.skip != nil || projection.limit != nil else { return }
        finishWrites()
        if let skip = projection.skip {
            put(current.adding(.skip(skip), rows: max(0, current.rows - skip.rowCount)))
        }
        if let limit = projection.limit {
            put(current.adding(.limit(limit), rows: min(current.rows, limit.rowCount)))
        }
    }

    private mutating func aggregate(_ projection: LogicalProjection, on draft: PlanDraft)
        -> PlanDraft
    {
        var weight = self.weight
        self.weight = nil
        var aggregates = projection.aggregates.map { aggregate in
            (
                slot: aggregate.slot,
                call: aggregate.call.countingRows(unless: draft.bound, foundMatches)
            )
        }
        let distinct =
            rowSlot.map { draft.distinct.union(draft.distinct(byRow: $0)) } ?? draft.distinct
        if aggregates.allSatisfy({ $0.call.counts(distinct: distinct) }) {
            aggregates = aggregates.map { ($0.slot, $0.call.countingAll) }
            weight = nil
        }
        if projection.items.isEmpty, aggregates.count == 1, rowSlot == nil,
            let count = CountShortcut.find(aggregates[0].call, draft)
        {
            let slot = aggregates[0].slot
            return PlanDraft(.countStore(count, into: slot), rows: 1, bound: SlotSet([slot]))
        }
        if let items = countsOfDistinctRows(projection, aggregates, weight, on: draft) {
            let own = items.filter { $0.expression.isSlot(of: draft.distinct) }.map(\.slot)
            return draft.adding(
                .project(items), SlotSet(items.lazy.map(\.slot)), newDistinct: SlotSet(own))
        }
        var reads = SharedReads(context)
        let (shared, columns) = reads.share(aggregates)
        let input =
            columns.isEmpty
            ? draft : draft.adding(.project(columns), SlotSet(columns.lazy.map(\.slot)))
        if projection.items.isEmpty, let rows {
            return PlanDraft(
                .aggregateByRow(rows, aggregates: shared, weight: weight), [input],
                rows: 1, bound: SlotSet([rows.slot] + aggregates.map(\.slot)),
                distinct: [rows.slot])
        }
        var keys = projection.items
        if let rowSlot { keys.append((slot: rowSlot, expression: .slot(rowSlot))) }
        let slots = keys.map(\.slot) + aggregates.map(\.slot)
        return PlanDraft(
            .aggregate(keys: keys, aggregates: shared, weight: weight), [input],
            rows: keys.isEmpty ? 1 : max(1, draft.rows.squareRoot()), bound: SlotSet(slots),
            distinct: keys.count == 1 ? SlotSet([keys[0].slot]) : SlotSet())
    }

    /// Where a grouping key is another entity in every row, each row is a group, and its count is
    /// its weight. nil where that is not so, or more is asked for.
    private func countsOfDistinctRows(
        _ projection: LogicalProjection, _ aggregates: [(slot: Slot, call: AggregateCall)],
        _ weight: Slot?, on draft: PlanDraft
    ) -> [(slot: Slot, expression: BoundExpression)]? {
        guard !builder.statementWrites,
            projection.items.contains(where: { $0.expression.isSlot(of: draft.distinct) }),
            aggregates.allSatisfy({ $0.call.function == .countStar })
        else { return nil }
        let count = weight.map { BoundExpression.slot($0) } ?? .constant(.integer(1))
        return projection.items + aggregates.map { (slot: $0.slot, expression: count) }
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

extension LogicalProjection {
    /// Whether rows may come to it once with a weight instead of several times: they are added up,
    /// or only different ones are kept. Not where the first few are all that is asked for.
    fileprivate var honoursWeights: Bool {
        guard items.allSatisfy({ $0.expression.isDeterministic }) else { return false }
        if isAggregating {
            return aggregates.allSatisfy { aggregate in
                aggregate.call.honoursWeights
                    && (aggregate.call.argument?.isDeterministic ?? true)
            }
        }
        return distinct != nil && (limit == nil || !sortKeys.isEmpty)
    }

    /// What all grouping keys are of.
    fileprivate var groupingVariable: Slot? {
        isAggregating ? items.map(\.expression).onlyVariable : nil
    }

    /// What it looks at of its rows. That one of `present`, which are never null, is there, is not
    /// worth a look: `count(f)` counts rows.
    fileprivate func reads(countsOf present: SlotSet) -> SlotSet {
        var reads = SlotSet(distinct ?? [])
        for item in items { item.expression.addSlots(to: &reads) }
        for aggregate in aggregates {
            if let slot = aggregate.call.countedSlot, present.contains(slot) { continue }
            aggregate.call.argument?.addSlots(to: &reads)
            aggregate.call.second?.addSlots(to: &reads)
        }
        return reads
    }
}

extension AggregateCall {
    /// x in `count(x)`
    fileprivate var countedSlot: Slot? {
        guard function == .count, !distinct, case .slot(let slot)? = argument else { return nil }
        return slot
    }

    /// `count(DISTINCT x)`, where x is another entity in every row.
    fileprivate func counts(distinct slots: SlotSet) -> Bool {
        function == .count && distinct && (argument?.isSlot(of: slots) ?? false)
    }

    fileprivate var countingAll: AggregateCall {
        AggregateCall(
            function: function, argument: argument, second: nil, distinct: false, range: range)
    }

    /// `count(x)` of what is counted and not found is `count(*)`, of the rows that have `matches`
    /// where they need not have any.
    fileprivate func countingRows(unless bound: SlotSet, _ matches: Slot?) -> AggregateCall {
        guard let slot = countedSlot, !bound.contains(slot) else { return self }
        return AggregateCall(
            function: matches == nil ? .countStar : .count,
            argument: matches.map { .slot($0) }, second: nil, distinct: false, range: range)
    }
}

extension BoundExpression {
    fileprivate func isSlot(of slots: SlotSet) -> Bool {
        if case .slot(let slot) = self { slots.contains(slot) } else { false }
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
    fileprivate var rowCount: Double {
        if case .constant(.integer(let count)) = self { return Double(count) }
        return Cardinality.listLength
    }
}

extension QueryGraph {
    /// Too large a search is not planned as one.
    private static let maximumRelationships = 40

    fileprivate func mayMerge(_ other: QueryGraph) -> Bool {
        relationships.count + other.relationships.count <= QueryGraph.maximumRelationships
            && nodes.count + other.nodes.count <= 2 * QueryGraph.maximumRelationships
    }

    /// The relationship that is all there is to find: its ends are there, and nothing else is asked
    /// of it or of them.
    fileprivate func onlyRelationship(between bound: SlotSet) -> QueryRelationship? {
        guard relationships.count == 1, predicates.isEmpty, relationships[0].isSingle,
            !relationships[0].isBound, relationships[0].left != relationships[0].right,
            nodes.allSatisfy({ bound.contains($0.slot) && $0.labels.isEmpty })
        else { return nil }
        return relationships[0]
    }

    fileprivate func isDisconnected(given bound: SlotSet) -> Bool {
        var reached = bound.isDisjoint(with: slots) ? SlotSet([nodes[0].slot]) : bound
        var isGrowing = true
        while isGrowing {
            isGrowing = false
            for relationship in relationships {
                let ends = SlotSet([relationship.left, relationship.right, relationship.slot])
                if reached.isDisjoint(with: ends) || ends.isSubset(of: reached) { continue }
                reached.formUnion(ends)
                isGrowing = true
            }
            for predicate in predicates
            where !predicate.needs.isDisjoint(with: reached)
                && !predicate.needs.isSubset(of: reached)
            {
                reached.formUnion(predicate.needs)
                isGrowing = true
            }
        }
        return nodes.contains { !reached.contains($0.slot) }
    }
}
