internal import Foundation
internal import GraphAlgorithms
internal import GraphNetworks
internal import GraphStore
internal import LinearAlgebra
internal import QueryEngine
internal import Values

/// Graph neural networks: `model.load` and the `gnn.*` family.
enum NetworkProcedures {
    static func all() -> [any Procedure] {
        let networks = StoredNetworks()
        let current = CurrentEmbeddings()
        return [
            LoadNetworkProcedure(), TrainNetworkProcedure(),
            EmbedProcedure(networks: networks, current: current),
            ScoreProcedure(networks: networks, current: current),
            CacheListProcedure(current: current),
        ]
    }

    /// Rooms below speak of networks and algorithms, statements of procedures.
    static func translating<R>(_ procedure: String, _ body: () throws -> R) throws -> R {
        do {
            return try body()
        } catch let error as NetworkError {
            let kind: QueryError.Kind
            if case .file = error { kind = .externalResource } else { kind = .argument }
            throw QueryError(kind, "\(procedure): \(error.message)")
        } catch let error as AlgorithmError {
            throw QueryError(.argument, "\(procedure): \(error.description)")
        }
    }
}

/// `model.load`: a network's weights and description become a model of the database.
private struct LoadNetworkProcedure: Procedure {
    /// A description is JSON that is read at once.
    private static let maximumDescriptionBytes = 16 << 20

    let signature = ProcedureSignature(
        name: "model.load",
        inputs: [
            .init("name", .string, "What the model is called; one of that name is replaced."),
            .init(
                "path", .string,
                "A directory inside the import directory, or the path of its weights without "
                    + "their suffix: PATH/model.safetensors and PATH/config.json, or "
                    + "PATH.safetensors and PATH.json."),
        ],
        outputs: [
            .init("model", .string, "Its name."),
            .init("steps", .integer, "Layers and activations."),
            .init("tensors", .integer, "Tensors that they use."),
            .init("parameters", .integer, "Numbers in them."),
        ],
        managesTransactions: true,
        description: "Loads a graph neural network: weights as safetensors under PyTorch "
            + "Geometric's names, and its steps as JSON, {steps: [{name, class, inputs, "
            + "arguments}]}, with its class and argument names.")

    func call(_ arguments: [Value], _ context: ProcedureContext, _ output: inout ProcedureOutput)
        throws
    {
        let name = try ModelProcedures.name(arguments[0], of: signature.name)
        guard case .string(let path) = arguments[1], !path.isEmpty else {
            throw QueryError(.argument, "\(signature.name): the path must be a string.")
        }
        let (weights, description) = try files(path, context)
        let model = try NetworkProcedures.translating(signature.name) {
            try NetworkModel(
                NetworkDescription(json: bytes(description)),
                weights: Safetensors.read(path: weights))
        }
        try StoredNetworks.draft(name: name, model).publish(context.monitor) {
            try context.commit($0)
        }
        let tensors = model.tensors
        output.append(
            .string(name), .integer(Int64(model.stepCount)), .integer(Int64(tensors.count)),
            .integer(Int64(tensors.values.reduce(0) { $0 + $1.count })))
    }

    private func files(_ path: String, _ context: ProcedureContext) throws -> (String, String) {
        let directory = ImportDirectory(path: context.importDirectory)
        do {
            return (
                try directory.path(of: path + ".safetensors"),
                try directory.path(of: path + ".json")
            )
        } catch {
            return (
                try directory.path(of: path + "/model.safetensors"),
                try directory.path(of: path + "/config.json")
            )
        }
    }

    private func bytes(_ path: String) throws(NetworkError) -> [UInt8] {
        guard let data = try? Data(contentsOf: URL(fileURLWithPath: path), options: .mappedIfSafe)
        else { throw .file("The file \(path) cannot be read.") }
        guard data.count <= Self.maximumDescriptionBytes else {
            throw .format("The description is larger than \(Self.maximumDescriptionBytes) bytes.")
        }
        return Array(data)
    }
}

/// `gnn.embed`: a network's result for each node.
private struct EmbedProcedure: Procedure {
    let networks: StoredNetworks
    let current: CurrentEmbeddings

