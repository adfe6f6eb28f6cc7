import Foundation
import Synchronization
import Testing
import Values

@testable import GraphStore

@Suite struct FullTextIndexTests {
    private static let vocabulary = ["graph", "grape", "data", "base", "swift", "store", "a", "b"]
    private static let labels = ["Book", "Film", "Other"]

    static func definition(
        _ properties: [String] = ["title", "text"], _ labels: [String] = ["Book", "Film"],
        _ entity: EntityKind = .node, options: ValueMap = [:]
    ) -> IndexDefinition {
        IndexDefinition(
            name: "words", kind: .fulltext, entity: entity, labelsOrTypes: labels,
            properties: properties, options: options)
    }

    private func search(_ fixture: StoreFixture, _ text: String) throws -> [UInt64] {
        let query = try FullTextQuery(text)
        return try fixture.read { view in
            try view.search(view.indexes[0], query).map(\.id)
        }
    }

    @Test func everydayQueries() throws {
        let fixture = try StoreFixture()
        _ = try fixture.store.createIndex(Self.definition(), ifNotExists: false)
        let texts: [(String, String, String)] = [
            ("Book", "Graph Databases", "relationships are first class"),
            ("Film", "The Grape Harvest", "a graph of vines"),
            ("Book", "Cooking", "nothing about it at all"),
            ("Other", "Graph", "not indexed"),
        ]
        var ids: [NodeID] = []
        for (label, title, text) in texts {
            ids.append(
                try fixture.create(label, ["title": .string(title), "text": .string(text)]))
        }
        #expect(Set(try search(fixture, "graph")) == [ids[0], ids[1]])
        #expect(try search(fixture, "title:graph") == [ids[0]])
        #expect(try search(fixture, "\"first class\"") == [ids[0]])
        #expect(try search(fixture, "\"class first\"") == [])
        #expect(try search(fixture, "\"relationships first\"~1") == [ids[0]])
        #expect(try search(fixture, "+graph -vines") == [ids[0]])
        #expect(try search(fixture, "GRAPH AND vines") == [ids[1]])
        #expect(Set(try search(fixture, "gra*")) == [ids[0], ids[1]])
        #expect(try search(fixture, "*oking") == [ids[2]])
        #expect(try search(fixture, "c?ok*") == [ids[2]])
        #expect(Set(try search(fixture, "grapf~")) == [ids[0], ids[1]])
        #expect(try search(fixture, "coocking~1") == [ids[2]])
        #expect(try search(fixture, "title:[d TO e]") == [ids[0]])
        #expect(try search(fixture, "*:* -graph") == [ids[2]])
        #expect(try search(fixture, "cooking harvest^5") == [ids[1], ids[2]])
        #expect(try search(fixture, "NOT graph") == [])
        #expect(try search(fixture, "missing:graph") == [])
        #expect(try fixture.findings() == [])
    }

