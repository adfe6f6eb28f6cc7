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
    /// below `cutoff`. Exact: every pair is compared, by blocks of matrix products.
    ///
    /// Cost: rows² × columns multiplications, at what OpenBLAS reaches.
    public static func search(
        _ vectors: Matrix, _ metric: VectorSimilarity, k: Int, cutoff: Double,
        monitor: WorkMonitor = .none
    ) throws -> [SimilarPair] {
        guard vectors.rows <= maximumVectors else {
            throw AlgorithmError.limitExceeded(
                "More than \(maximumVectors) nodes are too many to compare all pairs; use a vector "
                    + "index.")
        }
        let rows = prepared(vectors, metric)
        let squares = (0..<rows.rows).map { Vectors.dot(rows.row($0), rows.row($0), rows.columns) }
        var pairs: [SimilarPair] = []
        var first = 0
        while first < rows.rows {
            try monitor.checkpoint()
            monitor.report("nearest vectors", Double(first) / Double(rows.rows))
            let count = min(blockRows, rows.rows - first)
            let block = Matrix(rows: count, columns: rows.columns)
            block.elements.update(from: rows.row(first), count: count * rows.columns)
            let products = block.times(rows, transposeOther: true)
            var best = Array(repeating: [SimilarPair](), count: count)
            best.withUnsafeMutableBufferPointer { best in
                let target = Shared(best)
                Parallel.forEachRange(count, atLeast: 8) { range in
                    for place in range {
                        target.value[place] = nearest(
                            to: first + place, products.row(place), squares, metric, k, cutoff)
                    }
                }
            }
            for row in best { pairs += row }
            first += count
        }
        return pairs
    }

    private static func nearest(
        to row: Int, _ products: UnsafePointer<Float>, _ squares: [Float],
        _ metric: VectorSimilarity, _ k: Int, _ cutoff: Double
    ) -> [SimilarPair] {
        var best = BestCandidates(k)
        for other in squares.indices where other != row {
            let product = Double(products[other])
            let similarity =
                switch metric {
                case .cosine, .pearson: (1 + max(-1, min(1, product))) / 2
                case .euclidean:
                    1 / (1 + max(0, Double(squares[row] + squares[other]) - 2 * product)
                        .squareRoot())
                }
            if similarity >= cutoff { best.offer(similarity, other) }
        }
        return best.sorted().map { SimilarPair(row, $0.number, $0.score) }
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
