internal import LinearAlgebra
internal import Values

/// `x · Wᵀ + b`.
final class Linear: Layer {
    private let weight: Variable
    private let bias: Variable?

    init(_ arguments: LayerArguments, inputs: Int, outputs: Int, hasBias: Bool)
        throws(NetworkError)
    {
        weight = try arguments.parameter(
            "weight", [outputs, inputs], .uniform(inputs: inputs))
        bias =
            hasBias
            ? try arguments.parameter("bias", [outputs], .uniform(inputs: inputs))
            : nil
    }

    /// As a step: torch's `in_features` and PyG's `in_channels` are the same.
    convenience init(_ arguments: LayerArguments) throws(NetworkError) {
        let inputs = try arguments.size("in_features", or: arguments.size("in_channels", or: 0))
        let outputs = try arguments.size("out_features", or: arguments.size("out_channels", or: 0))
        guard inputs > 0, outputs > 0 else {
            throw arguments.error("`in_features` and `out_features` are missing")
        }
        try self.init(
            arguments, inputs: inputs, outputs: outputs,
            hasBias: arguments.flag("bias", or: true))
        try arguments.finish()
    }

    func forward(_ inputs: LayerInputs) throws(NetworkError) -> Variable {
        try apply(inputs.matrix(), inputs.tape)
    }

    func apply(_ x: Variable, _ tape: Tape) throws(NetworkError) -> Variable {
        guard x.columns == weight.columns else {
            throw .input(
                "A linear layer of \(weight.columns) inputs is given \(x.columns) columns.")
        }
        let product = tape.product(x, weight, transposeRight: true)
        return bias.map { tape.addingRow(product, $0) } ?? product
    }
}

/// A row for each whole number, such as a node's type.
final class Embedding: Layer {
    private let weight: Variable

    init(_ arguments: LayerArguments) throws(NetworkError) {
        weight = try arguments.parameter(
            "weight", [arguments.size("num_embeddings"), arguments.size("embedding_dim")], .normal)
        try arguments.finish()
    }

    func forward(_ inputs: LayerInputs) throws(NetworkError) -> Variable {
        guard inputs.numbers.allSatisfy({ $0 >= 0 && $0 < weight.rows }) else {
            throw .input("A node's type is not below the embedding's \(weight.rows) rows.")
        }
        return inputs.tape.gathered(weight, inputs.numbers)
    }
}

/// Batch normalisation: with running statistics when scoring, with the batch's when training.
final class BatchNorm: Layer {
    private let weight: Variable
    private let bias: Variable
    private let mean: Matrix
    private let variance: Matrix
    private let epsilon: Float
    private let momentum: Float

    init(_ arguments: LayerArguments, features: Int) throws(NetworkError) {
        weight = try arguments.parameter("weight", [features], .constant(1))
        bias = try arguments.parameter("bias", [features], .constant(0))
        mean = try arguments.statistic("running_mean", [features], .constant(0))
        variance = try arguments.statistic("running_var", [features], .constant(1))
        epsilon = try arguments.number("eps", or: 1e-5)
        momentum = try arguments.number("momentum", or: 0.1)
        for key in ["affine", "track_running_stats"] where try !arguments.flag(key, or: true) {
            throw arguments.error("`\(key)` must be true")
        }
        try arguments.finish()
    }

    func forward(_ inputs: LayerInputs) throws(NetworkError) -> Variable {
        let x = inputs.matrix()
        guard x.columns == weight.columns else {
            throw .input("Batch normalisation of \(weight.columns) columns gets \(x.columns).")
        }
        guard inputs.pass.isTraining else {
            return inputs.tape.normalized(
                x, mean: mean, variance: variance, epsilon: epsilon, weight: weight, bias: bias)
        }
        let batch = inputs.tape.batchNormalized(
            x, epsilon: epsilon, weight: weight, bias: bias)
        // The running variance is the unbiased one.
        let correction = x.rows > 1 ? Float(x.rows) / Float(x.rows - 1) : 1
        mean.scale(by: 1 - momentum)
        mean.add(batch.mean, factor: momentum)
        variance.scale(by: 1 - momentum)
        variance.add(batch.variance, factor: momentum * correction)
        return batch.result
    }
}

