public import LinearAlgebra
internal import Values

/// A network of steps with its weights. Not thread-safe while it is trained; scoring changes nothing.
public final class NetworkModel: @unchecked Sendable {
    /// Of one tensor.
    public static let maximumParameters = 1 << 28

    public let description: NetworkDescription
    let layers: [any Layer]
    private let book: ParameterBook

    /// With weights as PyTorch names them.
    ///
    /// - Throws: ``NetworkError/model(_:)`` for classes and arguments that are not supported, and for
    ///   weights that are missing or of another shape.
    public convenience init(_ description: NetworkDescription, weights: [String: Tensor])
        throws(NetworkError)
    {
        try self.init(description, StoredParameters(weights))
    }

    /// With random weights, to be trained.
    public convenience init(_ description: NetworkDescription, seed: UInt64) throws(NetworkError) {
        try self.init(description, RandomParameters(seed: seed))
    }

    private init(_ description: NetworkDescription, _ source: any ParameterSource)
        throws(NetworkError)
    {
        self.description = description
        let book = ParameterBook(source)
        var layers: [any Layer] = []
        for step in description.steps {
            try Self.checkInputs(of: step)
            let arguments = LayerArguments(
                step: step.name, arguments: step.arguments,
                prefix: description.statePrefix + step.name + ".", book: book)
            layers.append(try Self.layer(step, arguments))
        }
        self.layers = layers
        self.book = book
        let inputs = Set(description.steps.flatMap(\.inputs))
        readsFeatures = inputs.contains(NetworkDescription.features)
        readsNodeTypes = inputs.contains(NetworkDescription.nodeTypes)
        readsEdgeTypes = inputs.contains("edge_type")
        readsEdgeWeights = inputs.contains("edge_weight")
    }

    private static func checkInputs(of step: NetworkDescription.Step) throws(NetworkError) {
        let readsTypes = step.inputs.contains(NetworkDescription.nodeTypes)
        guard readsTypes == (step.className == "Embedding") else {
            throw .model(
                "Step `\(step.name)`: an Embedding, and nothing else, reads `node_type`.")
        }
        let graphInputs = NetworkDescription.graphInputs
        guard readsTypes || step.inputs.contains(where: { !graphInputs.contains($0) }) else {
            throw .model("Step `\(step.name)` reads no matrix.")
        }
    }

    private static func layer(_ step: NetworkDescription.Step, _ arguments: LayerArguments)
        throws(NetworkError) -> any Layer
    {
        switch step.className {
        case "GCNConv":
            return try GCNConv(arguments, usesWeights: step.inputs.contains("edge_weight"))
        case "LGConv":
            return try LGConv(arguments, usesWeights: step.inputs.contains("edge_weight"))
        case "SAGEConv": return try SAGEConv(arguments)
        case "GATConv": return try GATConv(arguments)
        case "GATv2Conv": return try GATv2Conv(arguments)
        case "RGCNConv": return try RGCNConv(arguments)
        case "GINConv": return try GINConv(arguments)
        case "Linear": return try Linear(arguments)
        case "Embedding": return try Embedding(arguments)
        case "BatchNorm1d":
            return try BatchNorm(arguments, features: arguments.size("num_features"))
        case "BatchNorm":
            let features = try arguments.size("in_channels")
            try arguments.finish()
            return try BatchNorm(arguments.part("module"), features: features)
        case "Dropout": return try Dropout(arguments)
        case "Add": return try Addition(arguments)
        default:
            if let activation = try Activation.make(step.className, arguments) {
                return activation
            }
            throw arguments.error("the class `\(step.className)` is not known")
        }
    }

    /// What is learnt.
    public var parameters: [(name: String, variable: Variable)] { book.learnt }

    /// The memory of all weights, in one order.
    var matrices: [Matrix] { book.all.map(\.matrix) }

    /// All weights, under the names under which they are read.
    public var tensors: [String: Tensor] { book.tensors }

    public var stepCount: Int { layers.count }

