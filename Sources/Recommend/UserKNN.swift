public import GraphStore

extension Interactions {
    /// Items that the users nearest to this one have.
    ///
    /// Score: `Σ sim(u, v) · w(v, i)` over the `neighbours` nearest users v. With `predict`, the
    /// rating that the user would give: `mean(u) + Σ sim(u, v) (w(v, i) - mean(v)) / Σ |sim(u, v)|`
    /// over those of them who have the item (Resnick et al., "GroupLens", CSCW 1994).
    ///
    /// Cost: that of ``neighbours(of:_:limit:)``, and the degrees of the users who vote.
    public func userKNN(_ user: NodeID, _ options: RecommendationOptions) throws
        -> [Recommendation]
    {
        let nearest = try nearest(to: user, options.similarity, limit: options.neighbours)
        let voters = unweighted
        let items = voters.items
        let own = try voters.vector(of: user, voters.users)
        let excluded = Exclusions(options, items, user: user, own: own)
        var ballot = Ballot()
        let numbers = nearest.map {
            Int32(voters.users.number(of: users.index.nodes[Int($0.number)]))
        }
        try voters.withVectors(of: numbers, voters.users) { place, entries, weights in
            let neighbour = nearest[place]
            let mean = options.predict ? SparseVector.mean(weights) : 0
            for (item, weight) in zip(entries, weights) where !excluded.contains(item) {
                ballot.append(
                    Vote(
                        voter: numbers[place], similarity: neighbour.similarity, weight: weight,
                        contribution: neighbour.similarity * (weight - mean)), for: item)
            }
        }
        let ownMean = own.mean
        return try ballot.result(options, items: items, voters: voters.users) { _, votes in
            let sum = votes.reduce(0) { $0 + $1.contribution }
            guard options.predict else { return sum }
            let total = votes.reduce(0) { $0 + abs($1.similarity) }
            return total > 0 ? ownMean + sum / total : ownMean
        }
    }
}
