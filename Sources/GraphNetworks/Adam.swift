internal import LinearAlgebra

/// Adam over a set of parameters, with PyTorch's defaults.
public final class Adam {
    private let parameters: [Variable]
    private let first: [Matrix]
    private let second: [Matrix]
    private let learningRate: Float
    private var number = 0

    public init(_ parameters: [Variable], learningRate: Float) {
        self.parameters = parameters
        self.learningRate = learningRate
        first = parameters.map { Matrix(rows: $0.rows, columns: $0.columns) }
        second = parameters.map { Matrix(rows: $0.rows, columns: $0.columns) }
    }

    /// Updates every parameter that has a gradient, and forgets the gradients.
    public func step() {
        number += 1
        let step = AdamStep(number: number, learningRate: learningRate)
        for (place, parameter) in parameters.enumerated() {
            guard let gradient = parameter.gradient else { continue }
            step.update(
                parameter.value.elements, gradient: gradient.elements,
                first: first[place].elements, second: second[place].elements,
                count: gradient.count)
            parameter.forgetGradient()
        }
    }
}
