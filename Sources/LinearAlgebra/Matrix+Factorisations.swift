import COpenBLAS

/// What LAPACK computes. It reads matrices column by column: for a symmetric one that is the same
/// matrix with its triangles exchanged.
extension Matrix {
    /// Replaces this symmetric, positive definite matrix by its inverse, both triangles, and
    /// returns true; false where it is not positive definite: the elements are then undefined.
    ///
    /// Cost: n³ multiplications and additions (Cholesky's third, then the inverse), in place.
    public func invertPositiveDefinite() -> Bool {
        precondition(rows == columns)
        guard rows > 0 else { return true }
        var n = Int32(rows)
        var info: Int32 = 0
        // Column-major lower is row-major upper.
        spotrf_("L", &n, elements, &n, &info)
        guard info == 0 else { return false }
        spotri_("L", &n, elements, &n, &info)
        guard info == 0 else { return false }
        copyUpperTriangle()
        return true
    }

    /// Makes the columns orthonormal, with the same span. Needs rows ≥ columns.
    ///
    /// Cost: rows · columns² multiplications and additions, nearly all in products; twice as many,
    /// and slower ones, where columns nearly depend on each other.
    public func orthonormalizeColumns() {
        precondition(rows >= columns)
        guard columns > 0 else { return }
        if !orthonormalizeByGram() { orthonormalizeByReflections() }
    }

    /// A·U⁻¹ with Cholesky's AᵀA = UᵀU. Rounding leaves products of columns that grow with the
    /// square of the matrix's condition: where that is large, returns false and changes nothing.
    private func orthonormalizeByGram() -> Bool {
        let factor = gram()
        var n = Int32(columns)
        var info: Int32 = 0
        // Column-major lower is row-major upper.
        spotrf_("L", &n, factor.elements, &n, &info)
        guard info == 0 else { return false }
        let diagonal = (0..<columns).map { factor[$0, $0] }
        guard let least = diagonal.min(), let greatest = diagonal.max(),
            least > greatest * Self.leastPivot
        else { return false }
        cblas_strsm(
            CblasRowMajor, CblasRight, CblasUpper, CblasNoTrans, CblasNonUnit, Int32(rows), n, 1,
            factor.elements, n, elements, n)
        return true
    }

    /// Of Cholesky's factor, relative to the greatest; its square is far above Float32's rounding.
    private static let leastPivot: Float = 1.0 / 32

    /// The Q of Householder's QR.
    private func orthonormalizeByReflections() {
        let byColumns = transposed()
        var m = Int32(rows)
        var n = Int32(columns)
        var info: Int32 = 0
        var tau = [Float](repeating: 0, count: columns)
        // LAPACK tells the room that it wants when asked with -1.
        var wanted: Float = 0
        var query: Int32 = -1
        sgeqrf_(&m, &n, byColumns.elements, &m, &tau, &wanted, &query, &info)
        var size = max(Int32(wanted), n)
        sorgqr_(&m, &n, &n, byColumns.elements, &m, &tau, &wanted, &query, &info)
        size = max(size, Int32(wanted))
        var work = [Float](repeating: 0, count: Int(size))
        sgeqrf_(&m, &n, byColumns.elements, &m, &tau, &work, &size, &info)
        precondition(info == 0)
        sorgqr_(&m, &n, &n, byColumns.elements, &m, &tau, &work, &size, &info)
        precondition(info == 0)
        take(byColumns.transposed())
    }

    /// The eigenvalues of this symmetric matrix in ascending order, and its eigenvectors as rows in
    /// the same order. Nil where LAPACK does not converge.
    public func symmetricEigenvectors() -> (values: [Float], vectors: Matrix)? {
        precondition(rows == columns)
        let vectors = copy()
        var values = [Float](repeating: 0, count: rows)
        guard rows > 0 else { return (values, vectors) }
        var n = Int32(rows)
        var info: Int32 = 0
        var wanted: Float = 0
        var wantedIntegers: Int32 = 0
        var query: Int32 = -1
        ssyevd_(
            "V", "L", &n, vectors.elements, &n, &values, &wanted, &query, &wantedIntegers, &query,
            &info)
        // A Float32 holds the size only roughly.
        var size = Int32(wanted) + Int32(wanted) / 1_000_000 + 64
        var integerSize = wantedIntegers
        var work = [Float](repeating: 0, count: Int(size))
        var integers = [Int32](repeating: 0, count: Int(integerSize))
        ssyevd_(
            "V", "L", &n, vectors.elements, &n, &values, &work, &size, &integers, &integerSize,
            &info)
        return info == 0 ? (values, vectors) : nil
    }
}
