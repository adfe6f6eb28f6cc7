import GraphStore
import LinearAlgebra

/// The simplest item-based method: lines of slope one through pairs of items.
public struct SlopeOneMethod: RecommenderMethod {
    public static let name = "slopeOne"
    public static let description = """
        Predicts ratings from mean differences between items. r(u, i) = Σ (r(u, j) + d(i, j)) w / \
        Σ w over the user's items j, d(i, j) = the mean of r(v, i) - r(v, j) over the n(i, j) users \
        v who rated both; w = n(i, j), or 1 unweighted: then r(u, i) is the user's mean and the \
        mean difference. Lemire and Maclachlan, "Slope One Predictors for Online Rating-Based \
        Collaborative Filtering", SDM 2005. Live: a user's ratings are read when asked.
        """
    public static let options: [MethodOption] = [
        .flag("weighted", true, "whether differences that more users support count more")
    ]
    public static let predictsRatings = true

    private let isWeighted: Bool

    public init(_ options: MethodOptions) { isWeighted = options.flag("weighted") }

    public func fit(_ interactions: InteractionMatrix, _ training: Training) throws
        -> any FittedModel
    {
        let ratings = interactions.matrix
        let pairs = RatingPairs(ratings.transposed())
        let differences = try NeighbourLists.build(pairs, training) { row, scratch in
            scratch.touched.compactMap { other in
                guard Int(other) != row else { return nil }
                let sums = scratch[other]
                return .init(
                    row: other, weight: (sums.right - sums.left) / sums.count, support: sums.count)
            }
        }
        return SlopeOneModel(
            scale: RatingScale(ratings), itemMeans: .itemMeans(ratings), differences: differences,
            isWeighted: isWeighted)
    }

    public static func restore(_ stored: TensorReader) throws -> any FittedModel {
        SlopeOneModel(
            scale: try RatingScale(stored), itemMeans: try RatingBaseline(stored, "itemMeans"),
            differences: try NeighbourLists(stored),
            isWeighted: stored.options.flag("weighted"))
    }
}

struct SlopeOneModel: FittedModel {
    let scale: RatingScale
    /// For users who rated nothing.
    let itemMeans: RatingBaseline
    /// Of each item j, the items i with d(i, j), by number.
    let differences: NeighbourLists
    let isWeighted: Bool

    var itemCount: Int { itemMeans.items.count }
    var tensors: [TensorData] {
        [scale.tensor] + itemMeans.tensors("itemMeans") + differences.tensors
    }

    func score(_ user: UserHistory, into scores: UnsafeMutableBufferPointer<Float>) {
        guard !user.items.isEmpty else {
            itemMeans.predict(user, into: scores)
            return
        }
        let userMean = user.weights.mean
        var weights = [Float](repeating: 0, count: itemCount)
        scores.update(repeating: 0)
        for (item, rating) in zip(user.items, user.weights) {
            let base = isWeighted ? rating : userMean
            for place in differences.range(Int(item)) {
                let weight = isWeighted ? differences.supports[place] : 1
                let other = Int(differences.rows[place])
                scores[other] += weight * (base + differences.weights[place])
                weights[other] += weight
            }
        }
        for item in 0..<itemCount {
            scores[item] = scale.clip(weights[item] > 0 ? scores[item] / weights[item] : userMean)
        }
    }
}