    let signature = ProcedureSignature(
        name: "gnn.embed",
        inputs: [
            .init("model", .string, "A model that model.load or gnn.train has made."),
            .init("nodes", .any, "A node or a list of nodes."),
            .init(
                "configuration", .map, fallback: .map(ValueMap()), NetworkArguments.optionsText),
        ],
        outputs: [
            .init("node", .node, "The node."),
            .init("embedding", .any, "The network's result for it: a vector."),
        ],
        description: "Applies a graph neural network to neighbourhoods that are sampled now, or to "
            + "the whole graph (fanOuts: 'all'), so that the last commit is in the result.")

    func call(_ arguments: [Value], _ context: ProcedureContext, _ output: inout ProcedureOutput)
        throws
    {
        let name = try ModelProcedures.name(arguments[0], of: signature.name)
        let network = try NetworkArguments(
            nodes: arguments[1], arguments[2], context, of: signature.name)
        let nodes = network.arguments.seeds
        let rows = try NetworkProcedures.translating(signature.name) {
            let model = try networks.model(named: name, in: context.view)
            return network.readsAll
                ? try current.embeddings(
                    of: nodes, name, model, context.view, network.inputs,
                    monitor: context.monitor)
                : try network.scorer(model).embeddings(of: nodes)
        }
        for (place, node) in nodes.enumerated() {
            let row = UnsafeBufferPointer(start: rows.row(place), count: rows.columns)
            output.append(.nodeReference(node), .vector(Array(row)))
        }
    }
}

/// `gnn.score`: how well items fit a user.
private struct ScoreProcedure: Procedure {
    let networks: StoredNetworks
    let current: CurrentEmbeddings

    let signature = ProcedureSignature(
        name: "gnn.score",
        inputs: [
            .init("model", .string, "A model that model.load or gnn.train has made."),
            .init("user", .node, "Whom to score for."),
            .init("items", .any, "A node or a list of nodes."),
            .init(
                "configuration", .map, fallback: .map(ValueMap()), NetworkArguments.optionsText),
        ],
        outputs: [
            .init("item", .node, "The item."),
            .init("score", .float, "Higher is better."),
        ],
        description: "The inner product of a graph neural network's results for a user and for "
            + "each item, on neighbourhoods that are sampled now or on the whole graph, as gnn.embed."
    )

    func call(_ arguments: [Value], _ context: ProcedureContext, _ output: inout ProcedureOutput)
        throws
    {
        let name = try ModelProcedures.name(arguments[0], of: signature.name)
        guard let user = arguments[1].nodeID else {
            if case .null = arguments[1] { return }
            throw QueryError(.argument, "\(signature.name): the user must be a node.")
        }
        let network = try NetworkArguments(
            nodes: arguments[2], arguments[3], context, of: signature.name)
        let items = network.arguments.seeds
        guard !items.isEmpty else { return }
        let scores = try NetworkProcedures.translating(signature.name) {
            let model = try networks.model(named: name, in: context.view)
            return network.readsAll
                ? try current.scores(
                    of: user, items: items, name, model, context.view, network.inputs,
                    monitor: context.monitor)
                : try network.scorer(model).scores(of: user, items: items)
        }
        for (item, score) in zip(items, scores) {
            output.append(.nodeReference(item), .float(Double(score)))
        }
    }
}

/// `gnn.cache.list`: what `fanOuts: 'all'` keeps.
private struct CacheListProcedure: Procedure {
    let current: CurrentEmbeddings

    let signature = ProcedureSignature(
        name: "gnn.cache.list", inputs: [],
        outputs: [
            .init("model", .string, "The model; once for each way in which it was asked."),
            .init("rows", .integer, "Rows in memory: of layers and of their inputs."),
            .init("bytes", .integer, "What they take."),
            .init("lastComputed", .integer, "Rows of layers that the last call had to compute."),
            .init("computed", .integer, "The same, of all calls."),
        ],
        description: "Networks that gnn.embed and gnn.score keep current with fanOuts: 'all', the "
            + "last one used first. Together they take at most "
            + "\(CurrentEmbeddings.standardMemoryBytes >> 20) MiB; past that, those go that were "
            + "used least recently.")

    func call(_ arguments: [Value], _ context: ProcedureContext, _ output: inout ProcedureOutput)
        throws
    {
        for status in current.statuses {
            output.append(
                .string(status.name), .integer(Int64(status.rows)),
                .integer(Int64(status.byteCount)), .integer(Int64(status.lastComputed)),
                .integer(Int64(status.computed)))
        }
    }
}