    /// Random writes, some rolled back, with the index made in between: what it finds and how it
    /// ranks is what the definitions say.
    @Test(arguments: [1, 2, 3])
    func agreesWithTheDefinitions(seed: UInt64) throws {
        let fixture = try StoreFixture()
        let model = Mutex(Model())
        let random = Mutex(SeededRandom(seed: seed))
        for round in 0..<24 {
            if round == 4 {
                _ = try fixture.store.createIndex(Self.definition(), ifNotExists: false)
            }
            let before = model.withLock { $0 }
            do {
                try fixture.store.write { writer in
                    for _ in 0..<8 {
                        try random.withLock { random in
                            try model.withLock { try Self.change(writer, &$0, &random) }
                        }
                    }
                    if round % 5 == 3 { throw StoreError.cancelled }
                }
            } catch StoreError.cancelled { model.withLock { $0 = before } }
            guard round >= 4 else { continue }
            let now = model.withLock { $0.fullText }
            try fixture.read { view in
                for _ in 0..<12 {
                    let query = random.withLock { Self.query(&$0, depth: 2) }
                    let found = try view.search(view.indexes[0], query)
                    let wanted = now.evaluate(query)
                    #expect(Set(found.map(\.id)) == Set(wanted.keys), "\(query)")
                    for hit in found {
                        #expect(abs(hit.score - (wanted[hit.id] ?? -1)) < 1e-9, "\(query)")
                    }
                    #expect(zip(found, found.dropFirst()).allSatisfy { $0.score >= $1.score })
                }
            }
            if round % 6 == 0 { #expect(try fixture.findings() == []) }
        }
        #expect(try fixture.findings() == [])
        _ = try fixture.store.dropIndex(name: "words", ifExists: false)
        #expect(try fixture.findings() == [])
    }

    private struct Model {
        struct Node {
            var labels: Set<Int>
            var values: [Int: Value] = [:]
        }
        var nodes: [NodeID: Node] = [:]

        var fullText: FullTextModel {
            var model = FullTextModel(properties: ["title", "text"])
            for (id, node) in nodes where node.labels.contains(0) || node.labels.contains(1) {
                for (field, value) in node.values {
                    var words: [TextAnalyzer.Word] = []
                    switch value {
                    case .string(let text): words = TextAnalyzer.standardNoStopWords.words(text)
                    case .list(let elements):
                        for case .string(let text) in elements {
                            let first = words.last.map { $0.position + 100 } ?? 0
                            words += TextAnalyzer.standardNoStopWords.words(text, from: first)
                        }
                    default: break
                    }
                    if !words.isEmpty { model.documents[id, default: [:]][field] = words }
                }
            }
            return model
        }
    }

    private static func change(
        _ writer: GraphWriter, _ model: inout Model, _ random: inout SeededRandom
    ) throws {
        let ids = model.nodes.keys.sorted()
        let id = ids.isEmpty ? nil : ids[random.next(ids.count)]
        switch (random.next(8), id) {
        case (0, let id?):
            try writer.deleteNode(id)
            model.nodes[id] = nil
        case (1, let id?), (2, let id?):
            let label = random.next(3)
            if random.next(2) == 0 {
                _ = try writer.addLabel(writer.label(labels[label]), to: id)
                model.nodes[id]?.labels.insert(label)
            } else {
                _ = try writer.removeLabel(writer.label(labels[label]), from: id)
                model.nodes[id]?.labels.remove(label)
            }
        case (3, let id?), (4, let id?), (5, let id?):
            let (field, value) = (random.next(2), self.value(&random))
            try writer.setProperty(
                writer.key(["title", "text"][field]), ofNode: id, to: value)
            model.nodes[id]?.values[field] = value.isNull ? nil : value
        default:
            var node = Model.Node(labels: [random.next(3), random.next(3)])
            for field in 0..<2 {
                let value = self.value(&random)
                if !value.isNull { node.values[field] = value }
            }
            let id = try writer.createNode(
                labels: node.labels.map { try writer.label(labels[$0]) },
                properties: node.values.map { field, value in
                    (key: try writer.key(["title", "text"][field]), value: value)
                })
            model.nodes[id] = node
        }
    }

    private static func text(_ random: inout SeededRandom) -> String {
        (0..<(1 + random.next(8))).map { _ in vocabulary[random.next(vocabulary.count)] }
            .joined(separator: [" ", ", ", "-"][random.next(3)])
    }

    private static func value(_ random: inout SeededRandom) -> Value {
        switch random.next(8) {
        case 0: .null
        case 1: .integer(7)
        case 2: .list([.string(text(&random)), .string(text(&random))])
        default: .string(text(&random))
        }
    }

    private static func query(_ random: inout SeededRandom, depth: Int) -> FullTextQuery {
        let word = vocabulary[random.next(vocabulary.count)]
        switch random.next(depth > 0 ? 8 : 4) {
        case 0, 1: return .words(word)
        case 2:
            return .phrase("\(word) \(vocabulary[random.next(vocabulary.count)])", slop: 0)
        case 3: return .prefix(String(word.prefix(1 + random.next(3))))
        case 4: return .field(["title", "text"][random.next(2)], query(&random, depth: depth - 1))
        case 5: return .boosted(query(&random, depth: depth - 1), Double(1 + random.next(3)))
        default:
            return .clauses(
                (0..<(2 + random.next(3))).map { _ in
                    FullTextQuery.Clause(
                        occurrence: [.should, .should, .must, .mustNot][random.next(4)],
                        query: query(&random, depth: depth - 1))
                })
        }
    }

    @Test func relationshipsAndOptions() throws {
        let fixture = try StoreFixture()
        _ = try fixture.store.createIndex(
            Self.definition(
                ["note"], ["KNOWS", "LIKES"], .relationship,
                options: ["fulltext.analyzer": .string("standard")]), ifNotExists: false)
        let id = try fixture.store.write { writer in
            let node = try writer.create("N", [:])
            return try writer.createRelationship(
                type: writer.type("LIKES"), start: node, end: node,
                properties: [(writer.key("note"), .string("the best of the west"))])
        }
        #expect(try search(fixture, "west") == [id])
        #expect(try search(fixture, "the") == [])
        #expect(try search(fixture, "+the +west") == [id])
        #expect(try search(fixture, "\"the best of the west\"") == [id])
        try fixture.store.write { try $0.deleteRelationship(id) }
        #expect(try search(fixture, "west") == [])
        #expect(try fixture.findings() == [])
        for options: ValueMap in [
            ["fulltext.analyzer": .string("klingon")], ["fulltext.analyser": .string("simple")],
        ] {
            var definition = Self.definition(["x"], options: options)
            definition.name = "other"
            #expect(throws: StoreError.self) {
                try fixture.store.createIndex(definition, ifNotExists: false)
            }
        }
    }

    /// Text longer than a step of the build holds, so that it goes on in several.
    @Test func buildsInSteps() throws {
        let fixture = try StoreFixture()
        try fixture.store.write { writer in
            for number in 0..<12_000 {
                try writer.create(
                    number % 2 == 0 ? "Book" : "Film", ["title": .string("number n\(number % 100)")]
                )
            }
        }
        _ = try fixture.store.createIndex(Self.definition(), ifNotExists: false)
        #expect(try search(fixture, "n7").count == 120)
        #expect(try search(fixture, "number").count == 12_000)
        #expect(try fixture.findings() == [])
    }

    @Test func damageIsFound() throws {
        let fixture = try StoreFixture()
        _ = try fixture.store.createIndex(Self.definition(), ifNotExists: false)
        let id = try fixture.create("Book", ["title": .string("one two")])
        try fixture.store.write { writer in
            let key = FullTextKey.encode(
                writer.transaction.schema.indexes[0].id, Array("one".utf8), 0, id)
            try writer.transaction.current.remove(writer.databases.indexes, key)
            writer.transaction.work += 1
        }
        #expect(try !fixture.findings().isEmpty)
    }
}
