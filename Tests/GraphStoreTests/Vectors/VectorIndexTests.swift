import Foundation
import Synchronization
import Testing
import Values

@testable import GraphStore

@Suite struct VectorIndexTests {
    private static let dimensions = 11

    /// Few links, so that lists fill up; a search that sees whatever can be reached.
    static func definition(_ similarity: String, _ dimensions: Int = dimensions) -> IndexDefinition
    {
        IndexDefinition(
            name: "near", kind: .vector, entity: .node, labelsOrTypes: ["N"], properties: ["v"],
            options: [
                "vector.dimensions": .integer(Int64(dimensions)),
                "vector.similarity_function": .string(similarity),
                "vector.hnsw.m": .integer(4), "vector.hnsw.ef_construction": .integer(16),
                "vector.hnsw.ef_search": .integer(1000),
            ])
    }

    static func vector(_ random: inout SeededRandom, _ count: Int = dimensions) -> [Float] {
        (0..<count).map { _ in Float(random.next(2001)) / 1000 - 1 }
    }

    private static func score(_ similarity: String, _ left: [Float], _ right: [Float]) -> Double {
        func dot(_ left: [Float], _ right: [Float]) -> Double {
            zip(left, right).reduce(0) { $0 + Double($1.0) * Double($1.1) }
        }
        if similarity == "dot" { return dot(left, right) }
        if similarity == "cosine" {
            let lengths = (dot(left, left) * dot(right, right)).squareRoot()
            return (1 + dot(left, right) / lengths) / 2
        }
        let difference = zip(left, right).map { $0 - $1 }
        return 1 / (1 + dot(difference, difference))
    }

    private static func expectNearest(
        _ view: GraphView, _ model: [NodeID: [Float]], _ similarity: String,
        _ random: inout SeededRandom
    ) throws {
        let query = vector(&random)
        let found = try view.nearest(view.indexes[0], to: query, 5)
        let wanted = model.map { (id: $0.key, score: score(similarity, query, $0.value)) }
            .sorted { $0.score > $1.score }.prefix(5)
        #expect(found.count == wanted.count)
        for (hit, best) in zip(found, wanted) {
            #expect(abs(hit.score - best.score) < 1e-5)
            let own = try #require(model[hit.id])
            #expect(abs(hit.score - score(similarity, query, own)) < 1e-5)
        }
    }

    /// Random commits beside snapshots that stay open: through the graph and past it, in memory and
    /// without, and with so little that the graph does not fit.
    @Test(arguments: [
        ("cosine", 1 << 24, true), ("euclidean", 1 << 24, true), ("dot", 1 << 24, true),
        ("cosine", 0, true), ("euclidean", 8_000, true), ("dot", 1 << 24, false),
        ("cosine", 0, false),
    ])
    func everySnapshotFindsItsOwnNearest(similarity: String, memory: Int, graph: Bool) throws {
        let fixture = try StoreFixture {
            $0.vectorMemoryBytes = memory
            if graph { $0.vectorExactRowsPerCandidate = 0 }
        }
        _ = try fixture.store.createIndex(Self.definition(similarity), ifNotExists: false)
        let model = Mutex<[NodeID: [Float]]>([:])
        let random = Mutex(SeededRandom(seed: 5))
        var choice = SeededRandom(seed: 6)
        var open: [(view: GraphView, model: [NodeID: [Float]])] = []
        for round in 0..<60 {
            let before = model.withLock { $0 }
            do {
                try fixture.store.write { writer in
                    try random.withLock { random in
                        try model.withLock { model in
                            for _ in 0..<4 { try Self.change(writer, &model, &random) }
                            // The writer finds what is not committed yet.
                            try Self.expectNearest(writer.view, model, similarity, &random)
                        }
                    }
                    if round % 7 == 3 { throw StoreError.cancelled }
                }
            } catch StoreError.cancelled { model.withLock { $0 = before } }
            if open.count > 4 { open.remove(at: choice.next(open.count)).view.close() }
            open.append((try fixture.store.beginRead(), model.withLock { $0 }))
            for (view, model) in open {
                try Self.expectNearest(view, model, similarity, &choice)
            }
        }
        for (view, _) in open { view.close() }
        #expect(try fixture.findings() == [])
    }

