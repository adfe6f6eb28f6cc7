internal import GraphAlgorithms
internal import GraphStore
internal import LinearAlgebra
internal import Values

/// Computes rows of a network's stages on the whole graph of one view: those that are asked for, and
/// of what these depend on, those that are not there. One thread, as the view.
///
/// What always holds: where a node's row of a stage is there, so are all rows that it was computed
/// from. So when an input changes, only rows that are there need be followed to those that depend
/// on them: marking costs no more than computing them has, however often a popular item is clicked
/// on; and nothing is computed for nodes that nobody asks for.
final class IncrementalPass {
    private let stages: NetworkStages
    private let inputs: GraphInputs
    private let view: GraphView
    private let rows: StageRows
    private let monitor: WorkMonitor
    private let sampler: NeighbourSampler
    /// Called when rows have been added. Throws where they are too many.
    private let didGrow: () throws -> Void
    private var random = RandomSource(seed: 0)
    /// Rows of layers that were computed: not those of inputs.
    private(set) var computed = 0

    /// Nodes that are computed together: more share what they have in common.
    private static let nodesAtOnce = 4_096
    /// Relationships of these: what bounds the memory of attention.
    private static let edgesAtOnce = 1 << 18

    init(
        _ stages: NetworkStages, _ inputs: GraphInputs, _ view: GraphView, _ rows: StageRows,
        monitor: WorkMonitor, didGrow: @escaping () throws -> Void
    ) {
        self.stages = stages
        self.inputs = inputs
        self.view = view
        self.rows = rows
        self.monitor = monitor
        self.didGrow = didGrow
        var options = SamplingOptions()
        options.keepsRelationships = stages.model.readsEdgeWeights
        sampler = NeighbourSampler(
            view, inputs.relations.map { SampledRelation(lists: $0.lists, fanOuts: [-1]) },
            options: options, monitor: monitor)
    }

    // MARK: Rows

    /// The network's result for each node, in their order.
    func results(of nodes: [NodeID]) throws -> Matrix {
        let last = stages.stages.count - 1
        try need(last, Set(nodes).sorted(), reporting: true)
        return rows.gathered(last, nodes)
    }

    /// Sees to it that the rows are there. Depth first, so that only one batch of each stage is in
    /// memory at a time. No node may come twice.
    private func need(
        _ stage: Int, _ nodes: some Sequence<NodeID>, reporting: Bool = false
    ) throws {
        let missing = rows.missing(stage, nodes)
        var first = 0
        while first < missing.count {
            try monitor.checkpoint()
            if reporting { monitor.report("embedding", Double(first) / Double(missing.count)) }
            let end = batchEnd(missing, from: first, stages.stages[stage])
            try compute(stage, missing[first..<end])
            try didGrow()
            first = end
        }
    }

    private func batchEnd(
        _ nodes: ContiguousArray<NodeID>, from first: Int, _ stage: NetworkStage
    ) -> Int {
        let last = min(first + Self.nodesAtOnce, nodes.count)
        guard stage.readsNeighbours else { return last }
        var end = first
        var edges = 0
        while end < last, edges < Self.edgesAtOnce {
            edges += readers.reduce(0) { $0 + $1.degree(nodes[end]) }
            end += 1
        }
        return end
    }

    private lazy var readers = inputs.relations.flatMap(\.lists).map {
        view.adjacency($0.type, $0.direction)
    }

    private func compute(_ number: Int, _ targets: ArraySlice<NodeID>) throws {
        let stage = stages.stages[number]
        let result: Matrix
        switch stage.content {
        case .features:
            result = try inputs.features(of: targets, in: view)
            let columns = rows.columns(number)
            if columns != 0, columns != result.columns, let node = targets.first {
                throw GraphInputs.mixedSizes(node, result.columns, columns)
            }
        case .degrees(let kind):
            let block = try block(of: sampler.sample(targets, &random))
            let degrees = ForwardGraph(block).degrees(kind)
            result = Matrix(rows: targets.count, columns: 1, Array(degrees[..<targets.count]))
        case .steps(let steps):
            result = try stages.rows(of: steps, try inputsOf(stage, targets))
            computed += targets.count
        }
        rows.add(result, of: targets, to: number)
    }

    private func inputsOf(_ stage: NetworkStage, _ targets: ArraySlice<NodeID>) throws
        -> NetworkStages.Inputs
    {
        let sample = try stage.readsNeighbours ? sampler.sample(targets, &random) : nil
        var all = NetworkStages.Inputs(
            block: try sample.map { try block(of: $0) }
                ?? MessageBlock(nodes: targets.count, from: [], to: []),
            targets: targets.count)
        if stage.readsTypes { all.types = try inputs.types(of: targets, in: view) }
        for place in stage.ownStages where !stage.neighbourStages.contains(place) {
            try need(place, targets)
            all.rows[place] = rows.gathered(place, targets)
        }
        for place in stage.neighbourStages {
            let nodes = sample?.nodes ?? ContiguousArray(targets)
            try need(place, nodes)
            all.rows[place] = rows.gathered(place, nodes)
        }
        return all
    }

    private func block(of sample: NeighbourSample) throws -> MessageBlock {
        try inputs.block(sample, for: stages.model, in: view)
    }

    // MARK: Changes

    /// Takes away the rows that changes of the inputs reach. Relationships are followed as the view
    /// has them: at the end of one that came or went neighbours have changed anyway.
    ///
    /// Cost: the relationships of nodes whose rows go.
    func remove(_ changes: InputChanges) {
        var removed: [[NodeID]] = []
        for (number, stage) in stages.stages.enumerated() {
            var nodes: [NodeID] = []
            func remove(_ node: NodeID) {
                if rows.remove(node, from: number) { nodes.append(node) }
            }
            if case .features = stage.content { changes.features.forEach(remove) }
            if stage.readsTypes { changes.types.forEach(remove) }
            if stage.readsNeighbours { changes.neighbours.forEach(remove) }
            for place in stage.ownStages { removed[place].forEach(remove) }
            for place in stage.neighbourStages {
                for node in removed[place] {
                    remove(node)
                    for reader in dependents {
                        reader.forEachRun(of: node, options: .withoutRelationships) { others, _ in
                            others.forEach(remove)
                        }
                    }
                }
            }
            removed.append(nodes)
        }
    }

    /// To those whose neighbour a node is.
    private lazy var dependents = inputs.relations.flatMap(\.lists).map {
        view.adjacency($0.type, $0.direction == .outgoing ? .incoming : .outgoing)
    }
}
