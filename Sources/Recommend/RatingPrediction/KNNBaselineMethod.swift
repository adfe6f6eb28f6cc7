import GraphStore
import LinearAlgebra

/// Neighbourhood methods that predict ratings; options make it the plain, the centred and the
/// baseline variant, between items or between users.
public struct KNNBaselineMethod: RecommenderMethod {
    public static let name = "knnBaseline"
    public static let description = """
        Predicts ratings from the k most similar of the user's items (or the users most similar to \
        the user). r(u, i) = b(u, i) + Σ s(i, j) (r(u, j) - b(u, j)) / Σ s(i, j), over j with \
        s > 0. Koren, "Factor in the Neighbors", TKDD 2010, section 2.2. Live: a user's ratings \
        are read when asked.
        """
    public static let options: [MethodOption] =
        [
            .choice("basis", "items", among: ["items", "users"], "what is compared"),
            .choice(
                "similarity", RatingSimilarity.pearsonBaseline.rawValue,
                among: RatingSimilarity.allCases.map(\.rawValue), "how it is compared"),
            .number(
                "shrinkage", 100, in: 0...1e6,
                "pulls similarities that few ratings support towards 0"),
            .choice(
                "around", "baseline", among: ["baseline", "mean", "zero"],
                "b: baselines, the means of items (or users), or nothing"),
            .integer("k", 40, in: 1...100_000, "neighbours that count"),
            .integer("minK", 1, in: 1...100_000, "with fewer neighbours the answer is b"),
            .integer(
                "neighbours", 2000, in: 1...1_000_000,
                "basis items: how many similar items are kept of each"),
        ] + RatingBaseline.options
    public static let predictsRatings = true

    private let options: MethodOptions

    public init(_ options: MethodOptions) { self.options = options }

    public func fit(_ interactions: InteractionMatrix, _ training: Training) throws
        -> any FittedModel
    {
        let ratings = interactions.matrix
        let scale = RatingScale(ratings)
        let settings = KNNSettings(options)
        // The baseline of similarities is the one of predictions where both want one.
        let around = try around(ratings, byItem: settings.byItem, training)
        let comparison = try settings.similarity.comparison(ratings, byItem: settings.byItem) {
            options.choice("around") == "baseline"
                ? around : try .fit(ratings, options, training)
        }
        guard settings.byItem else {
            return UserNeighbourModel(
                settings: settings, scale: scale, around: around, comparison: comparison,
                ratings: ratings)
        }
        let pairs = RatingPairs(comparison.residuals(ratings).transposed())
        let kept = options.integer("neighbours")
        return ItemNeighbourModel(
            settings: settings, scale: scale, around: around,
            neighbours: try .build(pairs, training) { row, scratch in
                settings.best(kept, of: row, scratch)
            })
    }

    private func around(_ ratings: SparseMatrix, byItem: Bool, _ training: Training) throws
        -> RatingBaseline
    {
        switch options.choice("around") {
        case "baseline": try .fit(ratings, options, training)
        case "mean": byItem ? .itemMeans(ratings) : .userMeans(ratings)
        default: .zero(ratings)
        }
    }

    public static func restore(_ stored: TensorReader) throws -> any FittedModel {
        let settings = KNNSettings(stored.options)
        let scale = try RatingScale(stored)
        let around = try RatingBaseline(stored, "around")
        guard settings.byItem else {
            return UserNeighbourModel(
                settings: settings, scale: scale, around: around,
                comparison: try RatingBaseline(stored, "comparison"),
                ratings: try stored.sparse("ratings"))
        }
        return ItemNeighbourModel(
            settings: settings, scale: scale, around: around,
            neighbours: try NeighbourLists(stored))
    }
}

struct KNNSettings: Sendable {
    let byItem: Bool
    let similarity: RatingSimilarity
    let shrinkage: Float
    let k: Int
    let minK: Int

    init(_ options: MethodOptions) {
        byItem = options.choice("basis") == "items"
        similarity = RatingSimilarity(rawValue: options.choice("similarity")) ?? .pearsonBaseline
        shrinkage = options.float("shrinkage")
        k = options.integer("k")
        minK = options.integer("minK")
    }

    /// The most similar other rows that are similar at all, the most similar first, ties by number.
    func best(_ limit: Int, of row: Int, _ scratch: RatingPairs.Scratch)
        -> [NeighbourLists.Neighbour]
    {
        var found: [NeighbourLists.Neighbour] = []
        for other in scratch.touched where Int(other) != row {
            let sums = scratch[other]
            let weight = similarity.similarity(sums, shrinkage: shrinkage)
            if weight > 0 {
                found.append(.init(row: other, weight: weight, support: sums.count))
            }
        }
        found.sort { $0.weight != $1.weight ? $0.weight > $1.weight : $0.row < $1.row }
        return Array(found.prefix(limit))
    }
}

/// Similar items are fitted; what the user gave them is read when asked.
struct ItemNeighbourModel: FittedModel {
    let settings: KNNSettings
    let scale: RatingScale
    /// What predictions deviate from.
    let around: RatingBaseline
    /// Of each item, the most similar first.
    let neighbours: NeighbourLists

    var itemCount: Int { around.items.count }
    var tensors: [TensorData] { [scale.tensor] + around.tensors("around") + neighbours.tensors }

    /// By item, the user's rating less what it is around; NaN where there is none.
    private func deviations(_ user: UserHistory, _ part: Float) -> [Float] {
        var deviations = [Float](repeating: .nan, count: itemCount)
        for (item, rating) in zip(user.items, user.weights) {
            deviations[Int(item)] = rating - around.mean - part - around.items[Int(item)]
        }
        return deviations
    }

