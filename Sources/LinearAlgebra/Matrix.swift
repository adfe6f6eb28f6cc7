import Foundation

/// A dense matrix of Float32, row by row, its first element aligned to 64 bytes.
///
/// A reference: copies share the elements. Whoever fills a matrix does so before others read it;
/// threads may write to different rows at once.
public final class Matrix: @unchecked Sendable {
    public let rows: Int
    public let columns: Int
    /// `rows · columns` floats. Valid while the matrix lives, which ends with its last use: a local
    /// matrix whose pointer outlives its name needs `withExtendedLifetime`; a parameter does not.
    public let elements: UnsafeMutablePointer<Float>

    private static let alignment = 64

    /// All zero.
    public init(rows: Int, columns: Int) {
        precondition(rows >= 0 && columns >= 0)
        self.rows = rows
        self.columns = columns
        let bytes = max(rows * columns, 1) * MemoryLayout<Float>.stride
        var memory: UnsafeMutableRawPointer?
        guard posix_memalign(&memory, Self.alignment, bytes) == 0, let memory else {
            fatalError("out of memory: a matrix of \(rows) × \(columns)")
        }
        memset(memory, 0, bytes)
        elements = memory.bindMemory(to: Float.self, capacity: max(rows * columns, 1))
    }

    public convenience init(rows: Int, columns: Int, _ elements: [Float]) {
        precondition(elements.count == rows * columns)
        self.init(rows: rows, columns: columns)
        elements.withUnsafeBufferPointer { source in
            guard let base = source.baseAddress else { return }
            self.elements.update(from: base, count: source.count)
        }
    }

    deinit { free(elements) }

    public var count: Int { rows * columns }

    public subscript(row: Int, column: Int) -> Float {
        @inline(__always) get { elements[row &* columns &+ column] }
        @inline(__always) set { elements[row &* columns &+ column] = newValue }
    }

    /// The row's first element; the row ends `columns` floats later.
    @inline(__always)
    public func row(_ row: Int) -> UnsafeMutablePointer<Float> { elements + row &* columns }

    public var buffer: UnsafeMutableBufferPointer<Float> {
        UnsafeMutableBufferPointer(start: elements, count: count)
    }

    public var array: [Float] { Array(buffer) }

    public func copy() -> Matrix {
        let copy = Matrix(rows: rows, columns: columns)
        copy.take(self)
        return copy
    }

    /// Takes over the elements of a matrix of the same size.
    public func take(_ other: Matrix) {
        precondition(rows == other.rows && columns == other.columns)
        elements.update(from: other.elements, count: count)
    }

    public func fill(_ value: Float) { elements.update(repeating: value, count: count) }

    /// Independent draws from a normal distribution.
    public static func normal(
        rows: Int, columns: Int, deviation: Float, _ random: inout RandomSource
    ) -> Matrix {
        let matrix = Matrix(rows: rows, columns: columns)
        for place in 0..<matrix.count {
            matrix.elements[place] = deviation * Float(random.nextNormal())
        }
        return matrix
    }
}
