import Foundation
import GraphAlgorithms
import GraphStore
import LinearAlgebra
import Testing
import Values

@testable import GraphNetworks

/// Networks on the neighbourhoods of a stored graph.
@Suite struct ScoringTests {
    /// Nodes in two groups; most relationships stay within one. `x` holds the group, and noise.
    private final class Fixture {
        private let directory = NSTemporaryDirectory() + "networks-" + UUID().uuidString
        let store: GraphStore
        private(set) var nodes: [NodeID] = []
        private(set) var type = TypeID(0)
        private(set) var features = KeyID(0)
        private(set) var labels: [LabelID] = []

        init(count: Int = 60, degree: Int = 4) throws {
            var options = GraphStore.Options()
            options.syncOnCommit = false
            store = try GraphStore.open(directory: directory, options: options)
            (nodes, type, features, labels) = try store.write { writer in
                var random = RandomSource(seed: 11)
                let labels = [try writer.label("A"), try writer.label("B")]
                let type = try writer.type("E")
                let features = try writer.key("x")
                let nodes = try (0..<count).map { number in
                    let vector: [Float] = [
                        number % 2 == 0 ? 1 : -1, Float(random.nextNormal()), 0.5,
                    ]
                    return try writer.createNode(
                        labels: [labels[number % 2]], properties: [(features, .vector(vector))])
                }
                for node in 0..<count {
                    for _ in 0..<degree {
                        var other = random.next(below: count)
                        if other % 2 != node % 2 { other = (other + 1) % count }
                        _ = try writer.createRelationship(
                            type: type, start: nodes[node], end: nodes[other], properties: [])
                    }
                }
                return (nodes, type, features, labels)
            }
        }

        deinit {
            store.close()
            try? FileManager.default.removeItem(atPath: directory)
        }

        func inputs(fanOuts: [Int]) -> GraphInputs {
            var inputs = GraphInputs(relations: [
                SampledRelation(
                    lists: [.init(type, .outgoing), .init(type, .incoming)], fanOuts: fanOuts)
            ])
            inputs.features = features
            inputs.labels = labels
            return inputs
        }
    }

    private func shape(_ layer: EncoderShape.Layer) -> EncoderShape {
        var shape = EncoderShape()
        shape.layer = layer
        shape.hidden = 8
        shape.dimensions = 4
        shape.heads = 2
        shape.features = 3
        shape.nodeTypes = 2
        return shape
    }

    /// A layer is computed only for nodes that the result depends on; it is as if for all.
    @Test(arguments: EncoderShape.Layer.allCases)
    func cutLayersAgreeWithWholeOnes(_ layer: EncoderShape.Layer) throws {
        let fixture = try Fixture()
        let model = try NetworkModel(shape(layer).description(), seed: 1)
        let view = try fixture.store.beginRead()
        defer { view.close() }
        let inputs = fixture.inputs(fanOuts: [3, 2])
        var random = RandomSource(seed: 2)
        let sample = try NeighbourSampler(view, inputs.relations).sample(
            Array(fixture.nodes[0..<5]), &random)
        let cut = try Neighbourhood(sample, inputs, for: model, in: view)
        var everything = sample
        everything.hopEnds = []
        let whole = try Neighbourhood(everything, inputs, for: model, in: view)
        let (few, all) = (try model(cut), try model(whole))
        #expect(few.rows == 5 && all.rows == sample.nodes.count)
        for place in 0..<few.count {
            #expect(abs(few.elements[place] - all.elements[place]) < 1e-5)
        }
    }

    @Test func scoresFollowTheLastCommit() throws {
        let fixture = try Fixture()
        let model = try NetworkModel(shape(.sage).description(), seed: 1)
        let (user, items) = (fixture.nodes[0], Array(fixture.nodes[1...4]))
        func scores() throws -> [Float] {
            let view = try fixture.store.beginRead()
            defer { view.close() }
            return try NetworkScorer(
                model, view, fixture.inputs(fanOuts: [-1, -1]), random: RandomSource(seed: 0)
            ).scores(of: user, items: items)
        }
        let before = try scores()
        #expect(try scores() == before)
        let type = fixture.type
        try fixture.store.write { writer in
            _ = try writer.createRelationship(
                type: type, start: user, end: items[0], properties: [])
        }
        #expect(try scores() != before)
    }

