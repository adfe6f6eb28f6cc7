public import LinearAlgebra

/// A named array of a model: row-major numbers of any number of dimensions. No dimension: a scalar.
public struct Tensor: Sendable, Equatable {
    public enum Elements: Sendable, Equatable {
        case floats([Float])
        case integers([Int64])
    }

    public let shape: [Int]
    public let elements: Elements

    /// Traps where the shape does not fit the number of elements.
    public init(shape: [Int], _ elements: [Float]) {
        precondition(shape.reduce(1, *) == elements.count)
        self.shape = shape
        self.elements = .floats(elements)
    }

    public init(shape: [Int], integers: [Int64]) {
        precondition(shape.reduce(1, *) == integers.count)
        self.shape = shape
        elements = .integers(integers)
    }

    public init(_ matrix: Matrix) {
        self.init(shape: [matrix.rows, matrix.columns], matrix.array)
    }

    public var count: Int { shape.reduce(1, *) }

    /// Nil for whole numbers.
    public var floats: [Float]? {
        if case .floats(let floats) = elements { return floats }
        return nil
    }

    /// Nil for floats.
    public var integers: [Int64]? {
        if case .integers(let integers) = elements { return integers }
        return nil
    }

    /// All dimensions but the last one as rows; one dimension is one row. Nil for whole numbers.
    public var matrix: Matrix? {
        guard let floats else { return nil }
        let columns = shape.last ?? 1
        let rows = columns == 0 ? shape.dropLast().reduce(1, *) : floats.count / columns
        return Matrix(rows: rows, columns: columns, floats)
    }
}
