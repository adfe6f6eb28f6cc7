import GraphStore
import LinearAlgebra
import Values

/// What a user gives and an item gets whoever meets: `b(u, i) = μ + b(u) + b(i)`.
///
/// Koren, "Factor in the Neighbors: Scalable and Accurate Collaborative Filtering", TKDD 2010,
/// section 2.1.
struct RatingBaseline: Sendable {
    /// How a user's part follows from the user's ratings when the items' parts are known.
    enum Solver: Sendable, Equatable {
        /// `b(u) = Σ (r - μ - b(i)) / (shrinkage + n)`, and for items likewise.
        case leastSquares(userShrinkage: Float, itemShrinkage: Float)
        case gradientDescent(GradientSteps)
        /// The mean of what the user gave.
        case userMean
        /// Users have no part.
        case noUsers
    }

    let solver: Solver
    let mean: Float
    /// By row and by column.
    let users: [Float]
    let items: [Float]

    /// The user's part: the learned one, or that of a history which is not in the fit.
    func userPart(_ user: UserHistory) -> Float {
        if let row = user.row { return users[row] }
        switch solver {
        case .leastSquares(let shrinkage, _):
            var sum: Float = 0
            for (item, rating) in zip(user.items, user.weights) {
                sum += rating - mean - items[Int(item)]
            }
            return user.items.isEmpty ? 0 : sum / (shrinkage + Float(user.items.count))
        case .gradientDescent(let steps):
            var part: Float = 0
            for _ in 0..<steps.epochs {
                for (item, rating) in zip(user.items, user.weights) {
                    let error = rating - mean - items[Int(item)] - part
                    part += steps.rate * (error - steps.regularization * part)
                }
            }
            return part
        case .userMean: return user.weights.mean - mean
        case .noUsers: return 0
        }
    }

    /// The baseline of all items for one user.
    func predict(_ user: UserHistory, into scores: UnsafeMutableBufferPointer<Float>) {
        let part = mean + userPart(user)
        for item in 0..<items.count { scores[item] = part + items[item] }
    }
}

extension RatingBaseline {
    static let options: [MethodOption] = [
        .choice(
            "baselines", "als", among: ["als", "sgd"],
            "how baselines are found: alternating least squares, or stochastic gradient descent"),
        .integer("baselineEpochs", 20, in: 1...10_000, "passes to find baselines"),
        .number(
            "userShrinkage", 15, in: 0...1e6, "als: how many ratings of 0 each user has besides"),
        .number(
            "itemShrinkage", 10, in: 0...1e6, "als: how many ratings of 0 each item has besides"),
        .number("baselineRate", 0.005, in: 1e-9...1, "sgd: how far a step goes"),
        .number(
            "baselineRegularization", 0.02, in: 0...1e6, "sgd: the weight of squared baselines"),
    ]

    /// Finds baselines as ``options`` say.
    ///
    /// Cost: two passes over the ratings for each epoch.
    static func fit(_ ratings: SparseMatrix, _ options: MethodOptions, _ training: Training) throws
        -> RatingBaseline
    {
        let mean = RatingScale(ratings).mean
        let epochs = options.integer("baselineEpochs")
        if options.choice("baselines") == "als" {
            return try fitLeastSquares(
                ratings, mean, epochs: epochs,
                .leastSquares(
                    userShrinkage: options.float("userShrinkage"),
                    itemShrinkage: options.float("itemShrinkage")), training)
        }
        return try fitGradientDescent(
            ratings, mean,
            GradientSteps(
                epochs: epochs, rate: options.float("baselineRate"),
                regularization: options.float("baselineRegularization")), training)
    }

    private static func fitLeastSquares(
        _ ratings: SparseMatrix, _ mean: Float, epochs: Int, _ solver: Solver, _ training: Training
    ) throws -> RatingBaseline {
        guard case .leastSquares(let userShrinkage, let itemShrinkage) = solver else {
            preconditionFailure("least squares have shrinkages")
        }
        let byItem = ratings.transposed()
        var users = [Float](repeating: 0, count: ratings.rows)
        var items = [Float](repeating: 0, count: ratings.columns)
        for epoch in 1...epochs {
            try training.monitor.checkpoint()
            training.monitor.report("baselines", Double(epoch) / Double(epochs))
            items = parts(byItem, mean, users, itemShrinkage)
            users = parts(ratings, mean, items, userShrinkage)
        }
        return RatingBaseline(solver: solver, mean: mean, users: users, items: items)
    }

