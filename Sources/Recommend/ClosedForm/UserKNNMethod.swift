import GraphStore
import LinearAlgebra

/// What the users most like this one have, among the users of the fit.
public struct UserKNNMethod: RecommenderMethod {
    public static let name = "userKNN"
    public static let description = """
        Items of the users who are most like this one. Score of i: Σ sim(u, v) w(v, i) over the \
        `neighbours` most similar users v (Resnick et al., "GroupLens", CSCW 1994, for implicit \
        data). Similarities are computed when they are asked for, from what the user has now.
        """
    public static let options = [
        MethodOption.integer("neighbours", 200, in: 1...100_000, "similar users who are asked"),
        RowSimilarity.option, RowSimilarity.shrinkageOption,
    ]

    private let neighbours: Int
    private let measure: RowSimilarity
    private let shrinkage: Float

    public init(_ options: MethodOptions) throws {
        neighbours = options.integer("neighbours")
        measure = try RowSimilarity(options)
        shrinkage = options.float("shrinkage")
    }

    public func fit(_ interactions: InteractionMatrix, _ training: Training) throws
        -> any FittedModel
    {
        model(interactions.matrix)
    }

    public static func restore(_ stored: TensorReader) throws -> any FittedModel {
        try Self(stored.options).model(stored.sparse("interactions"))
    }

    private func model(_ interactions: SparseMatrix) -> UserKNNModel {
        UserKNNModel(
            interactions,
            SimilarityWeights(measure, shrinkage: shrinkage, of: interactions), neighbours)
    }
}

/// A user who changed after the fit also meets the one of the fit, who votes for what is seen
/// anyway.
struct UserKNNModel: FittedModel {
    private let interactions: SparseMatrix
    private let weights: SimilarityWeights
    /// Weighted, items × users.
    private let byItem: SparseMatrix
    private let sizes: [Float]
    private let neighbours: Int

    init(_ interactions: SparseMatrix, _ weights: SimilarityWeights, _ neighbours: Int) {
        self.interactions = interactions
        self.weights = weights
        self.neighbours = neighbours
        let byUser = weights.weighted(interactions)
        byItem = byUser.transposed()
        sizes = weights.sizes(byUser)
    }

    var itemCount: Int { interactions.columns }
    var tensors: [TensorData] { TensorData.sparse("interactions", interactions) }

    func score(_ user: UserHistory, into scores: UnsafeMutableBufferPointer<Float>) {
        guard let scores = scores.baseAddress else { return }
        scores.update(repeating: 0, count: itemCount)
        let sum = RowSum(width: interactions.rows)
        let own = user.items.withUnsafeBufferPointer { items in
            user.weights.withUnsafeBufferPointer { weights.weights(items, $0) }
        }
        for (item, weight) in zip(user.items, own) {
            sum.add(byItem, row: Int(item), times: weight)
        }
        let size = weights.size(own)
        var greatest = GreatestEntries()
        for other in sum.entries where Int(other) != user.row {
            let similarity = weights.similarity(sum[other], size, sizes[Int(other)])
            sum[other] = similarity
            if similarity > 0 { greatest.append(other, similarity) }
        }
        for other in greatest.greatest(neighbours) {
            interactions.add(row: Int(other), times: sum[other], to: scores)
        }
    }
}
