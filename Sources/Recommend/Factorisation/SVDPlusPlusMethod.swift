import Foundation
import GraphStore
import LinearAlgebra
import Values

/// SVD that also learns from which items a user rated, whatever the rating.
///
/// A step for one rating changes the implicit factors of *all* of the user's items, by the same
/// map for each: `y ← (1 - γλ) y + γ e q / √n`. Their sum `Σ y / √n` thus moves as p does, and
/// `x = p + Σ y / √n` twice as far: a pass over a user's ratings needs only steps of x and q, as in
/// SVD; half of what they come to is handed to p, and a share of it to all y, at its end. That is the update of the paper, in time that is linear in the number of ratings.
public struct SVDPlusPlusMethod: RecommenderMethod {
    public static let name = "svdpp"
    public static let description = """
        Predicts ratings from factors of users and items, and of which items a user has rated. \
        r(u, i) = μ + b(u) + b(i) + q(i) · (p(u) + Σ y(j) / √n) over the user's n items j. \
        Koren, "Factorization Meets the Neighborhood", KDD 2008. New users: descent over their \
        ratings, items fixed.
        """
    public static let options: [MethodOption] =
        [.integer("factors", 20, in: 1...4096, "how many factors a user and an item have")]
        + GradientSteps.options(epochs: 20, rate: 0.007, regularization: 0.02) + [
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
        let (count, deviation) = (options.integer("factors"), options.float("deviation"))
        var random = RandomSource(seed: UInt64(options.integer("seed")))
        let learned = BiasedFactors(
            ratings, factors: count, deviation: deviation, mean: scale.mean, &random)
        let implicit = Matrix.factors(
            rows: ratings.columns, count, deviation: deviation, &random)
        func model() -> SVDPlusPlusModel {
            SVDPlusPlusModel(
                factors: learned.frozen(), implicit: implicit.copy(), scale: scale, steps: steps)
        }
        let pass = UserPass(learned: learned, implicit: implicit, steps: steps)
        try training.forEachEpoch(steps.epochs, model: model) { _ in
            var squares = 0.0
            for user in 0..<ratings.rows {
                if user & 0xFF == 0 { try training.monitor.checkpoint() }
                squares += ratings.withRow(user) { pass.run(user, $0, $1) }
            }
            return squares / Double(max(1, ratings.count))
        }
        return model()
    }

    public static func restore(_ stored: TensorReader) throws -> any FittedModel {
        SVDPlusPlusModel(
            factors: try BiasedFactors(stored), implicit: try stored.matrix("implicitFactors"),
            scale: try RatingScale(stored), steps: GradientSteps(stored.options))
    }
}

/// One pass over one user's ratings.
private struct UserPass {
    let learned: BiasedFactors
    let implicit: Matrix
    let steps: GradientSteps
    /// x before and after.
    private let before: Matrix
    private let after: Matrix

    init(learned: BiasedFactors, implicit: Matrix, steps: GradientSteps) {
        self.learned = learned
        self.implicit = implicit
        self.steps = steps
        before = Matrix(rows: 1, columns: learned.width)
        after = Matrix(rows: 1, columns: learned.width)
    }

    func run(
        _ user: Int, _ items: UnsafeBufferPointer<Int32>, _ ratings: UnsafeBufferPointer<Float>
    ) -> Double {
        guard !items.isEmpty else { return 0 }
        let width = learned.width
        let p = learned.userFactors.row(user)
        let share = 1 / Float(items.count).squareRoot()
        let (x0, x) = (before.elements, after.elements)
        x0.update(from: p, count: width)
        for item in items {
            FactorVectors.step(x0, implicit.row(Int(item)), kept: 1, share, width)
        }
        x.update(from: x0, count: width)
        let squares = learned.descend(
            user, factors: x, items, ratings, steps, biased: true, terms: 2)
        // What n steps kept of the old, and what they added: to p, and to each y its share.
        let kept = pow(steps.kept, Float(items.count))
        FactorVectors.step(x, x0, kept: 1, -kept, width)
        FactorVectors.step(p, x, kept: kept, 0.5, width)
        for item in items {
            FactorVectors.step(implicit.row(Int(item)), x, kept: kept, 0.5 * share, width)
        }
        return squares
    }
}

struct SVDPlusPlusModel: LatentFactorModel {
    let factors: BiasedFactors
    /// y: a row for each item.
    let implicit: Matrix
    let ratingScale: RatingScale
    let steps: GradientSteps
    let itemBiases: [Float]

    init(factors: BiasedFactors, implicit: Matrix, scale: RatingScale, steps: GradientSteps) {
        self.factors = factors
        self.implicit = implicit
        ratingScale = scale
        self.steps = steps
        itemBiases = factors.itemBiases.array
    }

    var itemFactors: Matrix { factors.itemFactors }
    var scale: RatingScale? { ratingScale }
    var tensors: [TensorData] {
        factors.tensors + [ratingScale.tensor, TensorData("implicitFactors", implicit)]
    }

    func factors(of user: UserHistory) -> LatentUser {
        let added = implicitPart(user)
        var latent: LatentUser
        if let row = user.row {
            latent = LatentUser(
                offset: factors.userBiases.elements[row],
                factors: Array(
                    UnsafeBufferPointer(start: factors.userFactors.row(row), count: factors.width)))
        } else {
            latent = factors.foldIn(user, adding: added, steps, biased: true)
        }
        latent.offset += factors.mean
        for place in added.indices { latent.factors[place] += added[place] }
        return latent
    }

    /// `Σ y(j) / √n`
    private func implicitPart(_ user: UserHistory) -> [Float] {
        var sum = [Float](repeating: 0, count: factors.width)
        let share = Self.share(user)
        sum.withUnsafeMutableBufferPointer { sum in
            guard let base = sum.baseAddress else { return }
            for item in user.items {
                FactorVectors.step(base, implicit.row(Int(item)), kept: 1, share, factors.width)
            }
        }
        return sum
    }

    private static func share(_ user: UserHistory) -> Float {
        user.items.isEmpty ? 0 : 1 / Float(user.items.count).squareRoot()
    }

    /// `q(i) · y(j) / √n`; what p(u) adds belongs to no single item.
    func contributions(_ user: UserHistory, to item: Int32) -> [Float]? {
        let q = itemFactors.row(Int(item))
        let share = Self.share(user)
        return user.items.map {
            share * FactorVectors.dot(q, implicit.row(Int($0)), factors.width)
        }
    }
}
