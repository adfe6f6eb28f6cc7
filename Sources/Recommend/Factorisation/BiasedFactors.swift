import GraphStore
import LinearAlgebra

/// What SVD and SVD++ learn: `r(u, i) = μ + b(u) + b(i) + p(u) · q(i)`.
///
/// The matrices are being written to during a fit; ``frozen()`` is a copy that stays.
struct BiasedFactors: Sendable {
    let mean: Float
    /// One column.
    let userBiases: Matrix
    let itemBiases: Matrix
    let userFactors: Matrix
    let itemFactors: Matrix

    var width: Int { itemFactors.columns }

    init(
        mean: Float, userBiases: Matrix, itemBiases: Matrix, userFactors: Matrix,
        itemFactors: Matrix
    ) {
        self.mean = mean
        self.userBiases = userBiases
        self.itemBiases = itemBiases
        self.userFactors = userFactors
        self.itemFactors = itemFactors
    }

    /// Biases of 0 and random factors; items that nobody rated have none.
    init(
        _ ratings: SparseMatrix, factors: Int, deviation: Float, mean: Float,
        _ random: inout RandomSource
    ) {
        self.init(
            mean: mean, userBiases: Matrix(rows: ratings.rows, columns: 1),
            itemBiases: Matrix(rows: ratings.columns, columns: 1),
            userFactors: .factors(rows: ratings.rows, factors, deviation: deviation, &random),
            itemFactors: .factors(rows: ratings.columns, factors, deviation: deviation, &random))
        var isRated = [Bool](repeating: false, count: ratings.columns)
        for item in ratings.indices { isRated[Int(item)] = true }
        for item in 0..<ratings.columns where !isRated[item] {
            itemFactors.row(item).update(repeating: 0, count: width)
        }
    }

    func frozen() -> BiasedFactors {
        BiasedFactors(
            mean: mean, userBiases: userBiases.copy(), itemBiases: itemBiases.copy(),
            userFactors: userFactors.copy(), itemFactors: itemFactors.copy())
    }

    /// Steps over one user's ratings, in their order: the user's bias and factors, and the items'.
    /// Returns the sum of squared errors.
    ///
    /// `factors` is what the items' factors are multiplied with, the sum of `terms` vectors that each
    /// take the same step; without `biased`, biases stay.
    func descend(
        _ user: Int, factors: UnsafeMutablePointer<Float>, _ items: UnsafeBufferPointer<Int32>,
        _ ratings: UnsafeBufferPointer<Float>, _ steps: GradientSteps, biased: Bool,
        terms: Float = 1
    ) -> Double {
        let width = width
        let itemFactors = itemFactors.elements
        let itemBiases = itemBiases.elements
        var bias = userBiases.elements[user]
        var squares = 0.0
        for place in 0..<items.count {
            let item = Int(items[place])
            let q = itemFactors + item &* width
            let error =
                ratings[place] - mean - bias - itemBiases[item]
                - FactorVectors.dot(factors, q, width)
            squares += Double(error * error)
            let factor = steps.rate * error
            if biased {
                bias = steps.kept * bias + factor
                itemBiases[item] = steps.kept * itemBiases[item] + factor
            }
            FactorVectors.step(both: factors, q, kept: steps.kept, factor, gain: terms, width)
        }
        userBiases.elements[user] = bias
        return squares
    }

    /// A user's bias and factors for ratings that are not in the fit: as many passes over them as
    /// the fit made, from 0, while the items' side stays as it is.
    ///
    /// `added` goes with the user's factors wherever they are multiplied, and does not change.
    func foldIn(
        _ user: UserHistory, adding added: [Float]? = nil, _ steps: GradientSteps, biased: Bool
    ) -> LatentUser {
        let width = width
        var latent = LatentUser(offset: 0, factors: [Float](repeating: 0, count: width))
        // What the user's own parameters have to explain.
        let targets = zip(user.items, user.weights).map { item, rating in
            rating - mean - itemBiases.elements[Int(item)]
                - (added.map { FactorVectors.dot($0, itemFactors.row(Int(item)), width) } ?? 0)
        }
        latent.factors.withUnsafeMutableBufferPointer { factors in
            guard let p = factors.baseAddress else { return }
            for _ in 0..<steps.epochs {
                for place in 0..<targets.count {
                    let q = itemFactors.row(Int(user.items[place]))
                    let error = targets[place] - latent.offset - FactorVectors.dot(p, q, width)
                    let factor = steps.rate * error
                    if biased { latent.offset = steps.kept * latent.offset + factor }
                    FactorVectors.step(p, q, kept: steps.kept, factor, width)
                }
            }
        }
        return latent
    }

    // MARK: Storage

    var tensors: [TensorData] {
        [
            TensorData("mean", [mean]), TensorData("userBiases", userBiases),
            TensorData("itemBiases", itemBiases), TensorData("userFactors", userFactors),
            TensorData("itemFactors", itemFactors),
        ]
    }

    init(_ stored: TensorReader) throws {
        let means = try stored.floats("mean")
        guard means.count == 1 else { throw MethodError("a model has one mean") }
        self.init(
            mean: means[0], userBiases: try stored.matrix("userBiases"),
            itemBiases: try stored.matrix("itemBiases"),
            userFactors: try stored.matrix("userFactors"),
            itemFactors: try stored.matrix("itemFactors"))
    }
}
