internal import Foundation
internal import LinearAlgebra

/// Reverse-mode differentiation: operations on matrices are computed at once, and remembered with
/// how their gradient flows back. Not thread-safe; one tape for one forward pass.
///
/// A tape that does not record computes only. Shapes that do not fit are a programmer's error and
/// trap: layers check what comes from outside.
public final class Tape {
    private let isRecording: Bool
    private var steps: [() -> Void] = []

    public init(isRecording: Bool) { self.isRecording = isRecording }

    /// Computes the gradients of `loss`, a single number, by all parameters that it came from, and
    /// forgets the steps.
    public func propagateBack(from loss: Variable) {
        precondition(loss.value.count == 1)
        loss.accumulated.fill(1)
        for step in steps.reversed() { step() }
        steps.removeAll()
    }

    /// The result of an operation. `back` gets the gradient by the result, and adds to those of the
    /// operands that need one.
    func result(
        _ value: Matrix, of operands: [Variable], back: @escaping (Matrix) -> Void
    ) -> Variable {
        let needsGradient = isRecording && operands.contains { $0.needsGradient }
        let result = Variable(value, needsGradient: needsGradient)
        if needsGradient {
            steps.append {
                if let gradient = result.gradient { back(gradient) }
            }
        }
        return result
    }

    // MARK: Products and sums

    /// `left · right`, or `left · rightᵀ`.
    func product(_ left: Variable, _ right: Variable, transposeRight: Bool = false) -> Variable {
        let value = left.value.times(right.value, transposeOther: transposeRight)
        return result(value, of: [left, right]) { gradient in
            if left.needsGradient {
                left.accumulated.setProduct(
                    gradient, right.value, transposeRight: !transposeRight, beta: 1)
            }
            if right.needsGradient {
                if transposeRight {
                    right.accumulated.setProduct(
                        gradient, left.value, transposeLeft: true, beta: 1)
                } else {
                    right.accumulated.setProduct(
                        left.value, gradient, transposeLeft: true, beta: 1)
                }
            }
        }
    }

    func sum(_ left: Variable, _ right: Variable) -> Variable {
        let value = left.value.copy()
        value.add(right.value)
        return result(value, of: [left, right]) { gradient in
            if left.needsGradient { left.accumulated.add(gradient) }
            if right.needsGradient { right.accumulated.add(gradient) }
        }
    }

    /// `x` with `row`, one row, added to each of its rows.
    func addingRow(_ x: Variable, _ row: Variable) -> Variable {
        precondition(row.value.count == x.columns)
        let value = x.value.copy()
        for place in 0..<x.rows {
            Vectors.add(row.value.elements, 1, to: value.row(place), x.columns)
        }
        return result(value, of: [x, row]) { gradient in
            if x.needsGradient { x.accumulated.add(gradient) }
            if row.needsGradient {
                for place in 0..<gradient.rows {
                    Vectors.add(
                        gradient.row(place), 1, to: row.accumulated.elements, gradient.columns)
                }
            }
        }
    }

    func scaled(_ x: Variable, by factor: Float) -> Variable {
        let value = x.value.copy()
        value.scale(by: factor)
        return result(value, of: [x]) { x.accumulated.add($0, factor: factor) }
    }

    /// `(1 + factor) · x`, where `factor` is a single number.
    func scaledByOnePlus(_ factor: Variable, _ x: Variable) -> Variable {
        precondition(factor.value.count == 1)
        let value = x.value.copy()
        value.scale(by: 1 + factor.value[0, 0])
        return result(value, of: [factor, x]) { gradient in
            if x.needsGradient { x.accumulated.add(gradient, factor: 1 + factor.value[0, 0]) }
            if factor.needsGradient {
                factor.accumulated[0, 0] += Vectors.dot(
                    gradient.elements, x.value.elements, gradient.count)
            }
        }
    }

