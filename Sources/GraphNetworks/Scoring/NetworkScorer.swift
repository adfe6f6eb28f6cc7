internal import GraphAlgorithms
public import GraphStore
public import LinearAlgebra
public import Values

/// Applies a network to nodes of a snapshot, on neighbourhoods that are sampled for each call: what
/// was committed last is in the result.
///
/// One thread, as the view.
public final class NetworkScorer {
    /// Nodes in one sample: more share what they have in common, fewer stay in the caches.
    private static let nodesAtOnce = 512

    private let model: NetworkModel
    private let view: GraphView
    private let inputs: GraphInputs
    private let sampler: NeighbourSampler
    private let monitor: WorkMonitor
    private var random: RandomSource

    public init(
        _ model: NetworkModel, _ view: GraphView, _ inputs: GraphInputs, random: RandomSource,
        monitor: WorkMonitor = .none
    ) {
        self.model = model
        self.view = view
        self.inputs = inputs
        self.random = random
        self.monitor = monitor
        var options = SamplingOptions()
        options.withReplacement = inputs.withReplacement
        options.keepsRelationships = model.readsEdgeWeights
        sampler = NeighbourSampler(view, inputs.relations, options: options, monitor: monitor)
    }

    /// The network's result for each node, a row each, in their order.
    ///
    /// Errors: ``NetworkError/input(_:)``, the sampler's and the monitor's.
    public func embeddings(of nodes: [NodeID]) throws -> Matrix {
        var result: Matrix?
        for first in stride(from: 0, to: nodes.count, by: Self.nodesAtOnce) {
            try monitor.checkpoint()
            monitor.report("embedding", Double(first) / Double(nodes.count))
            let part = nodes[first..<min(first + Self.nodesAtOnce, nodes.count)]
            let sample = try sampler.sample(part, &random)
            let rows = try model(Neighbourhood(sample, inputs, for: model, in: view))
            let all = result ?? Matrix(rows: nodes.count, columns: rows.columns)
            for (place, seed) in sample.seeds.enumerated() {
                all.row(first + place).update(from: rows.row(Int(seed)), count: rows.columns)
            }
            result = all
        }
        return result ?? Matrix(rows: 0, columns: 0)
    }

    /// The inner product of the user's result with each item's.
    public func scores(of user: NodeID, items: [NodeID]) throws -> [Float] {
        try embeddings(of: [user] + items).productsWithFirstRow()
    }
}
