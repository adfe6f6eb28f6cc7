/// Loops over Float32 vectors that are too short for a call into OpenBLAS.
public enum Vectors {
    private static let lanes = 8

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

    /// `target += factor · source`.
    public static func add(
        _ source: UnsafePointer<Float>, _ factor: Float, to target: UnsafeMutablePointer<Float>,
        _ count: Int
    ) {
        let factors = SIMD8<Float>(repeating: factor)
        var place = 0
        while place &+ lanes <= count {
            store(load(target, place) + factors * load(source, place), target, place)
            place &+= lanes
        }
        while place < count {
            target[place] += factor * source[place]
            place &+= 1
        }
    }

    /// The inner product.
    public static func dot(
        _ left: UnsafePointer<Float>, _ right: UnsafePointer<Float>, _ count: Int
    ) -> Float {
        var sums = SIMD8<Float>.zero
        var place = 0
        while place &+ lanes <= count {
            sums += load(left, place) * load(right, place)
            place &+= lanes
        }
        var sum = sums.sum()
        while place < count {
            sum += left[place] * right[place]
            place &+= 1
        }
        return sum
    }

    /// `target += Σ factors[k] · rows[indices[k]]`, where row i is the `width` floats from
    /// `rows + i · width`: what a sparse matrix does to a dense one, and a layer to messages.
    ///
    /// Sums stay in registers while the entries pass, once for each 32 columns.
    public static func addRows(
        _ indices: UnsafePointer<Int32>, _ factors: UnsafePointer<Float>, _ count: Int,
        of rows: UnsafePointer<Float>, width: Int, to target: UnsafeMutablePointer<Float>
    ) {
        var column = 0
        while column &+ 4 &* lanes <= width {
            let base = rows + column
            let sums = target + column
            var a = load(sums, 0)
            var b = load(sums, lanes)
            var c = load(sums, 2 &* lanes)
            var d = load(sums, 3 &* lanes)
            for place in 0..<count {
                let row = base + Int(indices[place]) &* width
                let factor = SIMD8<Float>(repeating: factors[place])
                a += load(row, 0) * factor
                b += load(row, lanes) * factor
                c += load(row, 2 &* lanes) * factor
                d += load(row, 3 &* lanes) * factor
            }
            store(a, sums, 0)
            store(b, sums, lanes)
            store(c, sums, 2 &* lanes)
            store(d, sums, 3 &* lanes)
            column &+= 4 &* lanes
        }
        while column &+ lanes <= width {
            var sum = load(target, column)
            for place in 0..<count {
                let row = rows + Int(indices[place]) &* width
                sum += load(row, column) * SIMD8<Float>(repeating: factors[place])
            }
            store(sum, target, column)
            column &+= lanes
        }
        guard column < width else { return }
        for place in 0..<count {
            let row = rows + Int(indices[place]) &* width
            for column in column..<width { target[column] += factors[place] * row[column] }
        }
    }
}
