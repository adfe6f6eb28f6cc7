import Cypher
import Values

/// Plans one query graph on top of the rows that are there: components one after the other, each
/// in its cheapest order, and every predicate as soon as its slots are bound.
struct MatchPlanner {
    let context: BindingContext
    let graph: QueryGraph
    let cardinality: Cardinality
    private let order: JoinOrder
    /// Predicates that are tested or settled already, by their place in the graph.
    private var done = SlotSet()
    /// Relationships that are solved, by their place.
    private var solved = SlotSet()
    /// Labels that scans and seeks have settled, by node.
    private var settledLabels: [(slot: Slot, label: String)] = []
    /// Whether rows enter one by one, so that a hash table would serve a single row.
    private let perRow: Bool
    /// What the plan stands on: nothing below may be changed.
    private var floor: PlanDraft?

    init(_ context: BindingContext, _ graph: QueryGraph, perRow: Bool = false) {
        self.context = context
        self.perRow = perRow
        let graph = graph.pushingStepPredicates()
        self.graph = graph
        cardinality = Cardinality(catalog: context.catalog)
        order = JoinOrder(graph, cardinality)
    }

    mutating func plan(on base: PlanDraft) -> PlanDraft {
        floor = base
        var draft = filterBoundNodes(base)
        draft = applyReady(draft)
        var rest = order.components()
        while !rest.isEmpty {
            let (place, state, isStacked) = cheapest(rest, draft)
            rest.remove(at: place)
            if isStacked {
                draft = build(state.steps, on: draft)
            } else {
                let before = solved
                solved = SlotSet()
                let right = build(state.steps, on: .unit)
                let conditions = uniqueness(of: solved, against: before)
                solved.formUnion(before)
                draft = filter(conditions, on: join(draft, right))
            }
        }
        for (place, relationship) in graph.relationships.enumerated()
        where relationship.isShortest {
            draft = shortest(relationship, place, on: draft)
        }
        return applyReady(draft)
    }

    /// A node that an earlier clause has bound may have got labels here.
    private mutating func filterBoundNodes(_ base: PlanDraft) -> PlanDraft {
        var draft = base
        for node in graph.nodes where base.bound.contains(node.slot) {
            draft = filterLabels(node, on: draft)
        }
        return draft
    }

    // MARK: Components

    /// The component to solve next: one that the rows reach, else the smallest. It is stacked on
    /// the rows where it is reached or sought from them, else solved by itself and joined.
    private func cheapest(_ components: [[Int]], _ draft: PlanDraft)
        -> (place: Int, state: JoinState, isStacked: Bool)
    {
        let here = JoinState(bound: draft.bound, rows: draft.rows, relationships: solved)
        let empty = JoinState(bound: SlotSet(), rows: 1)
        var best: (place: Int, state: JoinState, isStacked: Bool, merit: Double)?
        for (place, component) in components.enumerated() {
            let stacked = order.solve(component, from: here, scansAllowed: draft.isUnit)
            var candidate: (state: JoinState, isStacked: Bool, merit: Double)?
            if let stacked { candidate = (stacked, true, stacked.cost + stacked.rows) }
            let isReached = order.isReached(component, from: here)
            if !draft.isUnit, !isReached,
                let alone = order.solve(component, from: empty, scansAllowed: true)
            {
                let merit = alone.cost + alone.rows * draft.rows
                if merit < candidate?.merit ?? .infinity { candidate = (alone, false, merit) }
            }
            guard let candidate else { continue }
            let merit = isReached ? candidate.merit / 1e9 : candidate.merit
            if merit < best?.merit ?? .infinity {
                best = (place, candidate.state, candidate.isStacked, merit)
            }
        }
        if let best { return (best.place, best.state, best.isStacked) }
        // Walks whose conditions look at the rows below, and no seek: scan for each row.
        for (place, component) in components.enumerated() {
            if let state = order.solve(component, from: here, scansAllowed: true) {
                return (place, state, true)
            }
        }
        preconditionFailure("a component of a query graph has no way in")
    }

