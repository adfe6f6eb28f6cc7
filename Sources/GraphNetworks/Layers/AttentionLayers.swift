internal import LinearAlgebra

/// The arguments that GAT and GATv2 share.
private struct AttentionShape {
    let inputs: Int
    let outputs: Int
    let heads: Int
    let joinsHeads: Bool
    let slope: Float
    let addsLoops: Bool
    let dropout: Float
    let hasBias: Bool

    init(_ arguments: LayerArguments) throws(NetworkError) {
        inputs = try arguments.size("in_channels")
        outputs = try arguments.size("out_channels")
        heads = try arguments.size("heads", or: 1)
        joinsHeads = try arguments.flag("concat", or: true)
        slope = try arguments.number("negative_slope", or: 0.2)
        addsLoops = try arguments.flag("add_self_loops", or: true)
        dropout = try arguments.number("dropout", or: 0)
        hasBias = try arguments.flag("bias", or: true)
        guard (0...1).contains(dropout) else {
            throw arguments.error("`dropout` must be from 0 to 1")
        }
    }

    var width: Int { heads * outputs }
    /// Of attention's weights.
    var weights: [Int] { [1, heads, outputs] }

    func bias(_ arguments: LayerArguments) throws(NetworkError) -> Variable? {
        guard hasBias else { return nil }
        return try arguments.parameter(
            "bias", [joinsHeads ? width : outputs], .constant(0))
    }

    func block(_ inputs: LayerInputs, sources: Int) -> MessageBlock {
        let graph = inputs.graph
        return graph.cut(
            addsLoops ? graph.withLoops : graph.block, targets: inputs.targets, sources: sources)
    }

    /// From unnormalised scores of edges to the layer's result.
    func finish(
        _ scores: Variable, _ x: Variable, _ block: MessageBlock, _ bias: Variable?,
        _ inputs: LayerInputs
    ) -> Variable {
        let tape = inputs.tape
        var attention = tape.softmax(scores, block)
        inputs.pass.attention?[inputs.pass.step] = AttentionRecord(
            block: block, weights: attention.value)
        if inputs.pass.isTraining {
            attention = tape.dropout(attention, probability: dropout, &inputs.pass.random)
        }
        let joined = tape.attended(x, attention, block)
        let result = joinsHeads ? joined : tape.meanOfHeads(joined, heads: heads)
        return bias.map { tape.addingRow(result, $0) } ?? result
    }
}

/// Attention by head: `softmax_j LeakyReLU(a_src · W x_j + a_dst · W x_i)` (Veličković et al., ICLR
/// 2018).
final class GATConv: Layer {
    private let shape: AttentionShape
    private let linear: Linear
    private let fromSource: Variable
    private let fromTarget: Variable
    private let bias: Variable?

    init(_ arguments: LayerArguments) throws(NetworkError) {
        shape = try AttentionShape(arguments)
        linear = try Linear(
            arguments.part("lin"), inputs: shape.inputs, outputs: shape.width, hasBias: false)
        fromSource = try arguments.parameter("att_src", shape.weights, .glorot)
        fromTarget = try arguments.parameter("att_dst", shape.weights, .glorot)
        bias = try shape.bias(arguments)
        try arguments.finish()
    }

    var passesMessages: Bool { true }

    func forward(_ inputs: LayerInputs) throws(NetworkError) -> Variable {
        let tape = inputs.tape
        let x = try linear.apply(inputs.matrix(), tape)
        let block = shape.block(inputs, sources: x.rows)
        let targets = tape.prefix(x, inputs.targets)
        let sums = tape.edgeSums(
            tape.headDots(x, fromSource, heads: shape.heads),
            tape.headDots(targets, fromTarget, heads: shape.heads), block)
        return shape.finish(
            tape.leakyReLU(sums, slope: shape.slope), x, block, bias, inputs)
    }
}

/// Attention by head: `softmax_j a · LeakyReLU(W_l x_j + W_r x_i)` (Brody et al., ICLR 2022).
final class GATv2Conv: Layer {
    private let shape: AttentionShape
    private let sources: Linear
    private let targets: Linear
    private let sharesWeights: Bool
    private let weights: Variable
    private let bias: Variable?

    init(_ arguments: LayerArguments) throws(NetworkError) {
        shape = try AttentionShape(arguments)
        sources = try Linear(
            arguments.part("lin_l"), inputs: shape.inputs, outputs: shape.width,
            hasBias: shape.hasBias)
        sharesWeights = try arguments.flag("share_weights", or: false)
        targets =
            sharesWeights
            ? sources
            : try Linear(
                arguments.part("lin_r"), inputs: shape.inputs, outputs: shape.width,
                hasBias: shape.hasBias)
        weights = try arguments.parameter("att", shape.weights, .glorot)
        bias = try shape.bias(arguments)
        try arguments.finish()
    }

    var passesMessages: Bool { true }

    func forward(_ inputs: LayerInputs) throws(NetworkError) -> Variable {
        let tape = inputs.tape
        let x = try sources.apply(inputs.matrix(), tape)
        let own =
            sharesWeights
            ? tape.prefix(x, inputs.targets)
            : try targets.apply(tape.prefix(inputs.matrix(), inputs.targets), tape)
        let block = shape.block(inputs, sources: x.rows)
        let sums = tape.leakyReLU(tape.edgeSums(x, own, block), slope: shape.slope)
        return shape.finish(
            tape.headDots(sums, weights, heads: shape.heads), x, block, bias, inputs)
    }
}