    private static func change(
        _ writer: GraphWriter, _ model: inout [NodeID: [Float]], _ random: inout SeededRandom
    ) throws {
        let ids = model.keys.sorted()
        let vector = vector(&random)
        let list = Value.list(vector.map { .float(Double($0)) })
        switch (random.next(6), ids.isEmpty ? nil : ids[random.next(ids.count)]) {
        case (0, let id?):
            try writer.deleteNode(id)
            model[id] = nil
        case (1, let id?):
            try writer.setProperty(writer.key("v"), ofNode: id, to: list)
            model[id] = vector
        case (2, let id?):
            // Another dimension is not indexed.
            try writer.setProperty(writer.key("v"), ofNode: id, to: .list([.float(1)]))
            model[id] = nil
        default:
            let value = random.next(2) == 0 ? list : .vector(vector)
            model[try writer.create("N", ["v": value])] = vector
        }
    }

    /// Rounded rows decide only what is not looked at: the answers are the file's own, also where
    /// elements differ by orders of magnitude and many vectors are nearly alike.
    @Test(arguments: ["cosine", "euclidean"])
    func roundingLosesNothing(similarity: String) throws {
        var answers: [[[ScoredEntity]]] = []
        for memory in [0, 1 << 24] {
            let fixture = try StoreFixture { $0.vectorMemoryBytes = memory }
            _ = try fixture.store.createIndex(Self.definition(similarity, 20), ifNotExists: false)
            try fixture.store.write { writer in
                var random = SeededRandom(seed: 8)
                for number in 0..<1500 {
                    var vector = Self.vector(&random, 20)
                    for place in vector.indices {
                        if number % 3 == 0 { vector[place] = 1 + vector[place] / 500 }
                        if number % 5 == 0 { vector[place] *= place < 3 ? 1000 : 0.001 }
                        if number % 7 == 0 { vector[place] *= 1e-20 }
                    }
                    try writer.create("N", ["v": .vector(vector)])
                }
            }
            var random = SeededRandom(seed: 9)
            answers.append(
                try fixture.read { view in
                    try (0..<40).map { number in
                        let query =
                            number % 2 == 0
                            ? Self.vector(&random, 20) : [Float](repeating: 1, count: 20)
                        return try view.nearest(view.indexes[0], to: query, 1 + number)
                    }
                })
        }
        #expect(answers[0] == answers[1])
    }

    @Test func onlyFittingVectorsAreIndexed() throws {
        let fixture = try StoreFixture()
        _ = try fixture.store.createIndex(Self.definition("cosine", 3), ifNotExists: false)
        let values: [Value] = [
            .list([.integer(1), .float(0), .integer(0)]), .vector([0, 1, 0]),
            .list([.float(1), .float(2)]), .list([.string("x")]), .string("x"),
            .list([.float(0), .float(0), .float(0)]), .list([.float(.nan), .float(1), .float(1)]),
            .list([.float(.infinity), .float(1), .float(1)]),
        ]
        let ids = try values.map { try fixture.create("N", ["v": $0]) }
        try fixture.read { view in
            let found = try view.nearest(view.indexes[0], to: [2, 0, 0], 10)
            #expect(
                found == [
                    ScoredEntity(id: ids[0], score: 1), ScoredEntity(id: ids[1], score: 0.5),
                ])
            let filtered = try view.nearest(
                view.indexes[0], to: [2, 0, 0], 1, where: { $0 != ids[0] })
            #expect(filtered.map(\.id) == [ids[1]])
            #expect(throws: StoreError.self) {
                try view.nearest(view.indexes[0], to: [1, 2], 1)
            }
            #expect(throws: StoreError.self) {
                try view.nearest(view.indexes[0], to: [0, 0, 0], 1)
            }
        }
        #expect(try fixture.findings() == [])
    }

    @Test func definitionsAreChecked() throws {
        let fixture = try StoreFixture()
        for options: ValueMap in [
            [:], ["vector.dimensions": .integer(0)], ["vector.dimensions": .integer(5000)],
            ["vector.dimensions": .string("4")], ["vector.dimension": .integer(4)],
            ["vector.dimensions": .integer(4), "vector.similarity_function": .string("dice")],
            ["vector.dimensions": .integer(4), "vector.hnsw.m": .integer(513)],
            ["vector.dimensions": .integer(4), "vector.hnsw.ef_construction": .integer(0)],
        ] {
            var definition = Self.definition("cosine")
            definition.options = options
            #expect(throws: StoreError.self) {
                try fixture.store.createIndex(definition, ifNotExists: false)
            }
        }
    }
}
