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

    /// Whether an entry counts by what its column has: then a change of one entry changes what all
    /// others in the column are compared as.
    var weighsColumns: Bool {
        switch self {
        case .cosine, .pearson, .jaccard: false
        case .adjustedCosine, .tfidf, .bm25: true
        }
    }

    /// Whether an entry counts by the number or the mean length of all rows.
    var weighsRows: Bool { self == .tfidf || self == .bm25 }

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
    /// Of all rows: what rarity is measured against.
    let rowCount: Int
    let meanLength: Float
    /// By column: how much it tells, or its mean. Empty where columns do not matter.
    private(set) var columnFactors: ContiguousArray<Float> = []

    /// Term saturation and length normalisation of BM25, as is usual.
    private static let saturation: Float = 1.2
    private static let lengthShare: Float = 0.75

    init(_ measure: RowSimilarity, shrinkage: Float, of matrix: SparseMatrix) {
        self.measure = measure
        self.shrinkage = shrinkage
        rowCount = matrix.rows
        meanLength = Float(matrix.count) / Float(max(1, matrix.rows))
        guard measure.weighsColumns else { return }
        var counts = [Float](repeating: 0, count: matrix.columns)
        for column in matrix.indices { counts[Int(column)] += 1 }
        columnFactors = ContiguousArray(
            zip(counts, matrix.columnSums()).map { columnFactor(count: $0, sum: $1) })
    }

    // MARK: Factors

    /// Of a column with so many entries.
    private func columnFactor(count: Float, sum: Float) -> Float {
        switch measure {
        case .cosine, .pearson, .jaccard: 1
        case .adjustedCosine: sum / max(1, count)
        case .tfidf, .bm25: log1p(Float(rowCount) / max(1, count)) / log1p(Float(rowCount))
        }
    }

    /// Takes a column that has changed, or is new.
    mutating func setColumn(_ column: Int, count: Int, sum: Float) {
        guard measure.weighsColumns else { return }
        while columnFactors.count <= column { columnFactors.append(0) }
        columnFactors[column] = columnFactor(count: Float(count), sum: sum)
    }

    @inline(__always)
    func columnFactor(_ column: Int) -> Float {
        measure.weighsColumns ? columnFactors[column] : 1
    }

    /// Of a row with so many entries: its mean, or how far its length saturates them.
    func rowFactor(count: Int, sum: Float) -> Float {
        switch measure {
        case .cosine, .adjustedCosine, .jaccard, .tfidf: return 1
        case .pearson: return sum / Float(max(1, count))
        case .bm25:
            let length = Float(count) / max(1, meanLength)
            return Self.saturation * (1 - Self.lengthShare + Self.lengthShare * length)
        }
    }

    /// An entry as it is compared, from its weight and the factors of its row and column.
    @inline(__always)
    func entry(_ weight: Float, row: Float, column: Float) -> Float {
        switch measure {
        case .cosine: return weight
        case .jaccard: return 1
        case .adjustedCosine: return weight - column
        case .pearson: return weight - row
        case .tfidf: return max(0, weight).squareRoot() * column
        case .bm25:
            let weight = max(0, weight)
            return column * weight * (Self.saturation + 1) / (weight + row)
        }
    }

    /// The weights of one row.
    func weights(_ indices: UnsafeBufferPointer<Int32>, _ values: UnsafeBufferPointer<Float>)
        -> [Float]
    {
        let row = rowFactor(count: values.count, sum: values.reduce(0, +))
        return zip(indices, values).map {
            entry($1, row: row, column: columnFactor(Int($0)))
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
