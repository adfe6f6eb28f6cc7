import Foundation
import Synchronization
import Testing
import Values

@testable import GraphStore

/// Random operations, in statements that succeed or fail, against a model; with reopening, and
/// with indexes and constraints that come and go.
@Suite struct RandomOperationsTests {
    static let labels = 4
    static let types = 3
    static let keys = 5
    struct Abandoned: Error {}

    @Test(arguments: [1, 2, 3])
    func aStoreAgreesWithItsModel(seed: Int) throws {
        let directory = try TemporaryDirectory()
        var options = GraphStore.Options()
        options.syncOnCommit = false
        var store = try GraphStore.open(directory: directory.path, options: options)
        try store.write { writer in
            for name in 0..<Self.labels { _ = try writer.label("L\(name)") }
            for name in 0..<Self.types { _ = try writer.type("T\(name)") }
            for name in 0..<Self.keys { _ = try writer.key("k\(name)") }
        }
        for (label, property) in [("L0", "k0"), ("L1", "k1")] {
            let index = IndexDefinition(
                name: "", kind: .range, entity: .node, labelsOrTypes: [label],
                properties: [property])
            #expect(try store.createIndex(index, ifNotExists: false))
        }
        let model = Mutex(GraphModel())
        let random = Mutex(SeededRandom(seed: UInt64(seed)))
        for round in 0..<120 {
            let before = model.withLock { $0 }
            do {
                try store.write { writer in
                    try Self.change(writer, model, random, round)
                }
            } catch is Abandoned { model.withLock { $0 = before } }
            if round % 20 == 19 {
                try expectAgreement(store, model.withLock { $0 })
                store.close()
                store = try GraphStore.open(directory: directory.path, options: options)
            }
        }
        try expectAgreement(store, model.withLock { $0 })
        store.close()
    }

    private func expectAgreement(_ store: GraphStore, _ model: GraphModel) throws {
        let view = try store.beginRead()
        let differences = try view.differences(
            from: model, labels: Self.labels, types: Self.types, keys: Self.keys)
        #expect(differences == [])
        view.close()
        var findings: [String] = []
        let summary = try store.check { findings.append($0) }
        #expect(findings == [])
        #expect(summary.nodes == model.nodes.count)
        #expect(summary.relationships == model.relationships.count)
    }

    static func change(
        _ writer: GraphWriter, _ model: borrowing Mutex<GraphModel>,
        _ random: borrowing Mutex<SeededRandom>, _ round: Int
    ) throws {
        var generator = random.withLock { $0 }
        defer { random.withLock { $0 = generator } }
        try model.withLock { model in
            for _ in 0..<(1 + generator.next(20)) { try step(writer, &model, &generator) }
        }
        let differences = try writer.view.differences(
            from: model.withLock { $0 }, labels: labels, types: types, keys: keys)
        #expect(differences == [], "inside round \(round)")
        if generator.next(5) == 0 { throw Abandoned() }
    }

    private static func step(
        _ writer: GraphWriter, _ model: inout GraphModel, _ random: inout SeededRandom
    ) throws {
        let node = model.nodes.keys.sorted().randomElement(&random)
        let relationship = model.relationships.keys.sorted().randomElement(&random)
        let key = KeyID(random.next(keys))
        let label = LabelID(random.next(labels))
        let isNull = random.next(4) == 0
        let value = isNull ? .null : storableSamples[random.next(storableSamples.count)]
        switch random.next(10) {
        case 0, 1:
            let chosen = (0..<random.next(4)).map { _ in LabelID(random.next(labels)) }
            let id = try writer.createNode(labels: chosen, properties: [(key, value)])
            model.nodes[id] = GraphModel.Node(
                labels: Set(chosen), properties: isNull ? [:] : [key: value])
        case 2, 3, 4:
            guard let start = node, let end = model.nodes.keys.sorted().randomElement(&random)
            else { return }
            let type = TypeID(random.next(types))
            let id = try writer.createRelationship(
                type: type, start: start, end: end, properties: [(key, value)])
            model.relationships[id] = GraphModel.Relationship(
                type: type, start: start, end: end, properties: isNull ? [:] : [key: value])
        case 5:
            guard let node else { return }
            try writer.setProperty(key, ofNode: node, to: value)
            model.nodes[node]?.properties[key] = isNull ? nil : value
        case 6:
            guard let relationship else { return }
            try writer.setProperty(key, ofRelationship: relationship, to: value)
            model.relationships[relationship]?.properties[key] = isNull ? nil : value
        case 7:
            guard let node else { return }
            let isNew = try writer.addLabel(label, to: node)
            #expect(isNew == model.nodes[node]?.labels.insert(label).inserted)
        case 8:
            guard let node else { return }
            let was = try writer.removeLabel(label, from: node)
            #expect(was == (model.nodes[node]?.labels.remove(label) != nil))
        default:
            if random.next(3) == 0, let node {
                try writer.detachDeleteNode(node)
                model.nodes[node] = nil
                model.relationships = model.relationships.filter {
                    $0.value.start != node && $0.value.end != node
                }
            } else if let relationship {
                try writer.deleteRelationship(relationship)
                model.relationships[relationship] = nil
            }
        }
    }
}

extension Array {
    fileprivate func randomElement(_ random: inout SeededRandom) -> Element? {
        isEmpty ? nil : self[random.next(count)]
    }
}