    /// By value where an equality says so, else every row with every row.
    private mutating func join(_ left: PlanDraft, _ right: PlanDraft) -> PlanDraft {
        let bound = left.bound.union(right.bound)
        var keys: [(left: BoundExpression, right: BoundExpression)] = []
        for (place, predicate) in graph.predicates.enumerated() where !done.contains(place) {
            guard case .comparison(.equal, let a, let b) = predicate.expression else { continue }
            let (inA, inB) = (a.slots, b.slots)
            if inA.isEmpty || inB.isEmpty { continue }
            if inA.isSubset(of: left.bound), inB.isSubset(of: right.bound) {
                keys.append((left: a, right: b))
            } else if inB.isSubset(of: left.bound), inA.isSubset(of: right.bound) {
                keys.append((left: b, right: a))
            }
        }
        if keys.isEmpty || perRow {
            let product = PlanDraft(
                .cartesianProduct, [left, right], rows: left.rows * right.rows, bound: bound)
            return applyReady(product)
        }
        let (leftSide, leftSlots) = keyed(left, keys.map(\.left))
        let (rightSide, rightSlots) = keyed(right, keys.map(\.right))
        let rows = max(left.rows, right.rows)
        let joined = PlanDraft(
            .hashJoin(left: leftSlots, right: rightSlots), [leftSide, rightSide], rows: rows,
            bound: leftSide.bound.union(rightSide.bound))
        // Equivalence joins null with null and NaN with NaN; the predicates stay and see to that.
        return applyReady(joined)
    }

    private func keyed(_ draft: PlanDraft, _ keys: [BoundExpression]) -> (PlanDraft, [Slot]) {
        var slots: [Slot] = []
        var items: [(slot: Slot, expression: BoundExpression)] = []
        for key in keys {
            if case .slot(let slot) = key {
                slots.append(slot)
                continue
            }
            let slot = context.makeTemporary()
            items.append((slot: slot, expression: key))
            slots.append(slot)
        }
        if items.isEmpty { return (draft, slots) }
        return (draft.adding(.project(items), items.map(\.slot)), slots)
    }

    // MARK: Steps

    private mutating func build(_ steps: [JoinStep], on base: PlanDraft) -> PlanDraft {
        var draft = base
        for step in steps {
            switch step {
            case .access(let node, let access): draft = enter(graph.nodes[node], access, draft)
            case .relationshipScan(let place): draft = scan(place, draft)
            case .expand(let place, let fromLeft): draft = expand(place, fromLeft, draft)
            case .ends(let place): draft = ends(place, draft)
            case .shortest: break
            }
            draft = applyReady(draft)
        }
        return draft
    }

    private mutating func enter(_ node: QueryNode, _ access: NodeAccess, _ base: PlanDraft)
        -> PlanDraft
    {
        for place in access.solved { done.insert(place) }
        if let label = access.label { settledLabels.append((slot: node.slot, label: label)) }
        let operation: PlanOperation
        switch access.kind {
        case .allNodes: operation = .allNodesScan(node: node.slot)
        case .label(let label): operation = .labelScan(node: node.slot, label: label)
        case .seek(let index, let seek):
            operation = .indexSeek(node: node.slot, index: index, seek)
        case .ids(let ids, let elementIDs):
            operation = .nodeByID(node: node.slot, ids: ids, elementIDs: elementIDs)
        }
        let slot = SlotSet([node.slot])
        var draft: PlanDraft
        if access.isSeek {
            draft = base.adding(
                operation, [node.slot], rows: base.rows * access.rows,
                keepsRowsDistinct: base.isUnit, newDistinct: base.isUnit ? [node.slot] : [])
        } else {
            draft = PlanDraft(operation, rows: access.rows, bound: slot, distinct: slot)
            if !base.isUnit {
                draft = PlanDraft(
                    .cartesianProduct, [base, draft], rows: base.rows * access.rows,
                    bound: base.bound.union(slot))
            }
        }
        return filterLabels(node, on: draft)
    }

