import GraphStore
import LinearAlgebra

/// Factorisation without negative numbers, so that factors can be read as shares of tastes.
public struct NMFMethod: RecommenderMethod {
    public static let name = "nmf"
    public static let description = """
        Predicts ratings from non-negative factors of users and items. r(u, i) = p(u) · q(i); \
        p ← p · Σ r q / Σ (p · q) q + λ n p, and q likewise. Luo et al., "An Efficient \
        Non-Negative Matrix-Factorization-Based Approach to Collaborative Filtering", IEEE TII \
        2014. New users: the same update, items fixed.
        """
    public static let options: [MethodOption] = [
        .integer("factors", 20, in: 1...4096, "how many factors a user and an item have"),
        .integer("epochs", 50, in: 1...100_000, "passes over the ratings"),
        .number("regularization", 0.08, in: 0...1e6, "λ: the weight of squared factors"),
        .seed,
    ]
    public static let predictsRatings = true

    private let options: MethodOptions

    public init(_ options: MethodOptions) { self.options = options }

    /// Errors: ``MethodError`` for negative ratings.
    public func fit(_ interactions: InteractionMatrix, _ training: Training) throws
        -> any FittedModel
    {
        let ratings = interactions.matrix
        let byItem = ratings.transposed()
        let scale = RatingScale(ratings)
        guard scale.low >= 0 else { throw MethodError("nmf: ratings must not be negative") }
        let count = options.integer("factors")
        let update = MultiplicativeUpdate(regularization: options.float("regularization"))
        var random = RandomSource(seed: UInt64(options.integer("seed")))
        var users = Matrix.positiveFactors(rows: ratings.rows, count, &random)
        var items = Matrix.positiveFactors(rows: ratings.columns, count, &random)
        var (nextUsers, nextItems) = (users.copy(), items.copy())
        func model() -> NMFModel {
            NMFModel(
                userFactors: users.copy(), itemFactors: items.copy(), ratingScale: scale,
                factors: count, update: update, epochs: options.integer("epochs"))
        }
        try training.forEachEpoch(options.integer("epochs"), model: model) { _ in
            let squares = update.run(ratings, users, items, into: nextUsers)
            _ = update.run(byItem, items, users, into: nextItems)
            swap(&users, &nextUsers)
            swap(&items, &nextItems)
            return squares / Double(max(1, ratings.count))
        }
        return model()
    }

    public static func restore(_ stored: TensorReader) throws -> any FittedModel {
        NMFModel(
            userFactors: try stored.matrix("userFactors"),
            itemFactors: try stored.matrix("itemFactors"), ratingScale: try RatingScale(stored),
            factors: stored.options.integer("factors"),
            update: MultiplicativeUpdate(regularization: stored.options.float("regularization")),
            epochs: stored.options.integer("epochs"))
    }
}

extension Matrix {
    /// Uniform between 0 and 1; filled up with 0.
    fileprivate static func positiveFactors(
        rows: Int, _ factors: Int, _ random: inout RandomSource
    ) -> Matrix {
        let matrix = Matrix(rows: rows, columns: FactorVectors.width(factors))
        for row in 0..<rows {
            for place in 0..<factors { matrix.row(row)[place] = Float(random.nextUnit()) }
        }
        return matrix
    }
}

/// Multiplies factors by a quotient of sums, so that they stay positive and the loss does not grow.
struct MultiplicativeUpdate: Sendable {
    let regularization: Float

    /// New factors of all rows, from the old of both sides. Returns the sum of squared errors.
    func run(_ ratings: SparseMatrix, _ own: Matrix, _ others: Matrix, into updated: Matrix)
        -> Double
    {
        let squares = Matrix(rows: ratings.rows, columns: 1)
        Parallel.forEachRange(ratings.rows, atLeast: 64) { range in
            let sums = Matrix(rows: 2, columns: own.columns)
            for row in range {
                squares.elements[row] = ratings.withRow(row) { columns, values in
                    update(own.row(row), columns, values, others, into: updated.row(row), sums)
                }
            }
        }
        return withExtendedLifetime(squares) {
            squares.buffer.reduce(0) { $0 + Double($1) }
        }
    }

    /// The new factors of one row; `updated` may be `own`. Rows without ratings keep theirs.
    @discardableResult
    func update(
        _ own: UnsafePointer<Float>, _ columns: UnsafeBufferPointer<Int32>,
        _ values: UnsafeBufferPointer<Float>, _ others: Matrix,
        into updated: UnsafeMutablePointer<Float>, _ sums: Matrix
    ) -> Float {
        let width = others.columns
        guard !columns.isEmpty else {
            for place in 0..<width { updated[place] = own[place] }
            return 0
        }
        let (wanted, predicted) = (sums.row(0), sums.row(1))
        sums.fill(0)
        var squares: Float = 0
        for place in 0..<columns.count {
            let other = others.row(Int(columns[place]))
            let estimate = FactorVectors.dot(own, other, width)
            let error = values[place] - estimate
            squares += error * error
            FactorVectors.step(wanted, other, kept: 1, values[place], width)
            FactorVectors.step(predicted, other, kept: 1, estimate, width)
        }
        let weight = regularization * Float(columns.count)
        for place in 0..<width {
            let below = predicted[place] + weight * own[place]
            updated[place] = below > 0 ? own[place] * wanted[place] / below : 0
        }
        return squares
    }
}

struct NMFModel: LatentFactorModel {
    let userFactors: Matrix
    let itemFactors: Matrix
    let ratingScale: RatingScale
    let factors: Int
    let update: MultiplicativeUpdate
    let epochs: Int

    var itemBiases: [Float] { [] }
    var scale: RatingScale? { ratingScale }
    var tensors: [TensorData] {
        [
            TensorData("userFactors", userFactors), TensorData("itemFactors", itemFactors),
            ratingScale.tensor,
        ]
    }

    func factors(of user: UserHistory) -> LatentUser {
        let width = itemFactors.columns
        if let row = user.row {
            return LatentUser(
                offset: 0,
                factors: Array(UnsafeBufferPointer(start: userFactors.row(row), count: width)))
        }
        // A user who rated nothing gets the mean rating.
        guard !user.items.isEmpty else {
            return LatentUser(
                offset: ratingScale.mean, factors: [Float](repeating: 0, count: width))
        }
        let own = Matrix(rows: 1, columns: width)
        for place in 0..<factors { own.elements[place] = 0.5 }
        let sums = Matrix(rows: 2, columns: width)
        user.items.withUnsafeBufferPointer { items in
            user.weights.withUnsafeBufferPointer { ratings in
                for _ in 0..<epochs {
                    update.update(
                        own.elements, items, ratings, itemFactors, into: own.elements, sums)
                }
            }
        }
        return LatentUser(offset: 0, factors: own.array)
    }
}
