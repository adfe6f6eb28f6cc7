public import GraphStore

extension Interactions {
    /// Items that are like those the user has (Sarwar et al., "Item-Based Collaborative Filtering
    /// Recommendation Algorithms", WWW 2001; Deshpande and Karypis, "Item-Based Top-N
    /// Recommendation Algorithms", TOIS 2004, section 4).
    ///
    /// Score of a candidate c: `Σ sim(c, j) · w(u, j)` over the `neighbours` items j of the user's
    /// that are most similar to c.
    ///
    /// Cost: for each of the user's items, the degrees of its users.
    public func itemKNN(_ user: NodeID, _ options: RecommendationOptions) throws
        -> [Recommendation]
    {
        let own = try vector(of: user)
        var ballot = Ballot()
        for (item, weight) in zip(own.nodes, own.weights) {
            for like in try reverseNeighbours(of: item, options.similarity, limit: .max) {
                ballot.vote(
                    for: like.node,
                    .init(
                        node: item, similarity: like.similarity, weight: weight,
                        contribution: like.similarity * weight))
            }
        }
        ballot.keepNearest(options.neighbours)
        return ballot.result(options, seen: own) { votes in
            votes.reduce(0) { $0 + $1.contribution }
        }
    }
}

extension Ballot {
    /// Keeps for each item the votes of the highest similarity.
    mutating func keepNearest(_ limit: Int) {
        for number in votes.indices where votes[number].count > limit {
            votes[number].sort {
                Ranked.precedes(($0.similarity, $0.node), ($1.similarity, $1.node))
            }
            votes[number].removeLast(votes[number].count - limit)
        }
    }
}
