import GraphStore
import LinearAlgebra
import Values

/// Factorisation of what people did, not of what they said.
public struct ALSMethod: RecommenderMethod {
    public static let name = "als"
    public static let description = """
        Ranks by factors that alternating least squares finds. score(u, i) = x(u) · y(i), \
        minimising Σ c (p - x · y)² + λ (Σ|x|² + Σ|y|²) over all pairs, p = 1 where there is an \
        interaction of weight r > 0, c = 1 + α|r|. Hu, Koren and Volinsky, "Collaborative Filtering \
        for Implicit Feedback Datasets", ICDM 2008; solved by conjugate gradient: Takács, Pilászy \
        and Tikk, RecSys 2011. New users: the same least squares, items fixed.
        """
    public static let options: [MethodOption] = [
        .integer("factors", 64, in: 1...4096, "how many factors a user and an item have"),
        .integer("epochs", 15, in: 1...100_000, "how often both sides are solved for"),
        .number("alpha", 40, in: 0...1e9, "α: how much an interaction says"),
        .number("regularization", 0.1, in: 1e-9...1e9, "λ: the weight of squared factors"),
        .integer("steps", 3, in: 1...1000, "steps of conjugate gradient each time"),
        .seed,
    ]

    private let options: MethodOptions

    public init(_ options: MethodOptions) { self.options = options }

    public func fit(_ interactions: InteractionMatrix, _ training: Training) throws
        -> any FittedModel
    {
        let weights = interactions.matrix
        let byItem = weights.transposed()
        let steps = options.integer("steps")
        let regularization = options.float("regularization")
        var random = RandomSource(seed: UInt64(options.integer("seed")))
        let items = Matrix.factors(
            rows: weights.columns, options.integer("factors"), deviation: 0.01, &random)
        let users = Matrix(rows: weights.rows, columns: items.columns)
        func solver(_ others: Matrix) -> ConfidenceSolver {
            ConfidenceSolver(
                alpha: options.float("alpha"), regularization: regularization, others: others)
        }
        func model() -> ALSModel {
            // Users' factors as fold-in would find them, so that both agree.
            let solver = solver(items.copy())
            solver.solve(
                weights, users, steps: ALSModel.stepLimit, tolerance: ALSModel.tolerance)
            return ALSModel(userFactors: users.copy(), solver: solver)
        }
        try training.forEachEpoch(options.integer("epochs"), model: model) { _ in
            solver(items).solve(weights, users, steps: steps)
            try training.monitor.checkpoint()
            let loss = solver(users).solve(byItem, items, steps: steps)
            return loss + Double(regularization) * users.buffer.reduce(0.0) { $0 + Double($1 * $1) }
        }
        return model()
    }

    public static func restore(_ stored: TensorReader) throws -> any FittedModel {
        ALSModel(
            userFactors: try stored.matrix("userFactors"),
            solver: ConfidenceSolver(
                alpha: stored.options.float("alpha"),
                regularization: stored.options.float("regularization"),
                others: try stored.matrix("itemFactors")))
    }
}

struct ALSModel: LatentFactorModel {
    let userFactors: Matrix
    /// Has the items' factors.
    let solver: ConfidenceSolver

    /// For users' factors: so many steps, or until the residual is so small, relatively.
    static let stepLimit = 100
    static let tolerance: Float = 1e-4

    var itemFactors: Matrix { solver.others }
    var itemBiases: [Float] { [] }
    var scale: RatingScale? { nil }
    var tensors: [TensorData] {
        [TensorData("userFactors", userFactors), TensorData("itemFactors", itemFactors)]
    }

    func factors(of user: UserHistory) -> LatentUser {
        if let row = user.row {
            let factors = UnsafeBufferPointer(
                start: userFactors.row(row), count: userFactors.columns)
            return LatentUser(offset: 0, factors: Array(factors))
        }
        let own = Matrix(rows: 1, columns: itemFactors.columns)
        solver.solve(entries(user), own, steps: Self.stepLimit, tolerance: Self.tolerance)
        return LatentUser(offset: 0, factors: own.array)
    }

    private func entries(_ user: UserHistory) -> SparseMatrix {
        SparseMatrix(
            rows: 1, columns: itemCount, offsets: [0, user.items.count],
            indices: ContiguousArray(user.items), values: ContiguousArray(user.weights))
    }

    /// `c(j) · y(i)ᵀ A⁻¹ y(j)`: they add up to the score (Hu et al., section 5).
    func contributions(_ user: UserHistory, to item: Int32) -> [Float]? {
        let solution = solver.solve(
            entries(user), rightSide: itemFactors.row(Int(item)), steps: Self.stepLimit,
            tolerance: Self.tolerance)
        return zip(user.items, user.weights).map { other, weight in
            let similarity = FactorVectors.dot(
                solution.row(0), itemFactors.row(Int(other)), itemFactors.columns)
            return weight > 0 ? (1 + solver.alpha * weight) * similarity : 0
        }
    }
}
