internal import Foundation
public import LinearAlgebra
public import Values

/// Trains LightGCN (He et al., SIGIR 2020) on who interacted with what: embeddings of users and
/// items whose propagated inner products rank, by Bayesian personalised ranking and Adam.
///
/// A batch costs two propagations over all interactions for each layer but the last, whose forward
/// pass is done for the rows of the batch alone, and whose backward pass only visits entries with
/// such a row; Adam is fused into the last propagation backwards. Memory: about 2 · layers + 4
/// matrices of a row for each user and item.
///
/// The same seed gives the same embeddings, whatever the number of threads. Not thread-safe; what
/// runs in `onEpoch` may ask for ``embeddings()`` and ``checkpoint``.
public final class LightGCNTrainer {
    private let options: LightGCNOptions
    private let data: HoldOut
    private let propagation: BipartitePropagation
    private var state: LightGCNCheckpoint
    private let pass: LightGCNPass

    /// - Parameter matrix: users × items; an entry is an interaction, its value does not count.
    public init(matrix: SparseMatrix, options: LightGCNOptions) {
        precondition(options.layers >= 1 && options.dimensions >= 1 && options.batchSize >= 1)
        precondition(options.negativesPerInteraction >= 1 && options.evaluationInterval >= 1)
        self.options = options
        data = HoldOut(matrix, share: options.validationShare, seed: options.seed)
        propagation = BipartitePropagation(data.training)
        var random = RandomSource(seed: options.seed)
        func normal(_ rows: Int) -> Matrix {
            .normal(
                rows: rows, columns: options.dimensions, deviation: options.deviation, &random)
        }
        let start = Embeddings(users: normal(matrix.rows), items: normal(matrix.columns))
        state = LightGCNCheckpoint(start)
        pass = LightGCNPass(propagation, options)
    }

    /// Everything that training goes on from: as it is now, not a copy.
    public var checkpoint: LightGCNCheckpoint { state }

    /// Goes on from where a trainer of the same matrix and options was.
    public func resume(from checkpoint: LightGCNCheckpoint) {
        precondition(checkpoint.hasShape(of: state))
        state = checkpoint.copy()
    }

    /// The propagated embeddings as they are now; a score is their inner product.
    public func embeddings() -> (users: Matrix, items: Matrix) {
        let output = propagation.output(state.embeddings, layers: options.layers)
        return (output.users, output.items)
    }

    /// Trains until `maximumEpochs`, until the metric stops rising, or until `onEpoch` returns false.
    /// Returns the propagated embeddings: of the best epoch where there is a metric, else the last.
    ///
    /// Throws what `monitor` and `onEpoch` throw; asks the monitor at every batch.
    public func fit(
        monitor: WorkMonitor, onEpoch: (TrainingEpoch) throws -> Bool = { _ in true }
    ) throws -> (users: Matrix, items: Matrix) {
        var best: (metric: Double, embeddings: Embeddings)?
        var worse = 0
        while state.epoch < options.maximumEpochs, data.training.count > 0 {
            let start = ContinuousClock.now
            let loss = try runEpoch(monitor)
            state.epoch += 1
            var metric: Double?
            if options.validationShare > 0, state.epoch % options.evaluationInterval == 0 {
                let output = propagation.output(state.embeddings, layers: options.layers)
                let recall = data.recall(output, cutoff: options.cutoff)
                metric = recall
                if recall > best?.metric ?? -1 {
                    best = (recall, output)
                    worse = 0
                } else {
                    worse += 1
                }
            }
            let report = TrainingEpoch(
                epoch: state.epoch, loss: loss, metric: metric,
                seconds: (ContinuousClock.now - start) / .seconds(1))
            guard try onEpoch(report), worse < options.patience else { break }
        }
        if let best { return (best.embeddings.users, best.embeddings.items) }
        return embeddings()
    }

    /// The mean loss of the epoch's batches.
    private func runEpoch(_ monitor: WorkMonitor) throws -> Double {
        // Epochs draw from sequences of their own, so that one can be resumed at.
        let seed = options.seed &+ UInt64(state.epoch) &* 0x9E37_79B9
        var sampler = TripleSampler(data.training, options, seed: seed)
        let order = sampler.order()
        let rate = options.learningRate * pow(options.learningRateDecay, Float(state.epoch))
        var batch: [Triple] = []
        var total = 0.0
        var batches = 0
        let size = options.batchSize(of: order.count)
        for first in stride(from: 0, to: order.count, by: size) {
            try monitor.checkpoint()
            let share = (Double(state.epoch) + Double(first) / Double(order.count))
            monitor.report("training LightGCN", share / Double(options.maximumEpochs))
            sampler.draw(
                order[first..<min(first + size, order.count)], into: &batch)
            state.step += 1
            total += pass.learn(
                batch, &state, AdamStep(number: state.step, learningRate: rate))
            batches += 1
        }
        return total / Double(max(batches, 1))
    }
}

/// Where a training is: embeddings before propagation, Adam's moments, and how far it came.
public struct LightGCNCheckpoint: Sendable {
    public internal(set) var epoch = 0
    var step = 0
    let embeddings: Embeddings
    let first: Embeddings
    let second: Embeddings

    init(_ embeddings: Embeddings) {
        self.embeddings = embeddings
        first = Embeddings(like: embeddings)
        second = Embeddings(like: embeddings)
    }

    private init(_ other: LightGCNCheckpoint) {
        epoch = other.epoch
        step = other.step
        embeddings = other.embeddings.copy()
        first = other.first.copy()
        second = other.second.copy()
    }

    /// One that further training does not change.
    public func copy() -> LightGCNCheckpoint { LightGCNCheckpoint(self) }

    func hasShape(of other: LightGCNCheckpoint) -> Bool {
        embeddings.users.rows == other.embeddings.users.rows
            && embeddings.items.rows == other.embeddings.items.rows
            && embeddings.users.columns == other.embeddings.users.columns
    }
}
