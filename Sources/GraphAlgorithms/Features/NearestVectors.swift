public import LinearAlgebra
public import Values

/// How alike two vectors are, under the names of Neo4j's library, each from 0 to 1.
public enum VectorSimilarity: String, Sendable, CaseIterable {
    /// `(1 + cos) / 2`
    case cosine = "COSINE"
    /// `1 / (1 + |a − b|)`
    case euclidean = "EUCLIDEAN"
    /// `(1 + r) / 2` with the correlation r
    case pearson = "PEARSON"
}

public enum NearestVectors {
    /// More vectors are refused: the comparisons grow with their square.
    public static let maximumVectors = 1 << 20
    private static let blockRows = 512

    /// For each row the k rows that are most alike it, best first, without itself and without those
    /// below `cutoff`. Each column is a matrix with as many rows; of several the mean similarity
    /// counts. Exact: every pair is compared, by blocks of matrix products.
    ///
    /// Cost: rows² × elements of a row multiplications, at what OpenBLAS reaches.
    public static func search(
        _ columns: [(vectors: Matrix, metric: VectorSimilarity)], k: Int, cutoff: Double,
        monitor: WorkMonitor = .none
    ) throws -> [SimilarPair] {
        let count = columns.first?.vectors.rows ?? 0
        guard count <= maximumVectors else {
            throw AlgorithmError.limitExceeded(
                "More than \(maximumVectors) nodes are too many to compare all pairs; use a vector "
                    + "index.")
        }
        let columns = columns.map { ComparedColumn($0.vectors, $0.metric) }
        var pairs: [SimilarPair] = []
        var first = 0
        while first < count {
            try monitor.checkpoint()
            monitor.report("nearest vectors", Double(first) / Double(count))
            let rows = first..<min(first + blockRows, count)
            let products = columns.map { $0.products(rows) }
            var best = Array(repeating: [SimilarPair](), count: rows.count)
            best.withUnsafeMutableBufferPointer { best in
                let target = Shared(best)
                Parallel.forEachRange(rows.count, atLeast: 8) { range in
                    for place in range {
                        target.value[place] = nearest(
                            to: first + place, columns, products.map { $0.row(place) }, k, cutoff)
                    }
                }
            }
            for row in best { pairs += row }
            first = rows.upperBound
        }
        return pairs
    }

    private static func nearest(
        to row: Int, _ columns: [ComparedColumn],
        _ products: [UnsafeMutablePointer<Float>], _ k: Int, _ cutoff: Double
    ) -> [SimilarPair] {
        var best = BestCandidates(k)
        for other in 0..<columns[0].rows.rows where other != row {
            var sum = 0.0
            for (place, column) in columns.enumerated() {
                sum += column.similarity(row, other, Double(products[place][other]))
            }
            let similarity = sum / Double(columns.count)
            if similarity >= cutoff { best.offer(similarity, other) }
        }
        return best.sorted().map { SimilarPair(row, $0.number, $0.score) }
    }
}

/// A matrix whose rows are compared by their products.
private struct ComparedColumn {
    let rows: Matrix
    private let metric: VectorSimilarity
    /// The product of each row with itself.
    private let squares: [Float]

    init(_ vectors: Matrix, _ metric: VectorSimilarity) {
        let rows = Self.prepared(vectors, metric)
        self.rows = rows
        self.metric = metric
        squares = (0..<rows.rows).map { Vectors.dot(rows.row($0), rows.row($0), rows.columns) }
    }

    /// Of some rows with all rows.
    func products(_ range: Range<Int>) -> Matrix {
        let block = Matrix(rows: range.count, columns: rows.columns)
        block.elements.update(
            from: rows.row(range.lowerBound), count: range.count * rows.columns)
        return block.times(rows, transposeOther: true)
    }

    @inline(__always)
    func similarity(_ row: Int, _ other: Int, _ product: Double) -> Double {
        switch metric {
        case .cosine, .pearson: return (1 + max(-1, min(1, product))) / 2
        case .euclidean where rows.columns == 1:
            // Numbers may be large, and their squares lose the difference.
            return 1 / (1 + abs(Double(rows[row, 0]) - Double(rows[other, 0])))
        case .euclidean:
            let square = Double(squares[row]) + Double(squares[other]) - 2 * product
            return 1 / (1 + max(0, square).squareRoot())
        }
    }

    /// Rows whose products are the cosine or the correlation.
    private static func prepared(_ vectors: Matrix, _ metric: VectorSimilarity) -> Matrix {
        if metric == .euclidean { return vectors }
        let rows = vectors.copy()
        let width = rows.columns
        for number in 0..<rows.rows {
            let row = rows.row(number)
            if metric == .pearson {
                var mean: Float = 0
                for column in 0..<width { mean += row[column] / Float(width) }
                for column in 0..<width { row[column] -= mean }
            }
            let norm = Vectors.dot(row, row, width).squareRoot()
            if norm > 0 { for column in 0..<width { row[column] /= norm } }
        }
        return rows
    }
}
