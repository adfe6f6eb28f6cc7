import Cypher
import Values

/// MATCH and OPTIONAL MATCH.
extension PartBuilder {
    mutating func match(_ graph: QueryGraph, before next: LogicalStep?) {
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
        if !builder.statementWrites,
            let split = MatchPlanner.split(context, graph, on: base, insteadOf: planner)
        {
            planner = split
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
    mutating func optionalMatch(_ graph: QueryGraph, before next: LogicalStep?) {
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
}

extension QueryGraph {
    /// Too large a search is not planned as one.
    private static let maximumRelationships = 40

    func mayMerge(_ other: QueryGraph) -> Bool {
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