    /// Element by element.
    func hadamard(_ left: Variable, _ right: Variable) -> Variable {
        precondition(left.rows == right.rows && left.columns == right.columns)
        let value = Matrix(rows: left.rows, columns: left.columns)
        for place in 0..<value.count {
            value.elements[place] = left.value.elements[place] * right.value.elements[place]
        }
        return result(value, of: [left, right]) { gradient in
            func add(_ other: Variable, to operand: Variable) {
                guard operand.needsGradient else { return }
                let target = operand.accumulated
                for place in 0..<gradient.count {
                    target.elements[place] += gradient.elements[place] * other.value.elements[place]
                }
            }
            add(right, to: left)
            add(left, to: right)
        }
    }

    /// The inner product of each row with the same one of the other: a column.
    func rowDots(_ left: Variable, _ right: Variable) -> Variable {
        precondition(left.rows == right.rows && left.columns == right.columns)
        let width = left.columns
        let value = Matrix(rows: left.rows, columns: 1)
        for row in 0..<left.rows {
            value[row, 0] = Vectors.dot(left.value.row(row), right.value.row(row), width)
        }
        return result(value, of: [left, right]) { gradient in
            for row in 0..<gradient.rows {
                let slope = gradient.elements[row]
                if left.needsGradient {
                    Vectors.add(right.value.row(row), slope, to: left.accumulated.row(row), width)
                }
                if right.needsGradient {
                    Vectors.add(left.value.row(row), slope, to: right.accumulated.row(row), width)
                }
            }
        }
    }

    // MARK: Rows and columns

    /// Side by side.
    func joinedColumns(_ parts: [Variable]) -> Variable {
        let rows = parts.first?.rows ?? 0
        precondition(parts.allSatisfy { $0.rows == rows })
        let value = Matrix(rows: rows, columns: parts.reduce(0) { $0 + $1.columns })
        for row in 0..<rows {
            var target = value.row(row)
            for part in parts {
                target.update(from: part.value.row(row), count: part.columns)
                target += part.columns
            }
        }
        return result(value, of: parts) { gradient in
            for row in 0..<rows {
                var source = gradient.row(row)
                for part in parts {
                    if part.needsGradient {
                        Vectors.add(source, 1, to: part.accumulated.row(row), part.columns)
                    }
                    source += part.columns
                }
            }
        }
    }

    /// The rows at `places`, in that order; a row may occur any number of times.
    func gathered(_ x: Variable, _ places: [Int32]) -> Variable {
        let value = Matrix(rows: places.count, columns: x.columns)
        for (row, place) in places.enumerated() {
            precondition(place >= 0 && place < x.rows)
            value.row(row).update(from: x.value.row(Int(place)), count: x.columns)
        }
        return result(value, of: [x]) { gradient in
            let target = x.accumulated
            for (row, place) in places.enumerated() {
                Vectors.add(gradient.row(row), 1, to: target.row(Int(place)), gradient.columns)
            }
        }
    }

    /// The first `count` rows.
    func prefix(_ x: Variable, _ count: Int) -> Variable {
        if count == x.rows { return x }
        precondition(count < x.rows)
        let value = Matrix(rows: count, columns: x.columns)
        value.elements.update(from: x.value.elements, count: value.count)
        return result(value, of: [x]) { gradient in
            Vectors.add(gradient.elements, 1, to: x.accumulated.elements, gradient.count)
        }
    }

    /// A matrix of `rows` rows, to whose rows `places` those of `x` are added.
    func scattered(_ x: Variable, to places: [Int32], rows: Int) -> Variable {
        precondition(places.count == x.rows)
        let value = Matrix(rows: rows, columns: x.columns)
        for (row, place) in places.enumerated() {
            Vectors.add(x.value.row(row), 1, to: value.row(Int(place)), x.columns)
        }
        return result(value, of: [x]) { gradient in
            let target = x.accumulated
            for (row, place) in places.enumerated() {
                Vectors.add(gradient.row(Int(place)), 1, to: target.row(row), gradient.columns)
            }
        }
    }
}
