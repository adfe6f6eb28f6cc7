internal import GraphAlgorithms
public import GraphStore
internal import LinearAlgebra
public import Values

/// Trains a network so that the inner products of its results tell nodes that are linked from nodes
/// that are not, on mini-batches of relationships and their sampled neighbourhoods.
///
/// The relationships of a batch, and those held out, are hidden from the messages: the network
/// cannot learn to look up what it is asked for. One thread, as the view.
public final class LinkPredictionTrainer {
    private let model: NetworkModel
    private let view: GraphView
    private let inputs: GraphInputs
    private let options: LinkPredictionOptions
    private let sampler: NeighbourSampler
    private let monitor: WorkMonitor
    private let training: [Link]
    private let held: [Link]
    private let heldPairs: Set<NodePair>
    /// Ends of relationships, each once.
    private let candidates: [NodeID]
    private let links: Set<Link>
    private var random: RandomSource

    private struct Link: Hashable {
        let from: NodeID
        let to: NodeID
    }

    /// More relationships are not held in memory.
    public static let maximumRelationships = 1 << 27
    private static let nodesPerCheckpoint = 1024
    /// Draws after which a link stands as a negative: a node may be linked to all.
    private static let maximumDraws = 32

    /// Errors: ``NetworkError/input(_:)`` where there is nothing to learn from; the monitor's.
    public init(
        _ model: NetworkModel, _ view: GraphView, _ inputs: GraphInputs,
        _ options: LinkPredictionOptions, monitor: WorkMonitor
    ) throws {
        self.model = model
        self.view = view
        self.inputs = inputs
        self.options = options
        self.monitor = monitor
        var sampling = SamplingOptions()
        sampling.withReplacement = inputs.withReplacement
        sampling.keepsRelationships = model.readsEdgeWeights
        sampler = NeighbourSampler(view, inputs.relations, options: sampling, monitor: monitor)
        var random = RandomSource(seed: options.seed)
        let all = try Self.links(options.type, view, monitor)
        let order = random.permutation(all.count)
        let heldCount = Int(options.validationShare * Double(all.count))
        held = order.prefix(heldCount).map { all[Int($0)] }
        training = order.dropFirst(heldCount).map { all[Int($0)] }
        guard !training.isEmpty else {
            throw NetworkError.input("There are no relationships to learn from.")
        }
        heldPairs = Set(held.map { NodePair($0.from, $0.to) })
        candidates = Set(all.map(\.to)).sorted()
        links = Set(all)
        self.random = random
    }

    private static func links(_ type: TypeID, _ view: GraphView, _ monitor: WorkMonitor) throws
        -> [Link]
    {
        var links: [Link] = []
        let reader = view.adjacency(type, .outgoing)
        var next = reader.nextNode(from: 0)
        var visited = 0
        while let node = next {
            if visited % nodesPerCheckpoint == 0 { try monitor.checkpoint() }
            visited += 1
            reader.forEachRun(of: node, options: .withoutRelationships) { nodes, _ in
                for other in nodes where other != node { links.append(Link(from: node, to: other)) }
            }
            guard links.count <= maximumRelationships else {
                throw NetworkError.input(
                    "There are more than \(maximumRelationships) relationships to learn from.")
            }
            next = node == .max ? nil : reader.nextNode(from: node + 1)
        }
        return links
    }

    /// Trains until `maximumEpochs`, until the metric stops rising, or until `onEpoch` returns false;
    /// leaves the model with the weights of its best epoch. The metric is the area under the ROC curve
    /// on the relationships that are held out.
    ///
    /// Errors: ``NetworkError/input(_:)``, the sampler's, the monitor's and `onEpoch`'s.
    public func fit(onEpoch: (TrainingEpoch) throws -> Bool) throws {
        let adam = Adam(
            model.parameters.map(\.variable), learningRate: options.learningRate)
        var best: (metric: Double, weights: [Matrix])?
        var worse = 0
        for epoch in 1...max(1, options.maximumEpochs) {
            let start = ContinuousClock.now
            let loss = try runEpoch(epoch, adam)
            var metric: Double?
            if !held.isEmpty {
                let found = try rank()
                metric = found
                if found > best?.metric ?? -1 {
                    best = (found, model.matrices.map { $0.copy() })
                    worse = 0
                } else {
                    worse += 1
                }
            }
            let report = TrainingEpoch(
                epoch: epoch, loss: loss, metric: metric,
                seconds: (ContinuousClock.now - start) / .seconds(1))
            guard try onEpoch(report), worse < options.patience else { break }
        }
        if let best {
            for (matrix, weights) in zip(model.matrices, best.weights) { matrix.take(weights) }
        }
    }

