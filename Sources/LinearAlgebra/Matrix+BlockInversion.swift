import COpenBLAS

extension Matrix {
    /// As ``invertPositiveDefinite()``, in steps between which `checkpoint` is told the share that
    /// is done and may throw; the elements are undefined then.
    ///
    /// The sweep operator (Goodnight, "A Tutorial on the SWEEP Operator", The American Statistician
    /// 33, 1979) on blocks: sweeping all blocks of a symmetric matrix makes it -A⁻¹, and each sweep
    /// is one symmetric rank-k update of the whole.
    ///
    /// Cost: n³ multiplications and additions, nearly all in `ssyrk`, in place; `blockSize` rows
    /// more of memory.
    public func invertPositiveDefinite(
        blockSize: Int = 512, checkpoint: (Double) throws -> Void
    ) rethrows -> Bool {
        precondition(rows == columns && blockSize > 0)
        let n = rows
        let panel = Matrix(rows: min(blockSize, max(n, 1)), columns: n)
        for first in stride(from: 0, to: n, by: blockSize) {
            try checkpoint(Double(first) / Double(n))
            guard sweep(first..<min(first + blockSize, n), panel) else { return false }
        }
        scale(by: -1)
        copyUpperTriangle()
        return true
    }

    /// Sweeps one diagonal block of the upper triangle. With D = LLᵀ on the block and W the block's
    /// rows elsewhere: everything else becomes A - WᵀD⁻¹W, W becomes D⁻¹W, D becomes -D⁻¹.
    private func sweep(_ block: Range<Int>, _ panel: Matrix) -> Bool {
        let n = rows
        let size = block.count
        let diagonal = Matrix(rows: size, columns: size)
        takePanel(block, into: panel, diagonal)
        var order = Int32(size)
        var info: Int32 = 0
        // Column-major lower is row-major upper: the factor U with D = UᵀU.
        spotrf_("L", &order, diagonal.elements, &order, &info)
        guard info == 0 else { return false }
        solve(diagonal, panel, transposed: true)
        cblas_ssyrk(
            CblasRowMajor, CblasUpper, CblasTrans, Int32(n), Int32(size), -1, panel.elements,
            Int32(n), 1, elements, Int32(n))
        solve(diagonal, panel, transposed: false)
        spotri_("L", &order, diagonal.elements, &order, &info)
        guard info == 0 else { return false }
        putPanel(block, panel, diagonal)
        return true
    }

    /// `panel = U⁻¹ · panel`, or `U⁻ᵀ · panel`.
    private func solve(_ factor: Matrix, _ panel: Matrix, transposed: Bool) {
        cblas_strsm(
            CblasRowMajor, CblasLeft, CblasUpper, transposed ? CblasTrans : CblasNoTrans,
            CblasNonUnit, Int32(factor.rows), Int32(rows), 1, factor.elements,
            Int32(factor.columns), panel.elements, Int32(rows))
    }

    /// The block's rows, zero on the block itself, so that the update leaves it alone.
    private func takePanel(_ block: Range<Int>, into panel: Matrix, _ diagonal: Matrix) {
        let n = rows
        for (place, row) in block.enumerated() {
            let target = panel.row(place)
            for column in 0..<block.lowerBound { target[column] = elements[column &* n &+ row] }
            for column in block { target[column] = 0 }
            for column in block.upperBound..<n { target[column] = elements[row &* n &+ column] }
            for column in row..<block.upperBound {
                diagonal[place, column - block.lowerBound] = elements[row &* n &+ column]
            }
        }
    }

    private func putPanel(_ block: Range<Int>, _ panel: Matrix, _ diagonal: Matrix) {
        let n = rows
        for (place, row) in block.enumerated() {
            let source = panel.row(place)
            for column in 0..<block.lowerBound { elements[column &* n &+ row] = source[column] }
            for column in row..<block.upperBound {
                elements[row &* n &+ column] = -diagonal[place, column - block.lowerBound]
            }
            for column in block.upperBound..<n { elements[row &* n &+ column] = source[column] }
        }
    }
}