    private mutating func scan(_ place: Int, _ base: PlanDraft) -> PlanDraft {
        let relationship = graph.relationships[place]
        let conditions = uniqueness(of: SlotSet([place]), against: solved)
        solved.insert(place)
        let isForward = relationship.direction != .incoming
        let bound = SlotSet([relationship.slot, relationship.left, relationship.right])
        let isEither = relationship.direction == .either
        let count =
            max(0.01, cardinality.relationships(relationship.types)) * (isEither ? 2 : 1)
        var draft = PlanDraft(
            .relationshipScan(
                relationship: relationship.slot,
                start: isForward ? relationship.left : relationship.right,
                end: isForward ? relationship.right : relationship.left,
                types: relationship.types, direction: isEither ? .either : .outgoing),
            rows: count, bound: bound,
            distinct: isEither ? SlotSet() : SlotSet([relationship.slot]))
        if !base.isUnit {
            draft = PlanDraft(
                .cartesianProduct, [base, draft], rows: base.rows * count,
                bound: base.bound.union(bound))
        }
        for (end, isRight) in [(relationship.left, false), (relationship.right, true)] {
            let share = cardinality.endSelectivity(
                relationship.types, to: labels(end), relationship.direction, fromLeft: isRight)
            draft = filterLabels(end, on: draft, rows: draft.rows * share)
        }
        return filter(conditions, on: draft)
    }

    private mutating func expand(_ place: Int, _ fromLeft: Bool, _ base: PlanDraft) -> PlanDraft {
        let relationship = graph.relationships[place]
        let from = fromLeft ? relationship.left : relationship.right
        let to = fromLeft ? relationship.right : relationship.left
        let isInto = base.bound.contains(to)
        // A bound list of relationships is found again and compared.
        let slot = relationship.isBound ? context.makeTemporary() : relationship.slot
        let step = Expand(
            from: from, relationship: slot, to: to, types: relationship.types,
            direction: fromLeft ? relationship.direction : relationship.direction.reversed,
            into: isInto, distinctFrom: distinctFrom(place))
        solved.insert(place)
        let rows = rows(relationship, place, fromLeft, isInto, base)
        let operation: PlanOperation
        if case .variable(let length) = relationship.shape {
            if length.isEmpty { return nothing([slot, to], on: base) }
            operation = .variableExpand(walk(relationship, length, step, reversed: !fromLeft))
        } else {
            operation = .expand(step)
        }
        var draft = base.adding(
            operation, [slot, to], rows: rows, keepsRowsDistinct: false)
        if relationship.isBound {
            draft = filter(
                [.comparison(.equal, .slot(slot), .slot(relationship.slot))], on: draft)
        }
        if isInto { return draft }
        let share = cardinality.endSelectivity(
            relationship.types, to: labels(to), relationship.direction, fromLeft: fromLeft)
        return filterLabels(to, on: draft, rows: draft.rows * share)
    }

    /// No rows, where a pattern such as `*2..1` has no matches.
    private func nothing(_ slots: [Slot], on base: PlanDraft) -> PlanDraft {
        base.adding(.filter([.constant(.boolean(false))]), slots, rows: 0)
    }

    private func walk(
        _ relationship: QueryRelationship, _ length: PathLength, _ step: Expand, reversed: Bool
    ) -> VariableExpand {
        let predicates = relationship.stepPredicates
        return VariableExpand(
            expand: step, minimum: length.minimum, maximum: length.maximum,
            stepPredicate: predicates.count > 1 ? .and(predicates) : predicates.first,
            stepRelationship: relationship.stepRelationship, stepNode: relationship.stepNode,
            reversed: reversed)
    }

    private func rows(
        _ relationship: QueryRelationship, _ place: Int, _ fromLeft: Bool, _ isInto: Bool,
        _ base: PlanDraft
    ) -> Double {
        let from = fromLeft ? relationship.left : relationship.right
        let to = fromLeft ? relationship.right : relationship.left
        var degree = cardinality.degree(
            relationship.types, from: labels(from), relationship.direction, fromLeft: fromLeft)
        if case .variable(let length) = relationship.shape {
            degree = cardinality.walks(length, degree: degree)
        }
        if isInto { return base.rows * min(1, degree / max(1, cardinality.nodes(labels(to)))) }
        return base.rows * degree
    }

