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
        if let network { try measureScoring(chosen, inputs, view, network) }
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
        _ users: ArraySlice<NodeID>, _ inputs: GraphInputs, _ view: GraphView, _ network: String
    ) throws {
        let json = try Data(contentsOf: URL(fileURLWithPath: network + "/config.json"))
        let model = try NetworkModel(
            NetworkDescription(json: Array(json)),
            weights: Safetensors.read(path: network + "/model.safetensors"))
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

    /// Times each call: what interrupts some of them leaves the median as it is.
    private func report(
        _ what: String, _ users: some Collection<NodeID>, _ body: (NodeID) throws -> Void
    ) throws {
        var seconds: [Double] = []
        for _ in 0..<repetitions {
            for user in users {
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
