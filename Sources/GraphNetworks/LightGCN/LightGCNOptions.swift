/// How ``LightGCNTrainer`` learns. The defaults were chosen by measuring on Gowalla (29,858 users,
/// 40,981 items, 810,128 interactions).
public struct LightGCNOptions: Sendable {
    /// Length of an embedding.
    public var dimensions = 64
    /// Propagations; an answer is the mean of the embeddings after 0 … `layers` of them.
    public var layers = 3
    /// Interactions in a batch, at most: see ``batchSize(of:)``. A batch costs `2 · layers`
    /// propagations, however small it is: large ones with a high rate learn most in a given time.
    public var batchSize = 32_768
    /// Adam's.
    public var learningRate: Float = 0.01
    /// Factor of the rate after each epoch.
    public var learningRateDecay: Float = 1
    /// λ of the penalty λ · ½ (|e_u|² + |e_i|² + |e_j|²) of each triple, on embeddings before
    /// propagation.
    public var regularization: Float = 1e-4
    /// How the item j that the user is to like less than i is drawn.
    public var negatives = NegativeSampling.uniform
    /// Items j for each interaction.
    public var negativesPerInteraction = 2
    public var maximumEpochs = 60
    /// Deviation of the normal distribution that embeddings begin with.
    public var deviation: Float = 0.1
    public var seed: UInt64 = 42

    /// The share of each user's interactions that is held out to measure with: 0 for none.
    public var validationShare = 0.0
    /// The metric is recall at this many items.
    public var cutoff = 20
    /// Epochs from one measurement to the next.
    public var evaluationInterval = 5
    /// Measurements without a better metric after which training stops; the embeddings are those of
    /// the best one.
    public var patience = 5

    private static let fewestBatches = 25
    private static let smallestBatch = 512

    public init() {}

    /// Few interactions are learnt in smaller batches, so that an epoch has steps enough.
    func batchSize(of interactions: Int) -> Int {
        min(batchSize, max(Self.smallestBatch, interactions / Self.fewestBatches))
    }
}

/// How the items are drawn that a user is to like less than those that they have.
public enum NegativeSampling: String, CaseIterable, Sendable {
    /// Every item alike.
    case uniform
    /// As often as it occurs among the interactions.
    case popularity
    /// The item of another interaction of the batch: popularity too, without further rows.
    case inBatch
}

/// One row of the learning curve.
public struct TrainingEpoch: Sendable {
    /// From 1.
    public let epoch: Int
    /// The mean of the batches' losses, each before its update.
    public let loss: Double
    /// Recall on the interactions held out; nil in epochs that do not measure it.
    public let metric: Double?
    /// What the epoch took, measuring included.
    public let seconds: Double
}
