internal import LinearAlgebra

/// One step of a network: computes a matrix from those of earlier steps and the graph.
protocol Layer: AnyObject {
    /// Whether rows come from neighbours' rows: a neighbourhood grows by one hop for each such layer.
    var passesMessages: Bool { get }
    /// How messages are weighed by the degrees of both ends, where they are: rows then come from the
    /// degrees of neighbours too.
    var normalization: ForwardGraph.NormalizationKind? { get }

    func forward(_ inputs: LayerInputs) throws(NetworkError) -> Variable
}

extension Layer {
    var passesMessages: Bool { false }
    var normalization: ForwardGraph.NormalizationKind? { nil }
}

/// What a layer is applied to.
struct LayerInputs {
    /// Matrices of earlier steps, in the order in which the description names them.
    let matrices: [Variable]
    /// Whole numbers, such as the types of nodes.
    let numbers: [Int32]
    let graph: ForwardGraph
    /// How many of the first nodes the layer's result is for, where it passes messages.
    let targets: Int
    let pass: ForwardPass

    var tape: Tape { pass.tape }

    func matrix(_ place: Int = 0) -> Variable { matrices[place] }
}

/// What all layers of a pass share.
final class ForwardPass {
    let tape: Tape
    let isTraining: Bool
    var random: RandomSource
    /// Attention by step, where it is asked for.
    var attention: [String: AttentionRecord]?
    var step = ""

    init(tape: Tape, isTraining: Bool = false, seed: UInt64 = 0, keepsAttention: Bool = false) {
        self.tape = tape
        self.isTraining = isTraining
        random = RandomSource(seed: seed)
        attention = keepsAttention ? [:] : nil
    }
}

/// The weights of a block's edges by head.
struct AttentionRecord {
    let block: MessageBlock
    let weights: Matrix
}

/// A graph in the forms that layers want, each made once.
final class ForwardGraph {
    let block: MessageBlock
    /// A row's place among the types of nodes; empty where there is none.
    let nodeTypes: [Int32]

    init(
        _ block: MessageBlock, nodeTypes: [Int32] = [],
        degrees: [NormalizationKind: [Float]] = [:]
    ) {
        self.block = block
        self.nodeTypes = nodeTypes
        knownDegrees = degrees
    }

    private(set) lazy var withLoops = block.unweighted().withSelfLoops()
    private(set) lazy var unweighted = block.unweighted()
    private(set) lazy var averaged = block.averaged()
    /// Degrees of all nodes, where the block does not have all edges to count.
    private let knownDegrees: [NormalizationKind: [Float]]
    private var normalizedByKind: [NormalizationKind: MessageBlock] = [:]
    private var relations: [Int32: MessageBlock] = [:]
    private var prefixes: [PrefixKey: MessageBlock] = [:]

    struct NormalizationKind: Hashable {
        /// Of a node without one; nil for no loops at all.
        let loopWeight: Float?
        let usesWeights: Bool
    }

    private struct PrefixKey: Hashable {
        let block: ObjectIdentifier
        let targets: Int
        let sources: Int
    }

    func normalized(_ kind: NormalizationKind) -> MessageBlock {
        if let known = normalizedByKind[kind] { return known }
        let made = looped(kind).normalized(degrees: knownDegrees[kind])
        normalizedByKind[kind] = made
        return made
    }

    /// What messages are weighed by, counted in the block.
    func degrees(_ kind: NormalizationKind) -> [Float] { looped(kind).degrees() }

    private func looped(_ kind: NormalizationKind) -> MessageBlock {
        let plain = kind.usesWeights ? block : unweighted
        return kind.loopWeight.map { plain.withSelfLoops(weight: $0, keepsWeights: true) } ?? plain
    }

    /// The edges of one relation, averaged within it or not.
    func relation(_ type: Int32, averaged: Bool) -> MessageBlock {
        let key = averaged ? type : -1 - type
        if let known = relations[key] { return known }
        let edges = block.only(type: type)
        let made = averaged ? edges.averaged() : edges
        relations[key] = made
        return made
    }

    /// One of this graph's blocks, cut down to a layer's targets and sources.
    func cut(_ block: MessageBlock, targets: Int, sources: Int) -> MessageBlock {
        if block.targetCount == targets, block.sourceCount == sources { return block }
        let key = PrefixKey(
            block: ObjectIdentifier(block), targets: targets, sources: sources)
        if let known = prefixes[key] { return known }
        let made = block.prefix(targets: targets, sources: sources)
        prefixes[key] = made
        return made
    }
}
