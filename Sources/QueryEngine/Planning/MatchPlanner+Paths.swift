import Cypher
import Values

/// The steps of a match that go over repeated patterns, and those that choose among paths.
extension MatchPlanner {
    /// Repetitions of a pattern, each found by a plan of its own from the node reached.
    mutating func expand(
        _ group: QueryGroup, _ relationship: QueryRelationship, _ step: Expand, _ fromLeft: Bool,
        _ rows: Double, on base: PlanDraft
    ) -> PlanDraft {
        var made = [relationship.slot] + group.variables.map(\.list)
        if !step.into { made.append(step.to) }
        if group.length.isEmpty { return nothing(SlotSet(made), on: base) }
        let (operation, inner) = repetition(of: group, relationship, step, fromLeft, on: base)
        let draft = PlanDraft(
            .quantifiedExpand(operation), [base, inner], rows: rows,
            bound: base.bound.union(SlotSet(made)))
        return step.into ? draft : filterLabels(step.to, on: draft)
    }

    /// The step, and the plan that finds one repetition.
    private func repetition(
        of group: QueryGroup, _ relationship: QueryRelationship, _ step: Expand, _ fromLeft: Bool,
        on base: PlanDraft
    ) -> (QuantifiedExpand, PlanDraft) {
        let argument = context.makeArgument()
        let row = context.makeTemporary()
        let innerFrom = fromLeft ? group.left : group.right
        var available = base.bound
        available.insert(innerFrom)
        var planner = MatchPlanner(context, group.graph)
        let inner = planner.plan(
            on: PlanBuilder(context).base(argument, row, available))
        let operation = QuantifiedExpand(
            from: step.from, to: step.to, into: step.into, relationships: relationship.slot,
            length: group.length, argument: argument, rowSlot: row, innerFrom: innerFrom,
            innerTo: fromLeft ? group.right : group.left,
            innerRelationships: group.graph.relationships.map(\.slot), lists: group.variables,
            distinctFrom: step.distinctFrom, reversed: !fromLeft)
        return (operation, inner)
    }

    // MARK: Shortest paths

    mutating func shortest(
        _ relationship: QueryRelationship, _ place: Int, on base: PlanDraft
    ) -> PlanDraft {
        switch relationship.shape {
        case .shortest(let search): return shortest(search, relationship, place, on: base)
        case .selected(let path): return selected(path, place, on: base)
        case .single, .variable, .quantified: return base
        }
    }

    private mutating func shortest(
        _ search: ShortestSearch, _ relationship: QueryRelationship, _ place: Int,
        on base: PlanDraft
    ) -> PlanDraft {
        solved.insert(place)
        if search.length.isEmpty { return nothing([relationship.slot], on: base) }
        let step = Expand(
            from: relationship.left, relationship: relationship.slot, to: relationship.right,
            types: relationship.types, direction: relationship.direction, into: true,
            distinctFrom: [])
        let bound = base.bound.union(SlotSet([relationship.slot]))
        var conditions = search.conditions
        for (place, predicate) in graph.predicates.enumerated()
        where search.isFunction && !done.contains(place) && predicate.needs.isSubset(of: bound) {
            done.insert(place)
            conditions.append(predicate.expression)
        }
        let path = ShortestPath(
            expand: walk(relationship, search.length, step, reversed: false),
            selection: search.selection,
            predicate: conditions.count > 1 ? .and(conditions) : conditions.first,
            optional: false)
        return base.adding(
            .shortestPath(path), [relationship.slot],
            keepsRowsDistinct: search.selection.isSingle)
    }

    /// For each pair of ends the shortest repetitions are searched, or the whole path is matched
    /// and the best ones are kept.
    private mutating func selected(_ path: SelectedPath, _ place: Int, on base: PlanDraft)
        -> PlanDraft
    {
        solved.insert(place)
        if let trails = shortestTrails(path, on: base) { return trails }
        let argument = context.makeArgument()
        var planner = MatchPlanner(context, path.graph, perRow: true)
        var inner = planner.plan(on: PlanBuilder(context).base(argument, nil, base.bound))
        let length = context.makeTemporary()
        inner = inner.adding(.project([(slot: length, expression: path.length)]), [length])
        let key = SortKey(slot: length, descending: false)
        switch path.selection {
        case .paths(let count):
            let limit = BoundExpression.constant(.integer(Int64(count)))
            inner = inner.adding(
                .top([key], limit: limit, skip: nil), rows: min(inner.rows, Double(count)))
        case .groups(let count):
            inner = inner.adding(.sort([key])).adding(.limitGroups(length, count: count))
        }
        return PlanDraft(
            .apply(
                Apply(
                    kind: .inner, argument: argument, rowSlot: context.makeTemporary(),
                    perRow: true)),
            [base, inner], rows: base.rows * max(0.1, inner.rows),
            bound: base.bound.union(SlotSet(path.made)))
    }

    /// A path that is nothing but repetitions of one pattern; nil for any other.
    private func shortestTrails(_ path: SelectedPath, on base: PlanDraft) -> PlanDraft? {
        guard path.graph.relationships.count == 1, path.graph.predicates.isEmpty,
            case .quantified(let group) = path.graph.relationships[0].shape
        else { return nil }
        let relationship = path.graph.relationships[0]
        let made = [relationship.slot] + group.variables.map(\.list)
        if group.length.isEmpty { return nothing(SlotSet(made), on: base) }
        let step = Expand(
            from: relationship.left, relationship: relationship.slot, to: relationship.right,
            types: [], direction: .either, into: true, distinctFrom: [])
        let (repetition, inner) = repetition(of: group, relationship, step, true, on: base)
        let count: Int
        switch path.selection {
        case .paths(let number), .groups(let number): count = number
        }
        return PlanDraft(
            .shortestTrails(ShortestTrails(repetition: repetition, selection: path.selection)),
            [base, inner], rows: base.rows * Double(count),
            bound: base.bound.union(SlotSet(made)))
    }
}
