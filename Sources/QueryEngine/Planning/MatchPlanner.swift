import Cypher
import Values

/// Plans one query graph on top of the rows that are there: components one after the other, each
/// in its cheapest order, and every predicate as soon as its slots are bound.
struct MatchPlanner {
    let context: BindingContext
    let graph: QueryGraph
    let cardinality: Cardinality
    let order: JoinOrder
    /// See ``QueryGraph/meetings``.
    let meetings: [SlotSet]
    /// Predicates that are tested or settled already, by their place in the graph.
    var done = SlotSet()
    /// Relationships that are solved, by their place.
    var solved = SlotSet()
    /// Nodes whose labels are settled.
    private var labelled = SlotSet()
    /// Whether rows enter one by one, so that a hash table would serve a single row.
    private let perRow: Bool
    /// Set where what the rows do not reach is to be found by itself and joined, whatever it costs:
    /// how many rows the join leaves.
    private let joinedRows: Double?
    /// What the plan stands on: nothing below may be changed.
    private var floor: PlanDraft?
    /// Relationships that are left to count.
    var counts: [CountExpand]
    /// Where rows go, if they may be counted instead of made.
    let consumer: Consumer?
    /// Whether steps are added to the rows that hold all that is found so far, and not to those of
    /// a component that is joined later.
    var isOnSpine = true
    /// Where the plan keeps how many matches each of its rows stands for; nil: one.
    var weight: Slot?

    init(
        _ context: BindingContext, _ graph: QueryGraph, perRow: Bool = false,
        consumer: Consumer? = nil, counting counts: [CountExpand] = [], grouped: Slot? = nil,
        joinedRows: Double? = nil
    ) {
        self.consumer = consumer
        self.joinedRows = joinedRows
        self.context = context
        self.perRow = perRow
        self.counts = counts
        let graph = graph.splittingDisjunctions().pushingLabels().pushingStepPredicates()
        self.graph = graph
        meetings = graph.meetings
        context.note(graph)
        cardinality = Cardinality(context: context)
        order = JoinOrder(graph, cardinality, grouped: grouped)
    }

    mutating func plan(on base: PlanDraft) -> PlanDraft {
        floor = base
        var draft = filterBoundNodes(base)
        draft = count(on: applyReady(draft))
        var rest = order.components
        while !rest.isEmpty {
            let choice = cheapest(rest, draft)
            if choice.solvesAll { rest.remove(at: choice.place) }
            if case .stacked = choice.way {
                draft = build(choice.steps, on: draft)
            } else {
                let before = solved
                solved = SlotSet()
                isOnSpine = false
                let right = build(choice.steps, on: .unit)
                isOnSpine = true
                let conditions = uniqueness(of: solved, against: before)
                solved.formUnion(before)
                draft = count(on: filter(conditions, on: join(draft, right)))
            }
        }
        for (place, relationship) in graph.relationships.enumerated()
        where relationship.isShortest {
            draft = shortest(relationship, place, on: draft)
        }
        return count(on: applyReady(draft))
    }

