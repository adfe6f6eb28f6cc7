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
    /// How many rows there were when the node came that they will be grouped by.
    var groupedRows = 1.0
}

/// Chooses the order in which a query graph is solved. From each possible start the cheapest next
/// step is taken until the component is solved; the start with the lowest total wins. Cost is the
/// number of rows that steps touch, and what it takes to group them afterwards. A component of n
/// nodes and m relationships takes O(n·m²).
struct JoinOrder {
    /// By node.
    let accesses: [[NodeAccess]]
    /// By relationship.
    let relationshipAccesses: [[SeekAccess]]
    /// By relationship.
    let links: [JoinLink]
    /// See ``JoinComponent``; in the order of their first nodes.
    let components: [JoinComponent]
    /// By place.
    let nodes: [JoinNode]
    /// By place.
    let conditions: [JoinCondition]
    /// The node that rows will be grouped by.
    private let grouped: Slot?

    init(_ graph: QueryGraph, _ cardinality: Cardinality, grouped: Slot? = nil) {
        self.grouped = grouped
        let finder = NodeAccessFinder(graph: graph, cardinality: cardinality)
        accesses = graph.nodes.map { finder.accesses($0) }
        relationshipAccesses = graph.relationships.indices.map {
            finder.accesses(graph.relationships[$0])
        }
        let nodes = graph.nodes.map { node in
            // What an earlier clause has bound may have got its labels there.
            JoinNode(
                node.slot, node.labels.isEmpty ? cardinality.labels(node.slot) : node.labels,
                cardinality)
        }
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
        let open = component.links.subtracting(start.relationships)
        let isAttached =
            !state.bound.isDisjoint(with: component.slots)
            || open.ascending.contains { links[$0].isKnown(state.bound) }
        if isAttached { return finish(component, open, state, scansAllowed: scansAllowed) }
        var best: JoinState?
        var lowestCost = Double.infinity
        var weighed = 0
        let starts = starts(component, open, state, scansAllowed: scansAllowed)
        for first in inOrder(starts, of: component, from: state) {
            if best != nil, weighed > Self.mostWeighed { break }
            weighed += component.size * component.size
            var candidate = state
            weigh(first, &candidate)
            if candidate.cost >= lowestCost { continue }
            candidate.steps.append(first)
            guard let done = finish(component, open, candidate, scansAllowed: scansAllowed)
            else { continue }
            let cost = done.cost + groupingCost(done)
            if cost >= lowestCost { continue }
            lowestCost = cost
            best = done
        }
        return best
    }

    /// Solves a component by joining one of its nodes by value and going on from there, so that only
    /// what the rows are equal to is expanded. Nil where no equality joins one.
    func solve(_ component: JoinComponent, joinedTo rows: JoinState)
        -> (entry: JoinStep, state: JoinState)?
    {
        let open = component.links.subtracting(rows.relationships)
        if open.isEmpty { return nil }
        var best: (entry: JoinStep, state: JoinState)?
        let alone = JoinState(bound: SlotSet(), rows: 1)
        for first in starts(component, open, alone, scansAllowed: true) {
            guard case .access(let node, _) = first,
                conditions.contains(where: { $0.joins(rows.bound, with: nodes[node].slot) })
            else { continue }
            var entered = alone
            weigh(first, &entered)
            var joined = rows
            joined.bound.insert(nodes[node].slot)
            joined.predicates.formUnion(entered.predicates)
            joined.cost += entered.cost + entered.rows + rows.rows
            joined.rows *= entered.rows
            settle(&joined)
            joined.cost += joined.rows
            if grouped == nodes[node].slot { joined.groupedRows = joined.rows }
            guard let done = finish(component, open, joined, scansAllowed: true),
                done.cost < best?.state.cost ?? .infinity
            else { continue }
            best = (first, done)
        }
        return best
    }

    /// Steps that are looked at for one component: behind them starts are not tried any more.
    private static let mostWeighed = 100_000

    /// The cheapest first where not all can be tried.
    private func inOrder(
        _ starts: [JoinStep], of component: JoinComponent, from state: JoinState
    ) -> [JoinStep] {
        if starts.count * component.size * component.size <= Self.mostWeighed { return starts }
        let merits = starts.map { start in
            var candidate = state
            weigh(start, &candidate)
            return candidate.cost + candidate.rows
        }
        return starts.indices.sorted { (merits[$0], $0) < (merits[$1], $1) }.map { starts[$0] }
    }

    /// Rows of one group that stand side by side cost next to nothing, as those of the node that an
    /// expansion starts from. Others are looked up one by one.
    private func groupingCost(_ state: JoinState) -> Double {
        guard let grouped, state.bound.contains(grouped) else { return 0 }
        let comeInRuns = state.rows >= state.groupedRows * RunEnds.shortestRun
        return comeInRuns ? 0 : state.rows * JoinOrder.groupedRowCost
    }

