public import GraphStore

/// What ``LinkPredictionTrainer`` learns, and how.
public struct LinkPredictionOptions: Sendable {
    public enum Loss: String, CaseIterable, Sendable {
        /// Binary cross entropy of pairs that are linked and of pairs that are not.
        case bce
        /// Bayesian personalised ranking: what is linked before what is not.
        case bpr
    }

    /// The relationships that are to be predicted, from their start to their end.
    public var type: TypeID
    public var loss = Loss.bce
    public var negatives = NegativeSampling.uniform
    public var batchSize = 512
    public var learningRate: Float = 0.005
    public var maximumEpochs = 20
    /// The share of the relationships that is held out to measure with; 0: none, and no metric.
    public var validationShare = 0.1
    /// Epochs without a better metric after which training stops.
    public var patience = 5
    public var seed: UInt64 = 42

    public init(type: TypeID) { self.type = type }
}

/// The layers of an encoder to be trained.
public struct EncoderShape: Sendable {
    public enum Layer: String, CaseIterable, Sendable { case gcn, sage, gat }

    public var layer = Layer.sage
    public var layers = 2
    /// Columns between layers.
    public var hidden = 64
    /// Columns of the result.
    public var dimensions = 32
    /// Of attention, between layers.
    public var heads = 4
    public var dropout: Float = 0
    /// Columns of the features; nil: there are none.
    public var features: Int?
    /// Types of nodes; 0: they are not told apart.
    public var nodeTypes = 0

    public init() {}
}
