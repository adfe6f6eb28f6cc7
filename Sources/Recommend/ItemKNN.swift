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
        let own = try vector(of: user, users)
        var ballot = Ballot(options, items, user: user, own: own)
        var sums = CommonSums(options.similarity.measure.commonSums(over: options.similarity.over))
        for (item, weight) in zip(own.entries, own.weights) {
            let vector = try vector(of: items.index.nodes[Int(item)], items)
            let like = try candidates(sharing: vector, of: item, items, options.similarity, &sums)
            for candidate in like where !ballot.isExcluded(candidate.number) {
                ballot.append(
                    Vote(
                        item: candidate.number, voter: item, similarity: candidate.similarity,
                        weight: weight, contribution: candidate.similarity * weight))
            }
        }
        return ballot.result(limit: options.neighbours, voters: items) { votes in
            votes.reduce(0) { $0 + $1.contribution }
        }
    }
}
