/// Rows rounded to eight bits: a quarter of the memory to go through, and a bound on what rounding
/// can have done, so that a search looks only at the rows whose exact measure might be among the
/// best. What it finds is exactly what a look at all rows would find.
///
///     x = s·x̂ + d,  x̂ in −127 … 127,  |dᵢ| ≤ s / 2
///     |q·x − t·s·(q̂·x̂)| ≤ ½ · (t·s·Σ|x̂ᵢ| + s·Σ|qᵢ|)      where t is the scale of q
struct QuantizedRows: Sendable {
    private let stride: Int
    private var elements: ContiguousArray<Int8> = []
    /// s of each row.
    private var scales: ContiguousArray<Float> = []
    /// s·Σ|x̂ᵢ| of each row.
    private var weights: ContiguousArray<Float> = []
    /// Σxᵢ² of each row.
    private var squares: ContiguousArray<Float> = []

    private static let greatest: Float = 127
    /// Widens the bound by what computing with floats can add.
    private static let slack: Float = 1.25

    init(_ rows: ContiguousArray<Float>, stride: Int) {
        self.stride = stride
        elements.reserveCapacity(rows.count)
        for start in Swift.stride(from: 0, to: rows.count, by: stride) {
            var (peak, square): (Float, Float) = (0, 0)
            for place in start..<start + stride {
                peak = max(peak, abs(rows[place]))
                square += rows[place] * rows[place]
            }
            let scale = peak / Self.greatest
            var weight: Float = 0
            for place in start..<start + stride {
                let element = Self.round(rows[place], scale)
                weight += Float(abs(element))
                elements.append(Int8(element))
            }
            scales.append(scale)
            weights.append(scale * weight)
            squares.append(square)
        }
    }

    var byteCount: Int { elements.count + scales.count * 12 }

    private static func round(_ value: Float, _ scale: Float) -> Int16 {
        // A scale that underflows leaves nothing to divide by.
        guard scale > 0 else { return 0 }
        return Int16(max(-greatest, min(greatest, (value / scale).rounded())))
    }

    /// The vector that is sought, rounded too.
    struct Query {
        fileprivate let elements: ContiguousArray<Int16>
        fileprivate let scale: Float
        /// Σ|qᵢ| and Σqᵢ².
        fileprivate let weight: Float
        fileprivate let square: Float

        init(_ wanted: ContiguousArray<Float>) {
            let scale = (wanted.map(abs).max() ?? 0) / QuantizedRows.greatest
            self.scale = scale
            elements = ContiguousArray(wanted.map { QuantizedRows.round($0, scale) })
            weight = wanted.reduce(0) { $0 + abs($1) }
            square = wanted.reduce(0) { $0 + $1 * $1 }
        }
    }

    /// Calls `visit` for each of the rows whose measure may reach the threshold, which `visit`
    /// returns anew.
    @inline(__always)
    func forEachCandidate(
        _ similarity: VectorSettings.Similarity, _ query: Query, _ places: Range<Int>,
        threshold: Float, _ visit: (Int) throws -> Float
    ) rethrows {
        var threshold = threshold
        try elements.withUnsafeBufferPointer { elements in
            try query.elements.withUnsafeBufferPointer { sought in
                guard let first = elements.baseAddress, let sought = sought.baseAddress else {
                    return
                }
                for place in places {
                    let dot = Float(Self.dot(sought, first + place * stride, stride))
                    let scale = scales[place]
                    let error = query.scale * weights[place] + scale * query.weight
                    var greatest = query.scale * scale * dot + error * (0.5 * Self.slack)
                    if similarity == .euclidean {
                        let sum = squares[place] + query.square
                        greatest = 2 * greatest - sum * (1 - 1e-5)
                    }
                    if greatest < threshold { continue }
                    threshold = try visit(place)
                }
            }
        }
    }

    @inline(__always)
    private static func dot(
        _ left: UnsafePointer<Int16>, _ right: UnsafePointer<Int8>, _ stride: Int
    ) -> Int32 {
        var sum = SIMD8<Int32>.zero
        var place = 0
        while place < stride {
            let a = UnsafeRawPointer(left + place).loadUnaligned(as: SIMD8<Int16>.self)
            let b = UnsafeRawPointer(right + place).loadUnaligned(as: SIMD8<Int8>.self)
            sum &+=
                SIMD8<Int32>(truncatingIfNeeded: a)
                &* SIMD8<Int32>(truncatingIfNeeded: b)
            place += VectorKernel.lanes
        }
        return sum.wrappedSum()
    }
}
