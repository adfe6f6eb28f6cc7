/// How alike two sparse vectors are.
public enum SimilarityMeasure: String, Sendable, CaseIterable {
    /// `Σ aᵢbᵢ / (√Σaᵢ² √Σbᵢ²)`
    case cosine
    /// Cosine of the deviations from each vector's own mean (Herlocker et al., "An Algorithmic
    /// Framework for Performing Collaborative Filtering", SIGIR 1999, section 3).
    case pearson
    /// `|A ∩ B| / |A ∪ B|` of the sets of entries
    case jaccard
    /// `|A ∩ B| / min(|A|, |B|)`
    case overlap
    /// `1 / (1 + √Σ(aᵢ - bᵢ)²)`
    case euclidean
}

/// Which entries norms and means run over.
public enum SimilarityScope: String, Sendable {
    /// The whole vectors; an entry that one lacks counts as 0.
    case all
    /// Only entries that both have.
    case common
}

/// The sums over a vector from which every measure is made.
struct Moments {
    var count = 0.0
    var sum = 0.0
    var squares = 0.0

    init() {}

    init(_ vector: SparseVector) {
        count = Double(vector.count)
        for weight in vector.weights {
            sum += weight
            squares += weight * weight
        }
    }

    /// `Σ (x - mean)²`
    var deviation: Double { count == 0 ? 0 : max(0, squares - sum * sum / count) }
}

/// The sums over the entries that two vectors share.
struct CommonMoments {
    var count = 0.0
    var dot = 0.0
    var left = Moments()
    var right = Moments()
}

extension SimilarityMeasure {
    /// The similarity from sums: `left` and `right` over the whole vectors, `common` over what both
    /// have. 0 where a norm is 0.
    func similarity(
        _ common: CommonMoments, left: Moments, right: Moments, over scope: SimilarityScope
    ) -> Double {
        let a = scope == .all ? left : common.left
        let b = scope == .all ? right : common.right
        switch self {
        case .cosine: return Self.ratio(common.dot, (a.squares * b.squares).squareRoot())
        case .pearson:
            guard a.count > 0, b.count > 0 else { return 0 }
            let meanA = a.sum / a.count
            let meanB = b.sum / b.count
            let product =
                common.dot - meanB * common.left.sum - meanA * common.right.sum
                + common.count * meanA * meanB
            let norm = (a.deviation * b.deviation).squareRoot()
            // Deviations that are rounding errors of a constant vector are no deviations.
            guard norm > 1e-12 * max(1, (a.squares * b.squares).squareRoot()) else { return 0 }
            return max(-1, min(1, product / norm))
        case .jaccard:
            return Self.ratio(common.count, left.count + right.count - common.count)
        case .overlap: return Self.ratio(common.count, min(left.count, right.count))
        case .euclidean:
            return 1 / (1 + max(0, a.squares + b.squares - 2 * common.dot).squareRoot())
        }
    }

    /// Whether the sums over whole vectors are needed: reading them is most of the work.
    func needsWholeVectors(over scope: SimilarityScope) -> Bool {
        switch self {
        case .jaccard, .overlap: true
        case .cosine, .pearson, .euclidean: scope == .all
        }
    }

    private static func ratio(_ numerator: Double, _ denominator: Double) -> Double {
        denominator > 0 ? numerator / denominator : 0
    }
}
