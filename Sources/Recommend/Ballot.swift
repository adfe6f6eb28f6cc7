import GraphStore

/// A near user who has an item, or an item of the user's own that is like it.
struct Vote {
    /// The number of the item that gets the vote.
    let item: Int32
    /// The number of whose vote it is.
    let voter: Int32
    let similarity: Double
    let weight: Double
    let contribution: Double
}

/// Votes for items while they are collected, and the count.
struct Ballot {
    private let options: RecommendationOptions
    private let items: Side
    /// By number: whether an item gets no votes. Items past the end do.
    private var excluded: ContiguousArray<Bool> = []
    private var votes: ContiguousArray<Vote> = []

    /// Without the user's own items and the user, unless seen ones are asked for.
    init(_ options: RecommendationOptions, _ items: Side, user: NodeID, own: SparseVector) {
        self.options = options
        self.items = items
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
    func isExcluded(_ item: Int32) -> Bool { Int(item) < excluded.count && excluded[Int(item)] }

    @inline(__always)
    mutating func append(_ vote: Vote) { votes.append(vote) }

    /// The best `k` items by `score` of their votes; with `limit`, only of each item's votes of
    /// the highest similarity. `voters` is the side on which those stand.
    func result(limit: Int = .max, voters: Side, score: (ArraySlice<Vote>) -> Double)
        -> [Recommendation]
    {
        var ordered = votesByItem()
        var ranked: [(score: Double, node: UInt64, votes: Range<Int>)] = []
        var begin = 0
        while begin < ordered.count {
            let item = ordered[begin].item
            var end = begin
            while end < ordered.count, ordered[end].item == item { end += 1 }
            if end - begin > limit {
                ordered[begin..<end].sort { Self.isNearer($0, $1, voters) }
            }
            let kept = begin..<min(end, begin + min(limit, end - begin))
            ranked.append((score(ordered[kept]), items.index.nodes[Int(item)], kept))
            begin = end
        }
        ranked.sort { Ranked.precedes(($0.score, $0.node), ($1.score, $1.node)) }
        return ranked.prefix(options.k).map { entry in
            Recommendation(
                item: entry.node, score: entry.score,
                reasons: reasons(ordered[entry.votes], voters))
        }
    }

    /// A counting sort: votes of one item side by side, in the order in which they came.
    private func votesByItem() -> [Vote] {
        var places = [Int](repeating: 0, count: items.index.count + 1)
        for vote in votes { places[Int(vote.item) + 1] += 1 }
        for number in 1..<places.count { places[number] += places[number - 1] }
        return [Vote](unsafeUninitializedCapacity: votes.count) { buffer, count in
            for vote in votes {
                let place = places[Int(vote.item)]
                places[Int(vote.item)] = place + 1
                (buffer.baseAddress! + place).initialize(to: vote)
            }
            count = votes.count
        }
    }

    private static func isNearer(_ a: Vote, _ b: Vote, _ voters: Side) -> Bool {
        if a.similarity != b.similarity { return a.similarity > b.similarity }
        return voters.index.nodes[Int(a.voter)] < voters.index.nodes[Int(b.voter)]
    }

    private func reasons(_ votes: ArraySlice<Vote>, _ voters: Side) -> [Recommendation.Reason] {
        let reasons = votes.map {
            Recommendation.Reason(
                node: voters.index.nodes[Int($0.voter)], similarity: $0.similarity,
                weight: $0.weight, contribution: $0.contribution)
        }
        let strongest = reasons.sorted {
            Ranked.precedes((abs($0.contribution), $0.node), (abs($1.contribution), $1.node))
        }
        return Array(strongest.prefix(options.reasons))
    }
}
