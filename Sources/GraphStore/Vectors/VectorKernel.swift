internal import CKernels

/// Measures of likeness between one vector and a row, both `stride` floats long and zero behind
/// their dimension. Greater is more alike.
enum VectorKernel {
    /// Rows are padded to whole SIMD vectors, as `CKernels` wants them.
    static let lanes = 16

    static func stride(_ dimensions: Int) -> Int { (dimensions + lanes - 1) / lanes * lanes }

    @inline(__always)
    static func measure(
        _ similarity: VectorSettings.Similarity, _ left: UnsafePointer<Float>,
        _ right: UnsafePointer<Float>, _ stride: Int
    ) -> Float {
        switch similarity {
        case .cosine, .dot: kernel_dot(left, right, stride)
        case .euclidean: kernel_negative_square(left, right, stride)
        }
    }

    /// The same for rows that lie anywhere.
    @inline(__always)
    static func measure(
        _ similarity: VectorSettings.Similarity, _ query: UnsafePointer<Float>,
        _ rows: UnsafePointer<UnsafePointer<Float>>, count: Int, _ stride: Int,
        into measures: UnsafeMutablePointer<Float>
    ) {
        switch similarity {
        case .cosine, .dot: kernel_dots(query, rows, count, stride, measures)
        case .euclidean: kernel_negative_squares(query, rows, count, stride, measures)
        }
    }
}