    /// The mean loss of the batches.
    private func runEpoch(_ epoch: Int, _ adam: Adam) throws -> Double {
        let order = random.permutation(training.count)
        var total = 0.0
        var batches = 0
        for first in stride(from: 0, to: order.count, by: options.batchSize) {
            try monitor.checkpoint()
            let done = Double(epoch - 1) + Double(first) / Double(order.count)
            monitor.report("training", done / Double(options.maximumEpochs))
            let batch = order[first..<min(first + options.batchSize, order.count)].map {
                training[Int($0)]
            }
            let negatives = batch.map { negative(of: $0, batch) }
            let tape = Tape(isRecording: true)
            let pass = ForwardPass(tape: tape, isTraining: true, seed: random.next())
            let (linked, others) = try logits(batch, negatives, pass)
            let loss: Variable
            switch options.loss {
            case .bpr: loss = tape.pairwiseRanking(better: linked, worse: others)
            case .bce:
                let labels = Array(repeating: Float(1), count: batch.count)
                let positive = tape.binaryCrossEntropy(logits: linked, labels: labels)
                let negative = tape.binaryCrossEntropy(
                    logits: others, labels: labels.map { _ in 0 })
                loss = tape.scaled(tape.sum(positive, negative), by: 0.5)
            }
            total += Double(loss.value[0, 0])
            batches += 1
            tape.propagateBack(from: loss)
            adam.step()
        }
        return total / Double(max(batches, 1))
    }

    /// Inner products of the links' ends, and of their starts with the negatives.
    private func logits(
        _ links: [Link], _ negatives: [NodeID], _ pass: ForwardPass
    ) throws -> (linked: Variable, others: Variable) {
        let seeds = links.map(\.from) + links.map(\.to) + negatives
        let sample = try sampler.sample(seeds, &random)
        let own = Set(links.map { NodePair($0.from, $0.to) })
        let neighbourhood = try Neighbourhood(
            sample, inputs, for: model, in: view,
            hiding: { [heldPairs] in own.contains($0) || heldPairs.contains($0) })
        let output = try model.forward(neighbourhood, pass).output
        let count = links.count
        func rows(_ part: Int) -> Variable {
            pass.tape.gathered(output, Array(sample.seeds[part * count..<(part + 1) * count]))
        }
        let from = rows(0)
        return (pass.tape.rowDots(from, rows(1)), pass.tape.rowDots(from, rows(2)))
    }

    private func negative(of link: Link, _ batch: [Link]) -> NodeID {
        var candidate = link.to
        for _ in 0..<Self.maximumDraws {
            switch options.negatives {
            case .uniform: candidate = candidates[random.next(below: candidates.count)]
            case .popularity: candidate = training[random.next(below: training.count)].to
            case .inBatch: candidate = batch[random.next(below: batch.count)].to
            }
            if !links.contains(Link(from: link.from, to: candidate)) { break }
        }
        return candidate
    }

    /// The chance that a held-out link scores higher than a pair that is none, of the same start.
    private func rank() throws -> Double {
        var sum = 0.0
        // The same negatives and neighbourhoods in each epoch, so that metrics compare.
        let after = random
        defer { random = after }
        random = RandomSource(seed: options.seed, part: 1)
        for first in stride(from: 0, to: held.count, by: options.batchSize) {
            try monitor.checkpoint()
            let batch = Array(held[first..<min(first + options.batchSize, held.count)])
            let negatives = batch.map { link in
                negative(of: link, batch)
            }
            let pass = ForwardPass(tape: Tape(isRecording: false))
            let (linked, others) = try logits(batch, negatives, pass)
            for place in batch.indices {
                let difference = linked.value[place, 0] - others.value[place, 0]
                sum += difference > 0 ? 1 : difference == 0 ? 0.5 : 0
            }
        }
        return sum / Double(held.count)
    }
}
