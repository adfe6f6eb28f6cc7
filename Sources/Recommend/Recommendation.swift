public import GraphStore

/// An item, how strongly it is recommended, and why.
public struct Recommendation: Sendable {
    public struct Reason: Sendable {
        /// A near user who has the item, or an item of the user's own that is like it.
        public let node: NodeID
        public let similarity: Double
        /// That user's weight for the item, or the user's own weight for the like item.
        public let weight: Double
        /// What it added to the score.
        public let contribution: Double
    }

    public let item: NodeID
    public let score: Double
    /// Largest contribution first.
    public let reasons: [Reason]
}

/// How many of what a method looks at and returns.
public struct RecommendationOptions: Sendable {
    public var similarity = SimilarityOptions()
    /// Who votes: near users for `userKNN`, like items for each candidate of `itemKNN`.
    public var neighbours = 50
    public var k = 10
    /// Reasons kept for each item.
    public var reasons = 3
    /// Leave out items that the user has already.
    public var excludeSeen = true
    /// Left out besides.
    public var excluded: Set<NodeID> = []
    /// `userKNN` predicts a rating instead of adding up votes.
    public var predict = false

    public init() {}
}

/// Scores and reasons of candidate items while they are collected.
struct Ballot {
    private var items = NodeIndex()
    var votes: [[Recommendation.Reason]] = []

    mutating func vote(for item: NodeID, _ reason: Recommendation.Reason) {
        let number = items.insert(item)
        if number == votes.count { votes.append([]) }
        votes[number].append(reason)
    }

    /// The best `k` items by `score` of all their votes.
    func result(
        _ options: RecommendationOptions, seen: SparseVector,
        score: ([Recommendation.Reason]) -> Double
    ) -> [Recommendation] {
        var ranked: [(score: Double, node: UInt64, number: Int)] = []
        for (number, item) in items.nodes.enumerated() {
            if options.excluded.contains(item) { continue }
            if options.excludeSeen, seen.weight(of: item) != nil { continue }
            ranked.append((score(votes[number]), item, number))
        }
        ranked.sort { Ranked.precedes(($0.score, $0.node), ($1.score, $1.node)) }
        return ranked.prefix(options.k).map { entry in
            Recommendation(
                item: entry.node, score: entry.score,
                reasons: Array(Self.strongest(votes[entry.number]).prefix(options.reasons)))
        }
    }

    private static func strongest(_ reasons: [Recommendation.Reason]) -> [Recommendation.Reason] {
        reasons.sorted {
            Ranked.precedes((abs($0.contribution), $0.node), (abs($1.contribution), $1.node))
        }
    }
}
