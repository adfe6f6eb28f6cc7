public import GraphAlgorithms
public import GraphStore
internal import LinearAlgebra
internal import Values

/// Where a network finds its inputs in a graph.
public struct GraphInputs: Sendable {
    /// What is sampled; a relation's place is the `edge_type` of its edges.
    public var relations: [SampledRelation]
    public var withReplacement = false
    /// A property of nodes that holds a vector or a list of numbers: a row of `x`.
    public var features: KeyID?
    /// The first of these that a node has is its `node_type`.
    public var labels: [LabelID] = []
    /// A property of relationships: the `edge_weight`.
    public var weight: KeyID?

    public init(relations: [SampledRelation]) { self.relations = relations }
}

extension Neighbourhood {
    /// A sample with what the network reads of it, without the edges between pairs that are hidden.
    ///
    /// Errors: ``NetworkError/input(_:)`` naming the node or relationship that lacks something.
    init(
        _ sample: NeighbourSample, _ inputs: GraphInputs, for model: NetworkModel,
        in view: GraphView,
        hiding isHidden: ((NodePair) -> Bool)? = nil
    ) throws(NetworkError) {
        self.init(
            try inputs.block(sample, for: model, in: view, hiding: isHidden),
            features: model.readsFeatures
                ? try inputs.features(of: sample.nodes, in: view) : nil,
            nodeTypes: model.readsNodeTypes ? try inputs.types(of: sample.nodes, in: view) : [],
            ends: sample.hopEnds)
    }
}

/// What networks read. Errors: ``NetworkError/input(_:)`` naming the node or relationship that lacks
/// something.
extension GraphInputs {
    /// A sample's edges, without those between pairs that are hidden.
    func block(
        _ sample: NeighbourSample, for model: NetworkModel, in view: GraphView,
        hiding isHidden: ((NodePair) -> Bool)? = nil
    ) throws(NetworkError) -> MessageBlock {
        var sources: [Int32] = []
        var targets: [Int32] = []
        var types: [Int32] = []
        var weights: [Float] = []
        for (type, edges) in sample.edges.enumerated() {
            for edge in 0..<edges.count {
                let (source, target) = (edges.sources[edge], edges.targets[edge])
                if let isHidden,
                    isHidden(NodePair(sample.nodes[Int(source)], sample.nodes[Int(target)]))
                {
                    continue
                }
                sources.append(source)
                targets.append(target)
                if model.readsEdgeTypes { types.append(Int32(type)) }
                if model.readsEdgeWeights {
                    weights.append(try weight(of: edges.relationships[edge], in: view))
                }
            }
        }
        return MessageBlock(
            nodes: sample.nodes.count, from: sources, to: targets,
            weights: model.readsEdgeWeights ? weights : nil,
            types: model.readsEdgeTypes ? types : nil)
    }

    private func weight(of id: RelationshipID, in view: GraphView) throws(NetworkError) -> Float {
        guard let weight else {
            throw .input("The network reads the edges' weights: name their property.")
        }
        switch view.property(weight, ofRelationship: id) {
        case .integer(let number): return Float(number)
        case .float(let number): return Float(number)
        default:
            throw .input("The relationship \(id) has no number as `\(view.name(key: weight))`.")
        }
    }

    /// A row for each node, in their order.
    func features(of nodes: some Collection<NodeID>, in view: GraphView) throws(NetworkError)
        -> Matrix
    {
        guard let features else {
            throw .input("The network reads features: name the nodes' property that holds them.")
        }
        var matrix: Matrix?
        for (row, node) in nodes.enumerated() {
            guard let vector = [Float](vector: view.property(features, ofNode: node)),
                !vector.isEmpty
            else {
                throw .input("The node \(node) has no vector as `\(view.name(key: features))`.")
            }
            let rows = matrix ?? Matrix(rows: nodes.count, columns: vector.count)
            guard vector.count == rows.columns else {
                throw Self.mixedSizes(node, vector.count, rows.columns)
            }
            rows.row(row).update(from: vector, count: vector.count)
            matrix = rows
        }
        return matrix ?? Matrix(rows: 0, columns: 0)
    }

    static func mixedSizes(_ node: NodeID, _ own: Int, _ others: Int) -> NetworkError {
        .input("The node \(node) has a vector of \(own) numbers, others of \(others).")
    }

    /// The place of each node's first label among those that are types.
    func types(of nodes: some Collection<NodeID>, in view: GraphView) throws(NetworkError)
        -> [Int32]
    {
        let none: Int32 = -1
        let nodes = ContiguousArray(nodes)
        var types = [Int32](repeating: none, count: nodes.count)
        var flags: ContiguousArray<UInt8> = []
        for (type, label) in labels.enumerated().reversed() {
            flags.removeAll(keepingCapacity: true)
            nodes.withUnsafeBufferPointer { view.testLabel(label, of: $0, into: &flags) }
            for row in flags.indices where flags[row] != 0 { types[row] = Int32(type) }
        }
        if let row = types.firstIndex(of: none) {
            throw .input("The node \(nodes[row]) has none of the labels that are types of nodes.")
        }
        return types
    }
}

/// Two nodes in any order.
struct NodePair: Hashable {
    private let lower: NodeID
    private let upper: NodeID

    init(_ one: NodeID, _ other: NodeID) {
        lower = min(one, other)
        upper = max(one, other)
    }
}
