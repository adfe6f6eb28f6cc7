public import GraphStore

extension Interactions {
    /// Items that are like those the user has (Sarwar et al., "Item-Based Collaborative Filtering
    /// Recommendation Algorithms", WWW 2001; Deshpande and Karypis, "Item-Based Top-N
    /// Recommendation Algorithms", TOIS 2004, section 4).
    ///
    /// Score of a candidate c: `Σ sim(c, j) · w(u, j)` over the `neighbours` items j of the user's
    /// that are most similar to c.
    ///
    /// Cost: the degrees of all users who share an item with the user, and those of the candidates
    /// that are scored: all, or for the plain cosine without weights those few whose bound reaches
    /// the best `k`.
    public func itemKNN(_ user: NodeID, _ options: RecommendationOptions) throws
        -> [Recommendation]
    {
        try compare(items, by: options.similarity.measure)
        var own = try vector(of: user, users)
        // Entries are weighed for comparisons; the user's own say how much each counts.
        own.weights = try unweighted.vector(of: user, unweighted.users).weights
        let owners = try OwnItemOwners(of: own, self)
        let excluded = Exclusions(options, items, user: user, own: own)
        var scorer = ItemScorer(options, own, owners, self)
        var best = BestItems(limit: options.k, items.index)
        if !isWeighted, options.similarity.isPlainCosine {
            var candidates = try boundedCandidates(owners, excluded)
            while let numbers = try candidates.popLargest(
                options.filter, items.index, while: { best.mightTake($0) })
            {
                try forEachList(of: numbers, items) { number, list, weights in
                    let score = scorer.score(number, list, weights)
                    if let score { best.take(number, score) }
                }
            }
        } else {
            var numbers = try candidates(owners).filter { !excluded.contains($0) }
            if let filter = options.filter {
                let admitted = try filter.admits(numbers.map { items.index.nodes[Int($0)] })
                numbers = zip(numbers, admitted).compactMap { $1 ? $0 : nil }
            }
            try forEachList(of: numbers, items) { number, list, weights in
                let score = scorer.score(number, list, weights)
                if let score { best.take(number, score) }
            }
        }
        // The few that are returned are scored once more, for their reasons.
        var reasons: [Int32: [Recommendation.Reason]] = [:]
        try forEachList(of: best.numbers, items) { number, list, weights in
            _ = scorer.score(number, list, weights)
            reasons[number] = Recommendation.strongest(scorer.reasons, options.reasons)
        }
        return best.ranked.map {
            Recommendation(
                item: $0.node, score: $0.score, reasons: reasons[$0.number, default: []])
        }
    }

    /// All items that somebody has who has one of the user's, by number.
    private func candidates(_ owners: OwnItemOwners) throws -> [Int32] {
        var isTouched: ContiguousArray<Bool> = []
        var found: [Int32] = []
        try forEachItem(of: owners) { _, list in
            for node in list {
                let number = items.index.insert(node)
                while isTouched.count <= number { isTouched.append(false) }
                if isTouched[number] { continue }
                isTouched[number] = true
                found.append(Int32(truncatingIfNeeded: number))
            }
        }
        return found
    }

    /// The candidates by an upper bound of their score.
    ///
    /// Where no vote is left out, the score of a candidate c is
    /// `Σ_v w(v, c) · (Σ_j w(v, j) · w(u, j) / |j|) / |c|` over the users v: one number for each
    /// user instead of one for each pair of items. Leaving votes out only lowers it, and a degree is
    /// at most the squared norm, which parallel relationships make larger.
    private func boundedCandidates(_ owners: OwnItemOwners, _ excluded: Exclusions) throws
        -> BoundHeap
    {
        let shares = owners.shares
        var sums: ContiguousArray<Double> = []
        try forEachItem(of: owners) { owner, list in
            let share = shares[owner]
            let most = items.index.count + list.count
            if sums.count < most {
                sums.append(contentsOf: repeatElement(0, count: 2 * most - sums.count))
            }
            for node in list { sums[items.index.insert(node)] += share }
        }
        var numbers: [Int32] = []
        for number in 0..<min(sums.count, items.index.count) where sums[number] > 0 {
            if !excluded.contains(Int32(number)) { numbers.append(Int32(number)) }
        }
        let nodes = ContiguousArray(numbers.map { items.index.nodes[Int($0)] })
        var degrees: ContiguousArray<Int64> = []
        nodes.withUnsafeBufferPointer { items.lists.degrees($0, into: &degrees) }
        return BoundHeap(
            zip(numbers, degrees).map { number, degree in
                BoundHeap.Entry(
                    bound: sums[Int(number)] / Double(max(1, degree)).squareRoot(), number: number)
            })
    }

