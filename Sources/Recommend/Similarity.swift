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
    /// Cosine after each column's mean is taken from its entries, see ``EntryWeighting``.
    case adjustedCosine
    /// Cosine of entries times how rare their column is.
    case tfidf
    /// The same with entries that saturate, and long vectors counting less.
    case bm25

    /// What becomes of entries before they are compared.
    var weighting: EntryWeighting.Kind? {
        switch self {
        case .adjustedCosine: .adjusted
        case .tfidf: .tfidf
        case .bm25: .bm25
        default: nil
        }
    }
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

    /// Where nothing has been summed up yet.
    static let unknown = Moments(count: -1)

    @inline(__always)
    mutating func add(_ weight: Double) {
        count += 1
        sum += weight
        squares += weight * weight
    }

    /// `Σ (x - mean)²`
    var deviation: Double { count == 0 ? 0 : max(0, squares - sum * sum / count) }
}

/// The sums over the entries that two vectors share.
struct CommonMoments {
    var count = 0.0
    /// `Σ aᵢbᵢ`
    var product = 0.0
    /// `Σ (aᵢ - bᵢ)²`
    var difference = 0.0
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
        case .cosine, .adjustedCosine, .tfidf, .bm25:
            return Self.ratio(common.product, a.squares.squareRoot() * b.squares.squareRoot())
        case .pearson: return Self.pearson(common, a, b)
        case .jaccard: return Self.ratio(common.count, left.count + right.count - common.count)
        case .overlap: return Self.ratio(common.count, min(left.count, right.count))
        case .euclidean:
            // What one of the two lacks is 0 there. Not Σa² + Σb² - 2Σab, which cancels.
            let alone = a.squares - common.left.squares + b.squares - common.right.squares
            return 1 / (1 + (common.difference + max(0, alone)).squareRoot())
        }
    }

    private static func pearson(_ common: CommonMoments, _ a: Moments, _ b: Moments) -> Double {
        guard a.count > 0, b.count > 0 else { return 0 }
        let meanA = a.sum / a.count
        let meanB = b.sum / b.count
        let product =
            common.product - meanB * common.left.sum - meanA * common.right.sum
            + common.count * meanA * meanB
        // Deviations that are rounding errors of a constant vector are no deviations.
        guard a.deviation > 1e-12 * a.squares, b.deviation > 1e-12 * b.squares else { return 0 }
        return max(-1, min(1, product / (a.deviation.squareRoot() * b.deviation.squareRoot())))
    }

    /// Whether the sums over whole vectors are needed: reading them is most of the work.
    func needsWholeVectors(over scope: SimilarityScope) -> Bool {
        switch self {
        case .jaccard, .overlap: true
        case .cosine, .pearson, .euclidean, .adjustedCosine, .tfidf, .bm25: scope == .all
        }
    }

    /// Which sums over the common entries are needed besides their number.
    func commonSums(over scope: SimilarityScope) -> CommonSums.Detail {
        switch self {
        case .jaccard, .overlap: .products
        case .cosine, .adjustedCosine, .tfidf, .bm25: scope == .all ? .products : .everything
        case .pearson, .euclidean: .everything
        }
    }

    /// Weights so large that their squares are infinite compare to nothing.
    private static func ratio(_ numerator: Double, _ denominator: Double) -> Double {
        let ratio = denominator > 0 ? numerator / denominator : 0
        return ratio.isFinite ? ratio : 0
    }
}
