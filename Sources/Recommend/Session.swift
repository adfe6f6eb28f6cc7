import Foundation
public import GraphStore
import Values

/// What a session is.
public struct SessionOptions {
    /// The relationships' time; nil: all that a user has is one session.
    public var timestamp: KeyID?
    /// Events of one user are of one session when they are at most so far apart, in the unit of the
    /// time.
    public var gap = Double.infinity
    /// How many of the last events count.
    public var last = 5
    /// Each event counts so much of the one behind it.
    public var recency = 0.8
    public var k = 10
    public var reasons = 3
    public var excludeSeen = true
    public var isExcluded: (NodeID) -> Bool = { _ in false }
    public var filter: ItemFilter?

    public init() {}
}

extension GraphView {
    /// What follows from the last events: items that others have in one session with them.
    ///
    /// Score of c: `Σ_j recency^(place of j) · n(j, c) / √(n(j) n(c))` over the last events j, where
    /// n(j, c) counts the users' events of c within a session's gap of one of j, and n the users
    /// (the cosine of item-based session methods; Ludewig and Jannach, UMUAI 2018, section 3).
    ///
    /// `direction` leads from users to items. `events`: the session's items, the latest last; nil:
    /// the user's own last ones. Cost: the degrees of all users who have one of the items.
    public func sessionItems(
        of user: NodeID?, events: [NodeID]?, type: TypeID, direction: Direction,
        _ options: SessionOptions, checkpoint: () throws -> Void
    ) throws -> [Recommendation] {
        let lists = adjacency(type, direction)
        let owners = adjacency(type, direction == .outgoing ? .incoming : .outgoing)
        let own = user.map { sessionEvents(of: $0, lists, options.timestamp) } ?? []
        let recent = distinctLatest(events ?? own.map(\.item), options.last)
        var seen = Set(recent)
        if options.excludeSeen { seen.formUnion(own.map(\.item)) }
        var contributions: [NodeID: [Recommendation.Reason]] = [:]
        var factor = 1.0
        for item in recent {
            var users: [NodeID] = []
            owners.forEachRun(of: item, options: .withoutRelationships) { nodes, _ in
                for node in nodes where node != users.last { users.append(node) }
            }
            var together: [NodeID: Int] = [:]
            for owner in users where owner != user {
                try checkpoint()
                for other in companions(of: item, owner, lists, options) {
                    together[other, default: 0] += 1
                }
            }
            for (other, count) in together {
                if (options.excludeSeen && seen.contains(other)) || options.isExcluded(other) {
                    continue
                }
                let similarity =
                    Double(count)
                    / (Double(users.count) * Double(max(1, owners.degree(other)))).squareRoot()
                contributions[other, default: []].append(
                    Recommendation.Reason(
                        node: item, similarity: similarity, weight: factor,
                        contribution: factor * similarity))
            }
            factor *= options.recency
        }
        let ranked = contributions.map { item, reasons in
            Recommendation(
                item: item, score: reasons.reduce(0) { $0 + $1.contribution },
                reasons: Recommendation.strongest(reasons, options.reasons))
        }.sorted { Ranked.precedes(($0.score, $0.item), ($1.score, $1.item)) }
        return try options.filter.first(options.k, of: ranked, node: \.item)
    }

    /// The last ones, the latest first, each once.
    private func distinctLatest(_ events: [NodeID], _ limit: Int) -> [NodeID] {
        var found: [NodeID] = []
        for event in events.reversed() where found.count < limit && !found.contains(event) {
            found.append(event)
        }
        return found
    }

    /// In the order of time; ties, and everything without a time, in the order of relationship ids.
    private func sessionEvents(of user: NodeID, _ lists: AdjacencyReader, _ timestamp: KeyID?)
        -> [(item: NodeID, time: Double)]
    {
        var events: [(item: NodeID, time: Double, id: RelationshipID)] = []
        lists.forEachRun(of: user) { nodes, relationships in
            let moments = timestamp.map { self.moments($0, of: .relationship, relationships) }
            for row in nodes.indices {
                events.append((nodes[row], moments?[row] ?? 0, relationships[row]))
            }
        }
        events.sort { $0.time != $1.time ? $0.time < $1.time : $0.id < $1.id }
        return events.map { ($0.item, $0.time) }
    }

    /// Items that a user has in one session with `item`, each once.
    private func companions(
        of item: NodeID, _ owner: NodeID, _ lists: AdjacencyReader, _ options: SessionOptions
    ) -> Set<NodeID> {
        let events = sessionEvents(of: owner, lists, options.timestamp)
        var companions: Set<NodeID> = []
        var begin = 0
        while begin < events.count {
            var end = begin + 1
            while end < events.count,
                options.timestamp == nil || events[end].time - events[end - 1].time <= options.gap
            {
                end += 1
            }
            if events[begin..<end].contains(where: { $0.item == item }) {
                companions.formUnion(events[begin..<end].map(\.item))
            }
            begin = end
        }
        companions.remove(item)
        return companions
    }
}
