import Cypher
import GraphStore
import Testing
import Values

@testable import QueryEngine

/// Variable-length and shortest paths against an exhaustive walk.
@Suite struct PathTests {
    private static func pattern(
        _ types: [String], _ direction: Cypher.Direction, _ minimum: Int, _ maximum: Int?,
        into: Bool = false, distinctFrom: [Slot] = [], predicate: BoundExpression? = nil,
        reversed: Bool = false
    ) -> VariableExpand {
        VariableExpand(
            expand: Expand(
                from: 0, relationship: 1, to: 2, types: types, direction: direction, into: into,
                distinctFrom: distinctFrom),
            minimum: minimum, maximum: maximum, stepPredicate: predicate, stepRelationship: 5,
            stepNode: 6, reversed: reversed)
    }

    private static func text(_ start: NodeID, _ edges: [RelationshipID], _ end: NodeID) -> String {
        "n\(start) [" + edges.map { "r\($0)" }.joined(separator: ",") + "] n\(end)"
    }

    @Test(arguments: batchCapacities) func allPaths(capacity: Int) throws {
        let fixture = try ExecutionFixture()
        let graph = try ModelGraph.random(nodes: 10, edges: 22, seed: 11, in: fixture)
        for direction in ExpandTests.directions {
            for lengths in [0...0, 0...2, 1...3, 2...4, 3...3] {
                for types in [[], ["A", "B"]] {
                    let plan = produce(
                        0, 1, 2,
                        from: step(
                            .variableExpand(
                                Self.pattern(
                                    types, direction, lengths.lowerBound, lengths.upperBound)),
                            step(.allNodesScan(node: 0))))
                    let expected = graph.nodes.flatMap { node in
                        graph.paths(from: node, types, direction, lengths: lengths).map {
                            Self.text(node, $0.edges, $0.end)
                        }
                    }
                    #expect(
                        texts(try fixture.read(plan, capacity: capacity)).sorted()
                            == expected.sorted())
                }
            }
        }
    }

    @Test(arguments: batchCapacities) func unboundedEndsOnCycles(capacity: Int) throws {
        let fixture = try ExecutionFixture()
        let graph = try ModelGraph.random(nodes: 5, edges: 8, seed: 12, in: fixture)
        let plan = produce(
            0, 1, 2,
            from: step(
                .variableExpand(Self.pattern([], .either, 1, nil, reversed: true)),
                step(.allNodesScan(node: 0))))
        let expected = graph.nodes.flatMap { node in
            graph.paths(from: node, [], .either, lengths: 1...8).map {
                Self.text(node, $0.edges.reversed(), $0.end)
            }
        }
        #expect(texts(try fixture.read(plan, capacity: capacity)).sorted() == expected.sorted())
    }

    @Test(arguments: batchCapacities) func stepPredicates(capacity: Int) throws {
        let fixture = try ExecutionFixture()
        let graph = try ModelGraph.random(nodes: 12, edges: 40, seed: 13, in: fixture)
        // Only nodes with a larger `n` than 3, only relationships with an even one.
        let predicate = BoundExpression.and([
            .comparison(.greater, .property(.slot(6), "n"), .constant(.integer(3))),
            equal(
                .arithmetic(.modulo, .property(.slot(5), "n"), .constant(.integer(2))),
                .constant(.integer(0))),
        ])
        let plan = produce(
            0, 1, 2,
            from: step(
                .variableExpand(Self.pattern([], .outgoing, 1, 4, predicate: predicate)),
                step(.allNodesScan(node: 0))))
        let numbers = Dictionary(
            uniqueKeysWithValues: graph.nodes.enumerated().map { ($1, $0) })
        let edgeNumbers = Dictionary(
            uniqueKeysWithValues: graph.edges.enumerated().map { ($1.id, $0) })
        let expected = graph.nodes.flatMap { node in
            graph.paths(from: node, [], .outgoing, lengths: 1...4) { edge, next in
                (numbers[next] ?? 0) > 3 && (edgeNumbers[edge] ?? 1).isMultiple(of: 2)
            }.map { Self.text(node, $0.edges, $0.end) }
        }
        #expect(texts(try fixture.read(plan, capacity: capacity)).sorted() == expected.sorted())
    }

    @Test(arguments: batchCapacities) func pathsIntoBoundNodes(capacity: Int) throws {
        let fixture = try ExecutionFixture()
        let graph = try ModelGraph.random(nodes: 6, edges: 14, seed: 14, in: fixture)
        let pairs = step(
            .cartesianProduct, step(.allNodesScan(node: 0)), step(.allNodesScan(node: 2)))
        let plan = produce(
            0, 1, 2,
            from: step(.variableExpand(Self.pattern([], .outgoing, 1, 3, into: true)), pairs))
        let expected = graph.nodes.flatMap { node in
            graph.paths(from: node, [], .outgoing, lengths: 1...3).map {
                Self.text(node, $0.edges, $0.end)
            }
        }
        #expect(texts(try fixture.read(plan, capacity: capacity)).sorted() == expected.sorted())
    }

    @Test(arguments: batchCapacities) func shortestPaths(capacity: Int) throws {
        let fixture = try ExecutionFixture()
        let graph = try ModelGraph.random(nodes: 14, edges: 24, seed: 15, in: fixture)
        let pairs = step(
            .cartesianProduct, step(.allNodesScan(node: 0)), step(.allNodesScan(node: 2)))
        for direction in ExpandTests.directions {
            for maximum in [nil, 2] {
                for all in [true, false] {
                    let search = ShortestPath(
                        expand: Self.pattern([], direction, 0, maximum, into: true),
                        selection: all ? .groups(1) : .paths(1), predicate: nil, optional: false)
                    let plan = produce(0, 1, 2, from: step(.shortestPath(search), pairs))
                    let found = texts(try fixture.read(plan, capacity: capacity))
                    let expected = Self.shortest(graph, direction, maximum ?? 13)
                    if all {
                        #expect(found.sorted() == expected.flatMap { $0 }.sorted())
                    } else {
                        #expect(found.count == expected.count)
                        let any = Set(expected.flatMap { $0 })
                        #expect(found.allSatisfy(any.contains))
                    }
                }
            }
        }
    }

    /// All shortest paths of each connected pair, level by level.
    private static func shortest(
        _ graph: ModelGraph, _ direction: Cypher.Direction, _ maximum: Int
    ) -> [[String]] {
        graph.nodes.flatMap { start -> [[String]] in
            var paths: [NodeID: [[RelationshipID]]] = [start: [[]]]
            var frontier = [start]
            var level = 0
            while !frontier.isEmpty && level < maximum {
                level += 1
                var reached: [NodeID: [[RelationshipID]]] = [:]
                for node in frontier {
                    for (edge, next) in graph.steps(from: node, [], direction)
                    where paths[next] == nil {
                        reached[next, default: []] += (paths[node] ?? []).map { $0 + [edge] }
                    }
                }
                paths.merge(reached) { old, _ in old }
                frontier = Array(reached.keys)
            }
            return paths.map { end, edges in edges.map { text(start, $0, end) } }
        }
    }

    @Test func aConditionOnTheWholePathLooksFurther() throws {
        let fixture = try ExecutionFixture()
        try fixture.store.write { writer in
            let type = try writer.type("T")
            let nodes = try (0..<4).map { _ in try writer.createNode(labels: [], properties: []) }
            for (start, end) in [(0, 3), (0, 1), (1, 2), (2, 3)] {
                _ = try writer.createRelationship(
                    type: type, start: nodes[start], end: nodes[end], properties: [])
            }
        }
        func plan(_ predicate: BoundExpression?, optional: Bool = false) -> PlanNode {
            let ends = step(
                .nodeByID(node: 2, IDSeek(.constant(.integer(3)))),
                step(
                    .nodeByID(node: 0, IDSeek(.constant(.integer(0)))),
                    step(.unit)))
            return produce(
                1,
                from: step(
                    .shortestPath(
                        ShortestPath(
                            expand: Self.pattern([], .outgoing, 1, nil, into: true),
                            selection: .paths(1),
                            predicate: predicate, optional: optional)), ends))
        }
        let size = BoundExpression.scalar(
            ScalarCall(
                name: "size", arguments: [.slot(1)], range: SourceRange(start: 0, end: 0)))
        let longer = BoundExpression.comparison(.greater, size, .constant(.integer(1)))
        let never = BoundExpression.comparison(.greater, size, .constant(.integer(9)))
        #expect(texts(try fixture.read(plan(nil))) == ["[r0]"])
        #expect(texts(try fixture.read(plan(longer))) == ["[r1,r2,r3]"])
        #expect(texts(try fixture.read(plan(never))) == [])
        #expect(texts(try fixture.read(plan(never, optional: true))) == ["null"])
    }
}
