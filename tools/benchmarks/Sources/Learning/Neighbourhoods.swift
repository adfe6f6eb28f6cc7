import ArgumentParser
import Foundation
import GraphAlgorithms
import GraphNetworks
import GraphStore
import LinearAlgebra
import Recommend
import Values

/// Neighbour sampling, and a graph neural network on what was sampled, one user at a time: users and
/// items are nodes, an interaction is followed both ways, features are random.
struct Neighbourhoods: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Time sampling, and scoring a user with a network, on one thread.")

    @Argument(help: "The directory with train.txt and test.txt.") var directory: String
    @Option(help: "A directory with config.json and model.safetensors, as PyTorch names them.")
    var network: String?
    @Option(help: "Without a network: the layers of a random one, as gnn.train makes it.")
    var layer = "sage"
    @Option(help: "How many of them.") var layers = 2
    @Option(help: "Numbers in a node's features: as many as the network reads.") var features = 24
    @Option(parsing: .upToNextOption, help: "Neighbours by hop.") var fanOuts = [15, 10]
    @Option(help: "How many users, one after the other.") var users = 1_000
    @Option(help: "How often.") var repetitions = 5

    func run() throws {
        let path =
            NSTemporaryDirectory()
            + "neighbourhoods-\(ProcessInfo.processInfo.processIdentifier)"
        defer { try? FileManager.default.removeItem(atPath: path) }
        let people = try makeStore(path)
        let store = try GraphStore.open(directory: path)
        defer { store.close() }
        let view = try store.beginRead()
        defer { view.close() }
        var inputs = GraphInputs(relations: [relation(view)])
        inputs.features = view.key("features")
        inputs.labels = ["User", "Item"].compactMap { view.label($0) }
        let chosen = people.prefix(users)
        try measureSampling(chosen, inputs, view)
        let model = try network.map(read) ?? makeModel(types: inputs.labels.count)
        try measureScoring(chosen, inputs, view, model)
        try measureWholeGraph(chosen, inputs, store, model)
    }

    private func makeModel(types: Int) throws -> NetworkModel {
        var shape = EncoderShape()
        guard let layer = EncoderShape.Layer(rawValue: layer) else {
            throw ValidationError("`--layer` must be one of gnn.train's.")
        }
        shape.layer = layer
        shape.layers = layers
        shape.features = features
        shape.nodeTypes = types
        return try NetworkModel(shape.description(), seed: 5)
    }

    private func read(_ network: String) throws -> NetworkModel {
        let json = try Data(contentsOf: URL(fileURLWithPath: network + "/config.json"))
        return try NetworkModel(
            NetworkDescription(json: Array(json)),
            weights: Safetensors.read(path: network + "/model.safetensors"))
    }

    private func relation(_ view: GraphView) -> SampledRelation {
        let lists = view.type("INTERACTED").map { type in
            [.init(type, .outgoing), .init(type, .incoming)] as [SampledRelation.List]
        }
        return SampledRelation(lists: lists ?? [], fanOuts: fanOuts)
    }

    /// The users' nodes, in random order.
    private func makeStore(_ path: String) throws -> [NodeID] {
        let matrix = try InteractionLists(directory: directory).trainingMatrix.matrix
        let builder = try BulkStoreBuilder(directory: path)
        let key = try builder.names.key("features")
        let type = try builder.names.type("INTERACTED")
        var random = RandomSource(seed: 1)
        for (label, count) in [("User", matrix.rows), ("Item", matrix.columns)] {
            let labels = try builder.names.labelSet([builder.names.label(label)])
            let nodes = NodeBatch()
            for _ in 0..<count {
                let vector = (0..<features).map { _ in Float(random.nextNormal()) }
                try nodes.append(labels, [(key, .vector(vector))])
            }
            try builder.append(nodes)
        }
        let relationships = RelationshipBatch()
        for user in 0..<matrix.rows {
            for item in matrix.indices[matrix.range(user)] {
                try relationships.append(
                    type: type, start: NodeID(user), end: NodeID(matrix.rows + Int(item)), [])
            }
        }
        try builder.append(relationships)
        try builder.finish()
        return random.permutation(matrix.rows).map { NodeID($0) }
    }

    private func measureSampling(
        _ users: ArraySlice<NodeID>, _ inputs: GraphInputs, _ view: GraphView
    ) throws {
        var random = RandomSource(seed: 2)
        var nodes = 0
        let sampler = NeighbourSampler(view, inputs.relations)
        try report("a user's sample", users) { user in
            nodes += try sampler.sample([user], &random).nodes.count
        }
        print("    of \(nodes / max(users.count * repetitions, 1)) nodes on average")
        try report("one sample for \(users.count) users", [0]) { _ in
            nodes = try sampler.sample(users, &random).nodes.count
        }
        print("    of \(nodes) nodes")
    }

    private func measureScoring(
        _ users: ArraySlice<NodeID>, _ inputs: GraphInputs, _ view: GraphView,
        _ model: NetworkModel
    ) throws {
        let scorer = NetworkScorer(model, view, inputs, random: RandomSource(seed: 3))
        try report("a user's new sample and the network on it", users) { user in
            _ = try scorer.embeddings(of: [user])
        }
        // As a request does it, which finds its lists and buffers anew.
        try report("the same with a new scorer", users) { user in
            _ = try NetworkScorer(model, view, inputs, random: RandomSource(seed: user))
                .embeddings(of: [user])
        }
    }

    /// All results on the whole graph; then a user clicks on an item that others have, and is asked
    /// for again.
    private func measureWholeGraph(
        _ users: ArraySlice<NodeID>, _ inputs: GraphInputs, _ store: GraphStore,
        _ model: NetworkModel
    ) throws {
        let current = CurrentEmbeddings()
        func embed(_ nodes: [NodeID]) throws -> Int {
            let view = try store.beginRead()
            defer { view.close() }
            _ = try current.embeddings(of: nodes, "network", model, view, inputs)
            return current.statuses[0].lastComputed
        }
        guard let list = inputs.relations.first?.lists.first else { return }
        let view = try store.beginRead()
        let all = Array(0..<NodeID(view.nodeCount))
        var items: [NodeID] = []
        let reader = view.adjacency(list.type, .outgoing)
        for user in users { reader.forEachRun(of: user) { others, _ in items += others } }
        view.close()
        let start = ContinuousClock.now
        let rows = try embed(all)
        print("the whole graph, \(rows) rows: \((ContinuousClock.now - start) / .seconds(1)) s")
        var random = RandomSource(seed: 4)
        var computed = 0
        func click(_ user: NodeID) throws {
            let item = items[random.next(below: items.count)]
            try store.write { writer in
                _ = try writer.createRelationship(
                    type: list.type, start: user, end: item, properties: [])
            }
        }
        try report("a user on the whole graph, after a click", users, before: click) { user in
            computed += try embed([user])
        }
        print("    \(computed / max(users.count * repetitions, 1)) rows on average")
    }

    /// Times each call, without what is to be done before it: what interrupts some of them leaves the
    /// median as it is.
    private func report(
        _ what: String, _ users: some Collection<NodeID>,
        before prepare: (NodeID) throws -> Void = { _ in }, _ body: (NodeID) throws -> Void
    ) throws {
        var seconds: [Double] = []
        for _ in 0..<repetitions {
            for user in users {
                try prepare(user)
                let start = ContinuousClock.now
                try body(user)
                seconds.append((ContinuousClock.now - start) / .seconds(1))
            }
        }
        seconds.sort()
        guard let last = seconds.indices.last else { return }
        func text(_ share: Double) -> String {
            String(format: "%.1f µs", seconds[Int(Double(last) * share)] * 1e6)
        }
        print("\(what): median \(text(0.5)), a tenth below \(text(0.1)), above \(text(0.9))")
    }
}
