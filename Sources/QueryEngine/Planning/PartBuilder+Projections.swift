import Cypher
import Values

/// WITH and RETURN.
extension PartBuilder {
    /// Columns are computed as late as their effect on rows allows: what is sorted by before the
    /// sort, what WHERE needs before it, the rest for the rows that are left.
    mutating func project(_ projection: LogicalProjection) {
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

extension LogicalProjection {
    /// Whether rows may come to it once with a weight instead of several times: they are added up,
    /// or only different ones are kept. Not where the first few are all that is asked for.
    var honoursWeights: Bool {
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
    var groupingVariable: Slot? {
        isAggregating ? items.map(\.expression).onlyVariable : nil
    }

    /// What it looks at of its rows. That one of `present`, which are never null, is there, is not
    /// worth a look: `count(f)` counts rows.
    func reads(countsOf present: SlotSet) -> SlotSet {
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
