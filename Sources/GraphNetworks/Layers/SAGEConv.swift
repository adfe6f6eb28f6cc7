internal import LinearAlgebra

/// `x'_i = W_l · aggregate(x_j) + b + W_r · x_i`, the aggregate being a mean, a maximum or a sum
/// (Hamilton et al., NeurIPS 2017).
final class SAGEConv: Layer {
    private let neighbours: Linear
    private let root: Linear?
    private let aggregation: String
    private let normalizes: Bool

    init(_ arguments: LayerArguments) throws(NetworkError) {
        let (inputs, outputs) = try (
            arguments.size("in_channels"), arguments.size("out_channels")
        )
        neighbours = try Linear(
            arguments.part("lin_l"), inputs: inputs, outputs: outputs,
            hasBias: arguments.flag("bias", or: true))
        root =
            try arguments.flag("root_weight", or: true)
            ? Linear(
                arguments.part("lin_r"), inputs: inputs, outputs: outputs, hasBias: false)
            : nil
        aggregation = try arguments.choice(
            "aggr", among: ["mean", "max", "sum", "add"], or: "mean")
        normalizes = try arguments.flag("normalize", or: false)
        try arguments.finish()
    }

    var passesMessages: Bool { true }

    func forward(_ inputs: LayerInputs) throws(NetworkError) -> Variable {
        let (tape, graph, x) = (inputs.tape, inputs.graph, inputs.matrix())
        let whole = aggregation == "mean" ? graph.averaged : graph.unweighted
        let block = graph.cut(whole, targets: inputs.targets, sources: x.rows)
        let messages = aggregation == "max" ? tape.maximum(x, block) : tape.aggregated(x, block)
        var result = try neighbours.apply(messages, tape)
        if let root {
            let own = try root.apply(tape.prefix(x, inputs.targets), tape)
            result = tape.sum(result, own)
        }
        return normalizes ? tape.rowsOfUnitLength(result) : result
    }
}
