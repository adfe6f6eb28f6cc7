import GraphStore

/// A near user who has an item, or an item of the user's own that is like it.
struct Vote {
    /// The number of whose vote it is.
    let voter: Int32
    let similarity: Double
    let weight: Double
    let contribution: Double

    func reason(_ voters: NodeIndex) -> Recommendation.Reason {
        Recommendation.Reason(
            node: voters.nodes[Int(voter)], similarity: similarity, weight: weight,
            contribution: contribution)
    }
}

extension Recommendation {
    /// The reasons of the largest contribution, either way.
    static func strongest(_ reasons: [Reason], _ limit: Int) -> [Reason] {
        let strongest = reasons.sorted {
            Ranked.precedes((abs($0.contribution), $0.node), (abs($1.contribution), $1.node))
        }
        return Array(strongest.prefix(limit))
    }
}

/// Items that are not recommended to a user, by number.
struct Exclusions {
    private var excluded: ContiguousArray<Bool> = []

    /// The user's own items and the user, unless seen ones are asked for, and what is left out
    /// besides.
    init(_ options: RecommendationOptions, _ items: Side, user: NodeID, own: SparseVector) {
        for node in options.excluded { exclude(Int32(items.number(of: node))) }
        guard options.excludeSeen else { return }
        for item in own.entries { exclude(item) }
        exclude(Int32(items.number(of: user)))
    }

    private mutating func exclude(_ item: Int32) {
        while excluded.count <= Int(item) { excluded.append(false) }
        excluded[Int(item)] = true
    }

    @inline(__always)
    func contains(_ item: Int32) -> Bool { Int(item) < excluded.count && excluded[Int(item)] }
}

/// Votes for items while they are collected, and the count.
struct Ballot {
    private var votes: ContiguousArray<(item: Int32, vote: Vote)> = []

    @inline(__always)
    mutating func append(_ vote: Vote, for item: Int32) { votes.append((item, vote)) }

    /// The items that have votes, each once.
    var items: [Int32] { Array(Set(votes.lazy.map(\.item))) }

    /// The best `k` items by `score` of their votes. `mergingVoters`: a voter who votes for an item
    /// several times is one reason.
    func result(
        _ options: RecommendationOptions, items: Side, voters: Side, mergingVoters: Bool = false,
        score: (_ item: Int32, ArraySlice<Vote>) -> Double
    ) throws -> [Recommendation] {
        let (ordered, ends) = votesByItem(items.index.count)
        var ranked: [(score: Double, node: UInt64, votes: Range<Int>)] = []
        for item in 0..<ends.count {
            let range = (item == 0 ? 0 : ends[item - 1])..<ends[item]
            if range.isEmpty { continue }
            ranked.append((score(Int32(item), ordered[range]), items.index.nodes[item], range))
        }
        ranked.sort { Ranked.precedes(($0.score, $0.node), ($1.score, $1.node)) }
        return try options.filter.first(options.k, of: ranked, node: \.node).map { entry in
            let votes = mergingVoters ? Self.merged(ordered[entry.votes]) : ordered[entry.votes]
            let reasons = votes.map { $0.reason(voters.index) }
            return Recommendation(
                item: entry.node, score: entry.score,
                reasons: Recommendation.strongest(reasons, options.reasons))
        }
    }

    private static func merged(_ votes: ArraySlice<Vote>) -> ArraySlice<Vote> {
        var merged: ArraySlice<Vote> = []
        for vote in votes.sorted(by: { $0.voter < $1.voter }) {
            guard let last = merged.last, last.voter == vote.voter else {
                merged.append(vote)
                continue
            }
            merged[merged.endIndex - 1] = Vote(
                voter: vote.voter, similarity: last.similarity + vote.similarity,
                weight: vote.weight, contribution: last.contribution + vote.contribution)
        }
        return merged
    }

    /// A counting sort: votes of one item side by side, in the order in which they came, and where
    /// those of each item end.
    private func votesByItem(_ items: Int) -> (votes: [Vote], ends: [Int]) {
        var places = [Int](repeating: 0, count: items + 1)
        for (item, _) in votes { places[Int(item) + 1] += 1 }
        for number in 0..<items { places[number + 1] += places[number] }
        let ordered = [Vote](unsafeUninitializedCapacity: votes.count) { buffer, count in
            for (item, vote) in votes {
                let place = places[Int(item)]
                places[Int(item)] = place + 1
                (buffer.baseAddress! + place).initialize(to: vote)
            }
            count = votes.count
        }
        // Each place has moved to where the next item's votes begin.
        return (ordered, Array(places.dropLast()))
    }
}
