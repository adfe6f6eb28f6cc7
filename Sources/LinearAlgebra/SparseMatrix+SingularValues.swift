/// The largest singular values of a matrix with their vectors: `A ≈ L · diag(values) · Rᵀ`.
public struct SingularVectors: Sendable {
    /// Descending.
    public let values: [Float]
    /// A column for each value: as many rows as the matrix has.
    public let left: Matrix
    /// A column for each value: as many rows as the matrix has columns.
    public let right: Matrix
}

extension SparseMatrix {
    /// Truncated singular value decomposition by subspace iteration from a random start (Halko,
    /// Martinsson and Tropp, "Finding structure with randomness", SIAM Review 53, 2011, algorithms
    /// 4.4 and 5.1).
    ///
    /// `rank` is cut to what the matrix can have. `oversampling` columns more are carried along and
    /// `iterations` passes over matrix and transpose are made: each shrinks what a vector of σ has of
    /// that of σ', the first value left out, by (σ'/σ)².
    ///
    /// Cost: `2 · iterations + 2` products with `rank + oversampling` columns, and as many
    /// orthonormalisations. Memory: three dense matrices of the longer side. `checkpoint` is called
    /// between them, with the share that is done.
    public func singularVectors(
        rank: Int, oversampling: Int = 32, iterations: Int = 4, seed: UInt64 = 42,
        checkpoint: (Double) throws -> Void
    ) rethrows -> SingularVectors {
        let possible = min(rows, columns)
        let kept = min(rank, possible)
        let width = min(kept + oversampling, possible)
        let transpose = transposed()
        var random = RandomSource(seed: seed)
        let right = Matrix.normal(rows: columns, columns: width, deviation: 1, &random)
        let left = Matrix(rows: rows, columns: width)
        for iteration in 0...iterations {
            try checkpoint(Double(iteration) / Double(iterations + 1))
            multiply(right, into: left)
            left.orthonormalizeColumns()
            // The last product stays as it is: Aᵀ·Q has the singular values.
            transpose.multiply(left, into: right)
            if iteration < iterations { right.orthonormalizeColumns() }
        }
        try checkpoint(Double(iterations) / Double(iterations + 1))
        return Self.rotated(left, right, kept)
    }

    /// From Q with orthonormal columns and B = Aᵀ·Q, so that A ≈ Q·Bᵀ: BᵀB = W·Λ·Wᵀ gives the left
    /// vectors Q·W, the values √Λ, and the right vectors B·W·Λ^-½.
    private static func rotated(_ q: Matrix, _ b: Matrix, _ kept: Int) -> SingularVectors {
        let width = q.columns
        guard let (squares, vectors) = b.gram().symmetricEigenvectors() else {
            preconditionFailure("the eigenvalues of a finite symmetric matrix converge")
        }
        let values = (0..<kept).map { max(0, squares[width - 1 - $0]).squareRoot() }
        let rotation = Matrix(rows: width, columns: kept)
        let scaled = Matrix(rows: width, columns: kept)
        let floor = (values.first ?? 0) * Self.relativePrecision
        for column in 0..<kept {
            let vector = vectors.row(width - 1 - column)
            let inverse = values[column] > floor ? 1 / values[column] : 0
            for row in 0..<width {
                rotation[row, column] = vector[row]
                scaled[row, column] = vector[row] * inverse
            }
        }
        return SingularVectors(
            values: values, left: q.times(rotation), right: b.times(scaled))
    }

    /// Smaller singular values, relative to the largest, are rounding errors of Float32 squares.
    private static let relativePrecision: Float = 1e-4
}