    private func labels(_ slot: Slot) -> [String] {
        graph.node(slot).map { graph.nodes[$0].labels } ?? []
    }

    /// Relationships of the same MATCH that this one could be.
    private func distinctFrom(_ place: Int) -> [Slot] {
        let relationship = graph.relationships[place]
        var slots: [Slot] = []
        for (other, candidate) in graph.relationships.enumerated()
        where other != place && solved.contains(other)
            && candidate.clause == relationship.clause && candidate.overlaps(relationship)
        {
            slots.append(candidate.slot)
        }
        return slots
    }

    /// Conditions that keep relationships of one MATCH apart where no expand sees to it.
    private func uniqueness(of places: SlotSet, against others: SlotSet) -> [BoundExpression] {
        var conditions: [BoundExpression] = []
        for place in places.sorted {
            let one = graph.relationships[place]
            for other in others.sorted where other != place {
                let two = graph.relationships[other]
                guard one.clause == two.clause, one.overlaps(two) else { continue }
                conditions.append(different(one, two))
            }
        }
        return conditions
    }

    private func different(_ one: QueryRelationship, _ two: QueryRelationship) -> BoundExpression {
        let (left, right) = (BoundExpression.slot(one.slot), BoundExpression.slot(two.slot))
        switch (one.isSingle, two.isSingle) {
        case (true, true): return .comparison(.notEqual, left, right)
        case (true, false): return .not(.inList(left, list: right))
        case (false, true): return .not(.inList(right, list: left))
        case (false, false):
            let item = context.makeTemporary()
            return .quantifier(
                .none, left, item: item, predicate: .inList(.slot(item), list: right))
        }
    }

    /// The ends of a relationship that is there: read off it, in each direction that fits.
    private mutating func ends(_ place: Int, _ base: PlanDraft) -> PlanDraft {
        let relationship = graph.relationships[place]
        let own = BoundExpression.slot(relationship.slot)
        var conditions: [BoundExpression] = [.not(.isNull(own))]
        if let first = relationship.types.first {
            let labels = relationship.types.dropFirst().reduce(BoundLabels.name(first)) {
                .or($0, .name($1))
            }
            conditions.append(.hasLabels(own, labels))
        }
        conditions += uniqueness(of: SlotSet([place]), against: solved)
        solved.insert(place)
        var draft = filter(conditions, on: base)
        let start = BoundExpression.graph(.startNode, [own])
        let end = BoundExpression.graph(.endNode, [own])
        var left = relationship.direction == .incoming ? end : start
        var right = relationship.direction == .incoming ? start : end
        if relationship.direction == .either {
            // A loop has one way only.
            let forward = context.makeTemporary()
            let ways = BoundExpression.caseWhen(
                subject: nil,
                branches: [
                    (
                        condition: .comparison(.equal, start, end),
                        result: .constant(.list([.boolean(true)]))
                    )
                ], otherwise: .constant(.list([.boolean(true), .boolean(false)])))
            draft = draft.adding(
                .unwind(ways, into: forward), [forward], rows: draft.rows * 2,
                keepsRowsDistinct: false)
            left = .caseWhen(
                subject: nil, branches: [(condition: .slot(forward), result: start)],
                otherwise: end)
            right = .caseWhen(
                subject: nil, branches: [(condition: .slot(forward), result: end)],
                otherwise: start)
        }
        draft = bindEnd(relationship.left, left, on: draft)
        return bindEnd(relationship.right, right, on: draft)
    }

    private mutating func bindEnd(_ slot: Slot, _ value: BoundExpression, on base: PlanDraft)
        -> PlanDraft
    {
        if base.bound.contains(slot) {
            return filter([.comparison(.equal, .slot(slot), value)], on: base)
        }
        let draft = base.adding(.project([(slot: slot, expression: value)]), [slot])
        return filterLabels(slot, on: draft)
    }