/// A function of single elements.
final class Activation: Layer {
    private let function: (Variable, Tape) -> Variable

    private init(_ function: @escaping (Variable, Tape) -> Variable) { self.function = function }

    /// Nil where the class is none of them.
    static func make(_ name: String, _ arguments: LayerArguments) throws(NetworkError)
        -> Activation?
    {
        let activation: Activation
        switch name {
        case "ReLU": activation = Activation { $1.relu($0) }
        case "LeakyReLU":
            let slope = try arguments.number("negative_slope", or: 0.01)
            activation = Activation { $1.leakyReLU($0, slope: slope) }
        case "ELU":
            let alpha = try arguments.number("alpha", or: 1)
            activation = Activation { $1.elu($0, alpha: alpha) }
        case "Sigmoid": activation = Activation { $1.sigmoid($0) }
        case "Tanh": activation = Activation { $1.tanh($0) }
        case "Identity": activation = Activation { x, _ in x }
        default: return nil
        }
        _ = arguments.value("inplace")
        try arguments.finish()
        return activation
    }

    func forward(_ inputs: LayerInputs) throws(NetworkError) -> Variable {
        function(inputs.matrix(), inputs.tape)
    }
}

/// Drops elements at random when training; does nothing when scoring.
final class Dropout: Layer {
    private let probability: Float

    init(_ arguments: LayerArguments) throws(NetworkError) {
        probability = try arguments.number("p", or: 0.5)
        guard (0...1).contains(probability) else {
            throw arguments.error("`p` must be from 0 to 1")
        }
        _ = arguments.value("inplace")
        try arguments.finish()
    }

    func forward(_ inputs: LayerInputs) throws(NetworkError) -> Variable {
        guard inputs.pass.isTraining else { return inputs.matrix() }
        return inputs.tape.dropout(
            inputs.matrix(), probability: probability, &inputs.pass.random)
    }
}

/// The sum of two steps.
final class Addition: Layer {
    init(_ arguments: LayerArguments) throws(NetworkError) { try arguments.finish() }

    func forward(_ inputs: LayerInputs) throws(NetworkError) -> Variable {
        guard inputs.matrices.count == 2, inputs.matrix(0).columns == inputs.matrix(1).columns
        else {
            throw .input("A sum needs two matrices of the same width.")
        }
        // After a layer that passed messages, one side has the first rows only.
        let rows = min(inputs.matrix(0).rows, inputs.matrix(1).rows)
        return inputs.tape.sum(
            inputs.tape.prefix(inputs.matrix(0), rows), inputs.tape.prefix(inputs.matrix(1), rows))
    }
}

/// Layers one after the other: a perceptron.
final class Sequential: Layer {
    private let layers: [any Layer]

    init(_ arguments: LayerArguments, _ parts: [Value]) throws(NetworkError) {
        var layers: [any Layer] = []
        for (place, part) in parts.enumerated() {
            guard case .map(let fields) = part, case .string(let name)? = fields["class"] else {
                throw arguments.error("a part of Sequential lacks its class")
            }
            var own = ValueMap()
            if case .map(let given)? = fields["arguments"] { own = given }
            let partArguments = arguments.part("\(place)", own)
            switch name {
            case "Linear": layers.append(try Linear(partArguments))
            case "BatchNorm1d":
                layers.append(
                    try BatchNorm(partArguments, features: partArguments.size("num_features")))
            case "Dropout": layers.append(try Dropout(partArguments))
            default:
                guard let activation = try Activation.make(name, partArguments) else {
                    throw arguments.error("Sequential cannot hold the class `\(name)`")
                }
                layers.append(activation)
            }
        }
        self.layers = layers
    }

    func forward(_ inputs: LayerInputs) throws(NetworkError) -> Variable {
        var current = inputs.matrix()
        for layer in layers {
            current = try layer.forward(
                LayerInputs(
                    matrices: [current], numbers: [], graph: inputs.graph,
                    targets: inputs.targets, pass: inputs.pass))
        }
        return current
    }
}