    /// How many hops of neighbours a node's result depends on.
    public var hops: Int { layers.count { $0.passesMessages } }

    /// Whether the steps read `x`, `node_type`, `edge_type` and `edge_weight`.
    public let readsFeatures: Bool
    public let readsNodeTypes: Bool
    public let readsEdgeTypes: Bool
    public let readsEdgeWeights: Bool

    /// The network's result for the first nodes of a neighbourhood, or for all nodes of a graph: the last
    /// step's matrix.
    ///
    /// - Throws: ``NetworkError/input(_:)`` where the inputs do not fit the network.
    public func callAsFunction(_ neighbourhood: Neighbourhood) throws(NetworkError) -> Matrix {
        let pass = ForwardPass(tape: Tape(isRecording: false))
        return try forward(neighbourhood, pass).output.value
    }

    /// Every step's result, and attention, for looking into a network.
    func results(_ neighbourhood: Neighbourhood) throws(NetworkError) -> (
        steps: [String: Matrix], attention: [String: AttentionRecord]
    ) {
        let pass = ForwardPass(tape: Tape(isRecording: false), keepsAttention: true)
        let (_, known) = try forward(neighbourhood, pass)
        return (known.mapValues(\.value), pass.attention ?? [:])
    }

    func forward(_ neighbourhood: Neighbourhood, _ pass: ForwardPass) throws(NetworkError)
        -> (output: Variable, steps: [String: Variable])
    {
        try check(neighbourhood)
        var known: [String: Variable] = [:]
        if let features = neighbourhood.features {
            known[NetworkDescription.features] = features
        }
        var hopsLeft = hops
        var output: Variable?
        for (step, layer) in zip(description.steps, layers) {
            pass.step = step.name
            if layer.passesMessages { hopsLeft -= 1 }
            let targets = neighbourhood.count(within: hopsLeft)
            let readsTypes = step.inputs.contains(NetworkDescription.nodeTypes)
            let inputs = LayerInputs(
                matrices: step.inputs.compactMap { known[$0] },
                numbers: readsTypes ? neighbourhood.graph.nodeTypes : [],
                graph: neighbourhood.graph, targets: targets, pass: pass)
            if layer.passesMessages, inputs.matrices[0].rows < targets {
                throw .model("Step `\(step.name)` reads a step with too few rows.")
            }
            let result = try layer.forward(inputs)
            known[step.name] = result
            output = result
        }
        guard let output else { throw .model("The network has no steps.") }
        return (output, known)
    }

    private func check(_ neighbourhood: Neighbourhood) throws(NetworkError) {
        let nodes = neighbourhood.graph.block.sourceCount
        if readsFeatures {
            guard let features = neighbourhood.features, features.rows == nodes else {
                throw .input("The network needs a row of features for each node.")
            }
        }
        if readsNodeTypes, neighbourhood.graph.nodeTypes.count != nodes {
            throw .input("The network needs the type of each node.")
        }
        if readsEdgeWeights, neighbourhood.graph.block.weights == nil {
            throw .input("The network needs the weights of the edges.")
        }
    }
}

/// Nodes in order of their distance from those that are asked for, and the edges among them.
public struct Neighbourhood {
    let graph: ForwardGraph
    let features: Variable?
    /// How many nodes lie within 0, 1, … hops; beyond its end all do.
    private let ends: [Int]

    /// - Parameters:
    ///   - block: square; the edges into the nodes of the last hop may be left out.
    ///   - ends: how many of the nodes lie within 0, 1, … hops; none: all nodes are asked for.
    public init(
        _ block: MessageBlock, features: Matrix?, nodeTypes: [Int32] = [], ends: [Int] = []
    ) {
        precondition(block.sourceCount == block.targetCount)
        precondition(ends.allSatisfy { $0 <= block.sourceCount })
        graph = ForwardGraph(block, nodeTypes: nodeTypes)
        self.features = features.map(Variable.constant)
        self.ends = ends
    }

    func count(within hops: Int) -> Int {
        hops < ends.count ? ends[hops] : graph.block.sourceCount
    }
}
