import Testing
import Values

@testable import GraphStore

/// The graph that approximate searches walk through. Sizes are small: without optimisation a
/// comparison takes a microsecond.
@Suite struct VectorGraphTests {
    private static let dimensions = 8

    private static func definition(candidates: Int) -> IndexDefinition {
        IndexDefinition(
            name: "near", kind: .vector, entity: .node, labelsOrTypes: ["N"], properties: ["v"],
            options: [
                "vector.dimensions": .integer(Int64(dimensions)),
                "vector.similarity_function": .string("EUCLIDEAN"),
                "vector.hnsw.m": .integer(6), "vector.hnsw.ef_construction": .integer(24),
                "vector.hnsw.ef_search": .integer(Int64(candidates)),
                "vector.quantization.enabled": .boolean(true),
            ])
    }

    private static func fixture(candidates: Int) throws -> StoreFixture {
        let fixture = try StoreFixture { $0.vectorExactRowsPerCandidate = 0 }
        _ = try fixture.store.createIndex(definition(candidates: candidates), ifNotExists: false)
        return fixture
    }

    private static func vector(_ random: inout SeededRandom) -> [Float] {
        (0..<dimensions).map { _ in Float(random.next(2001)) / 1000 - 1 }
    }

    /// Adds so many vectors in one commit.
    private static func fill(_ fixture: StoreFixture, _ count: Int, seed: UInt64) throws {
        try fixture.store.write { writer in
            var random = SeededRandom(seed: seed)
            for number in 0..<count {
                try writer.create(
                    "N", ["v": .vector(vector(&random)), "number": .integer(Int64(number))])
            }
        }
    }

    /// The share of the ten nearest that searches through the graph find.
    private static func recall(_ view: GraphView, candidates: Int, seed: UInt64) throws -> Double {
        var random = SeededRandom(seed: seed)
        var found = 0
        for _ in 0..<30 {
            let query = vector(&random)
            let near = try view.nearest(view.indexes[0], to: query, 10, candidates: candidates)
            let source = VectorStorage(
                try view.schema().indexes[0].id, try settings(view), view.transaction,
                view.core.databases.indexes)
            var exact = NearestSearch(try settings(view), query, 10, nil)
            try exact.scan(source) {}
            let wanted = Set(exact.best.sorted.map(\.id))
            found += near.count { wanted.contains($0.id) }
        }
        return Double(found) / 300
    }

    private static func settings(_ view: GraphView) throws -> VectorSettings {
        guard case .vectors(let settings) = try view.schema().indexes[0].settings else {
            throw StoreError.schemaMissing("near")
        }
        return settings
    }

    @Test func mostOfTheNearestAreFoundAlsoAfterChanges() throws {
        let fixture = try Self.fixture(candidates: 40)
        try Self.fill(fixture, 500, seed: 1)
        let fresh = try fixture.read { try Self.recall($0, candidates: 40, seed: 2) }
        #expect(fresh > 0.97)
        // A look at fewer places finds fewer: it is the graph that is searched.
        let hasty = try fixture.read { try Self.recall($0, candidates: 10, seed: 2) }
        #expect(hasty < fresh)
        try fixture.store.write { writer in
            var random = SeededRandom(seed: 3)
            let key = try writer.key("v")
            for id in UInt64(0)..<500 {
                if id % 3 == 0 {
                    try writer.deleteNode(id)
                } else if id % 3 == 1 {
                    try writer.setProperty(key, ofNode: id, to: .vector(Self.vector(&random)))
                }
            }
        }
        #expect(try fixture.findings() == [])
        let changed = try fixture.read { try Self.recall($0, candidates: 40, seed: 4) }
        #expect(changed > 0.97)
    }

    @Test func filtersHoldInsideTheSearch() throws {
        let fixture = try Self.fixture(candidates: 16)
        try Self.fill(fixture, 400, seed: 5)
        try fixture.read { view in
            var random = SeededRandom(seed: 6)
            for share: UInt64 in [2, 10, 40] {
                let query = Self.vector(&random)
                let found = try view.nearest(
                    view.indexes[0], to: query, 10, where: { $0 % share == 0 })
                #expect(found.count == 10)
                #expect(found.allSatisfy { $0.id % share == 0 })
                #expect(Set(found.map(\.id)).count == 10)
            }
            // Fewer than are asked for, wherever they lie.
            let few = try view.nearest(
                view.indexes[0], to: Self.vector(&random), 10, where: { $0 % 100 == 7 })
            #expect(Set(few.map(\.id)) == [7, 107, 207, 307])
        }
    }

