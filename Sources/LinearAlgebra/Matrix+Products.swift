import COpenBLAS

/// Products: OpenBLAS's, on as many threads as it sees processors.
extension Matrix {
    /// `self = alpha · op(left) · op(right) + beta · self`.
    public func setProduct(
        _ left: Matrix, _ right: Matrix, transposeLeft: Bool = false,
        transposeRight: Bool = false, alpha: Float = 1, beta: Float = 0
    ) {
        let m = transposeLeft ? left.columns : left.rows
        let inner = transposeLeft ? left.rows : left.columns
        let n = transposeRight ? right.rows : right.columns
        precondition(inner == (transposeRight ? right.columns : right.rows))
        precondition(m == rows && n == columns)
        guard m > 0, n > 0 else { return }
        cblas_sgemm(
            CblasRowMajor, transposeLeft ? CblasTrans : CblasNoTrans,
            transposeRight ? CblasTrans : CblasNoTrans, Int32(m), Int32(n), Int32(inner), alpha,
            left.elements, Int32(max(left.columns, 1)), right.elements,
            Int32(max(right.columns, 1)), beta, elements, Int32(columns))
    }

    /// `op(self) · op(other)`.
    public func times(
        _ other: Matrix, transposeSelf: Bool = false, transposeOther: Bool = false
    ) -> Matrix {
        let product = Matrix(
            rows: transposeSelf ? columns : rows,
            columns: transposeOther ? other.rows : other.columns)
        product.setProduct(
            self, other, transposeLeft: transposeSelf, transposeRight: transposeOther)
        return product
    }

    /// `selfᵀ · self`, both triangles.
    public func gram() -> Matrix {
        let gram = Matrix(rows: columns, columns: columns)
        guard columns > 0, rows > 0 else { return gram }
        cblas_ssyrk(
            CblasRowMajor, CblasUpper, CblasTrans, Int32(columns), Int32(rows), 1, elements,
            Int32(columns), 0, gram.elements, Int32(columns))
        gram.copyUpperTriangle()
        return gram
    }

    /// `result = self · vector`, or `selfᵀ · vector`.
    public func multiply(
        _ vector: UnsafePointer<Float>, into result: UnsafeMutablePointer<Float>,
        transposed: Bool = false, alpha: Float = 1, beta: Float = 0
    ) {
        guard rows > 0, columns > 0 else { return }
        cblas_sgemv(
            CblasRowMajor, transposed ? CblasTrans : CblasNoTrans, Int32(rows), Int32(columns),
            alpha, elements, Int32(columns), vector, 1, beta, result, 1)
    }

    /// `self += factor · other`.
    public func add(_ other: Matrix, factor: Float = 1) {
        precondition(rows == other.rows && columns == other.columns)
        cblas_saxpy(Int32(count), factor, other.elements, 1, elements, 1)
    }

    public func scale(by factor: Float) { cblas_sscal(Int32(count), factor, elements, 1) }

    public func transposed() -> Matrix {
        let result = Matrix(rows: columns, columns: rows)
        // Blocks that fit into the first cache on both sides.
        let block = 32
        Parallel.forEachRange(rows, atLeast: 256) { range in
            for first in stride(from: range.lowerBound, to: range.upperBound, by: block) {
                let last = min(first + block, range.upperBound)
                for begin in stride(from: 0, to: columns, by: block) {
                    for row in first..<last {
                        for column in begin..<min(begin + block, columns) {
                            result.elements[column &* rows &+ row] =
                                elements[row &* columns &+ column]
                        }
                    }
                }
            }
        }
        return result
    }

    /// Makes the lower triangle what the upper one is.
    func copyUpperTriangle() {
        precondition(rows == columns)
        let block = 64
        for first in stride(from: 0, to: rows, by: block) {
            for begin in stride(from: 0, through: first, by: block) {
                for row in first..<min(first + block, rows) {
                    for column in begin..<min(begin + block, row) {
                        elements[row &* columns &+ column] = elements[column &* columns &+ row]
                    }
                }
            }
        }
    }
}
