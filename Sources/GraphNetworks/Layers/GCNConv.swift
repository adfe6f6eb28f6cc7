internal import LinearAlgebra

/// `X' = D̂^-½ Â D̂^-½ X Wᵀ + b`, with loops added to A (Kipf and Welling, ICLR 2017).
final class GCNConv: Layer {
    private let linear: Linear
    private let bias: Variable?
    let normalization: ForwardGraph.NormalizationKind?

    init(_ arguments: LayerArguments, usesWeights: Bool) throws(NetworkError) {
        let outputs = try arguments.size("out_channels")
        linear = try Linear(
            arguments.part("lin"), inputs: arguments.size("in_channels"), outputs: outputs,
            hasBias: false)
        bias =
            try arguments.flag("bias", or: true)
            ? arguments.parameter("bias", [outputs], .constant(0)) : nil
        let normalizes = try arguments.flag("normalize", or: true)
        let addsLoops = try arguments.flag("add_self_loops", or: normalizes)
        let improved = try arguments.flag("improved", or: false)
        _ = arguments.value("cached")
        guard normalizes || !addsLoops else {
            throw arguments.error("`add_self_loops` needs `normalize`")
        }
        normalization =
            normalizes
            ? .init(loopWeight: addsLoops ? (improved ? 2 : 1) : nil, usesWeights: usesWeights)
            : nil
        try arguments.finish()
    }

    var passesMessages: Bool { true }

    func forward(_ inputs: LayerInputs) throws(NetworkError) -> Variable {
        let x = try linear.apply(inputs.matrix(), inputs.tape)
        let graph = inputs.graph
        let whole = normalization.map { graph.normalized($0) } ?? graph.block
        let block = graph.cut(whole, targets: inputs.targets, sources: x.rows)
        let sum = inputs.tape.aggregated(x, block)
        return bias.map { inputs.tape.addingRow(sum, $0) } ?? sum
    }
}

/// `X' = D^-½ A D^-½ X`, or `A X`: a layer of LightGCN, which has nothing to learn (He et al., SIGIR
/// 2020).
final class LGConv: Layer {
    let normalization: ForwardGraph.NormalizationKind?

    init(_ arguments: LayerArguments, usesWeights: Bool) throws(NetworkError) {
        normalization =
            try arguments.flag("normalize", or: true)
            ? .init(loopWeight: nil, usesWeights: usesWeights) : nil
        try arguments.finish()
    }

    var passesMessages: Bool { true }

    func forward(_ inputs: LayerInputs) throws(NetworkError) -> Variable {
        let (graph, x) = (inputs.graph, inputs.matrix())
        let whole = normalization.map { graph.normalized($0) } ?? graph.block
        return inputs.tape.aggregated(
            x, graph.cut(whole, targets: inputs.targets, sources: x.rows))
    }
}