    private mutating func shortest(
        _ relationship: QueryRelationship, _ place: Int, on base: PlanDraft
    ) -> PlanDraft {
        guard case .shortest(let length, let all) = relationship.shape else { return base }
        solved.insert(place)
        if length.isEmpty { return nothing([relationship.slot], on: base) }
        let step = Expand(
            from: relationship.left, relationship: relationship.slot, to: relationship.right,
            types: relationship.types, direction: relationship.direction, into: true,
            distinctFrom: [])
        let bound = base.bound.union(SlotSet([relationship.slot]))
        var conditions: [BoundExpression] = []
        for (place, predicate) in graph.predicates.enumerated()
        where !done.contains(place) && predicate.needs.isSubset(of: bound) {
            done.insert(place)
            conditions.append(predicate.expression)
        }
        let path = ShortestPath(
            expand: walk(relationship, length, step, reversed: false), all: all,
            predicate: conditions.count > 1 ? .and(conditions) : conditions.first,
            optional: false)
        return base.adding(
            .shortestPath(path), [relationship.slot], keepsRowsDistinct: !all)
    }

    // MARK: Filters

    private mutating func filterLabels(
        _ slot: Slot, on draft: PlanDraft, rows: Double? = nil
    ) -> PlanDraft {
        guard let node = graph.node(slot) else { return draft }
        return filterLabels(graph.nodes[node], on: draft, rows: rows)
    }

    /// `rows`: what is left, where more is known than each label's own share.
    private mutating func filterLabels(
        _ node: QueryNode, on draft: PlanDraft, rows: Double? = nil
    ) -> PlanDraft {
        var tests: [BoundExpression] = []
        for label in node.labels {
            let isSettled = settledLabels.contains {
                $0.slot == node.slot && sameName($0.label, label)
            }
            if isSettled { continue }
            settledLabels.append((slot: node.slot, label: label))
            tests.append(.hasLabels(.slot(node.slot), .name(label)))
        }
        return filter(tests, on: draft, rows: rows)
    }

    /// Tests all predicates whose slots are there now.
    private mutating func applyReady(_ draft: PlanDraft) -> PlanDraft {
        var ready: [BoundExpression] = []
        for (place, predicate) in graph.predicates.enumerated()
        where !done.contains(place) && predicate.needs.isSubset(of: draft.bound) {
            done.insert(place)
            ready.append(predicate.expression)
        }
        return filter(ready, on: draft)
    }

    private func filter(
        _ predicates: [BoundExpression], on draft: PlanDraft, rows: Double? = nil
    ) -> PlanDraft {
        PredicatePlanner(cardinality: cardinality).filter(
            predicates, on: draft, mergesFilter: draft !== floor, rows: rows)
    }
}

extension QueryGraph {
    /// `all(r IN relationships WHERE …)` over a variable-length relationship is a condition on
    /// each of its steps, if it looks at nothing else that is found here.
    fileprivate func pushingStepPredicates() -> QueryGraph {
        let own = slots
        var graph = self
        graph.predicates = predicates.filter { predicate in
            guard
                case .quantifier(.all, .slot(let list), let item, let test) = predicate.expression,
                let place = relationships.firstIndex(where: { $0.slot == list && !$0.isSingle }),
                !relationships[place].isBound
            else { return true }
            var needs = test.slots
            needs.remove(item)
            guard needs.isDisjoint(with: own) else { return true }
            let step = graph.relationships[place].stepRelationship ?? item
            graph.relationships[place].stepRelationship = step
            graph.relationships[place].stepPredicates.append(
                step == item ? test : .letIn(item, value: .slot(step), body: test))
            return false
        }
        return graph
    }
}

extension PathLength {
    /// Whether no number of hops fits.
    fileprivate var isEmpty: Bool { maximum.map { $0 < minimum } ?? false }
}

extension Cypher.Direction {
    var reversed: Cypher.Direction {
        switch self {
        case .outgoing: .incoming
        case .incoming: .outgoing
        case .either: .either
        }
    }
}
