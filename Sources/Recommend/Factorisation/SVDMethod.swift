import GraphStore
import LinearAlgebra
import Values

/// Matrix factorisation with biases, by stochastic gradient descent over the ratings of one user
/// after the other.
public struct SVDMethod: RecommenderMethod {
    public static let name = "svd"
    public static let description = """
        Predicts ratings from factors of users and items that gradient descent finds. \
        r(u, i) = μ + b(u) + b(i) + p(u) · q(i). Koren, Bell and Volinsky, "Matrix Factorization \
        Techniques for Recommender Systems", Computer 2009; without biases it is Salakhutdinov \
        and Mnih's probabilistic matrix factorisation. New users: descent over their ratings, \
        items fixed.
        """
    public static let options: [MethodOption] =
        [.integer("factors", 100, in: 1...4096, "how many factors a user and an item have")]
        + GradientSteps.options(epochs: 20, rate: 0.005, regularization: 0.04) + [
            .flag("biased", true, "whether there are μ, b(u) and b(i)"),
            .number(
                "deviation", 0.1, in: 0...100, "the standard deviation of factors at the start"),
            .seed,
        ]
    public static let predictsRatings = true

    private let options: MethodOptions

    public init(_ options: MethodOptions) { self.options = options }

    public func fit(_ interactions: InteractionMatrix, _ training: Training) throws
        -> any FittedModel
    {
        let ratings = interactions.matrix
        let scale = RatingScale(ratings)
        let steps = GradientSteps(options)
        let biased = options.flag("biased")
        var random = RandomSource(seed: UInt64(options.integer("seed")))
        let learned = BiasedFactors(
            ratings, factors: options.integer("factors"), deviation: options.float("deviation"),
            mean: biased ? scale.mean : 0, &random)
        func model() -> SVDModel {
            SVDModel(factors: learned.frozen(), scale: scale, steps: steps, biased: biased)
        }
        try training.forEachEpoch(steps.epochs, model: model) { _ in
            var squares = 0.0
            for user in 0..<ratings.rows {
                if user & 0xFF == 0 { try training.monitor.checkpoint() }
                squares += ratings.withRow(user) { items, values in
                    learned.descend(
                        user, factors: learned.userFactors.row(user), items, values, steps,
                        biased: biased)
                }
            }
            return squares / Double(max(1, ratings.count))
        }
        return model()
    }

    public static func restore(_ stored: TensorReader) throws -> any FittedModel {
        SVDModel(
            factors: try BiasedFactors(stored), scale: try RatingScale(stored),
            steps: GradientSteps(stored.options), biased: stored.options.flag("biased"))
    }
}

struct SVDModel: LatentFactorModel {
    let factors: BiasedFactors
    let ratingScale: RatingScale
    let steps: GradientSteps
    let biased: Bool
    let itemBiases: [Float]

    init(factors: BiasedFactors, scale: RatingScale, steps: GradientSteps, biased: Bool) {
        self.factors = factors
        ratingScale = scale
        self.steps = steps
        self.biased = biased
        itemBiases = factors.itemBiases.array
    }

    var itemFactors: Matrix { factors.itemFactors }
    var scale: RatingScale? { ratingScale }
    var tensors: [TensorData] { factors.tensors + [ratingScale.tensor] }

    func factors(of user: UserHistory) -> LatentUser {
        var latent: LatentUser
        if let row = user.row {
            latent = LatentUser(
                offset: factors.userBiases.elements[row],
                factors: Array(
                    UnsafeBufferPointer(start: factors.userFactors.row(row), count: factors.width)))
        } else {
            latent = factors.foldIn(user, steps, biased: biased)
        }
        latent.offset += factors.mean
        return latent
    }
}
