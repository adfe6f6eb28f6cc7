import Foundation
public import GraphStore

/// How a walk over users and items scores what it ends at.
public struct RandomWalkOptions {
    /// Each step's probabilities to this power (Cooper et al., "Random walks in recommender
    /// systems", WWW 2014): P3alpha; 1 is the plain walk.
    public var alpha = 1.0
    /// The score over the item's popularity to this power (Paudel et al., "Updatable, accurate,
    /// diverse, and scalable recommendations", TiiS 2016): RP3beta; 0 is P3alpha.
    public var beta = 0.0

    public init() {}
}

extension Interactions {
    /// Items where a walk of three steps ends: from the user to an item of theirs, to somebody who
    /// has it, to an item of theirs.
    ///
    /// Score of c: `Σ p(u, j)^α · p(j, v)^α · p(v, c)^α / popularity(c)^β`, with p a step's
    /// probability: the weight over the sum of the weights that the step can choose from. The
    /// popularity is the sum of the item's weights.
    ///
    /// Exact and live. Cost: the degrees of all users who share an item with the user.
    public func randomWalk(
        _ user: NodeID, _ walk: RandomWalkOptions, _ options: RecommendationOptions
    ) throws -> [Recommendation] {
        let own = try vector(of: user, users)
        let excluded = Exclusions(options, items, user: user, own: own)
        let ownTotal = own.weights.reduce(0, +)
        guard ownTotal > 0 else { return [] }
        // The probability of being at each user, apart by the item over which the walk came.
        var shares: [Int32: [(own: Int, share: Double)]] = [:]
        try withVectors(of: own.entries, items) { place, owners, weights in
            let total = weights.reduce(0, +)
            guard total > 0, own.weights[place] > 0 else { return }
            let first = pow(own.weights[place] / ownTotal, walk.alpha)
            for (owner, weight) in zip(owners, weights) where weight > 0 {
                shares[owner, default: []].append(
                    (place, first * pow(weight / total, walk.alpha)))
            }
        }
        var ballot = Ballot()
        let numbers = shares.keys.sorted()
        try withVectors(of: numbers, users) { place, entries, weights in
            let total = weights.reduce(0, +)
            guard total > 0 else { return }
            for (item, weight) in zip(entries, weights)
            where weight > 0 && !excluded.contains(item) {
                let last = pow(weight / total, walk.alpha)
                for (ownPlace, share) in shares[numbers[place], default: []] {
                    ballot.append(
                        Vote(
                            voter: own.entries[ownPlace], similarity: share * last,
                            weight: own.weights[ownPlace], contribution: share * last),
                        for: item)
                }
            }
        }
        let popularity = try walk.beta == 0 ? [:] : popularities(of: ballot.items)
        return try ballot.result(options, items: items, voters: items, mergingVoters: true) {
            item, votes in
            let sum = votes.reduce(0) { $0 + $1.contribution }
            guard walk.beta != 0, let total = popularity[item], total > 0 else { return sum }
            return sum / pow(total, walk.beta)
        }
    }

    /// The sums of the items' weights.
    private func popularities(of numbers: [Int32]) throws -> [Int32: Double] {
        try readMoments(of: numbers, items)
        var sums: [Int32: Double] = [:]
        for number in numbers { sums[number] = items.moments[Int(number)].sum }
        return sums
    }
}