    /// Beside a row of an expansion, which is 1.
    private static let groupedRowCost = 0.3

    /// Whether a component has a node or a relationship that is bound already.
    func isReached(_ component: JoinComponent, from state: JoinState) -> Bool {
        !state.bound.isDisjoint(with: component.slots)
            || component.links.ascending.contains { links[$0].isKnown(state.bound) }
    }

    private func starts(
        _ component: JoinComponent, _ open: SlotSet, _ state: JoinState, scansAllowed: Bool
    ) -> [JoinStep] {
        var steps: [JoinStep] = []
        steps.reserveCapacity(8)
        for node in component.nodes.ascending {
            for place in accesses[node].indices
            where accesses[node][place].needs.isSubset(of: state.bound)
                && (scansAllowed || accesses[node][place].isSeek)
            {
                steps.append(.access(node: node, place))
            }
        }
        for link in open.ascending {
            for place in relationshipAccesses[link].indices
            where relationshipAccesses[link][place].needs.isSubset(of: state.bound) {
                steps.append(.relationshipSeek(link, place))
            }
        }
        guard scansAllowed else { return steps }
        for link in open.ascending where links[link].canBeScanned {
            steps.append(.relationshipScan(link))
        }
        return steps
    }

    private func finish(
        _ component: JoinComponent, _ open: SlotSet, _ start: JoinState, scansAllowed: Bool
    ) -> JoinState? {
        var state = start
        while true {
            var best: JoinStep?
            var bestMerit = Double.infinity
            func consider(_ step: JoinStep) {
                var candidate = state
                weigh(step, &candidate)
                let merit = candidate.cost + candidate.rows
                if merit >= bestMerit { return }
                bestMerit = merit
                best = step
            }
            var isDone = true
            for link in open.subtracting(state.relationships).ascending {
                isDone = false
                if links[link].isKnown(state.bound) {
                    consider(.ends(link))
                } else if links[link].needs.isSubset(of: state.bound) {
                    let (left, right) = (links[link].left, links[link].right)
                    if state.bound.contains(left) { consider(.expand(link, fromLeft: true)) }
                    if state.bound.contains(right), left != right {
                        consider(.expand(link, fromLeft: false))
                    }
                }
            }
            // Besides expands: a second entry that is as good as a key.
            for node in component.nodes.ascending where !state.bound.contains(nodes[node].slot) {
                isDone = false
                for place in accesses[node].indices
                where accesses[node][place].rows <= 1 && accesses[node][place].isSeek
                    && accesses[node][place].needs.isSubset(of: state.bound)
                {
                    consider(.access(node: node, place))
                }
            }
            if isDone { return state }
            if best == nil {
                // What is left hangs on an end that nothing has reached: enter it anew.
                let entries = starts(component, SlotSet(), state, scansAllowed: scansAllowed)
                for step in entries {
                    if case .access(let node, _) = step, state.bound.contains(nodes[node].slot) {
                        continue
                    }
                    consider(step)
                }
            }
            guard let best else { return nil }
            weigh(best, &state)
            state.steps.append(best)
        }
    }

    // MARK: Taking a step

    /// All of a step but its place among the steps: what is compared with other steps.
    private func weigh(_ step: JoinStep, _ state: inout JoinState) {
        let wasGrouped = grouped.map(state.bound.contains) ?? true
        defer {
            if !wasGrouped, let grouped, state.bound.contains(grouped) {
                state.groupedRows = state.rows
            }
        }
        switch step {
        case .access(let node, let place):
            state.bound.insert(nodes[node].slot)
            state.predicates.formUnion(accesses[node][place].solved)
            let cost = accesses[node][place].cost
            state.cost += accesses[node][place].isSeek ? state.rows * cost : cost
            state.rows *= accesses[node][place].rows * accesses[node][place].kept
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
            state.predicates.formUnion(access.solved)
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
        state.rows = min(state.rows, Cardinality.most)
        state.cost = min(state.cost, Cardinality.most)
    }

    /// A record per relationship is dearer to read than a list per node.
    private static let relationshipScanWeight = 2.0
    /// A relationship that an index names is read from its record, in no order: over a microsecond.
    /// Along lists and columns in memory thirty nanoseconds each do, and as much as that before
    /// these are there.
    private static let relationshipEntryCost = 16.0

    private func expand(_ place: Int, _ fromLeft: Bool, _ state: inout JoinState) {
        let hop = links[place].hop(fromLeft: fromLeft)
        let to = fromLeft ? links[place].right : links[place].left
        let isInto = state.bound.contains(to)
        state.relationships.insert(place)
        state.bound.formUnion(links[place].made)
        if isInto {
            state.cost += links[place].isSingle ? state.rows * 2 : state.rows * hop.rows
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
