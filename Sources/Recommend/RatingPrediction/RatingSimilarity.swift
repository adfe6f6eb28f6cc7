import LinearAlgebra

/// How alike two users' or items' ratings are, over those that both have.
enum RatingSimilarity: String, CaseIterable {
    case cosine
    /// Cosine of what is left without the means of the other side: between items, of each user's
    /// mean (Sarwar et al., WWW 2001).
    case adjustedCosine
    /// Cosine of what is left without the two means over what both have.
    case pearson
    /// Cosine of what the baselines leave (Koren, TKDD 2010).
    case pearsonBaseline
    /// `1 / (1 + the mean squared difference)`
    case msd

    /// What is taken off the ratings before they are compared.
    func comparison(
        _ ratings: SparseMatrix, byItem: Bool, baseline: () throws -> RatingBaseline
    ) rethrows -> RatingBaseline {
        switch self {
        case .cosine, .pearson, .msd: .zero(ratings)
        case .adjustedCosine: byItem ? .userMeans(ratings) : .itemMeans(ratings)
        case .pearsonBaseline: try baseline()
        }
    }

    /// Shrunk towards 0 where few ratings support it: `(n - 1) / (n - 1 + shrinkage)` times.
    func similarity(_ sums: PairSums, shrinkage: Float) -> Float {
        guard sums.count > 0 else { return 0 }
        let similarity: Float
        switch self {
        case .cosine, .adjustedCosine, .pearsonBaseline:
            similarity = Self.ratio(sums.product, sums.leftSquares, sums.rightSquares)
        case .pearson:
            similarity = Self.ratio(
                sums.product - sums.left * sums.right / sums.count,
                sums.leftSquares - sums.left * sums.left / sums.count,
                sums.rightSquares - sums.right * sums.right / sums.count)
        case .msd:
            let squares = sums.leftSquares + sums.rightSquares - 2 * sums.product
            similarity = 1 / (1 + max(0, squares) / sums.count)
        }
        guard shrinkage > 0 else { return similarity }
        return similarity * (sums.count - 1) / (sums.count - 1 + shrinkage)
    }

    /// Squares that are rounding errors of a constant are none.
    private static func ratio(_ product: Float, _ left: Float, _ right: Float) -> Float {
        let tiny: Float = 1e-6
        guard left > tiny, right > tiny else { return 0 }
        return product / (left * right).squareRoot()
    }
}
