public import LinearAlgebra

/// A matrix that a tape has computed with, and the gradient of the loss by it.
public final class Variable {
    public let value: Matrix
    let needsGradient: Bool
    /// Nil until something flows back to it.
    public private(set) var gradient: Matrix?

    init(_ value: Matrix, needsGradient: Bool) {
        self.value = value
        self.needsGradient = needsGradient
    }

    /// Something to be learnt: a leaf whose gradient stays until ``forgetGradient()``.
    public static func parameter(_ value: Matrix) -> Variable {
        Variable(value, needsGradient: true)
    }

    /// Something given.
    public static func constant(_ value: Matrix) -> Variable {
        Variable(value, needsGradient: false)
    }

    public var rows: Int { value.rows }
    public var columns: Int { value.columns }

    /// The gradient to add to, zero at first.
    var accumulated: Matrix {
        if let gradient { return gradient }
        let zero = Matrix(rows: rows, columns: columns)
        gradient = zero
        return zero
    }

    public func forgetGradient() { gradient = nil }
}
