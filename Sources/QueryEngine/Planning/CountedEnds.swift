import Cypher

/// Which relationships of a query graph need only be counted, because they lead to nodes that
/// nobody looks at: in `MATCH (a)-[:F]->(b)-[:F]->(c) RETURN count(*)` there is nothing to know of
/// a and c but how many there are, so all that is left to find is b.
///
/// A relationship is counted when neither it nor its far end is looked at, by conditions or by what
/// comes behind the match, when nothing else hangs on that end, and when its labels follow from the
/// type (else the end may be the better start). One MATCH never meets a relationship twice, which
/// limits what can be counted together: see ``CountExpand``.
struct CountedEnds {
    struct End {
        let relationship: Int
        let from: Slot
        let to: Slot
    }

    let graph: QueryGraph
    private(set) var ends: [End] = []

    /// `needed`: what is looked at behind the match. `bound`: what is there before it.
    init(
        _ graph: QueryGraph, _ links: [JoinLink], needed: SlotSet, bound: SlotSet
    ) {
        self.graph = graph
        var used = needed.union(bound)
        for predicate in graph.predicates { used.formUnion(predicate.needs) }
        for place in graph.relationships.indices {
            for predicate in graph.relationships[place].stepPredicates {
                predicate.addSlots(to: &used)
            }
        }
        var candidates: [(end: End, size: Double)] = []
        for place in links.indices
        where links[place].isSingle && !links[place].isBound
            && links[place].left != links[place].right && !used.contains(links[place].slot)
        {
            for isLeft in [true, false] {
                let hop = links[place].hop(fromLeft: !isLeft)
                let (left, right) = (links[place].left, links[place].right)
                let (to, from) = isLeft ? (left, right) : (right, left)
                guard hop.share == 1, !used.contains(to), Self.isEnd(to, of: links) else {
                    continue
                }
                candidates.append((End(relationship: place, from: from, to: to), hop.targets))
            }
        }
        if candidates.isEmpty { return }
        // Of two ends of one relationship the smaller one is kept, to start from.
        for candidate in candidates.sorted(by: { $0.size > $1.size }) where allows(candidate.end) {
            ends.append(candidate.end)
        }
    }

    var isEmpty: Bool { ends.isEmpty }

    /// What is left to find.
    var core: QueryGraph {
        var core = graph
        let far = SlotSet(ends.map(\.to))
        core.nodes.removeAll { far.contains($0.slot) }
        core.relationships = graph.relationships.enumerated()
            .filter { place, _ in !ends.contains { $0.relationship == place } }
            .map(\.element)
        return core
    }

    /// The steps that count the ends; ends of one node that could meet go together. Weights are
    /// filled in when a step is taken.
    var steps: [CountExpand] {
        var open = ends
        var steps: [CountExpand] = []
        while !open.isEmpty {
            let end = open.removeFirst()
            var together = [end]
            if let partner = open.firstIndex(where: { overlap($0, end) }) {
                together.append(open.remove(at: partner))
            }
            steps.append(
                CountExpand(
                    from: end.from, hops: together.map(hop), taken: taken(by: end), weight: -1,
                    times: nil))
        }
        return steps
    }

    // MARK: What may be counted

    private func allows(_ end: End) -> Bool {
        if ends.contains(where: { $0.relationship == end.relationship || $0.to == end.from }) {
            return false
        }
        let own = graph.relationships[end.relationship]
        var partners = 0
        for (place, other) in graph.relationships.enumerated()
        where place != end.relationship && graph.mayMeet(other, own) {
            if let counted = ends.first(where: { $0.relationship == place }) {
                let isPaired = ends.contains { $0.relationship != place && overlap($0, counted) }
                guard counted.from == end.from, own.covers(other), other.covers(own), !isPaired
                else {
                    return false
                }
                partners += 1
            } else {
                guard other.taken(from: own) != nil else { return false }
            }
        }
        return partners <= 1
    }

    private func overlap(_ one: End, _ two: End) -> Bool {
        graph.mayMeet(
            graph.relationships[one.relationship], graph.relationships[two.relationship])
    }

    /// Whether a single relationship hangs on the node.
    private static func isEnd(_ node: Slot, of links: [JoinLink]) -> Bool {
        var count = 0
        for place in links.indices where links[place].left == node || links[place].right == node {
            count += 1
        }
        return count == 1
    }

    // MARK: Steps

    private func hop(_ end: End) -> CountExpand.Hop {
        let relationship = graph.relationships[end.relationship]
        return CountExpand.Hop(
            types: relationship.types,
            direction: end.from == relationship.left
                ? relationship.direction : relationship.direction.reversed,
            labels: graph.labels(end.to))
    }

    /// Relationships that are found and could be the counted one.
    private func taken(by end: End) -> [CountExpand.Taken] {
        let own = graph.relationships[end.relationship]
        return graph.relationships.enumerated().compactMap { place, other in
            guard graph.mayMeet(other, own),
                !ends.contains(where: { $0.relationship == place })
            else { return nil }
            return other.taken(from: own)
        }
    }
}
