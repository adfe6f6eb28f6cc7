import Cypher
import GraphStore
import Testing
import Values

@testable import QueryEngine

/// Expansions over random graphs against plain loops over the same graph.
@Suite struct ExpandTests {
    static let directions: [Cypher.Direction] = [.outgoing, .incoming, .either]
    static let typeLists: [[String]] = [["A"], ["A", "C"], [], ["A", "A", "Unknown"]]

    private static func expand(
        from: Slot, _ relationship: Slot?, to: Slot, _ types: [String],
        _ direction: Cypher.Direction, into: Bool = false, distinctFrom: [Slot] = []
    ) -> PlanOperation {
        .expand(
            Expand(
                from: from, relationship: relationship, to: to, types: types,
                direction: direction, into: into, distinctFrom: distinctFrom))
    }

    @Test(arguments: batchCapacities) func oneHop(capacity: Int) throws {
        let fixture = try ExecutionFixture()
        let graph = try ModelGraph.random(nodes: 30, edges: 120, seed: 1, in: fixture)
        for direction in Self.directions {
            for types in Self.typeLists {
                let plan = produce(
                    0, 1, 2,
                    from: step(
                        Self.expand(from: 0, 1, to: 2, types, direction),
                        step(.allNodesScan(node: 0))))
                let found = texts(try fixture.read(plan, capacity: capacity))
                let expected = graph.nodes.flatMap { node in
                    graph.steps(from: node, types, direction).map {
                        "n\(node) r\($0.edge) n\($0.to)"
                    }
                }
                #expect(found.sorted() == expected.sorted())
                // Rows keep the order of their sources.
                let sources = found.map { $0.split(separator: " ")[0] }
                let order = graph.nodes.map { "n\($0)" }
                let places = sources.compactMap { source in order.firstIndex { $0 == source } }
                #expect(places == places.sorted())
            }
        }
    }

    @Test(arguments: batchCapacities) func twoHopsNeverUseOneRelationshipTwice(capacity: Int) throws
    {
        let fixture = try ExecutionFixture()
        let graph = try ModelGraph.random(nodes: 12, edges: 60, seed: 2, in: fixture)
        let plan = produce(
            1, 3,
            from: step(
                Self.expand(from: 2, 3, to: 4, [], .either, distinctFrom: [1]),
                step(
                    Self.expand(from: 0, 1, to: 2, [], .either), step(.allNodesScan(node: 0)))))
        let expected = graph.nodes.flatMap { node in
            graph.paths(from: node, [], .either, lengths: 2...2).map {
                "r\($0.edges[0]) r\($0.edges[1])"
            }
        }
        #expect(texts(try fixture.read(plan, capacity: capacity)).sorted() == expected.sorted())
    }

    @Test(arguments: batchCapacities) func intoBoundNodes(capacity: Int) throws {
        let fixture = try ExecutionFixture()
        let graph = try ModelGraph.random(nodes: 9, edges: 50, seed: 3, in: fixture)
        for direction in Self.directions {
            for types in Self.typeLists {
                let pairs = step(
                    .cartesianProduct, step(.allNodesScan(node: 0)), step(.allNodesScan(node: 2)))
                let plan = produce(
                    0, 1, 2,
                    from: step(
                        Self.expand(from: 0, 1, to: 2, types, direction, into: true), pairs))
                let expected = graph.nodes.flatMap { node in
                    graph.steps(from: node, types, direction).map {
                        "n\(node) r\($0.edge) n\($0.to)"
                    }
                }
                #expect(
                    texts(try fixture.read(plan, capacity: capacity)).sorted()
                        == expected.sorted())
            }
        }
    }

    @Test(arguments: batchCapacities) func withoutRelationships(capacity: Int) throws {
        let fixture = try ExecutionFixture()
        let graph = try ModelGraph.random(nodes: 10, edges: 60, seed: 4, in: fixture)
        let plan = produce(
            0, 2,
            from: step(
                Self.expand(from: 0, nil, to: 2, [], .either), step(.allNodesScan(node: 0))))
        let expected = graph.nodes.flatMap { node in
            graph.steps(from: node, [], .either).map { "n\(node) n\($0.to)" }
        }
        #expect(texts(try fixture.read(plan, capacity: capacity)).sorted() == expected.sorted())
    }

    @Test func nullHasNoNeighbours() throws {
        let fixture = try ExecutionFixture()
        _ = try ModelGraph.random(nodes: 3, edges: 5, seed: 5, in: fixture)
        let plan = produce(
            2,
            from: step(
                Self.expand(from: 0, 1, to: 2, [], .either), unwind([.null, .null], into: 0)))
        #expect(try fixture.read(plan).isEmpty)
    }

    @Test(arguments: batchCapacities) func relationshipScan(capacity: Int) throws {
        let fixture = try ExecutionFixture()
        let graph = try ModelGraph.random(nodes: 20, edges: 60, seed: 6, in: fixture)
        for direction in Self.directions {
            for types in Self.typeLists {
                let plan = produce(
                    0, 1, 2,
                    from: step(
                        .relationshipScan(
                            relationship: 1, start: 0, end: 2, types: types, direction: direction)))
                let expected = graph.nodes.flatMap { node in
                    graph.steps(from: node, types, direction).map {
                        "n\(node) r\($0.edge) n\($0.to)"
                    }
                }
                #expect(
                    texts(try fixture.read(plan, capacity: capacity)).sorted()
                        == expected.sorted())
            }
        }
    }
}
