public import GraphStore

extension GraphView {
    /// Items that are like those the user has, by what they are.
    ///
    /// Score: `Σ weight · cos(profile, item) / Σ weight` over the parts; the profile is the sum of
    /// the vectors of the user's items, each times the user's weight for it (Pazzani and Billsus,
    /// "Content-Based Recommendation Systems", 2007).
    ///
    /// Live: all items' features are read for the call. Cost: some microseconds an item, more for
    /// long texts. Errors: ``MethodError`` for too many features; what `checkpoint` throws.
    public func contentItems(
        own: [(node: NodeID, weight: Double)], among items: [NodeID], _ parts: [ContentPart],
        k: Int, reasons: Int, isExcluded: (NodeID) -> Bool, filter: ItemFilter?,
        checkpoint: () throws -> Void
    ) throws -> [ContentItem] {
        let ascending = Array(Set(items + own.map(\.node))).sorted()
        var ownPlaces: [(place: Int, weight: Double)] = []
        for (node, weight) in own {
            if let place = ascending.sortedPlace(of: node) { ownPlaces.append((place, weight)) }
        }
        let scored = try parts.map {
            try ScoredPart($0, ascending, ownPlaces, self, checkpoint)
        }
        let total = parts.reduce(0) { $0 + $1.weight }
        guard total > 0 else { return [] }
        var ranked: [(score: Double, node: NodeID, place: Int)] = []
        let wanted = Set(items)
        for (place, node) in ascending.enumerated()
        where wanted.contains(node) && !isExcluded(node) {
            let score = scored.reduce(0) { $0 + $1.part.weight * $1.scores[place] } / total
            if score > 0 { ranked.append((score, node, place)) }
        }
        ranked.sort { Ranked.precedes(($0.score, $0.node), ($1.score, $1.node)) }
        return try filter.first(k, of: ranked, node: \.node).map { entry in
            var all = scored.flatMap { $0.reasons(entry.place, total) }
            all.sort { $0.contribution > $1.contribution }
            return ContentItem(
                item: entry.node, score: entry.score, reasons: Array(all.prefix(reasons)))
        }
    }
}

/// A part with the user's profile and every item's cosine to it.
private struct ScoredPart {
    let part: ContentPart
    private(set) var scores: [Double]
    private var space: ContentSpace?
    /// By feature, of length 1.
    private var profile: [Double] = []

    init(
        _ part: ContentPart, _ items: [NodeID], _ own: [(place: Int, weight: Double)],
        _ view: GraphView, _ checkpoint: () throws -> Void
    ) throws {
        self.part = part
        scores = [Double](repeating: 0, count: items.count)
        if case .embedding(let key) = part.kind {
            try score(EmbeddingSpace(items, key, part.name, view, checkpoint), own)
        } else {
            score(try ContentSpace(items, part.kind, view, checkpoint), own)
        }
    }

    private mutating func score(_ space: ContentSpace, _ own: [(place: Int, weight: Double)]) {
        profile = [Double](repeating: 0, count: space.features.count)
        for (item, weight) in own {
            for place in space.range(item) {
                profile[Int(space.entries[place])] += weight * Double(space.weights[place])
            }
        }
        normalize()
        for item in scores.indices {
            for place in space.range(item) {
                scores[item] += profile[Int(space.entries[place])] * Double(space.weights[place])
            }
        }
        self.space = space
    }

    private mutating func score(_ space: EmbeddingSpace, _ own: [(place: Int, weight: Double)]) {
        guard space.dimensions > 0 else { return }
        profile = [Double](repeating: 0, count: space.dimensions)
        for (item, weight) in own {
            for (column, value) in space.row(item).enumerated() {
                profile[column] += weight * Double(value)
            }
        }
        normalize()
        for item in scores.indices {
            scores[item] = zip(profile, space.row(item)).reduce(0) { $0 + $1.0 * Double($1.1) }
        }
    }

    private mutating func normalize() {
        let length = profile.reduce(0) { $0 + $1 * $1 }.squareRoot()
        if length > 0 { for place in profile.indices { profile[place] /= length } }
    }

    /// What each shared feature adds to the item's score.
    func reasons(_ item: Int, _ totalWeight: Double) -> [ContentItem.Reason] {
        let share = part.weight / totalWeight
        guard let space else {
            guard scores[item] > 0 else { return [] }
            return [
                ContentItem.Reason(
                    part: part.name, feature: nil, contribution: share * scores[item])
            ]
        }
        return space.range(item).compactMap { place in
            let feature = Int(space.entries[place])
            let contribution = share * profile[feature] * Double(space.weights[place])
            guard contribution > 0 else { return nil }
            return ContentItem.Reason(
                part: part.name, feature: space.features[feature], contribution: contribution)
        }
    }
}