    func score(_ user: UserHistory, into scores: UnsafeMutableBufferPointer<Float>) {
        let part = around.userPart(user)
        let deviations = deviations(user, part)
        for item in 0..<itemCount {
            scores[item] = predict(item, part, deviations, owned: user.items.count)
        }
    }

    func score(_ user: UserHistory, items: [Int32]) -> [Float] {
        let part = around.userPart(user)
        let deviations = deviations(user, part)
        return items.map { predict(Int($0), part, deviations, owned: user.items.count) }
    }

    private func predict(_ item: Int, _ part: Float, _ deviations: [Float], owned: Int) -> Float {
        var sum: Float = 0
        var weights: Float = 0
        var count = 0
        for place in neighbours.range(item) {
            let deviation = deviations[Int(neighbours.rows[place])]
            if deviation.isNaN { continue }
            sum += neighbours.weights[place] * deviation
            weights += neighbours.weights[place]
            count += 1
            if count == settings.k || count == owned { break }
        }
        let base = around.mean + part + around.items[item]
        return scale.clip(count < settings.minK || weights == 0 ? base : base + sum / weights)
    }

    /// `s (r - b) / Σ s` of each of the neighbours that count.
    func contributions(_ user: UserHistory, to item: Int32) -> [Float]? {
        let deviations = deviations(user, around.userPart(user))
        var weights = [Float](repeating: 0, count: itemCount)
        var sum: Float = 0
        var count = 0
        for place in neighbours.range(Int(item)) {
            let other = Int(neighbours.rows[place])
            if deviations[other].isNaN || count == settings.k { continue }
            weights[other] = neighbours.weights[place]
            sum += weights[other]
            count += 1
        }
        let isUsed = count >= settings.minK && sum > 0
        return user.items.map {
            isUsed ? weights[Int($0)] * deviations[Int($0)] / sum : 0
        }
    }
}

/// Similar users are found when asked: nothing is fitted but baselines.
struct UserNeighbourModel: FittedModel {
    let settings: KNNSettings
    let scale: RatingScale
    let around: RatingBaseline
    /// What is taken off before users are compared.
    let comparison: RatingBaseline
    /// Users by items.
    let ratings: SparseMatrix
    private let pairs: RatingPairs
    /// Items by users: ratings less what predictions deviate from.
    private let deviations: SparseMatrix

    init(
        settings: KNNSettings, scale: RatingScale, around: RatingBaseline,
        comparison: RatingBaseline, ratings: SparseMatrix
    ) {
        self.settings = settings
        self.scale = scale
        self.around = around
        self.comparison = comparison
        self.ratings = ratings
        pairs = RatingPairs(comparison.residuals(ratings))
        deviations = around.residuals(ratings).transposed()
    }

    var itemCount: Int { around.items.count }
    var tensors: [TensorData] {
        [scale.tensor] + around.tensors("around") + comparison.tensors("comparison")
            + TensorData.sparse("ratings", ratings)
    }

    func score(_ user: UserHistory, into scores: UnsafeMutableBufferPointer<Float>) {
        let neighbours = neighbours(of: user)
        let part = around.userPart(user)
        for item in 0..<itemCount { scores[item] = predict(item, part, neighbours) }
    }

    func score(_ user: UserHistory, items: [Int32]) -> [Float] {
        let neighbours = neighbours(of: user)
        let part = around.userPart(user)
        return items.map { predict(Int($0), part, neighbours) }
    }

    private struct Neighbours {
        /// The most similar first.
        let list: [NeighbourLists.Neighbour]
        /// By row, the place in the list; -1: not in it.
        let rank: [Int32]
    }

    private func neighbours(of user: UserHistory) -> Neighbours {
        let part = comparison.mean + comparison.userPart(user)
        let own = zip(user.items, user.weights).map { item, rating in
            rating - part - comparison.items[Int(item)]
        }
        let scratch = RatingPairs.Scratch(rows: ratings.rows)
        user.items.withUnsafeBufferPointer { items in
            own.withUnsafeBufferPointer { pairs.compare(items, $0, scratch) }
        }
        let list = settings.best(.max, of: user.row ?? -1, scratch)
        var rank = [Int32](repeating: -1, count: ratings.rows)
        for (place, neighbour) in list.enumerated() { rank[Int(neighbour.row)] = Int32(place) }
        return Neighbours(list: list, rank: rank)
    }

    private func predict(_ item: Int, _ part: Float, _ neighbours: Neighbours) -> Float {
        let base = around.mean + part + around.items[item]
        return deviations.withRow(item) { users, deviations in
            // Places in the list, so that the smallest are the nearest.
            var nearest: [(rank: Int32, deviation: Float)] = []
            for place in 0..<users.count {
                let rank = neighbours.rank[Int(users[place])]
                if rank >= 0 { nearest.append((rank, deviations[place])) }
            }
            if nearest.count > settings.k {
                nearest.sort { $0.rank < $1.rank }
                nearest.removeLast(nearest.count - settings.k)
            }
            var sum: Float = 0
            var weights: Float = 0
            for near in nearest {
                let weight = neighbours.list[Int(near.rank)].weight
                sum += weight * near.deviation
                weights += weight
            }
            let isUsed = nearest.count >= settings.minK && weights > 0
            return scale.clip(isUsed ? base + sum / weights : base)
        }
    }
}
