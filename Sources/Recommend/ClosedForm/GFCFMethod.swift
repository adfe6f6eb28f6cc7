import LinearAlgebra

/// Graph filtering: the neighbourhood of what the user has, and its smooth part.
public struct GFCFMethod: RecommenderMethod {
    public static let name = "gfcf"
    public static let description = """
        Graph filters without training: score = x R̃ᵀR̃ + α x D_i^-½ V Vᵀ D_i^½ with \
        R̃ = D_u^-½ R D_i^-½ and its `rank` first right singular vectors V (Shen et al., "How \
        Powerful is Graph Convolution for Recommendation?", CIKM 2021).
        """
    public static let options = [
        MethodOption.number("alpha", 0.3, in: 0...100, "weight of the smooth part"),
        NormalizedAdjacency.rankOption(standardRank), .seed,
    ]

    private static let standardRank = 256

    private let alpha: Float
    private let rank: Int
    private let seed: UInt64

    public init(_ options: MethodOptions) {
        alpha = options.float("alpha")
        rank = options.integer("rank")
        seed = UInt64(options.integer("seed"))
    }

    public func fit(_ interactions: InteractionMatrix, _ training: Training) throws
        -> any FittedModel
    {
        let adjacency = NormalizedAdjacency(interactions.matrix)
        let vectors = try adjacency.singularVectors(
            rank: rank, standard: Self.standardRank, seed: seed, training.monitor)
        return GraphFilterModel(adjacency, vectors.right, alpha: alpha)
    }

    public static func restore(_ stored: TensorReader) throws -> any FittedModel {
        GraphFilterModel(
            NormalizedAdjacency(
                byUser: try stored.sparse("adjacency"), itemDegrees: try stored.floats("degrees")),
            try stored.matrix("vectors"), alpha: Self(stored.options).alpha)
    }
}