    @Test func whatNodesLackIsAnError() throws {
        let fixture = try Fixture()
        let model = try NetworkModel(shape(.sage).description(), seed: 1)
        let view = try fixture.store.beginRead()
        defer { view.close() }
        var inputs = fixture.inputs(fanOuts: [2])
        inputs.labels = [fixture.labels[0]]
        #expect(throws: NetworkError.self) {
            try NetworkScorer(model, view, inputs, random: RandomSource(seed: 0))
                .embeddings(of: fixture.nodes)
        }
        inputs = fixture.inputs(fanOuts: [2])
        inputs.features = nil
        #expect(throws: NetworkError.self) {
            try NetworkScorer(model, view, inputs, random: RandomSource(seed: 0))
                .embeddings(of: fixture.nodes)
        }
    }

    @Test(arguments: EncoderShape.Layer.allCases, LinkPredictionOptions.Loss.allCases)
    func learnsToPredictLinks(_ layer: EncoderShape.Layer, _ loss: LinkPredictionOptions.Loss)
        throws
    {
        let fixture = try Fixture()
        let model = try NetworkModel(shape(layer).description(), seed: 1)
        let view = try fixture.store.beginRead()
        defer { view.close() }
        var options = LinkPredictionOptions(type: fixture.type)
        options.loss = loss
        options.batchSize = 64
        options.maximumEpochs = 6
        options.learningRate = 0.03
        options.validationShare = 0.2
        var reports: [TrainingEpoch] = []
        let trainer = try LinkPredictionTrainer(
            model, view, fixture.inputs(fanOuts: [4, 2]), options, monitor: .none)
        try trainer.fit {
            reports.append($0)
            return true
        }
        let last = try #require(reports.last)
        #expect(last.loss < reports[0].loss)
        // Half of the negatives are of the right group: .75 is what the groups can tell.
        #expect(try #require(reports.compactMap(\.metric).max()) > 0.65)
    }

    @Test func networksAreStored() throws {
        let fixture = try Fixture()
        let model = try NetworkModel(shape(.gat).description(), seed: 1)
        try StoredNetworks.draft(name: "m", model).publish { try fixture.store.write($0) }
        let networks = StoredNetworks()
        let view = try fixture.store.beginRead()
        defer { view.close() }
        let read = try networks.model(named: "m", in: view)
        #expect(read.tensors == model.tensors)
        #expect(try networks.model(named: "m", in: view) === read)
        #expect(throws: NetworkError.self) { try networks.model(named: "n", in: view) }
    }

    /// Those that were used last, and none that is larger than all that there is room for.
    @Test func networksAreKeptWhileThereIsRoom() throws {
        let fixture = try Fixture()
        let names = ["a", "b", "c"]
        for (place, name) in names.enumerated() {
            let model = try NetworkModel(shape(.sage).description(), seed: UInt64(place))
            try StoredNetworks.draft(name: name, model).publish { try fixture.store.write($0) }
        }
        let view = try fixture.store.beginRead()
        defer { view.close() }
        let bytes = try #require(try view.model(named: "a")).byteCount
        #expect(bytes > 0)
        let networks = StoredNetworks(byteLimit: 2 * bytes)
        let first = try networks.model(named: "a", in: view)
        _ = try networks.model(named: "b", in: view)
        #expect(networks.keptBytes == 2 * bytes)
        #expect(try networks.model(named: "a", in: view) === first)
        _ = try networks.model(named: "c", in: view)
        #expect(networks.keptBytes == 2 * bytes)
        #expect(try networks.model(named: "a", in: view) === first)
        let small = StoredNetworks(byteLimit: bytes - 1)
        _ = try small.model(named: "a", in: view)
        #expect(small.keptBytes == 0)
    }
}
