internal import Foundation
internal import LinearAlgebra

/// What is minimised: single numbers, means over a column.
extension Tape {
    /// Binary cross entropy of logits with labels of 0 and 1: `mean softplus(x) - x · y`.
    func binaryCrossEntropy(logits: Variable, labels: [Float]) -> Variable {
        precondition(logits.value.count == labels.count && !labels.isEmpty)
        let share = 1 / Float(labels.count)
        var total = 0.0
        for (place, label) in labels.enumerated() {
            let logit = logits.value.elements[place]
            total += Double(Self.softplus(logit) - logit * label)
        }
        let value = Matrix(rows: 1, columns: 1, [Float(total / Double(labels.count))])
        return result(value, of: [logits]) { gradient in
            let slope = gradient[0, 0] * share
            for (place, label) in labels.enumerated() {
                let probability = Self.logistic(logits.value.elements[place])
                logits.accumulated.elements[place] += slope * (probability - label)
            }
        }
    }

    /// Bayesian personalised ranking (Rendle et al., UAI 2009): `mean softplus(-(better - worse))`.
    func pairwiseRanking(better: Variable, worse: Variable) -> Variable {
        let count = better.value.count
        precondition(count == worse.value.count && count > 0)
        var total = 0.0
        for place in 0..<count {
            let margin = better.value.elements[place] - worse.value.elements[place]
            total += Double(Self.softplus(-margin))
        }
        let value = Matrix(rows: 1, columns: 1, [Float(total / Double(count))])
        return result(value, of: [better, worse]) { gradient in
            for place in 0..<count {
                let margin = better.value.elements[place] - worse.value.elements[place]
                let slope = gradient[0, 0] / Float(count) * Self.logistic(-margin)
                if better.needsGradient { better.accumulated.elements[place] -= slope }
                if worse.needsGradient { worse.accumulated.elements[place] += slope }
            }
        }
    }

    /// `factor · Σ x²`.
    func squaredLength(_ x: Variable, factor: Float) -> Variable {
        let square = Vectors.dot(x.value.elements, x.value.elements, x.value.count)
        let value = Matrix(rows: 1, columns: 1, [factor * square])
        return result(value, of: [x]) { gradient in
            x.accumulated.add(x.value, factor: 2 * factor * gradient[0, 0])
        }
    }

    private static func softplus(_ x: Float) -> Float { max(x, 0) + log1p(exp(-abs(x))) }
}