    /// Lends each owner's list of items in runs.
    private func forEachItem(
        of owners: OwnItemOwners, _ body: (Int, UnsafeBufferPointer<NodeID>) -> Void
    ) throws {
        for owner in 0..<owners.count {
            try checkpoint()
            users.lists.forEachRun(
                of: users.index.nodes[owner], options: .withoutRelationships
            ) { list, _ in body(owner, list) }
        }
    }
}

extension SimilarityOptions {
    /// Each pair's similarity is its product over both norms, and every pair counts.
    var isPlainCosine: Bool { measure == .cosine && over == .all && minCommon <= 1 }
}

/// The highest scores seen so far; ties go to the smaller node id.
private struct BestItems {
    private(set) var ranked: [(score: Double, node: NodeID, number: Int32)] = []
    private let limit: Int
    private let index: NodeIndex

    init(limit: Int, _ index: NodeIndex) {
        self.limit = limit
        self.index = index
    }

    var numbers: [Int32] { ranked.map(\.number) }

    /// Sums in another order differ in their last bits.
    private static let rounding = 1 + 1e-9

    /// Whether an item whose score is at most `bound` could be among the best.
    func mightTake(_ bound: Double) -> Bool {
        guard limit > 0 else { return false }
        guard ranked.count == limit, let last = ranked.last else { return true }
        return bound * Self.rounding >= last.score
    }

    mutating func take(_ number: Int32, _ score: Double) {
        let entry = (score: score, node: index.nodes[Int(number)], number: number)
        var place = ranked.count
        while place > 0,
            Ranked.precedes(
                (entry.score, entry.node), (ranked[place - 1].score, ranked[place - 1].node))
        {
            place -= 1
        }
        guard place < limit else { return }
        ranked.insert(entry, at: place)
        if ranked.count > limit { ranked.removeLast() }
    }
}

/// Candidates, the one with the largest bound on top.
private struct BoundHeap {
    struct Entry {
        let bound: Double
        let number: Int32
    }

    private var entries: [Entry]

    /// Linear.
    init(_ entries: [Entry]) {
        self.entries = entries
        for parent in stride(from: entries.count / 2 - 1, through: 0, by: -1) { sink(parent) }
    }

    /// The next ones whose bounds might be enough and which pass the filter: one by one without a
    /// filter, in batches with one, as it costs less so. Nil when there are none.
    mutating func popLargest(
        _ filter: ItemFilter?, _ index: NodeIndex, while mightBeEnough: (Double) -> Bool
    ) throws -> [Int32]? {
        let batch = filter == nil ? 1 : Self.filterBatch
        while true {
            var numbers: [Int32] = []
            while numbers.count < batch, let next = popLargest(), mightBeEnough(next.bound) {
                numbers.append(next.number)
            }
            guard let filter, !numbers.isEmpty else { return numbers.isEmpty ? nil : numbers }
            let admitted = try filter.admits(numbers.map { index.nodes[Int($0)] })
            numbers = zip(numbers, admitted).compactMap { $1 ? $0 : nil }
            if !numbers.isEmpty { return numbers }
        }
    }

    private static let filterBatch = 64

    private mutating func popLargest() -> Entry? {
        guard let largest = entries.first else { return nil }
        entries[0] = entries[entries.count - 1]
        entries.removeLast()
        sink(0)
        return largest
    }

    private mutating func sink(_ start: Int) {
        var parent = start
        while 2 * parent + 1 < entries.count {
            var child = 2 * parent + 1
            if child + 1 < entries.count, entries[child + 1].bound > entries[child].bound {
                child += 1
            }
            guard entries[child].bound > entries[parent].bound else { return }
            entries.swapAt(parent, child)
            parent = child
        }
    }
}
