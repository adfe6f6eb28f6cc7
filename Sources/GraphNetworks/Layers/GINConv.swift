internal import LinearAlgebra
internal import Values

/// `x'_i = perceptron((1 + ε) · x_i + Σ_j x_j)` (Xu et al., ICLR 2019).
final class GINConv: Layer {
    private let perceptron: Sequential
    private let epsilon: Variable

    init(_ arguments: LayerArguments) throws(NetworkError) {
        guard case .map(let network)? = arguments.value("nn"),
            case .string("Sequential")? = network["class"],
            case .list(let parts)? = network["arguments"]
        else { throw arguments.error("`nn` must be a Sequential") }
        perceptron = try Sequential(arguments.part("nn"), parts)
        let start = try arguments.number("eps", or: 0)
        epsilon =
            try arguments.flag("train_eps", or: false)
            ? arguments.parameter("eps", [1], .constant(start))
            : .constant(arguments.statistic("eps", [1], .constant(start)))
        try arguments.finish()
    }

    var passesMessages: Bool { true }

    func forward(_ inputs: LayerInputs) throws(NetworkError) -> Variable {
        let (tape, x) = (inputs.tape, inputs.matrix())
        let block = inputs.graph.cut(
            inputs.graph.unweighted, targets: inputs.targets, sources: x.rows)
        let own = tape.scaledByOnePlus(epsilon, tape.prefix(x, inputs.targets))
        let sum = tape.sum(own, tape.aggregated(x, block))
        return try perceptron.forward(
            LayerInputs(
                matrices: [sum], numbers: [], graph: inputs.graph, targets: inputs.targets,
                pass: inputs.pass))
    }
}
