import LinearAlgebra

/// GF-CF's filters with the powers of the degrees set free, and the smooth part sharpened.
public struct GraphFilterMethod: RecommenderMethod {
    public static let name = "graphFilter"
    public static let description = """
        Tuned graph filters: score = x D_i^-t P D_i^t + x D_i^-s V diag(w) Vᵀ D_i^s with \
        R̃ = D_u^-`userPower` R D_i^-`itemPower` / σ₁, P = R̃ᵀR̃, its `rank` first right singular \
        vectors V with the eigenvalues λ of P, and w = α + λ (q(λ) - 1). The powers are those of \
        link prediction (Fu et al., "Revisiting Neighborhood-based Link Prediction for \
        Collaborative Filtering", WWW 2022), α is GF-CF's ideal low-pass filter (Shen et al., CIKM \
        2021), and q(λ) = Σₙ (-hλ)ⁿ / n! to n = 4 is BSPM's sharpening (Choi et al., SIGIR 2023) \
        where it matters, so that it costs no product with P when it is asked.
        """
    public static let options = [
        MethodOption.number(
            "userPower", 0.35, in: 0...2, "how much interactions of busy users are held back"),
        MethodOption.number(
            "itemPower", 0.45, in: 0...2, "how much those with popular items are held back"),
        MethodOption.number(
            "tilt", 0.13, in: -2...2, "t: how much the neighbourhood favours popular items"),
        MethodOption.number(
            "smoothTilt", 0.3, in: -2...2, "s: how much the smooth part favours popular items"),
        MethodOption.number("alpha", 0.5, in: 0...100, "weight of the ideal low-pass filter"),
        MethodOption.number(
            "sharpening", 2.5, in: 0...100, "h: how long the smooth part is sharpened"),
        MethodOption.integer("rank", 256, in: 1...4096, "singular vectors"), .seed,
    ]

    private let userPower: Float
    private let itemPower: Float
    private let tilts: GraphFilterModel.Tilts
    private let alpha: Float
    private let sharpening: Sharpening
    private let rank: Int
    private let seed: UInt64

    public init(_ options: MethodOptions) {
        userPower = options.float("userPower")
        itemPower = options.float("itemPower")
        tilts = GraphFilterModel.Tilts(
            near: options.float("tilt"), smooth: options.float("smoothTilt"))
        alpha = options.float("alpha")
        sharpening = Sharpening(time: options.float("sharpening"), steps: 1)
        rank = options.integer("rank")
        seed = UInt64(options.integer("seed"))
    }

    public func fit(_ interactions: InteractionMatrix, _ training: Training) throws
        -> any FittedModel
    {
        let adjacency = NormalizedAdjacency(
            interactions.matrix, userPower: userPower, itemPower: itemPower)
        let vectors = try adjacency.singularVectors(rank: rank, seed: seed, training.monitor)
        // Scores only rank: the neighbourhood stays as it is, the smooth part gets σ₁² instead.
        let largest = vectors.values[0] * vectors.values[0]
        let weights = vectors.values.map { value in
            let eigenvalue = value * value / largest
            return largest * (alpha + eigenvalue * (sharpening.factor(eigenvalue) - 1))
        }
        return GraphFilterModel(adjacency, vectors.right, weights: weights, tilts)
    }

    public static func restore(_ stored: TensorReader) throws -> any FittedModel {
        try GraphFilterModel(stored, Self(stored.options).tilts)
    }
}
