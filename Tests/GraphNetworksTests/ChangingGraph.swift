import Foundation
import GraphAlgorithms
import GraphStore
import LinearAlgebra
import Values

@testable import GraphNetworks

/// A small stored graph that random transactions change: two types of relationships with a weight,
/// two labels, of which every node has one or both, and vectors.
final class ChangingGraph {
    private let directory = NSTemporaryDirectory() + "changing-" + UUID().uuidString
    let store: GraphStore
    private(set) var nodes: [NodeID] = []
    private var relationships: [RelationshipID: (start: NodeID, end: NodeID)] = [:]
    private var random: RandomSource

    /// The same names in the same order: the numbers that the first transaction gives them.
    struct Names: Sendable {
        let labels: [LabelID]
        let types: [TypeID]
        let features: KeyID
        let weight: KeyID
    }
    let names: Names

    /// One change, with what it is about already drawn.
    enum Change: Sendable {
        case node([Float], label: Int)
        case relationship(type: Int, NodeID, NodeID, weight: Double)
        case features(NodeID, [Float])
        case weight(RelationshipID, Double)
        /// To both labels, or back to the given one alone.
        case labels(NodeID, both: Bool, label: Int)
        case deleteRelationship(RelationshipID)
        case deleteNode(NodeID)
    }

    init(seed: UInt64, nodes count: Int = 24, degree: Int = 3) throws {
        random = RandomSource(seed: seed)
        var options = GraphStore.Options()
        options.syncOnCommit = false
        store = try GraphStore.open(directory: directory, options: options)
        names = try store.write { writer in
            Names(
                labels: [try writer.label("A"), try writer.label("B")],
                types: [try writer.type("E"), try writer.type("F")],
                features: try writer.key("x"), weight: try writer.key("w"))
        }
        try commit((0..<count).map { _ in newNode() })
        for _ in 0..<degree {
            try commit((0..<count).map { _ in newRelationship() })
        }
    }

    deinit {
        store.close()
        try? FileManager.default.removeItem(atPath: directory)
    }

    func inputs(oneWay: Bool = false) -> GraphInputs {
        var inputs = GraphInputs(
            relations: names.types.map { type in
                let directions: [Direction] = oneWay ? [.incoming] : [.outgoing, .incoming]
                return SampledRelation(
                    lists: directions.map { .init(type, $0) }, fanOuts: [-1])
            })
        inputs.features = names.features
        inputs.weight = names.weight
        inputs.labels = names.labels
        return inputs
    }

    // MARK: Changes

    private func vector() -> [Float] { (0..<3).map { _ in Float(random.nextNormal()) } }

    private func newNode() -> Change { .node(vector(), label: random.next(below: 2)) }

    /// Some are loops, some parallel to others.
    private func newRelationship() -> Change {
        .relationship(
            type: random.next(below: 2), anyNode(), anyNode(), weight: random.nextUnit() + 0.1)
    }

    func anyNode() -> NodeID { nodes[random.next(below: nodes.count)] }

    private func anyRelationship() -> RelationshipID {
        let all = relationships.keys.sorted()
        return all[random.next(below: all.count)]
    }

    func randomChanges(atMost count: Int) -> [Change] {
        (0..<1 + random.next(below: count)).map { _ in randomChange() }
    }

    private func randomChange() -> Change {
        switch random.next(below: 10) {
        case 0: newNode()
        case 1: .features(anyNode(), vector())
        case 2: .weight(anyRelationship(), random.nextUnit() + 0.1)
        case 3: .labels(anyNode(), both: random.next(below: 2) == 0, label: random.next(below: 2))
        case 4, 5, 6: .deleteRelationship(anyRelationship())
        case 7 where nodes.count > 12: .deleteNode(anyNode())
        default: newRelationship()
        }
    }

    func commit(_ changes: [Change]) throws {
        let names = names
        let made = try store.write { try Self.apply(changes, names, $0) }
        for (node, relationship) in made {
            if let node { nodes.append(node) }
            if let (id, start, end) = relationship { relationships[id] = (start, end) }
        }
        for change in changes {
            switch change {
            case .deleteRelationship(let id): relationships[id] = nil
            case .deleteNode(let gone):
                nodes.removeAll { $0 == gone }
                relationships = relationships.filter { $1.start != gone && $1.end != gone }
            default: break
            }
        }
    }

    /// Calls the body with what a transaction sees, and its nodes, that is rolled back then.
    func beforeRollback(
        of changes: [Change], _ body: @escaping @Sendable (GraphView, [NodeID]) throws -> Void
    ) throws {
        struct RolledBack: Error {}
        let (names, nodes) = (names, nodes)
        do {
            try store.write { writer in
                let made = try Self.apply(changes, names, writer)
                let all = nodes + made.compactMap(\.node)
                try body(writer.view, all.filter { writer.view.nodeExists($0) })
                throw RolledBack()
            }
        } catch is RolledBack {}
    }

    typealias Made = (node: NodeID?, relationship: (RelationshipID, NodeID, NodeID)?)

    /// What an earlier change of the transaction has deleted is left alone.
    @discardableResult
    static func apply(_ changes: [Change], _ names: Names, _ writer: GraphWriter) throws -> [Made] {
        try changes.map { change in
            switch change {
            case .node(let vector, let label):
                return (
                    try writer.createNode(
                        labels: [names.labels[label]],
                        properties: [(names.features, .vector(vector))]), nil
                )
            case .relationship(let type, let start, let end, let weight):
                guard writer.view.nodeExists(start), writer.view.nodeExists(end) else { break }
                let id = try writer.createRelationship(
                    type: names.types[type], start: start, end: end,
                    properties: [(names.weight, .float(weight))])
                return (nil, (id, start, end))
            case .features(let node, let vector):
                guard writer.view.nodeExists(node) else { break }
                try writer.setProperty(names.features, ofNode: node, to: .vector(vector))
            case .weight(let id, let weight):
                guard writer.view.relationshipExists(id) else { break }
                try writer.setProperty(names.weight, ofRelationship: id, to: .float(weight))
            case .labels(let node, let both, let label):
                guard writer.view.nodeExists(node) else { break }
                _ = try writer.addLabel(names.labels[label], to: node)
                let other = names.labels[1 - label]
                _ =
                    try both
                    ? writer.addLabel(other, to: node) : writer.removeLabel(other, from: node)
            case .deleteRelationship(let id):
                guard writer.view.relationshipExists(id) else { break }
                try writer.deleteRelationship(id)
            case .deleteNode(let node):
                guard writer.view.nodeExists(node) else { break }
                try writer.detachDeleteNode(node)
            }
            return (nil, nil)
        }
    }

    // MARK: From scratch

    /// The network applied to the whole graph at once.
    static func results(
        of nodes: [NodeID], _ model: NetworkModel, _ view: GraphView, _ inputs: GraphInputs,
        all: [NodeID]
    ) throws -> Matrix {
        var options = SamplingOptions()
        options.keepsRelationships = model.readsEdgeWeights
        var random = RandomSource(seed: 0)
        var sample = try NeighbourSampler(view, inputs.relations, options: options)
            .sample(all, &random)
        sample.hopEnds = []
        let rows = try model(Neighbourhood(sample, inputs, for: model, in: view))
        let result = Matrix(rows: nodes.count, columns: rows.columns)
        for (place, node) in nodes.enumerated() {
            guard let row = sample.nodes.firstIndex(of: node) else { continue }
            result.row(place).update(from: rows.row(row), count: rows.columns)
        }
        return result
    }
}
