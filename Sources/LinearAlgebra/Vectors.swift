internal import CKernels

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
    @inline(__always)
    public static func addRows(
        _ indices: UnsafePointer<Int32>, _ factors: UnsafePointer<Float>, _ count: Int,
        of rows: UnsafePointer<Float>, width: Int, to target: UnsafeMutablePointer<Float>
    ) {
        kernel_add_rows(rows, width, indices, factors, count, target)
    }

    /// `results[k] = rows[indices[k]] · vector`, the rows as above.
    @inline(__always)
    public static func products(
        _ indices: UnsafePointer<Int32>, _ count: Int, of rows: UnsafePointer<Float>, width: Int,
        _ vector: UnsafePointer<Float>, into results: UnsafeMutablePointer<Float>
    ) {
        kernel_row_products(rows, width, indices, count, vector, results)
    }
}
