/// How alike two vectors or two collections are: the kernels behind `similarity.*`,
/// `gds.similarity.*` and `vector.similarity.*`.
///
/// The vector kernels run eight lanes at a time over both vectors once. All take vectors of one
/// length.
public enum Similarity {
    /// Sums over pairs, from which cosine, Pearson and distance follow.
    public struct Moments<Scalar: BinaryFloatingPoint & SIMDScalar & Sendable>: Sendable {
        /// Σ x·y
        public var products: Scalar
        /// Σ x²
        public var leftSquares: Scalar
        /// Σ y²
        public var rightSquares: Scalar

        @inlinable init(products: Scalar, leftSquares: Scalar, rightSquares: Scalar) {
            self.products = products
            self.leftSquares = leftSquares
            self.rightSquares = rightSquares
        }
    }

    @inlinable public static func moments<Scalar>(
        _ left: UnsafeBufferPointer<Scalar>, _ right: UnsafeBufferPointer<Scalar>
    ) -> Moments<Scalar> where Scalar: BinaryFloatingPoint & SIMDScalar & Sendable {
        let count = min(left.count, right.count)
        var products = SIMD8<Scalar>()
        var leftSquares = SIMD8<Scalar>()
        var rightSquares = SIMD8<Scalar>()
        var place = 0
        while place + 8 <= count {
            let x = lanes(left, place)
            let y = lanes(right, place)
            products += x * y
            leftSquares += x * x
            rightSquares += y * y
            place += 8
        }
        var moments = Moments(
            products: products.sum(), leftSquares: leftSquares.sum(),
            rightSquares: rightSquares.sum())
        while place < count {
            moments.products += left[place] * right[place]
            moments.leftSquares += left[place] * left[place]
            moments.rightSquares += right[place] * right[place]
            place += 1
        }
        return moments
    }

    /// Σ x·y
    @inlinable public static func dot<Scalar>(
        _ left: UnsafeBufferPointer<Scalar>, _ right: UnsafeBufferPointer<Scalar>
    ) -> Scalar where Scalar: BinaryFloatingPoint & SIMDScalar & Sendable {
        let count = min(left.count, right.count)
        var sums = SIMD8<Scalar>()
        var place = 0
        while place + 8 <= count {
            sums += lanes(left, place) * lanes(right, place)
            place += 8
        }
        var sum = sums.sum()
        while place < count {
            sum += left[place] * right[place]
            place += 1
        }
        return sum
    }

    /// Σ (x − y)²
    @inlinable public static func squaredDistance<Scalar>(
        _ left: UnsafeBufferPointer<Scalar>, _ right: UnsafeBufferPointer<Scalar>
    ) -> Scalar where Scalar: BinaryFloatingPoint & SIMDScalar & Sendable {
        let count = min(left.count, right.count)
        var sums = SIMD8<Scalar>()
        var place = 0
        while place + 8 <= count {
            let difference = lanes(left, place) - lanes(right, place)
            sums += difference * difference
            place += 8
        }
        var sum = sums.sum()
        while place < count {
            let difference = left[place] - right[place]
            sum += difference * difference
            place += 1
        }
        return sum
    }

    @inlinable static func lanes<Scalar: SIMDScalar>(
        _ values: UnsafeBufferPointer<Scalar>, _ place: Int
    ) -> SIMD8<Scalar> {
        UnsafeRawPointer(values.baseAddress.unsafelyUnwrapped + place)
            .loadUnaligned(as: SIMD8<Scalar>.self)
    }

    /// Σ x·y / (‖x‖·‖y‖), from -1 to 1; 0 where one vector is zero.
    @inlinable public static func cosine<Scalar>(
        _ left: UnsafeBufferPointer<Scalar>, _ right: UnsafeBufferPointer<Scalar>
    ) -> Double where Scalar: BinaryFloatingPoint & SIMDScalar & Sendable {
        let moments = moments(left, right)
        let norms =
            Double(moments.leftSquares).squareRoot() * Double(moments.rightSquares).squareRoot()
        return norms == 0 ? 0 : Double(moments.products) / norms
    }

    /// The correlation: the cosine after each vector's mean is taken off. From -1 to 1; 0 where
    /// one vector is constant. The mean of each is over the whole vector.
    public static func pearson(_ left: [Double], _ right: [Double]) -> Double {
        guard !left.isEmpty else { return 0 }
        let leftMean = left.reduce(0, +) / Double(left.count)
        let rightMean = right.reduce(0, +) / Double(right.count)
        let centredLeft = left.map { $0 - leftMean }
        let centredRight = right.map { $0 - rightMean }
        return centredLeft.withUnsafeBufferPointer { left in
            centredRight.withUnsafeBufferPointer { right in cosine(left, right) }
        }
    }

    /// 1 / (1 + distance), from 0, exclusive, to 1, as GDS defines Euclidean similarity.
    @inlinable public static func euclidean<Scalar>(
        _ left: UnsafeBufferPointer<Scalar>, _ right: UnsafeBufferPointer<Scalar>
    ) -> Double where Scalar: BinaryFloatingPoint & SIMDScalar & Sendable {
        1 / (1 + Double(squaredDistance(left, right)).squareRoot())
    }

    /// How often each element occurs: a multiset.
    static func counts(_ elements: [Value]) -> [GroupKey: Int] {
        var counts: [GroupKey: Int] = [:]
        for element in elements { counts[GroupKey(element), default: 0] += 1 }
        return counts
    }

    /// |A ∩ B| / |A ∪ B| over multisets, as GDS takes lists: an element's count in the
    /// intersection is the smaller of its two counts, in the union the larger. For lists without
    /// repetitions that is the plain index of sets. 0 where both are empty.
    public static func jaccard(_ left: [Value], _ right: [Value]) -> Double {
        let common = commonCount(left, right)
        let union = left.count + right.count - common
        return union == 0 ? 0 : Double(common) / Double(union)
    }

    /// |A ∩ B| / min(|A|, |B|) over multisets; 0 where one is empty.
    public static func overlap(_ left: [Value], _ right: [Value]) -> Double {
        let smaller = min(left.count, right.count)
        return smaller == 0 ? 0 : Double(commonCount(left, right)) / Double(smaller)
    }

    private static func commonCount(_ left: [Value], _ right: [Value]) -> Int {
        let rightCounts = counts(right)
        return counts(left).reduce(0) { $0 + min($1.value, rightCounts[$1.key] ?? 0) }
    }
}
