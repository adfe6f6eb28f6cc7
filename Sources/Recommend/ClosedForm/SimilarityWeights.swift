import Foundation
import LinearAlgebra

/// A measure of how alike two rows are, as an inner product of weighted rows and what it is divided
/// by: so one sparse product gives the similarities of a row with all others.
enum RowSimilarity: String, CaseIterable, Sendable {
    /// `Σ aᵢbᵢ / (‖a‖ ‖b‖ + h)`
    case cosine
    /// Cosine of the deviations from each column's mean (Sarwar et al., "Item-Based Collaborative
    /// Filtering Recommendation Algorithms", WWW 2001, section 3.1.3).
    case adjustedCosine
    /// Cosine of the deviations from each row's own mean.
    case pearson
    /// `|A ∩ B| / (|A ∪ B| + h)` of the sets of entries
    case jaccard
    /// Cosine of `√a · idf` with `idf = ln(1 + rows / |column|) / ln(1 + rows)`: entries in rare
    /// columns tell more.
    case tfidf
    /// Cosine of `idf · a (k₁ + 1) / (a + k₁ (1 - b + b |row| / mean |row|))` with the same idf
    /// (Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond", 2009).
    case bm25

    static let names = allCases.map(\.rawValue)

    static let option = MethodOption.choice(
        "similarity", RowSimilarity.tfidf.rawValue, among: names, "how alike two rows are")
    static let shrinkageOption = MethodOption.number(
        "shrinkage", 10, in: 0...1e6,
        "h, added to the denominator, so that similarities that few entries support count less")
}

/// What a measure needs to know of a matrix to weigh its rows, or those of anybody new.
struct SimilarityWeights: Sendable {
    let measure: RowSimilarity
    let shrinkage: Float
    /// By column: how much it tells, or its mean.
    private let columnFactors: [Float]
    private let meanLength: Float

    /// Term saturation and length normalisation of BM25, as is usual.
    private static let saturation: Float = 1.2
    private static let lengthShare: Float = 0.75

    init(_ measure: RowSimilarity, shrinkage: Float, of matrix: SparseMatrix) {
        self.measure = measure
        self.shrinkage = shrinkage
        meanLength = Float(matrix.count) / Float(max(1, matrix.rows))
        switch measure {
        case .cosine, .pearson, .jaccard: columnFactors = []
        case .adjustedCosine:
            columnFactors = zip(matrix.columnSums(), Self.columnCounts(matrix)).map {
                $0 / max(1, $1)
            }
        case .tfidf, .bm25:
            let rows = Float(matrix.rows)
            columnFactors = Self.columnCounts(matrix).map { log1p(rows / max(1, $0)) / log1p(rows) }
        }
    }

    private static func columnCounts(_ matrix: SparseMatrix) -> [Float] {
        var counts = [Float](repeating: 0, count: matrix.columns)
        for column in matrix.indices { counts[Int(column)] += 1 }
        return counts
    }

    /// The weights of one row.
    func weights(_ indices: UnsafeBufferPointer<Int32>, _ values: UnsafeBufferPointer<Float>)
        -> [Float]
    {
        switch measure {
        case .cosine: return Array(values)
        case .jaccard: return [Float](repeating: 1, count: values.count)
        case .adjustedCosine: return zip(indices, values).map { $1 - columnFactors[Int($0)] }
        case .pearson:
            let mean = values.reduce(0, +) / Float(max(1, values.count))
            return values.map { $0 - mean }
        case .tfidf:
            return zip(indices, values).map { max(0, $1).squareRoot() * columnFactors[Int($0)] }
        case .bm25:
            let length = Float(values.count) / max(1, meanLength)
            let k = Self.saturation * (1 - Self.lengthShare + Self.lengthShare * length)
            return zip(indices, values).map { column, value in
                let weight = max(0, value)
                return columnFactors[Int(column)] * weight * (Self.saturation + 1) / (weight + k)
            }
        }
    }

    func weighted(_ matrix: SparseMatrix) -> SparseMatrix {
        var values = ContiguousArray<Float>()
        values.reserveCapacity(matrix.count)
        for row in 0..<matrix.rows {
            values.append(contentsOf: matrix.withRow(row) { weights($0, $1) })
        }
        return SparseMatrix(
            rows: matrix.rows, columns: matrix.columns, offsets: matrix.offsets,
            indices: matrix.indices, values: values)
    }

    /// What ``similarity(_:_:_:)`` wants of a row: its norm, or for Jaccard its length.
    func size(_ weights: some Sequence<Float>) -> Float {
        let squares = weights.reduce(0) { $0 + $1 * $1 }
        return measure == .jaccard ? squares : squares.squareRoot()
    }

    func sizes(_ weighted: SparseMatrix) -> [Float] {
        (0..<weighted.rows).map { row in weighted.withRow(row) { size($1) } }
    }

    /// From the inner product of two weighted rows and their sizes. 0 where a norm is 0.
    @inline(__always)
    func similarity(_ product: Float, _ left: Float, _ right: Float) -> Float {
        let denominator =
            measure == .jaccard ? left + right - product + shrinkage : left * right + shrinkage
        return denominator > 0 ? product / denominator : 0
    }
}
