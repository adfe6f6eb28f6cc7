import GraphStore
import LinearAlgebra

/// The range that ratings lie in, and their mean.
struct RatingScale: Sendable {
    let low: Float
    let high: Float
    let mean: Float

    /// Of a matrix that has entries.
    init(_ ratings: SparseMatrix) {
        var low = Float.infinity
        var high = -Float.infinity
        var sum = 0.0
        for rating in ratings.values {
            low = min(low, rating)
            high = max(high, rating)
            sum += Double(rating)
        }
        self.low = low
        self.high = high
        mean = Float(sum / Double(max(1, ratings.count)))
    }

    init(_ stored: TensorReader) throws {
        let parts = try stored.floats("scale")
        guard parts.count == 3 else { throw MethodError("a scale has three parts") }
        (low, high, mean) = (parts[0], parts[1], parts[2])
    }

    var tensor: TensorData { TensorData("scale", [low, high, mean]) }

    @inline(__always)
    func clip(_ rating: Float) -> Float { min(high, max(low, rating)) }

    func clip(_ ratings: UnsafeMutableBufferPointer<Float>) {
        for place in 0..<ratings.count { ratings[place] = clip(ratings[place]) }
    }
}
