import GraphNetworks
import GraphStore
import LinearAlgebra
import Values

/// Embeddings that are propagated over who interacted with what.
public struct LightGCNMethod: RecommenderMethod {
    public static let name = "lightgcn"
    public static let description = """
        LightGCN: score = e_u · e_i, where e is the mean of the embeddings after 0 … `layers` \
        propagations e⁽ˡ⁺¹⁾_u = Σ_i e⁽ˡ⁾_i / √(|N_u| |N_i|), trained by Bayesian personalised \
        ranking (He et al., SIGIR 2020). A user who is new or has clicked since the fit gets \
        Σ_i e_i / √(|N_u| |N_i|) over the items: one propagation from what is learned.
        """
    public static let options = [
        MethodOption.integer(
            "dimensions", defaults.dimensions, in: 1...4096, "length of an embedding"),
        MethodOption.integer("layers", defaults.layers, in: 1...16, "propagations"),
        MethodOption.integer(
            "epochs", defaults.maximumEpochs, in: 1...100_000, "at most so many epochs"),
        MethodOption.integer(
            "batchSize", defaults.batchSize, in: 1...10_000_000, "interactions in a batch"),
        MethodOption.number(
            "learningRate", shortest(defaults.learningRate), in: 1e-8...10, "Adam's"),
        MethodOption.number(
            "decay", shortest(defaults.learningRateDecay), in: 1e-3...1,
            "factor of the learning rate after each epoch"),
        MethodOption.number(
            "regularization", shortest(defaults.regularization), in: 0...1e3,
            "λ of ½ λ |e|² of the embeddings of each triple"),
        MethodOption.choice(
            "negatives", defaults.negatives.rawValue,
            among: NegativeSampling.allCases.map(\.rawValue),
            "how the items are drawn that the user should like less"),
        MethodOption.integer(
            "negativesPerInteraction", defaults.negativesPerInteraction, in: 1...1000,
            "how many of them for each interaction"),
        MethodOption.number(
            "validation", defaults.validationShare, in: 0...0.9,
            "share of each user's interactions that decides when to stop; 0: train all epochs"),
        MethodOption.integer(
            "patience", defaults.patience, in: 1...10_000,
            "measurements without progress after which training stops"),
        .seed,
    ]

    private static let defaults = LightGCNOptions()

    /// The Float64 that prints like this Float32.
    private static func shortest(_ value: Float) -> Double { Double(value.description) ?? 0 }

    private let training: LightGCNOptions

    public init(_ options: MethodOptions) throws {
        var training = LightGCNOptions()
        training.dimensions = options.integer("dimensions")
        training.layers = options.integer("layers")
        training.maximumEpochs = options.integer("epochs")
        training.batchSize = options.integer("batchSize")
        training.learningRate = options.float("learningRate")
        training.learningRateDecay = options.float("decay")
        training.regularization = options.float("regularization")
        guard let negatives = NegativeSampling(rawValue: options.choice("negatives")) else {
            throw MethodError("lightgcn: `negatives` is not known")
        }
        training.negatives = negatives
        training.negativesPerInteraction = options.integer("negativesPerInteraction")
        training.validationShare = options.number("validation")
        training.patience = options.integer("patience")
        training.seed = UInt64(options.integer("seed"))
        self.training = training
    }

    public func fit(_ interactions: InteractionMatrix, _ training: Training) throws
        -> any FittedModel
    {
        let trainer = LightGCNTrainer(matrix: interactions.matrix, options: self.training)
        var counts = [Float](repeating: 0, count: interactions.items.count)
        for item in interactions.matrix.indices { counts[Int(item)] += 1 }
        func model(_ embeddings: (users: Matrix, items: Matrix)) -> LightGCNModel {
            LightGCNModel(users: embeddings.users, items: embeddings.items, itemCounts: counts)
        }
        let embeddings = try trainer.fit(monitor: training.monitor) { report in
            try training.epochEnded(
                EpochReport(epoch: report.epoch, loss: report.loss, seconds: report.seconds),
                { model(trainer.embeddings()) })
        }
        return model(embeddings)
    }

    public static func restore(_ stored: TensorReader) throws -> any FittedModel {
        LightGCNModel(
            users: try stored.matrix("users"), items: try stored.matrix("items"),
            itemCounts: try stored.floats("itemCounts"))
    }
}

/// Inner products of propagated embeddings.
struct LightGCNModel: FittedModel {
    let users: Matrix
    let items: Matrix
    /// How many users have the item.
    let itemCounts: [Float]

    var itemCount: Int { items.rows }
    var tensors: [TensorData] {
        [
            TensorData("users", users), TensorData("items", items),
            TensorData("itemCounts", itemCounts),
        ]
    }

    func score(_ user: UserHistory, into scores: UnsafeMutableBufferPointer<Float>) {
        guard let scores = scores.baseAddress else { return }
        let embedding = embeddings([user])
        items.multiply(embedding.elements, into: scores)
        withExtendedLifetime(embedding) {}
    }

    func score(_ users: [UserHistory], into scores: Matrix) {
        scores.setProduct(embeddings(users), items, transposeRight: true)
    }

    func score(_ user: UserHistory, items numbers: [Int32]) -> [Float] {
        let embedding = embeddings([user])
        return withExtendedLifetime(embedding) {
            numbers.map { Vectors.dot(embedding.elements, items.row(Int($0)), items.columns) }
        }
    }

    /// What is learned of the users, or folded in: Σ_i e_i / √(|N_u| |N_i|).
    private func embeddings(_ histories: [UserHistory]) -> Matrix {
        let embeddings = Matrix(rows: histories.count, columns: items.columns)
        for (place, history) in histories.enumerated() {
            let target = embeddings.row(place)
            if let row = history.row {
                target.update(from: users.row(row), count: users.columns)
                continue
            }
            let length = Float(history.items.count)
            for item in history.items {
                let weight = power(length * itemCounts[Int(item)], -0.5)
                Vectors.add(items.row(Int(item)), weight, to: target, items.columns)
            }
        }
        return embeddings
    }
}
