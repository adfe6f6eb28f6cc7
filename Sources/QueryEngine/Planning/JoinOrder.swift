import Cypher
import GraphStore

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
    case shortest(Int)
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
    let graph: QueryGraph
    let cardinality: Cardinality
    /// By node.
    let accesses: [[NodeAccess]]
    /// By relationship.
    let relationshipAccesses: [[SeekAccess]]

    init(_ graph: QueryGraph, _ cardinality: Cardinality) {
        self.graph = graph
        self.cardinality = cardinality
        let finder = NodeAccessFinder(graph: graph, cardinality: cardinality)
        accesses = graph.nodes.map { finder.accesses($0) }
        relationshipAccesses = graph.relationships.map { finder.accesses($0) }
    }

    // MARK: Components

    /// Nodes that hang together by relationships, or by conditions on the steps of a walk.
    /// Relationships of shortest paths do not join: both their ends must be there first.
    func components() -> [[Int]] {
        var component = Array(0..<graph.nodes.count)
        func unite(_ left: Slot, _ right: Slot) {
            guard let left = graph.node(left), let right = graph.node(right) else { return }
            let (from, to) = (component[right], component[left])
            if from == to { return }
            for place in component.indices where component[place] == from { component[place] = to }
        }
        for relationship in graph.relationships where !relationship.isShortest {
            unite(relationship.left, relationship.right)
            let needs = needs(relationship)
            if needs.isEmpty { continue }
            for slot in needs.sorted { unite(relationship.left, slot) }
            for other in graph.relationships where needs.contains(other.slot) {
                unite(relationship.left, other.left)
            }
        }
        var result: [[Int]] = []
        var seen: [Int] = []
        for (node, number) in component.enumerated() {
            if let place = seen.firstIndex(of: number) {
                result[place].append(node)
            } else {
                seen.append(number)
                result.append([node])
            }
        }
        return result
    }

    /// Solves all of a component's relationships and nodes.
    func solve(_ component: [Int], from start: JoinState, scansAllowed: Bool) -> JoinState? {
        var state = start
        settle(&state)
        let links = graph.relationships.indices.filter { place in
            let relationship = graph.relationships[place]
            return !relationship.isShortest && !start.relationships.contains(place)
                && component.contains { graph.nodes[$0].slot == relationship.left }
        }
        let isAttached =
            component.contains { state.bound.contains(graph.nodes[$0].slot) }
            || links.contains { isKnown(graph.relationships[$0], state) }
        if isAttached { return finish(component, links, state, scansAllowed: scansAllowed) }
        var best: JoinState?
        for first in starts(component, links, state, scansAllowed: scansAllowed) {
            var candidate = state
            weigh(first, &candidate)
            if let best, candidate.cost >= best.cost { continue }
            candidate.steps.append(first)
            guard let done = finish(component, links, candidate, scansAllowed: scansAllowed) else {
                continue
            }
            if done.cost < best?.cost ?? .infinity { best = done }
        }
        return best
    }

    /// What must be there before a relationship is expanded, besides a node at one end: what the
    /// conditions on the steps of a walk look at, and the list that a walk has to be equal to.
    private func needs(_ relationship: QueryRelationship) -> SlotSet {
        var needs = SlotSet()
        if relationship.isBound { needs.insert(relationship.slot) }
        if case .quantified(let group) = relationship.shape { needs.formUnion(group.needs) }
        for predicate in relationship.stepPredicates { predicate.addSlots(to: &needs) }
        if let step = relationship.stepRelationship { needs.remove(step) }
        if let step = relationship.stepNode { needs.remove(step) }
        return needs
    }

    /// Whether a component has a node or a relationship that is bound already.
    func isReached(_ component: [Int], from state: JoinState) -> Bool {
        component.contains { state.bound.contains(graph.nodes[$0].slot) }
            || graph.relationships.contains { relationship in
                isKnown(relationship, state)
                    && component.contains { graph.nodes[$0].slot == relationship.left }
            }
    }

    private func isKnown(_ relationship: QueryRelationship, _ state: JoinState) -> Bool {
        relationship.isBound && relationship.isSingle && state.bound.contains(relationship.slot)
    }

    private func starts(
        _ component: [Int], _ links: [Int], _ state: JoinState, scansAllowed: Bool
    ) -> [JoinStep] {
        var steps: [JoinStep] = []
        for node in component {
            for (place, access) in accesses[node].enumerated()
            where access.needs.isSubset(of: state.bound) && (access.isSeek || scansAllowed) {
                steps.append(.access(node: node, place))
            }
        }
        for link in links {
            for (place, access) in relationshipAccesses[link].enumerated()
            where access.needs.isSubset(of: state.bound) {
                steps.append(.relationshipSeek(link, place))
            }
        }
        guard scansAllowed else { return steps }
        for link in links {
            let relationship = graph.relationships[link]
            if relationship.isSingle, !relationship.isBound,
                relationship.left != relationship.right
            {
                steps.append(.relationshipScan(link))
            }
        }
        return steps
    }

    private func finish(
        _ component: [Int], _ links: [Int], _ start: JoinState, scansAllowed: Bool
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
            for link in links where !state.relationships.contains(link) {
                isDone = false
                for step in nextSteps(link, state) { consider(step) }
            }
            // Besides expands: a second entry that is as good as a key.
            for node in component where !state.bound.contains(graph.nodes[node].slot) {
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
                    if case .access(let node, _) = step,
                        state.bound.contains(graph.nodes[node].slot)
                    {
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

    private func nextSteps(_ link: Int, _ state: JoinState) -> [JoinStep] {
        let relationship = graph.relationships[link]
        if isKnown(relationship, state) { return [.ends(link)] }
        if !needs(relationship).isSubset(of: state.bound) { return [] }
        var steps: [JoinStep] = []
        if state.bound.contains(relationship.left) {
            steps.append(.expand(link, fromLeft: true))
        }
        if state.bound.contains(relationship.right), relationship.left != relationship.right {
            steps.append(.expand(link, fromLeft: false))
        }
        return steps
    }

    // MARK: Taking a step

    func take(_ step: JoinStep, _ state: inout JoinState) {
        weigh(step, &state)
        state.steps.append(step)
    }

    /// All of a step but its place among the steps: what is compared with other steps.
    private func weigh(_ step: JoinStep, _ state: inout JoinState) {
        switch step {
        case .access(let node, let place):
            let access = accesses[node][place]
            state.bound.insert(graph.nodes[node].slot)
            for place in access.solved { state.predicates.insert(place) }
            state.cost += access.isSeek ? state.rows * access.cost : access.cost
            state.rows *= access.rows
            for label in graph.nodes[node].labels {
                if let solved = access.label, sameName(label, solved) { continue }
                state.rows *= cardinality.selectivity(label: label)
            }
            state.cost += state.rows
        case .relationshipScan(let link):
            let relationship = graph.relationships[link]
            var count = cardinality.relationships(relationship.types)
            if relationship.direction == .either { count *= 2 }
            state.relationships.insert(link)
            state.bound.insert(relationship.slot)
            state.cost += count * JoinOrder.relationshipScanWeight
            state.rows *= max(count, 0.01)
            for (end, isRight) in [(relationship.left, false), (relationship.right, true)] {
                state.bound.insert(end)
                state.rows *= max(
                    1e-6,
                    cardinality.endSelectivity(
                        relationship.types, to: labels(end), relationship.direction,
                        fromLeft: isRight))
            }
        case .relationshipSeek(let link, let place):
            let access = relationshipAccesses[link][place]
            let relationship = graph.relationships[link]
            for place in access.solved { state.predicates.insert(place) }
            state.relationships.insert(link)
            state.bound.formUnion(
                SlotSet([relationship.slot, relationship.left, relationship.right]))
            // The seek, then a record for each of what it finds.
            state.cost += state.rows * (2 * access.rows + 2)
            state.rows *= access.rows
        case .ends(let link):
            let relationship = graph.relationships[link]
            state.relationships.insert(link)
            state.cost += state.rows
            for end in [relationship.left, relationship.right] {
                if state.bound.contains(end) { state.rows *= 0.1 }
                state.bound.insert(end)
            }
        case .expand(let link, let fromLeft): expand(link, fromLeft, &state)
        case .shortest(let link):
            state.relationships.insert(link)
            state.bound.insert(graph.relationships[link].slot)
            state.cost += state.rows * 100
        }
        settle(&state)
    }

    /// A record per relationship is dearer to read than a list per node.
    private static let relationshipScanWeight = 2.0

    private func labels(_ slot: Slot) -> [String] {
        graph.node(slot).map { graph.nodes[$0].labels } ?? []
    }

    private func expand(_ link: Int, _ fromLeft: Bool, _ state: inout JoinState) {
        let relationship = graph.relationships[link]
        let from = fromLeft ? relationship.left : relationship.right
        let to = fromLeft ? relationship.right : relationship.left
        let isInto = state.bound.contains(to)
        let degree = cardinality.rows(of: relationship, from: labels(from), fromLeft: fromLeft)
        state.relationships.insert(link)
        state.bound.insert(relationship.slot)
        for list in relationship.lists { state.bound.insert(list) }
        if isInto {
            state.cost += relationship.isSingle ? state.rows * 2 : state.rows * degree
            state.rows *= max(1e-6, min(1, degree / max(1, cardinality.nodes(labels(to)))))
            return
        }
        state.cost += state.rows * (degree + 1)
        state.rows *= max(degree, 1e-3)
        state.rows *= max(
            1e-6,
            cardinality.endSelectivity(
                relationship.types, to: labels(to), relationship.direction, fromLeft: fromLeft))
        state.bound.insert(to)
    }

    /// Counts in the predicates whose slots are there now.
    private func settle(_ state: inout JoinState) {
        for (place, predicate) in graph.predicates.enumerated()
        where !state.predicates.contains(place) && predicate.needs.isSubset(of: state.bound) {
            state.predicates.insert(place)
            state.rows *= max(1e-6, cardinality.selectivity(predicate.expression))
        }
    }
}
