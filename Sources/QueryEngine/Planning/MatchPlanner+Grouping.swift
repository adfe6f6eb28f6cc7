import Cypher
import Foundation
internal import GraphStore

/// Grouping before an expand: where many rows share few starting points and nothing else of them is
/// looked at behind it, each point is expanded once, with a weight.
///
/// In `MATCH (u)-[:RATED]->(i)<-[:RATED]-(peer)-[:RATED]->(rec) RETURN rec, count(*)` many items lead
/// to one peer, and what the peer has rated is the same each time, but for the relationships that
/// the way to the peer has used: see ``ExpandGroups``.
extension MatchPlanner {
    /// Who takes the rows behind the match, if weights can take the place of rows.
    struct Consumer {
        /// Slots that are looked at.
        let needed: SlotSet
        /// The one among them that tells the rows of an outer query apart.
        let rowSlot: Slot?
    }

    /// Grouping costs about as much as making a row: it has to save more than every other one.
    private static let fewestRowsPerGroup = 2.0
    /// Fewer rows for an end are enough: some ends are always met more often than others.
    private static let fewestRowsPerEnd = 1.25

    /// The rows grouped by what is still looked at, where that pays before this expand.
    mutating func grouped(_ place: Int, from: Slot, on base: PlanDraft) -> PlanDraft {
        // What longer patterns ask of each step may look at any variable.
        guard let consumer, isOnSpine, graph.relationships.allSatisfy(\.isSingle) else {
            return base
        }
        var keys = laterSlots(place, consumer, settled: [], counted: nil)
        keys.insert(from)
        for other in taken(from: place).ascending { keys.insert(graph.relationships[other].slot) }
        keys = keys.intersection(base.bound)
        if let weight { keys.remove(weight) }
        guard let groups = groupCount(keys, in: base), groups * Self.fewestRowsPerGroup < base.rows
        else {
            return base
        }
        let slot = context.makeTemporary()
        let count = AggregateCall(
            function: .countStar, argument: nil, second: nil, distinct: false,
            range: SourceRange(start: 0, end: 0))
        let operation = PlanOperation.aggregate(
            keys: keys.sorted.map { ($0, .slot($0)) }, aggregates: [(slot, count)], weight: weight)
        weight = slot
        var bound = keys
        bound.insert(slot)
        return PlanDraft(operation, [base], rows: groups, bound: bound)
    }

    /// An expand behind which nothing but its ends and some slots of the rows is looked at: of
    /// groups of rows, to each end once. nil where neither starts nor ends are expected to come
    /// again, or where what a row may not reach cannot be told by its ends.
    mutating func expandGroups(_ place: Int, _ fromLeft: Bool, on base: PlanDraft) -> PlanDraft? {
        guard let consumer, isOnSpine else { return nil }
        let own = graph.relationships[place]
        let from = fromLeft ? own.left : own.right
        let to = own.end(otherThan: from)
        guard own.isSingle, !own.isBound, !base.bound.contains(to) else { return nil }
        let (exclusions, settled) = exclusions(of: to, given: base.bound)
        guard let taken = taken(by: place) else { return nil }
        let counted =
            exclusions.isEmpty && taken.isEmpty ? countedBeside(place, from: from) : nil
        var keys = laterSlots(place, consumer, settled: settled, counted: counted)
        if keys.contains(own.slot) { return nil }
        keys = keys.intersection(base.bound)
        if let weight { keys.remove(weight) }
        guard let sections = groupCount(keys, in: base),
            let groups = groupCount(keys.union(SlotSet([from])), in: base)
        else { return nil }
        let hop = order.links[place].hop(fromLeft: fromLeft)
        let startsRepeat = groups * Self.fewestRowsPerGroup < base.rows
        // So many rows fall on so many places, an end in a section each, evenly as far as is known.
        let (rows, places) = (base.rows * hop.rows, sections * hop.targets)
        let met = places * (1 - exp(-rows / max(1, places)))
        // One section that fills its array is added up at little cost, whatever comes again.
        let fillsArray =
            sections <= 1 && rows >= EndWeights.entriesPerPlace * context.catalog.nodeCount
        let endsRepeat =
            !keys.contains(from) && (fillsArray || met * Self.fewestRowsPerEnd <= rows)
        guard startsRepeat || endsRepeat else { return nil }

        let expand = Expand(
            from: from, relationship: nil, to: to, types: own.types,
            direction: fromLeft ? own.direction : own.direction.reversed, into: false,
            distinctFrom: distinctFrom(place))
        let slot = context.makeTemporary()
        let step = ExpandGroups(
            expand: expand, keys: keys.sorted, startsDiffer: base.distinct.contains(from),
            exclusions: exclusions, taken: taken, counted: counted.map { counts[$0].hops[0] },
            weight: slot, times: weight)
        weight = slot
        solved.insert(place)
        for predicate in settled { done.insert(predicate) }
        if let counted { counts.remove(at: counted) }
        let draft = PlanDraft(
            .expandGroups(step), [base], rows: min(groups * hop.rows, met),
            bound: keys.union(SlotSet([slot, to])),
            distinct: keys.isEmpty && step.endsDiffer ? SlotSet([to]) : SlotSet())
        let isThere = exclusions.compactMap { exclusion in
            exclusion.property.map {
                BoundExpression.not(.isNull(.property(.slot(to), $0)))
            }
        }
        return filter(isThere, on: filterLabels(to, on: draft, rows: draft.rows * hop.share))
    }

