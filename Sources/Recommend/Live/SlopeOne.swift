public import GraphStore

extension Interactions {
    /// Ratings predicted from the mean differences between items: the weighted scheme of Lemire and
    /// Maclachlan, "Slope One Predictors for Online Rating-Based Collaborative Filtering", SDM 2005.
    ///
    /// Prediction for c: `Σ_j (dev(c, j) + r(u, j)) n(c, j) / Σ_j n(c, j)` over the user's items j,
    /// with n(c, j) the users who rated both and dev(c, j) the mean of `r(v, c) - r(v, j)` over them.
    ///
    /// Exact and live. Cost: the degrees of all users who share an item with the user, once for each
    /// item shared.
    public func slopeOne(_ user: NodeID, _ options: RecommendationOptions) throws
        -> [Recommendation]
    {
        let own = try vector(of: user, users)
        let excluded = Exclusions(options, items, user: user, own: own)
        // Of each other user the user's items that they rated too.
        var shared: [Int32: [(own: Int, weight: Double)]] = [:]
        let ownNumber = Int32(users.number(of: user))
        try withVectors(of: own.entries, items) { place, owners, weights in
            for (owner, weight) in zip(owners, weights) where owner != ownNumber {
                shared[owner, default: []].append((place, weight))
            }
        }
        // By item, then by the user's item: differences and how many there are.
        var sums = OwnItemSums(width: own.entries.count)
        let numbers = shared.keys.sorted()
        try withVectors(of: numbers, users) { place, entries, weights in
            let common = shared[numbers[place], default: []]
            for (item, weight) in zip(entries, weights) where !excluded.contains(item) {
                for (ownPlace, ownWeight) in common where own.entries[ownPlace] != item {
                    sums.add(item, ownPlace, weight - ownWeight)
                }
            }
        }
        return try result(sums, own, options)
    }

    private func result(
        _ sums: OwnItemSums, _ own: SparseVector, _ options: RecommendationOptions
    ) throws -> [Recommendation] {
        var ranked: [(score: Double, node: NodeID, item: Int32)] = []
        for item in sums.items {
            var (total, count) = (0.0, 0.0)
            sums.forEach(item) { place, difference, common in
                guard common >= Double(max(1, options.similarity.minCommon)) else { return }
                total += difference + own.weights[place] * common
                count += common
            }
            if count > 0 { ranked.append((total / count, items.index.nodes[Int(item)], item)) }
        }
        ranked.sort { Ranked.precedes(($0.score, $0.node), ($1.score, $1.node)) }
        return try options.filter.first(options.k, of: ranked, node: \.node).map { entry in
            var reasons: [Recommendation.Reason] = []
            var count = 0.0
            sums.forEach(entry.item) { _, _, common in
                if common >= Double(max(1, options.similarity.minCommon)) { count += common }
            }
            sums.forEach(entry.item) { place, difference, common in
                guard common >= Double(max(1, options.similarity.minCommon)) else { return }
                reasons.append(
                    Recommendation.Reason(
                        node: items.index.nodes[Int(own.entries[place])],
                        similarity: difference / common, weight: own.weights[place],
                        contribution: (difference + own.weights[place] * common) / count))
            }
            return Recommendation(
                item: entry.node, score: entry.score,
                reasons: Recommendation.strongest(reasons, options.reasons))
        }
    }
}

/// Sums for pairs of an item and one of the user's: a row of `width` cells for each item met.
private struct OwnItemSums {
    private struct Cell {
        var difference = 0.0
        var count = 0.0
    }

    private let width: Int
    private var rows: [Int32] = []
    private var cells: ContiguousArray<Cell> = []
    private(set) var items: [Int32] = []

    init(width: Int) { self.width = width }

    @inline(__always)
    mutating func add(_ item: Int32, _ place: Int, _ difference: Double) {
        while rows.count <= Int(item) { rows.append(-1) }
        if rows[Int(item)] < 0 {
            rows[Int(item)] = Int32(items.count)
            items.append(item)
            cells.append(contentsOf: repeatElement(Cell(), count: width))
        }
        let cell = Int(rows[Int(item)]) * width + place
        cells[cell].difference += difference
        cells[cell].count += 1
    }

    func forEach(_ item: Int32, _ body: (Int, Double, Double) -> Void) {
        let start = Int(rows[Int(item)]) * width
        for place in 0..<width where cells[start + place].count > 0 {
            body(place, cells[start + place].difference, cells[start + place].count)
        }
    }
}
