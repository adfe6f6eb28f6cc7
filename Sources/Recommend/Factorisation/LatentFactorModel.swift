import LinearAlgebra

/// A model whose scores are inner products: `score(u, i) = offset(u) + bias(i) + p(u) · q(i)`.
protocol LatentFactorModel: FittedModel {
    /// A row for each item.
    var itemFactors: Matrix { get }
    /// Empty where items have none.
    var itemBiases: [Float] { get }
    /// Where scores are ratings: they are kept within.
    var scale: RatingScale? { get }

    /// The learned factors, or those of a history which is not in the fit.
    func factors(of user: UserHistory) throws -> LatentUser
}

struct LatentUser {
    var offset: Float
    /// As many as ``LatentFactorModel/itemFactors`` has columns.
    var factors: [Float]
}

extension LatentFactorModel {
    var itemCount: Int { itemFactors.rows }

    func score(_ user: UserHistory, into scores: UnsafeMutableBufferPointer<Float>) throws {
        guard let base = scores.baseAddress else { return }
        let latent = try factors(of: user)
        itemFactors.multiply(latent.factors, into: base)
        finish(base, latent.offset)
    }

    func score(_ users: [UserHistory], into scores: Matrix) throws {
        precondition(scores.rows == users.count && scores.columns == itemCount)
        let factors = Matrix(rows: users.count, columns: itemFactors.columns)
        let offsets = Matrix(rows: users.count, columns: 1)
        let failure = FirstError()
        Parallel.forEachRange(users.count) { range in
            for row in range {
                do {
                    let latent = try self.factors(of: users[row])
                    factors.row(row).update(from: latent.factors, count: factors.columns)
                    offsets.elements[row] = latent.offset
                } catch { failure.note(error) }
            }
        }
        try failure.rethrow()
        scores.setProduct(factors, itemFactors, transposeRight: true)
        Parallel.forEachRange(users.count) { range in
            for row in range { finish(scores.row(row), offsets.elements[row]) }
        }
    }

    func score(_ user: UserHistory, items: [Int32]) throws -> [Float] {
        let latent = try factors(of: user)
        return items.map { item in
            let product = FactorVectors.dot(
                latent.factors, itemFactors.row(Int(item)), itemFactors.columns)
            let bias = itemBiases.isEmpty ? 0 : itemBiases[Int(item)]
            let score = product + latent.offset + bias
            return scale?.clip(score) ?? score
        }
    }

    /// Adds what is not a product, and clips.
    private func finish(_ scores: UnsafeMutablePointer<Float>, _ offset: Float) {
        if itemBiases.isEmpty {
            if offset != 0 { for item in 0..<itemCount { scores[item] += offset } }
        } else {
            itemBiases.withUnsafeBufferPointer { biases in
                for item in 0..<biases.count { scores[item] += offset + biases[item] }
            }
        }
        scale?.clip(UnsafeMutableBufferPointer(start: scores, count: itemCount))
    }
}
