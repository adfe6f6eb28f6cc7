internal import GraphNetworks
internal import GraphStore
internal import QueryEngine
internal import Values

/// `gnn.train`: learns an encoder and publishes it.
struct TrainNetworkProcedure: Procedure {
    private static let options = [
        "predict", "layer", "layers", "hidden", "dimensions", "heads", "dropout", "loss",
        "negatives", "batchSize", "learningRate", "maximumEpochs", "validationShare", "patience",
    ]

    let signature = ProcedureSignature(
        name: "gnn.train",
        inputs: [
            .init("name", .string, "What the model is called; one of that name is replaced."),
            .init(
                "configuration", .map,
                "predict: the type of the relationships to predict; layer: 'sage' (default), "
                    + "'gcn' or 'gat'; layers (2); hidden (64): columns between layers; "
                    + "dimensions (32): columns of the result; heads (4, gat); dropout (0); loss: "
                    + "'bce' (default) or 'bpr'; negatives: 'uniform' (default), 'popularity' or "
                    + "'inBatch'; batchSize (512); learningRate (0.005); maximumEpochs (20); "
                    + "validationShare (0.1): relationships held out; patience (5): epochs "
                    + "without a better metric; randomSeed; and as gnn.embed: "
                    + NetworkArguments.optionsText),
        ],
        outputs: [
            .init("model", .string, "Its name."),
            .init("epoch", .integer, "From 1; one row each."),
            .init("loss", .float, "The mean of the epoch's batches."),
            .init(
                "metric", .float,
                "The area under the ROC curve on what is held out; null where nothing is."),
            .init("seconds", .float, "How long the epoch took."),
        ],
        managesTransactions: true,
        description: "Trains a graph neural network to predict relationships, by the inner "
            + "products of its results: mini-batches of sampled neighbourhoods, Adam, early "
            + "stopping. The best epoch is published at the end; until then an earlier model "
            + "answers.")

    func call(_ arguments: [Value], _ context: ProcedureContext, _ output: inout ProcedureOutput)
        throws
    {
        let name = try ModelProcedures.name(arguments[0], of: signature.name)
        let network = try NetworkArguments(
            nodes: .null, arguments[1], context, of: signature.name, options: Self.options)
        let configuration = network.arguments.configuration
        if network.readsAll {
            throw configuration.wrong("fanOuts", "a list of integers: mini-batches are sampled")
        }
        guard let typeName = try configuration.string("predict") else {
            throw QueryError(
                .argument, "\(signature.name): `predict` names the relationships to predict.")
        }
        guard let type = context.view.type(typeName) else {
            throw QueryError(
                .argument, "\(signature.name): there is no relationship type `\(typeName)`.")
        }
        let options = try options(configuration, type)
        var epochs: [TrainingEpoch] = []
        let model = try NetworkProcedures.translating(signature.name) {
            let shape = try shape(configuration, network.inputs, type, context.view)
            let model = try NetworkModel(shape.description(), seed: options.seed)
            let trainer = try LinkPredictionTrainer(
                model, context.view, network.inputs, options, monitor: context.monitor)
            try trainer.fit {
                epochs.append($0)
                return true
            }
            return model
        }
        try StoredNetworks.draft(name: name, model).publish(context.monitor) {
            try context.commit($0)
        }
        for epoch in epochs {
            output.append(
                .string(name), .integer(Int64(epoch.epoch)), .float(epoch.loss),
                epoch.metric.map { .float($0) } ?? .null, .float(epoch.seconds))
        }
    }

    private func options(_ configuration: Configuration, _ type: TypeID) throws
        -> LinkPredictionOptions
    {
        var options = LinkPredictionOptions(type: type)
        options.loss =
            try configuration.choice("loss", among: LinkPredictionOptions.Loss.allCases) ?? .bce
        options.negatives =
            try configuration.choice("negatives", among: NegativeSampling.allCases) ?? .uniform
        options.batchSize = try configuration.integer(
            "batchSize", default: options.batchSize, in: 1...(1 << 20))
        options.maximumEpochs = try configuration.integer(
            "maximumEpochs", default: options.maximumEpochs, in: 1...100_000)
        options.patience = try configuration.integer(
            "patience", default: options.patience, in: 1...100_000)
        options.learningRate = try number(
            configuration, "learningRate", options.learningRate, in: 1e-9...10)
        options.validationShare = Double(
            try number(configuration, "validationShare", Float(0.1), in: 0...0.9))
        let seed = try configuration.integer("randomSeed", default: 42, in: Int.min...Int.max)
        options.seed = UInt64(bitPattern: Int64(seed))
        return options
    }

    private func shape(
        _ configuration: Configuration, _ inputs: GraphInputs, _ type: TypeID, _ view: GraphView
    ) throws -> EncoderShape {
        var shape = EncoderShape()
        shape.layer =
            try configuration.choice("layer", among: EncoderShape.Layer.allCases) ?? .sage
        shape.layers = try configuration.integer("layers", default: 2, in: 1...8)
        shape.hidden = try configuration.integer("hidden", default: 64, in: 1...4_096)
        shape.dimensions = try configuration.integer("dimensions", default: 32, in: 1...4_096)
        shape.heads = try configuration.integer("heads", default: 4, in: 1...64)
        shape.dropout = try number(configuration, "dropout", 0, in: 0...0.99)
        shape.nodeTypes = inputs.labels.count
        guard let key = inputs.features else {
            if configuration.has("features") {
                throw configuration.wrong("features", "a property that nodes have")
            }
            return shape
        }
        // Any node with a relationship of the type tells how long vectors are.
        if let node = view.adjacency(type, .outgoing).nextNode(from: 0) {
            shape.features = [Float](vector: view.property(key, ofNode: node))?.count
        }
        guard shape.features ?? 0 > 0 else {
            throw configuration.wrong("features", "a property of the nodes that holds a vector")
        }
        return shape
    }

    private func number(
        _ configuration: Configuration, _ key: String, _ fallback: Float,
        in range: ClosedRange<Double>
    ) throws -> Float {
        guard let number = try configuration.number(key) else { return fallback }
        guard range.contains(number) else {
            throw configuration.wrong(
                key, "a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return Float(number)
    }
}
