import Foundation
public import GraphStore

/// How the age of an interaction takes from its weight.
public struct TimeDecay: Sendable {
    /// The relationships' property that holds a time: a number in any unit, or a temporal value
    /// (read as seconds).
    public var timestamp: KeyID
    /// In the unit of the property: after so long an interaction counts half.
    public var halfLife: Double
    /// The moment from which ages are counted; nil is the newest interaction's.
    public var now: Double?

    public init(timestamp: KeyID, halfLife: Double, now: Double?) {
        self.timestamp = timestamp
        self.halfLife = halfLife
        self.now = now
    }
}

/// An item and the weight of all interactions with it.
public struct PopularItem: Sendable {
    public let item: NodeID
    public let score: Double
    public let interactions: Int
}

extension GraphView {
    /// Items by the sum of their interactions' weights, each times `0.5^(age / halfLife)` with
    /// decay.
    ///
    /// `items` is the side on which the items stand: `.incoming` where relationships point at them.
    /// Cost: all relationships of the type; without weight and decay only their counts.
    public func popularItems(
        type: TypeID, items side: Direction, weight: KeyID?, decay: TimeDecay?, k: Int,
        isExcluded: (NodeID) -> Bool, filter: ItemFilter? = nil, checkpoint: () throws -> Void
    ) throws -> [PopularItem] {
        let reader = adjacency(type, side)
        let now = try decay.map { try $0.now ?? newest($0.timestamp, reader, checkpoint) }
        var best: [(score: Double, node: UInt64, count: Int)] = []
        try forEachList(reader, checkpoint) { node in
            let count = reader.degree(node)
            guard count > 0, !isExcluded(node) else { return }
            var score = Double(count)
            if weight != nil || decay != nil {
                score = self.score(of: node, reader, weight, decay, now ?? 0)
            }
            best.append((score, node, count))
            // What a filter will say of them is not known yet.
            if filter == nil, best.count / 4 > max(k, 1024) { best = Self.best(best, k) }
        }
        return try filter.first(k, of: Self.best(best, .max), node: \.node).map {
            PopularItem(item: $0.node, score: $0.score, interactions: $0.count)
        }
    }

    private static func best(_ all: [(score: Double, node: UInt64, count: Int)], _ k: Int)
        -> [(score: Double, node: UInt64, count: Int)]
    {
        Array(
            all.sorted { Ranked.precedes(($0.score, $0.node), ($1.score, $1.node)) }.prefix(k))
    }

    private func score(
        of node: NodeID, _ reader: AdjacencyReader, _ weight: KeyID?, _ decay: TimeDecay?,
        _ now: Double
    ) -> Double {
        var score = 0.0
        reader.forEachRun(of: node) { _, relationships in
            let weights = weight.map { numbers($0, of: .relationship, relationships, default: 1) }
            let moments = decay.map { self.moments($0.timestamp, of: .relationship, relationships) }
            for row in relationships.indices {
                var value = weights?[row] ?? 1
                if let moments, let decay {
                    value *= exp2(-max(0, now - moments[row]) / decay.halfLife)
                }
                score += value
            }
        }
        return score
    }

    func newest(
        _ timestamp: KeyID, _ reader: AdjacencyReader, _ checkpoint: () throws -> Void
    ) throws -> Double {
        var newest = -Double.infinity
        try forEachList(reader, checkpoint) { node in
            reader.forEachRun(of: node) { _, relationships in
                for time in moments(timestamp, of: .relationship, relationships)
                where time.isFinite {
                    newest = max(newest, time)
                }
            }
        }
        return newest.isFinite ? newest : 0
    }

    /// All nodes that may have a list, ascending.
    func forEachList(
        _ reader: AdjacencyReader, _ checkpoint: () throws -> Void, _ body: (NodeID) throws -> Void
    ) throws {
        var next = reader.nextNode(from: 0)
        while let node = next {
            try checkpoint()
            try body(node)
            next = node < NodeID.max - 1 ? reader.nextNode(from: node + 1) : nil
        }
    }
}