    /// The graph is in the file: it is not made anew, and whoever may only read finds through it.
    @Test func graphsOutliveTheStore() throws {
        let directory = try TemporaryDirectory()
        var options = GraphStore.Options()
        options.vectorExactRowsPerCandidate = 0
        var answers: [[ScoredEntity]] = []
        func ask(_ store: GraphStore) throws {
            let view = try store.beginRead()
            defer { view.close() }
            let query = [Float](repeating: 0.25, count: Self.dimensions)
            answers.append(try view.nearest(view.indexes[0], to: query, 10))
        }
        for round in 0..<4 {
            options.readOnly = round == 2
            options.vectorMemoryBytes = round == 3 ? 0 : 1 << 24
            let store = try GraphStore.open(directory: directory.path, options: options)
            defer { store.close() }
            if round == 0 {
                _ = try store.createIndex(Self.definition(candidates: 30), ifNotExists: false)
                try store.write { writer in
                    var random = SeededRandom(seed: 7)
                    for _ in 0..<300 {
                        try writer.create("N", ["v": .vector(Self.vector(&random))])
                    }
                }
            }
            try ask(store)
        }
        #expect(answers[0].count == 10)
        #expect(answers.allSatisfy { $0 == answers[0] })
    }

    /// Nodes that were there first are linked in bounded steps.
    @Test func anIndexIsBuiltOverWhatIsThere() throws {
        let fixture = try StoreFixture { $0.vectorExactRowsPerCandidate = 0 }
        try Self.fill(fixture, 300, seed: 8)
        _ = try fixture.store.createIndex(Self.definition(candidates: 40), ifNotExists: false)
        #expect(try fixture.findings() == [])
        #expect(try fixture.read { try Self.recall($0, candidates: 40, seed: 9) } > 0.97)
    }

    /// Statements of one group, of which some fail: what they linked goes with them.
    @Test func rolledBackStatementsLeaveNoLinks() throws {
        let fixture = try Self.fixture(candidates: 100)
        try Self.fill(fixture, 50, seed: 10)
        for round in UInt64(0)..<6 {
            let write = { @Sendable in
                try fixture.store.write { writer in
                    var random = SeededRandom(seed: 20 + round)
                    for _ in 0..<10 {
                        try writer.create("N", ["v": .vector(Self.vector(&random))])
                    }
                    try writer.deleteNode(round)
                    if round.isMultiple(of: 2) { throw StoreError.cancelled }
                }
            }
            if round.isMultiple(of: 2) {
                #expect(throws: StoreError.self) { try write() }
            } else {
                try write()
            }
            #expect(try fixture.findings() == [])
        }
        try fixture.read { view in
            let all = try view.nearest(
                view.indexes[0], to: [Float](repeating: 0, count: Self.dimensions), 1000)
            #expect(all.count == 50 + 30 - 3)
        }
    }

    @Test func damageIsFound() throws {
        let fixture = try Self.fixture(candidates: 40)
        try Self.fill(fixture, 60, seed: 11)
        #expect(try fixture.findings() == [])
        try fixture.store.write { writer in
            let index = writer.transaction.schema.indexes[0]
            guard case .vectors(let settings) = index.settings else { return }
            let source = VectorStorage(
                index.id, settings, writer.transaction.current,
                writer.transaction.core.databases.indexes)
            try source.removeLinks(of: 5)
            try source.write(StoredLinks.encode([[9, 9, 11, 1000]]), of: 11)
            writer.transaction.work += 1
        }
        let findings = try fixture.findings().joined(separator: "\n")
        for expected in [
            "5 has no links", "11 is linked with 9 twice", "11 is linked with itself",
            "11 is linked with 1000, which is not linked with it", "which is not linked with it",
        ] { #expect(findings.contains(expected), "\(expected)") }
        // Searches still answer.
        try fixture.read { view in
            _ = try view.nearest(view.indexes[0], to: Self.vectorOfOnes, 10)
        }
    }

    private static let vectorOfOnes = [Float](repeating: 1, count: dimensions)

    /// What another process commits shows only as a change number that nobody here has published.
    @Test func anUnknownCommitDropsTheVersions() throws {
        let graphs = VectorGraphs(byteLimit: 1 << 20, exactRowsPerCandidate: 0)
        let settings = try VectorSettings(["vector.dimensions": .integer(2)])
        let graph = VectorGraph(settings, complete: true)
        func isThere(_ change: UInt64) -> Bool {
            if case .graph = graphs.graph(1, change: change, bytes: 1) { return true }
            return false
        }
        func isBuild(_ change: UInt64) -> Bool {
            if case .build = graphs.graph(1, change: change, bytes: 1) { return true }
            return false
        }
        #expect(isBuild(7))
        graphs.share(graph, of: 1, change: 7)
        #expect(isThere(7))
        // A commit that is being published is nobody else's.
        graphs.announce(8)
        #expect(!isThere(8) && !isBuild(8))
        graphs.publish([1: graph], change: 8, after: 7)
        #expect(isThere(7) && isThere(8))
        // One that left the index as it was.
        graphs.publish([:], change: 9, after: 8)
        #expect(isThere(9))
        // Somebody else's.
        #expect(isBuild(10))
        graphs.publish([:], change: 12, after: 11)
        graphs.share(graph, of: 1, change: 10)
        #expect(!isThere(12))
    }
}
