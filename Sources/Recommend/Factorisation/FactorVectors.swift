import LinearAlgebra

/// Loops over vectors of factors, whose length is a multiple of ``lanes``: what is added to fill
/// them up is 0 and stays 0.
enum FactorVectors {
    static let lanes = 8

    /// `factors`, filled up.
    static func width(_ factors: Int) -> Int { (factors + lanes - 1) / lanes * lanes }

    @inline(__always)
    private static func load(_ pointer: UnsafePointer<Float>, _ place: Int) -> SIMD8<Float> {
        UnsafeRawPointer(pointer + place).loadUnaligned(as: SIMD8<Float>.self)
    }

    @inline(__always)
    private static func store(
        _ vector: SIMD8<Float>, _ pointer: UnsafeMutablePointer<Float>, _ place: Int
    ) {
        UnsafeMutableRawPointer(pointer + place).storeBytes(of: vector, as: SIMD8<Float>.self)
    }

    @inline(__always)
    static func dot(
        _ left: UnsafePointer<Float>, _ right: UnsafePointer<Float>, _ width: Int
    ) -> Float {
        // Two sums, so that an addition need not wait for the one before.
        var even = SIMD8<Float>.zero
        var odd = SIMD8<Float>.zero
        var place = 0
        while place &+ 2 &* lanes <= width {
            even += load(left, place) * load(right, place)
            odd += load(left, place &+ lanes) * load(right, place &+ lanes)
            place &+= 2 &* lanes
        }
        if place < width { even += load(left, place) * load(right, place) }
        return (even + odd).sum()
    }

    /// `target = kept · target + factor · source`
    @inline(__always)
    static func step(
        _ target: UnsafeMutablePointer<Float>, _ source: UnsafePointer<Float>, kept: Float,
        _ factor: Float, _ width: Int
    ) {
        let kept = SIMD8<Float>(repeating: kept)
        let factor = SIMD8<Float>(repeating: factor)
        var place = 0
        while place < width {
            store(kept * load(target, place) + factor * load(source, place), target, place)
            place &+= lanes
        }
    }

    /// `left = kept · left + gain · factor · right`, and from what `left` was,
    /// `right = kept · right + factor · left`.
    @inline(__always)
    static func step(
        both left: UnsafeMutablePointer<Float>, _ right: UnsafeMutablePointer<Float>, kept: Float,
        _ factor: Float, gain: Float, _ width: Int
    ) {
        let kept = SIMD8<Float>(repeating: kept)
        let gained = SIMD8<Float>(repeating: gain * factor)
        let factor = SIMD8<Float>(repeating: factor)
        var place = 0
        while place < width {
            let a = load(left, place)
            let b = load(right, place)
            store(kept * a + gained * b, left, place)
            store(kept * b + factor * a, right, place)
            place &+= lanes
        }
    }

    /// A step of pairwise ranking, each from what the others were: `target` by
    /// `factor · (better - worse)`, `better` by `factor · target`, `worse` by `-factor · target`.
    @inline(__always)
    static func step(
        _ target: UnsafeMutablePointer<Float>, toward better: UnsafeMutablePointer<Float>,
        from worse: UnsafeMutablePointer<Float>, kept: Float, _ factor: Float, _ width: Int
    ) {
        let kept = SIMD8<Float>(repeating: kept)
        let factor = SIMD8<Float>(repeating: factor)
        var place = 0
        while place < width {
            let p = load(target, place)
            let b = load(better, place)
            let w = load(worse, place)
            store(kept * p + factor * (b - w), target, place)
            store(kept * b + factor * p, better, place)
            store(kept * w - factor * p, worse, place)
            place &+= lanes
        }
    }
}

extension Matrix {
    /// Rows of normally distributed factors, each filled up with 0 to ``FactorVectors/width(_:)``.
    static func factors(
        rows: Int, _ factors: Int, deviation: Float, _ random: inout RandomSource
    ) -> Matrix {
        let matrix = Matrix(rows: rows, columns: FactorVectors.width(factors))
        for row in 0..<rows {
            let start = matrix.row(row)
            for place in 0..<factors { start[place] = deviation * Float(random.nextNormal()) }
        }
        return matrix
    }
}
