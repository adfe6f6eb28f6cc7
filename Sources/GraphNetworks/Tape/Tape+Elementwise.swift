internal import Foundation
internal import LinearAlgebra

/// Functions of single elements. Slopes are given by argument and result, whichever is cheaper.
extension Tape {
    func relu(_ x: Variable) -> Variable {
        elementwise(x, { max($0, 0) }, slope: { argument, _ in argument > 0 ? 1 : 0 })
    }

    func leakyReLU(_ x: Variable, slope: Float) -> Variable {
        elementwise(
            x, { $0 > 0 ? $0 : slope * $0 }, slope: { argument, _ in argument > 0 ? 1 : slope })
    }

    func elu(_ x: Variable, alpha: Float) -> Variable {
        elementwise(
            x, { $0 > 0 ? $0 : alpha * (exp($0) - 1) },
            slope: { argument, result in argument > 0 ? 1 : result + alpha })
    }

    func sigmoid(_ x: Variable) -> Variable {
        elementwise(x, Self.logistic, slope: { _, result in result * (1 - result) })
    }

    func tanh(_ x: Variable) -> Variable {
        elementwise(x, { Foundation.tanh($0) }, slope: { _, result in 1 - result * result })
    }

    /// Drops each element with probability `probability` and scales the others up, so that means stay
    /// (Srivastava et al., JMLR 2014).
    func dropout(_ x: Variable, probability: Float, _ random: inout RandomSource) -> Variable {
        guard probability > 0 else { return x }
        let mask = Matrix(rows: x.rows, columns: x.columns)
        let kept = probability < 1 ? 1 / (1 - probability) : 0
        for place in 0..<mask.count {
            mask.elements[place] = random.nextUnit() < Double(probability) ? 0 : kept
        }
        return hadamard(x, .constant(mask))
    }

    static func logistic(_ x: Float) -> Float {
        if x >= 0 { return 1 / (1 + exp(-x)) }
        let small = exp(x)
        return small / (1 + small)
    }

    @inline(__always)
    private func elementwise(
        _ x: Variable, _ function: (Float) -> Float,
        slope: @escaping (_ argument: Float, _ result: Float) -> Float
    ) -> Variable {
        let value = Matrix(rows: x.rows, columns: x.columns)
        let source = x.value.elements
        let target = value.elements
        for place in 0..<value.count { target[place] = function(source[place]) }
        return withExtendedLifetime(x) {
            result(value, of: [x]) { gradient in
                let sum = x.accumulated
                for place in 0..<gradient.count {
                    let slope = slope(x.value.elements[place], value.elements[place])
                    sum.elements[place] += gradient.elements[place] * slope
                }
            }
        }
    }

    // MARK: Normalisation

    /// Each column shifted and scaled: `(x - mean) / √(variance + ε) · weight + bias`, with statistics
    /// that are given.
    func normalized(
        _ x: Variable, mean: Matrix, variance: Matrix, epsilon: Float, weight: Variable,
        bias: Variable
    ) -> Variable {
        let columns = x.columns
        let value = Matrix(rows: x.rows, columns: columns)
        let roots = (0..<columns).map { 1 / (variance.elements[$0] + epsilon).squareRoot() }
        for row in 0..<x.rows {
            let source = x.value.row(row)
            let target = value.row(row)
            for column in 0..<columns {
                let standard = (source[column] - mean.elements[column]) * roots[column]
                target[column] =
                    standard * weight.value.elements[column] + bias.value.elements[column]
            }
        }
        return result(value, of: [x, weight, bias]) { gradient in
            for row in 0..<gradient.rows {
                for column in 0..<columns {
                    let slope = gradient[row, column]
                    let standard = (x.value[row, column] - mean.elements[column]) * roots[column]
                    if x.needsGradient {
                        x.accumulated[row, column] +=
                            slope * roots[column] * weight.value.elements[column]
                    }
                    if weight.needsGradient {
                        weight.accumulated.elements[column] += slope * standard
                    }
                    if bias.needsGradient { bias.accumulated.elements[column] += slope }
                }
            }
        }
    }

    /// The same with the batch's own mean and variance (÷ n), which are returned beside it (Ioffe and
    /// Szegedy, ICML 2015).
    func batchNormalized(
        _ x: Variable, epsilon: Float, weight: Variable, bias: Variable
    ) -> (result: Variable, mean: Matrix, variance: Matrix) {
        let (rows, columns) = (x.rows, x.columns)
        let mean = Matrix(rows: 1, columns: columns)
        let variance = Matrix(rows: 1, columns: columns)
        let share = 1 / Float(max(rows, 1))
        for row in 0..<rows { Vectors.add(x.value.row(row), share, to: mean.elements, columns) }
        for row in 0..<rows {
            for column in 0..<columns {
                let deviation = x.value[row, column] - mean.elements[column]
                variance.elements[column] += deviation * deviation * share
            }
        }
        let roots = (0..<columns).map { 1 / (variance.elements[$0] + epsilon).squareRoot() }
        let standard = Matrix(rows: rows, columns: columns)
        let value = Matrix(rows: rows, columns: columns)
        for row in 0..<rows {
            for column in 0..<columns {
                let deviation = (x.value[row, column] - mean.elements[column]) * roots[column]
                standard[row, column] = deviation
                value[row, column] =
                    deviation * weight.value.elements[column] + bias.value.elements[column]
            }
        }
        let result = result(value, of: [x, weight, bias]) { gradient in
            let slopes = Matrix(rows: 1, columns: columns)
            let products = Matrix(rows: 1, columns: columns)
            for row in 0..<rows {
                for column in 0..<columns {
                    slopes.elements[column] += gradient[row, column]
                    products.elements[column] += gradient[row, column] * standard[row, column]
                }
            }
            if bias.needsGradient {
                Vectors.add(slopes.elements, 1, to: bias.accumulated.elements, columns)
            }
            if weight.needsGradient {
                Vectors.add(products.elements, 1, to: weight.accumulated.elements, columns)
            }
            guard x.needsGradient else { return }
            for row in 0..<rows {
                for column in 0..<columns {
                    let own =
                        gradient[row, column] - share * slopes.elements[column]
                        - share * standard[row, column] * products.elements[column]
                    x.accumulated[row, column] +=
                        own * roots[column] * weight.value.elements[column]
                }
            }
        }
        return (result, mean, variance)
    }

    /// Each row divided by its length, or by 10⁻¹² where that is more.
    func rowsOfUnitLength(_ x: Variable) -> Variable {
        let columns = x.columns
        let value = x.value.copy()
        var lengths: [Float] = []
        for row in 0..<x.rows {
            let start = value.row(row)
            let length = max(Vectors.dot(start, start, columns).squareRoot(), 1e-12)
            lengths.append(length)
            for column in 0..<columns { start[column] /= length }
        }
        return result(value, of: [x]) { gradient in
            for row in 0..<gradient.rows {
                let along = Vectors.dot(gradient.row(row), value.row(row), columns)
                let target = x.accumulated.row(row)
                Vectors.add(gradient.row(row), 1 / lengths[row], to: target, columns)
                Vectors.add(value.row(row), -along / lengths[row], to: target, columns)
            }
        }
    }
}