    private static func parts(
        _ ratings: SparseMatrix, _ mean: Float, _ others: [Float], _ shrinkage: Float
    ) -> [Float] {
        (0..<ratings.rows).map { row in
            ratings.withRow(row) { columns, values in
                var sum: Float = 0
                for place in 0..<columns.count {
                    sum += values[place] - mean - others[Int(columns[place])]
                }
                return columns.isEmpty ? 0 : sum / (shrinkage + Float(columns.count))
            }
        }
    }

    private static func fitGradientDescent(
        _ ratings: SparseMatrix, _ mean: Float, _ steps: GradientSteps, _ training: Training
    ) throws -> RatingBaseline {
        var users = [Float](repeating: 0, count: ratings.rows)
        var items = [Float](repeating: 0, count: ratings.columns)
        for epoch in 1...steps.epochs {
            try training.monitor.checkpoint()
            training.monitor.report("baselines", Double(epoch) / Double(steps.epochs))
            for row in 0..<ratings.rows {
                for place in ratings.range(row) {
                    let item = Int(ratings.indices[place])
                    let error = ratings.values[place] - mean - users[row] - items[item]
                    users[row] += steps.rate * (error - steps.regularization * users[row])
                    items[item] += steps.rate * (error - steps.regularization * items[item])
                }
            }
        }
        return RatingBaseline(
            solver: .gradientDescent(steps), mean: mean, users: users, items: items)
    }

    /// Means of what users gave; items have no part.
    static func userMeans(_ ratings: SparseMatrix) -> RatingBaseline {
        let mean = RatingScale(ratings).mean
        return RatingBaseline(
            solver: .userMean, mean: mean,
            users: (0..<ratings.rows).map { row in
                ratings.withRow(row) { _, values in values.mean - mean }
            },
            items: [Float](repeating: 0, count: ratings.columns))
    }

    /// Means of what items got; users have no part.
    static func itemMeans(_ ratings: SparseMatrix) -> RatingBaseline {
        let byItem = ratings.transposed()
        let mean = RatingScale(ratings).mean
        return RatingBaseline(
            solver: .noUsers, mean: mean, users: [Float](repeating: 0, count: ratings.rows),
            items: (0..<byItem.rows).map { item in
                byItem.withRow(item) { _, values in values.isEmpty ? 0 : values.mean - mean }
            })
    }

    /// Everything is 0.
    static func zero(_ ratings: SparseMatrix) -> RatingBaseline {
        RatingBaseline(
            solver: .noUsers, mean: 0, users: [Float](repeating: 0, count: ratings.rows),
            items: [Float](repeating: 0, count: ratings.columns))
    }

    /// Ratings less the baseline.
    func residuals(_ ratings: SparseMatrix) -> SparseMatrix {
        ratings.mapValues { row, column, rating in rating - mean - users[row] - items[column] }
    }

    // MARK: Storage

    /// Under `name` and what it is a part of: a model may have several baselines.
    func tensors(_ name: String) -> [TensorData] {
        [
            TensorData(name + ".mean", [mean]), TensorData(name + ".users", users),
            TensorData(name + ".items", items), TensorData(name + ".solver", solver.encoded),
        ]
    }

    init(_ stored: TensorReader, _ name: String) throws {
        let means = try stored.floats(name + ".mean")
        guard means.count == 1, let solver = Solver(try stored.floats(name + ".solver")) else {
            throw MethodError("the tensors \(name) of the model are damaged")
        }
        self.init(
            solver: solver, mean: means[0], users: try stored.floats(name + ".users"),
            items: try stored.floats(name + ".items"))
    }
}

extension RatingBaseline.Solver {
    /// A number for the case, then what it holds.
    fileprivate var encoded: [Float] {
        switch self {
        case .leastSquares(let users, let items): [0, users, items]
        case .gradientDescent(let steps):
            [1, Float(steps.epochs), steps.rate, steps.regularization]
        case .userMean: [2]
        case .noUsers: [3]
        }
    }

    fileprivate init?(_ encoded: [Float]) {
        switch (encoded.first, encoded.count) {
        case (0, 3): self = .leastSquares(userShrinkage: encoded[1], itemShrinkage: encoded[2])
        case (1, 4):
            self = .gradientDescent(
                GradientSteps(
                    epochs: Int(encoded[1]), rate: encoded[2], regularization: encoded[3]))
        case (2, 1): self = .userMean
        case (3, 1): self = .noUsers
        default: return nil
        }
    }
}

extension Collection<Float> {
    /// 0 for nothing.
    var mean: Float { isEmpty ? 0 : reduce(0, +) / Float(count) }
}
