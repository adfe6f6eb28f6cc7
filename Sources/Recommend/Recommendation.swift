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
public struct RecommendationOptions {
    public var similarity = SimilarityOptions()
    /// Who votes: near users for `userKNN`, like items for each candidate of `itemKNN`.
    public var neighbours = 50
    public var k = 10
    /// Reasons kept for each item.
    public var reasons = 3
    /// Leave out items that the user has already, and the user, where users are items too.
    public var excludeSeen = true
    /// Left out besides.
    public var excluded: Set<NodeID> = []
    /// What else must hold of an item.
    public var filter: ItemFilter?
    /// `userKNN` predicts a rating instead of adding up votes.
    public var predict = false

    public init() {}
}
