import GraphStore

extension CurrentItemRows {
    /// The user's items with their rows, and their scores in the maker's sum, which the body must
    /// not keep.
    private func withScores<R>(
        of user: NodeID, _ view: GraphView, _ checkpoint: () throws -> Void,
        _ body: (Scores) throws -> R
    ) throws -> R? {
        guard let type = view.type(source.type) else { return nil }
        let sight = try sight(of: view, type)
        let reader = VectorReader(view, type, source)
        var own = VectorReader.Vector()
        reader.read(user, reader.ofUsers, into: &own)
        let items = own.nodes.compactMap { sight.statistics.items.find($0) }
        let maker = takeMaker()
        defer { giveBack(maker) }
        let rows = try rows(of: items, sight, reader, maker, checkpoint: checkpoint)
        let sum = maker.sum(for: sight.statistics.items.count)
        defer { sum.clear() }
        for (row, weight) in zip(rows, own.weights) { sum.add(row, times: weight) }
        return try body(
            Scores(
                statistics: sight.statistics, own: items, weights: own.weights, rows: rows,
                sum: sum))
    }

    /// The best items for a user, the best first; ties by node id. Only items that are similar to
    /// one of the user's are among them.
    func recommend(
        to user: NodeID, _ view: GraphView, k: Int, excludeSeen: Bool, reasons: Int,
        isExcluded: (NodeID) throws -> Bool, filter: ItemFilter?,
        checkpoint: () throws -> Void = {}
    ) throws -> [Recommendation] {
        try withScores(of: user, view, checkpoint) { scores in
            let best = try scores.best(
                filter == nil ? k : .max, excludeSeen: excludeSeen, isExcluded)
            return try filter.first(k, of: best, node: \.node).map { entry in
                Recommendation(
                    item: entry.node, score: Double(entry.score),
                    reasons: reasons > 0 ? scores.reasons(for: entry.item, reasons) : [])
            }
        } ?? []
    }

    /// Scores of some items for a user; nil for items that nobody has.
    func scores(_ user: NodeID, items nodes: [NodeID], _ view: GraphView) throws -> [Double?] {
        try withScores(of: user, view, {}) { scores in
            nodes.map { node in
                guard let item = scores.statistics.items.find(node),
                    scores.statistics.lengths[Int(item)] > 0
                else { return nil }
                return Double(scores.sum[item])
            }
        } ?? nodes.map { _ in nil }
    }
}

/// What a user's items say of others.
private struct Scores {
    let statistics: ItemStatistics
    /// The user's items with their weights and rows.
    let own: [Int32]
    let weights: ContiguousArray<Float>
    let rows: [ItemRow]
    let sum: RowSum

    struct Entry {
        let item: Int32
        let node: NodeID
        let score: Float

        func precedes(_ other: Entry) -> Bool {
            score != other.score ? score > other.score : node < other.node
        }
    }

    /// Longer lists are sorted as a whole instead of entry by entry.
    private static let longestInsertion = 256

    func best(
        _ k: Int, excludeSeen: Bool, _ isExcluded: (NodeID) throws -> Bool
    ) throws -> [Entry] {
        var best: [Entry] = []
        if excludeSeen { for item in own { sum.add(-.infinity, to: item) } }
        let isShort = k <= Self.longestInsertion
        for item in sum.entries {
            let score = sum[item]
            if isShort, best.count == k, score < best[k - 1].score { continue }
            if score == -.infinity { continue }
            let entry = Entry(item: item, node: statistics.items[item], score: score)
            if try isExcluded(entry.node) { continue }
            guard isShort else {
                best.append(entry)
                continue
            }
            var place = best.count
            while place > 0, entry.precedes(best[place - 1]) { place -= 1 }
            if place == k { continue }
            if best.count == k { best.removeLast() }
            best.insert(entry, at: place)
        }
        return isShort ? best : Array(best.sorted { $0.precedes($1) }.prefix(k))
    }

    func reasons(for item: Int32, _ limit: Int) -> [Recommendation.Reason] {
        Recommendation.strongest(
            own.indices.compactMap { place in
                let similarity = rows[place].similarity(to: item)
                let weight = weights[place]
                guard similarity * weight > 0 else { return nil }
                return Recommendation.Reason(
                    node: statistics.items[own[place]], similarity: Double(similarity),
                    weight: Double(weight), contribution: Double(similarity * weight))
            }, limit)
    }
}