    /// The place of a counting step that hangs on the same node as the expand and has to leave out
    /// its relationship, and no other.
    private func countedBeside(_ place: Int, from: Slot) -> Int? {
        let own = graph.relationships[place]
        let areAlone = graph.relationships.indices.allSatisfy { other in
            other == place || !graph.relationships[other].connects(own.left, own.right)
        }
        guard areAlone else { return nil }
        return counts.firstIndex { step in
            step.from == from && step.hops.count == 1 && step.taken.count == 1
                && own.connects(step.taken[0].start, step.taken[0].end)
        }
    }

    // MARK: What is looked at

    /// What steps behind this expand, and the consumer, still look at,
    /// without the predicates that it has settled and the counting step that it does itself.
    private func laterSlots(
        _ place: Int, _ consumer: Consumer, settled: [Int], counted: Int?
    ) -> SlotSet {
        var later = consumer.needed
        for number in graph.predicates.indices
        where !done.contains(number) && !settled.contains(number) {
            later.formUnion(graph.predicates[number].needs)
        }
        var found = solved
        found.insert(place)
        for number in graph.relationships.indices where !found.contains(number) {
            later.insert(graph.relationships[number].left)
            later.insert(graph.relationships[number].right)
            if graph.relationships[number].isBound {
                later.insert(graph.relationships[number].slot)
            }
            for predicate in graph.relationships[number].stepPredicates {
                predicate.addSlots(to: &later)
            }
            for other in meetings[number].intersection(found).ascending {
                later.insert(graph.relationships[other].slot)
            }
        }
        for number in counts.indices where number != counted {
            later.formUnion(counts[number].reads)
        }
        return later
    }

    /// How many groups of the rows there can be: no more than there are nodes, nor than there were
    /// rows when the last of the slots was bound. nil where that is not known.
    private func groupCount(_ keys: SlotSet, in draft: PlanDraft) -> Double? {
        var count = 1.0
        for slot in keys.ascending {
            if slot == consumer?.rowSlot {
                count = .infinity
            } else if let node = graph.node(slot) {
                count *= order.nodes[node].count
            } else {
                return nil
            }
        }
        return min(count, draft.fewestRows(with: keys))
    }

    // MARK: What a row may not reach

    /// Nodes of the row that the new one must not be, with the places of the conditions that say
    /// so.
    private func exclusions(of to: Slot, given bound: SlotSet)
        -> (exclusions: [ExpandGroups.Exclusion], settled: [Int])
    {
        var exclusions: [ExpandGroups.Exclusion] = []
        var settled: [Int] = []
        for place in graph.predicates.indices where !done.contains(place) {
            let predicate = graph.predicates[place]
            guard case .comparison(.notEqual, let left, let right) = predicate.expression else {
                continue
            }
            let node: Slot
            var property: String?
            switch (left, right) {
            case (.slot(let one), .slot(let two)): node = one == to ? two : one
            case (.property(.slot(let one), let key), .property(.slot(let two), let other))
            where sameName(key, other):
                node = one == to ? two : one
                property = key
            default: continue
            }
            guard predicate.needs == SlotSet([to, node]), node != to, bound.contains(node),
                graph.node(node) != nil, property.map({ isUnique($0, to, node) }) ?? true
            else { continue }
            exclusions.append(
                ExpandGroups.Exclusion(
                    node: node, property: property, condition: predicate.expression))
            settled.append(place)
        }
        return (exclusions, settled)
    }

    /// Whether no two nodes of a label that both have share a value of the property.
    private func isUnique(_ property: String, _ one: Slot, _ two: Slot) -> Bool {
        graph.labels(one).contains { label in
            graph.labels(two).contains { sameName($0, label) }
                && context.catalog.indexes(.node, label).contains { index in
                    index.isUnique && index.properties.count == 1
                        && sameName(index.properties[0], property)
                }
        }
    }

    /// The relationships of the row that the new one could be; nil where their ends do not tell.
    private func taken(by place: Int) -> [CountExpand.Taken]? {
        let own = graph.relationships[place]
        var result: [CountExpand.Taken] = []
        for other in taken(from: place).ascending {
            guard let taken = graph.relationships[other].taken(from: own) else { return nil }
            result.append(taken)
        }
        return result
    }
}

extension QueryRelationship {
    /// What another relationship of the MATCH, which has no slot in the rows, needs to know of this
    /// one so as not to be the same: its ends. nil where these do not settle it.
    func taken(from other: QueryRelationship) -> CountExpand.Taken? {
        guard isSingle, !isBound, other.covers(self) else { return nil }
        if let ends { return CountExpand.Taken(start: ends.start, end: ends.end) }
        return other.direction == .either ? CountExpand.Taken(start: left, end: right) : nil
    }

    /// Whether these are its two ends.
    fileprivate func connects(_ one: Slot, _ two: Slot) -> Bool {
        (left == one && right == two) || (left == two && right == one)
    }

    /// Whether each relationship that `other` matches has one of this one's types.
    func covers(_ other: QueryRelationship) -> Bool {
        if types.isEmpty { return true }
        return !other.types.isEmpty
            && other.types.allSatisfy { type in types.contains { sameName($0, type) } }
    }
}
