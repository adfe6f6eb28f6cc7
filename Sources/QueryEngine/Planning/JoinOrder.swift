/// One step of solving a query graph. Everything is named by its place, so that the many steps that
/// are looked at for each that is taken cost no more than their numbers.
enum JoinStep {
    /// By a place in ``JoinOrder/accesses`` of the node.
    case access(node: Int, Int)
    case relationshipScan(Int)
    /// Relationships from an index or by their ids, with their ends; by a place in
    /// ``JoinOrder/relationshipAccesses``.
    case relationshipSeek(Int, Int)
    /// Along a relationship; both ends bound is an expand-into.
    case expand(Int, fromLeft: Bool)
    /// A relationship that is bound already gives its ends.
    case ends(Int)
}

/// A query graph half solved: what is bound, what that costs, and how it was done.
struct JoinState {
    var bound: SlotSet
    var rows: Double
    /// Rows touched on the way.
    var cost = 0.0
    /// Relationships and predicates that are done, by their place in the graph.
    var relationships = SlotSet()
    var predicates = SlotSet()
    var steps: [JoinStep] = []
}

/// Chooses the order in which a query graph is solved. From each possible start the cheapest next
/// step is taken until the component is solved; the start with the lowest total wins. Cost is the
/// number of rows that steps touch. A component of n nodes and m relationships takes O(n·m²).
struct JoinOrder {
    /// By node.
    let accesses: [[NodeAccess]]
    /// By relationship.
    let relationshipAccesses: [[SeekAccess]]
    /// By relationship.
    let links: [JoinLink]
    /// See ``JoinComponent``; in the order of their first nodes.
    let components: [JoinComponent]
    private let nodes: [JoinNode]
    private let conditions: [JoinCondition]

    init(_ graph: QueryGraph, _ cardinality: Cardinality) {
        let finder = NodeAccessFinder(graph: graph, cardinality: cardinality)
        accesses = graph.nodes.map { finder.accesses($0) }
        relationshipAccesses = graph.relationships.map { finder.accesses($0) }
        let nodes = graph.nodes.map { JoinNode($0.slot, $0.labels, cardinality) }
        self.nodes = nodes
        links = graph.relationships.map { JoinLink($0, nodes, cardinality) }
        conditions = JoinCondition.all(graph.predicates, cardinality)
        components = JoinComponent.all(nodes, links)
    }

    /// Solves all of a component's relationships and nodes.
    func solve(_ component: JoinComponent, from start: JoinState, scansAllowed: Bool) -> JoinState?
    {
        var state = start
        settle(&state)
        let open = component.links.filter { !start.relationships.contains($0) }
        let isAttached =
            !state.bound.isDisjoint(with: component.slots)
            || open.contains { links[$0].isKnown(state.bound) }
        if isAttached { return finish(component, open, state, scansAllowed: scansAllowed) }
        var best: JoinState?
        for first in starts(component, open, state, scansAllowed: scansAllowed) {
            var candidate = state
            weigh(first, &candidate)
            if let best, candidate.cost >= best.cost { continue }
            candidate.steps.append(first)
            guard let done = finish(component, open, candidate, scansAllowed: scansAllowed) else {
                continue
            }
            if done.cost < best?.cost ?? .infinity { best = done }
        }
        return best
    }

    /// Whether a component has a node or a relationship that is bound already.
    func isReached(_ component: JoinComponent, from state: JoinState) -> Bool {
        !state.bound.isDisjoint(with: component.slots)
            || component.links.contains { links[$0].isKnown(state.bound) }
    }

    private func starts(
        _ component: JoinComponent, _ open: [Int], _ state: JoinState, scansAllowed: Bool
    ) -> [JoinStep] {
        var steps: [JoinStep] = []
        for node in component.nodes {
            for (place, access) in accesses[node].enumerated()
            where access.needs.isSubset(of: state.bound) && (access.isSeek || scansAllowed) {
                steps.append(.access(node: node, place))
            }
        }
        for link in open {
            for (place, access) in relationshipAccesses[link].enumerated()
            where access.needs.isSubset(of: state.bound) {
                steps.append(.relationshipSeek(link, place))
            }
        }
        guard scansAllowed else { return steps }
        for link in open where links[link].canBeScanned { steps.append(.relationshipScan(link)) }
        return steps
    }

