import Foundation
public import GraphStore

/// An item whose interactions grow.
public struct TrendingItem: Sendable {
    public let item: NodeID
    public let score: Double
    /// Interactions of late, those of a half-life ago counting half.
    public let recent: Double
    /// What the longer average lets expect of them.
    public let expected: Double
}

extension GraphView {
    /// Items that have more interactions lately than their own past lets expect.
    ///
    /// With `D(h) = Σ weight · 0.5^(age / h)`, the score is `D(h) - (h / H) · D(H)` for a short
    /// half-life h and a long one H: exponential averages of the rate, both brought to the short
    /// span. An item whose rate does not change has 0.
    ///
    /// `items` is the side on which the items stand. Cost: all relationships of the type.
    public func trendingItems(
        type: TypeID, items side: Direction, weight: KeyID?, decay: TimeDecay,
        longHalfLife: Double, k: Int, isExcluded: (NodeID) -> Bool, filter: ItemFilter?,
        checkpoint: () throws -> Void
    ) throws -> [TrendingItem] {
        let reader = adjacency(type, side)
        let now = try decay.now ?? newest(decay.timestamp, reader, checkpoint)
        var found: [TrendingItem] = []
        try forEachList(reader, checkpoint) { node in
            guard !isExcluded(node) else { return }
            var (short, long) = (0.0, 0.0)
            reader.forEachRun(of: node) { _, relationships in
                let weights = weight.map {
                    numbers($0, of: .relationship, relationships, default: 1)
                }
                let moments = self.moments(decay.timestamp, of: .relationship, relationships)
                for row in relationships.indices {
                    let age = max(0, now - moments[row])
                    let own = weights?[row] ?? 1
                    short += own * exp2(-age / decay.halfLife)
                    long += own * exp2(-age / longHalfLife)
                }
            }
            let expected = long * decay.halfLife / longHalfLife
            if short > expected {
                found.append(
                    TrendingItem(
                        item: node, score: short - expected, recent: short, expected: expected))
            }
        }
        found.sort { Ranked.precedes(($0.score, $0.item), ($1.score, $1.item)) }
        return try filter.first(k, of: found, node: \.item)
    }
}