    /// What the first component costs, and the rows that it leaves.
    func estimate(on base: PlanDraft) -> (cost: Double, rows: Double) {
        if order.components.isEmpty { return (0, base.rows) }
        let choice = cheapest(order.components, base)
        return (choice.state.cost, choice.state.rows)
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

    /// A component that is solved next, and how.
    private struct Choice {
        let place: Int
        /// As it is when the component is solved whole.
        let state: JoinState
        let way: Way

        enum Way {
            /// On top of the rows.
            case stacked
            /// By itself, and joined to the rows.
            case joined
            /// By one node, which is joined; the rest is stacked on it next.
            case entered(JoinStep)
        }

        var steps: [JoinStep] {
            if case .entered(let entry) = way { [entry] } else { state.steps }
        }

        var solvesAll: Bool {
            if case .entered = way { false } else { true }
        }
    }

    /// The component to solve next: one that the rows reach, else the smallest. It is stacked on
    /// the rows where it is reached or sought from them, else solved by itself and joined, or entered
    /// by a node that is joined.
    private func cheapest(_ components: [JoinComponent], _ draft: PlanDraft) -> Choice {
        let here = JoinState(
            bound: draft.bound, rows: draft.rows, relationships: solved, predicates: done)
        if components.count == 1, draft.isUnit || order.isReached(components[0], from: here),
            let state = order.solve(components[0], from: here, scansAllowed: draft.isUnit)
        {
            return Choice(place: 0, state: state, way: .stacked)
        }
        var best: (choice: Choice, merit: Double)?
        for (place, component) in components.enumerated() {
            // Over a single row a scan is no dearer than by itself, and conditions on both of them
            // are tested before the scan's rows become more.
            let stacked = order.solve(
                component, from: here, scansAllowed: draft.isUnit || draft.isSingleRow)
            let isReached = order.isReached(component, from: here)
            let mustJoin = joinedRows != nil && !draft.isUnit && !isReached
            func consider(_ choice: Choice, _ cost: Double) {
                var merit = isReached ? cost / 1e9 : cost
                // The larger side is read row by row, the smaller one kept.
                if joinedRows != nil, draft.isUnit { merit = -choice.state.rows }
                if merit < best?.merit ?? .infinity { best = (choice, merit) }
            }
            if let stacked, !mustJoin {
                consider(
                    Choice(place: place, state: stacked, way: .stacked),
                    stacked.cost + stacked.rows)
            }
            if !draft.isUnit, !isReached,
                let alone = order.solve(
                    component, from: JoinState(bound: SlotSet(), rows: 1), scansAllowed: true)
            {
                consider(
                    Choice(place: place, state: alone, way: .joined),
                    alone.cost + alone.rows * draft.rows)
            }
            if !draft.isUnit, !isReached, !perRow, !mustJoin,
                let joined = order.solve(component, joinedTo: here)
            {
                consider(
                    Choice(place: place, state: joined.state, way: .entered(joined.entry)),
                    joined.state.cost + joined.state.rows)
            }
        }
        if let best { return best.choice }
        // Walks that hang on values of the rows below, and no seek: scan for each row.
        for (place, component) in components.enumerated() {
            if let state = order.solve(component, from: here, scansAllowed: true) {
                return Choice(place: place, state: state, way: .stacked)
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
        let joined = PlanDraft(
            .hashJoin(left: leftSlots, right: rightSlots), [leftSide, rightSide],
            rows: joinedRows ?? max(left.rows, right.rows),
            bound: leftSide.bound.union(rightSide.bound))
        // Equivalence joins null with null and NaN with NaN; the predicates stay and see to that.
        return applyReady(joined, leaving: joinedRows)
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
        return (draft.adding(.project(items), SlotSet(items.lazy.map(\.slot))), slots)
    }

    // MARK: Steps

    private mutating func build(_ steps: [JoinStep], on base: PlanDraft) -> PlanDraft {
        var draft = base
        for (place, step) in steps.enumerated() where !isSolved(step) {
            switch step {
            case .access(let node, let way):
                draft = enter(graph.nodes[node], order.accesses[node][way], draft)
            case .relationshipScan(let place): draft = scan(place, draft)
            case .relationshipSeek(let place, let way):
                draft = seek(place, order.relationshipAccesses[place][way], draft)
            case .expand(let link, let fromLeft):
                draft =
                    intersect(link, fromLeft, steps[(place + 1)...], draft)
                    ?? expandGroups(link, fromLeft, on: draft)
                    ?? expand(link, fromLeft, draft)
            case .ends(let place): draft = ends(place, draft)
            }
            draft = applyReady(draft)
            if isOnSpine { draft = count(on: draft) }
        }
        return draft
    }

    /// An intersection has taken two steps at once.
    private func isSolved(_ step: JoinStep) -> Bool {
        if case .expand(let link, _) = step { return solved.contains(link) }
        return false
    }

    private mutating func enter(_ node: QueryNode, _ access: NodeAccess, _ base: PlanDraft)
        -> PlanDraft
    {
        done.formUnion(access.solved)
        let draft: PlanDraft
        if base.isUnit {
            draft = start(access, node.slot, on: base)
        } else if !access.isSeek {
            let right = start(access, node.slot, on: .unit)
            draft = PlanDraft(
                .cartesianProduct, [base, right], rows: base.rows * right.rows,
                bound: base.bound.union(right.bound))
        } else if case .union(let branches) = access.kind {
            draft = uniteForEach(branches, node.slot, rows: access.rows, on: base)
        } else {
            draft = start(access, node.slot, on: base)
        }
        return filterLabels(node, except: access.label, on: draft)
    }

    /// On a base of one row without columns, or what a seek starts from.
    private func start(_ access: NodeAccess, _ slot: Slot, on base: PlanDraft) -> PlanDraft {
        let operation: PlanOperation
        switch access.kind {
        case .allNodes: operation = .allNodesScan(node: slot)
        case .label(let label): operation = .labelScan(node: slot, label: label)
        case .anyLabel(let labels): operation = .labelUnionScan(node: slot, labels: labels)
        case .seek(.index(let index, let seek)):
            operation = .indexSeek(entity: slot, index: index, seek)
        case .seek(.ids(let ids)): operation = .nodeByID(node: slot, ids)
        case .union(let branches):
            return unite(branches, slot, rows: access.rows, keys: [slot]) { .unit }
        }
        if access.isSeek {
            return base.adding(
                operation, [slot], rows: base.rows * access.rows,
                keepsRowsDistinct: base.isUnit, newDistinct: base.isUnit ? [slot] : [])
        }
        return PlanDraft(operation, rows: access.rows, bound: [slot], distinct: [slot])
    }

    /// What each branch finds, each node once for each value of the other keys.
    private func unite(
        _ branches: [NodeAccess.Branch], _ slot: Slot, rows: Double, keys: SlotSet,
        on base: () -> PlanDraft
    ) -> PlanDraft {
        let drafts = branches.map { branch in
            filter(branch.tests, on: start(branch.access, slot, on: base()))
        }
        let renames = drafts.map { _ in [(from: slot, to: slot)] }
        return PlanDraft(
            .distinct(keys.sorted),
            [PlanDraft(.union(renames), drafts, rows: rows, bound: keys)], rows: rows, bound: keys,
            distinct: keys == [slot] ? keys : SlotSet())
    }

    /// The same, sought from each row of the base.
    private func uniteForEach(
        _ branches: [NodeAccess.Branch], _ slot: Slot, rows: Double, on base: PlanDraft
    ) -> PlanDraft {
        let (argument, row) = (context.makeArgument(), context.makeTemporary())
        let builder = PlanBuilder(context)
        let right = unite(branches, slot, rows: rows, keys: [slot, row]) {
            builder.base(argument, row, base.bound)
        }
        return PlanDraft(
            .apply(Apply(kind: .inner, argument: argument, rowSlot: row, perRow: false)),
            [base, right], rows: base.rows * rows, bound: base.bound.union(SlotSet([slot])))
    }

    // MARK: Filters

    mutating func filterLabels(
        _ slot: Slot, on draft: PlanDraft, rows: Double? = nil
    ) -> PlanDraft {
        guard let node = graph.node(slot) else { return draft }
        return filterLabels(graph.nodes[node], on: draft, rows: rows)
    }

    /// `settled`: the label that a scan or a seek has gone by. `rows`: what is left, where more is
    /// known than each label's own share.
    mutating func filterLabels(
        _ node: QueryNode, except settled: String? = nil, on draft: PlanDraft,
        rows: Double? = nil
    ) -> PlanDraft {
        if labelled.contains(node.slot) { return draft }
        labelled.insert(node.slot)
        var tests: [BoundExpression] = []
        for (place, label) in node.labels.enumerated() {
            if let settled, sameName(settled, label) { continue }
            if node.labels[..<place].contains(where: { sameName($0, label) }) { continue }
            tests.append(.hasLabels(.slot(node.slot), .name(label)))
        }
        return filter(tests, on: draft, rows: rows)
    }

    /// Tests all predicates whose slots are there now. What they leave is what the order of the
    /// joins was chosen by, where it is not told.
    private mutating func applyReady(_ draft: PlanDraft, leaving: Double? = nil) -> PlanDraft {
        var ready: [BoundExpression] = []
        var rows = draft.rows
        for place in graph.predicates.indices
        where !done.contains(place) && graph.predicates[place].needs.isSubset(of: draft.bound) {
            done.insert(place)
            ready.append(graph.predicates[place].expression)
            if !ready[ready.count - 1].isExistence { rows *= order.conditions[place].share }
        }
        return filter(ready, on: draft, rows: leaving ?? rows)
    }

    func filter(
        _ predicates: [BoundExpression], on draft: PlanDraft, rows: Double? = nil
    ) -> PlanDraft {
        PredicatePlanner(cardinality: cardinality).filter(
            predicates, on: draft, mergesFilter: draft !== floor, rows: rows)
    }
}