    private func finish(
        _ component: JoinComponent, _ open: [Int], _ start: JoinState, scansAllowed: Bool
    ) -> JoinState? {
        var state = start
        while true {
            var best: (state: JoinState, step: JoinStep)?
            var bestMerit = Double.infinity
            func consider(_ step: JoinStep) {
                var candidate = state
                weigh(step, &candidate)
                let merit = candidate.cost + candidate.rows
                if merit >= bestMerit { return }
                bestMerit = merit
                best = (state: candidate, step: step)
            }
            var isDone = true
            for link in open where !state.relationships.contains(link) {
                isDone = false
                let ends = links[link]
                if ends.isKnown(state.bound) {
                    consider(.ends(link))
                } else if ends.needs.isSubset(of: state.bound) {
                    if state.bound.contains(ends.left) { consider(.expand(link, fromLeft: true)) }
                    if state.bound.contains(ends.right), ends.left != ends.right {
                        consider(.expand(link, fromLeft: false))
                    }
                }
            }
            // Besides expands: a second entry that is as good as a key.
            for node in component.nodes where !state.bound.contains(nodes[node].slot) {
                isDone = false
                for (place, access) in accesses[node].enumerated()
                where access.isSeek && access.rows <= 1 && access.needs.isSubset(of: state.bound) {
                    consider(.access(node: node, place))
                }
            }
            if isDone { return state }
            if best == nil {
                // What is left hangs on an end that nothing has reached: enter it anew.
                for step in starts(component, [], state, scansAllowed: scansAllowed) {
                    if case .access(let node, _) = step, state.bound.contains(nodes[node].slot) {
                        continue
                    }
                    consider(step)
                }
            }
            guard let best else { return nil }
            state = best.state
            state.steps.append(best.step)
        }
    }

    // MARK: Taking a step

    /// All of a step but its place among the steps: what is compared with other steps.
    private func weigh(_ step: JoinStep, _ state: inout JoinState) {
        switch step {
        case .access(let node, let place):
            let access = accesses[node][place]
            state.bound.insert(nodes[node].slot)
            for place in access.solved { state.predicates.insert(place) }
            state.cost += access.isSeek ? state.rows * access.cost : access.cost
            state.rows *= access.rows * access.kept
            state.cost += state.rows
        case .relationshipScan(let place):
            let link = links[place]
            state.relationships.insert(place)
            state.bound.formUnion(link.all)
            state.cost += link.count * JoinOrder.relationshipScanWeight
            state.rows *= max(link.count, 0.01)
            state.rows *= max(1e-6, link.fromLeft.share) * max(1e-6, link.fromRight.share)
        case .relationshipSeek(let place, let way):
            let access = relationshipAccesses[place][way]
            for place in access.solved { state.predicates.insert(place) }
            state.relationships.insert(place)
            state.bound.formUnion(links[place].all)
            // The seek, then a record for each of what it finds.
            state.cost +=
                state.rows
                * (access.seek.cost(access.rows, entry: JoinOrder.relationshipEntryCost)
                    + access.rows)
            state.rows *= access.rows
        case .ends(let place):
            let link = links[place]
            state.relationships.insert(place)
            state.cost += state.rows
            for end in [link.left, link.right] {
                if state.bound.contains(end) { state.rows *= 0.1 }
                state.bound.insert(end)
            }
        case .expand(let place, let fromLeft): expand(place, fromLeft, &state)
        }
        settle(&state)
    }

    /// A record per relationship is dearer to read than a list per node.
    private static let relationshipScanWeight = 2.0
    /// A relationship that an index names is read from its record, in no order: over a microsecond.
    /// Along lists and columns in memory thirty nanoseconds each do, and as much as that before
    /// these are there.
    private static let relationshipEntryCost = 16.0

    private func expand(_ place: Int, _ fromLeft: Bool, _ state: inout JoinState) {
        let link = links[place]
        let hop = link.hop(fromLeft: fromLeft)
        let to = fromLeft ? link.right : link.left
        let isInto = state.bound.contains(to)
        state.relationships.insert(place)
        state.bound.formUnion(link.made)
        if isInto {
            state.cost += link.isSingle ? state.rows * 2 : state.rows * hop.rows
            state.rows *= max(1e-6, min(1, hop.rows / max(1, hop.targets)))
            return
        }
        state.cost += state.rows * (hop.rows + 1)
        state.rows *= max(hop.rows, 1e-3) * max(1e-6, hop.share)
        state.bound.insert(to)
    }

    /// Counts in the predicates whose slots are there now.
    private func settle(_ state: inout JoinState) {
        for place in conditions.indices
        where !state.predicates.contains(place)
            && conditions[place].needs.isSubset(of: state.bound)
        {
            state.predicates.insert(place)
            state.rows *= conditions[place].share
        }
    }
}
