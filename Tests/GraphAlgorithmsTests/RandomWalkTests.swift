import GraphAlgorithms
import GraphStore
import LinearAlgebra
import Testing

@Suite struct RandomWalkTests {
    private static let steps = 120_000

    private func graphs(_ fixture: GraphFixture, _ view: GraphView) throws
        -> (LiveWalkGraph, TopologyWalkGraph)
    {
        let definition = GraphDefinition(
            labels: nil, relationships: [.init(type: "E", orientation: .undirected)])
        return (
            LiveWalkGraph(view, definition.lists(in: view)),
            try TopologyWalkGraph(definition.read(view))
        )
    }

    @Test(.enabled(if: SamplingReference.isThere, "the sampling reference is not here"))
    func walksWithRestart() throws {
        let reference = try SamplingReference.load()
        let expected = reference.walkWithRestart
        let fixture = try reference.fixture()
        try fixture.read { view in
            let (live, topology) = try graphs(fixture, view)
            var random = RandomSource(seed: 1)
            let first = RandomWalks.withRestart(
                live, from: NodeID(expected.source), nodes: Self.steps,
                restart: expected.restartProbability, &random)
            let second = RandomWalks.withRestart(
                topology, from: Int32(expected.source), nodes: Self.steps,
                restart: expected.restartProbability, &random)
            for walk in [first.map(Int.init), second.map(Int.init)] {
                var counts = expected.transition.map { $0.map { _ in 0 } }
                for (from, to) in zip(walk, walk.dropFirst()) { counts[from][to] += 1 }
                for (from, row) in counts.enumerated() {
                    let runs = row.reduce(0, +)
                    for to in row.indices {
                        #expect(
                            isPlausible(row[to], of: runs, expected.transition[from][to])
                                || runs == 0)
                    }
                }
            }
            // From a node without neighbours there is nowhere to go.
            #expect(
                RandomWalks.withRestart(live, from: 11, nodes: 4, restart: 0.15, &random)
                    == [11, 11, 11, 11])
            #expect(RandomWalks.uniform(live, from: 11, nodes: 4, &random) == [11])
        }
    }

    @Test(.enabled(if: SamplingReference.isThere, "the sampling reference is not here"))
    func node2vecTransitions() throws {
        let reference = try SamplingReference.load()
        let fixture = try reference.fixture()
        var expected: [[Int]: [String: Double]] = [:]
        for row in reference.node2vec.transition {
            expected[[row.previous, row.current]] = row.probability
        }
        try fixture.read { view in
            let (live, topology) = try graphs(fixture, view)
            var random = RandomSource(seed: 2)
            let first = RandomWalks.node2vec(
                live, from: 0, nodes: Self.steps, returnFactor: reference.node2vec.p,
                inOutFactor: reference.node2vec.q, &random)
            let second = RandomWalks.node2vec(
                topology, from: 0, nodes: Self.steps, returnFactor: reference.node2vec.p,
                inOutFactor: reference.node2vec.q, &random)
            for walk in [first.map(Int.init), second.map(Int.init)] {
                var counts: [[Int]: [Int: Int]] = [:]
                for step in 2..<walk.count {
                    counts[[walk[step - 2], walk[step - 1]], default: [:]][
                        walk[step], default: 0] += 1
                }
                #expect(counts.count == expected.count)
                for (pair, row) in counts {
                    let runs = row.values.reduce(0, +)
                    for node in 0..<reference.graph.numNodes {
                        let share = expected[pair]?["\(node)"] ?? 0
                        #expect(isPlausible(row[node] ?? 0, of: runs, share))
                    }
                }
            }
        }
    }

    @Test func weightsAreChances() throws {
        let fixture = try GraphFixture(
            nodes: 4, [.init(0, 1, weight: 1), .init(0, 2, weight: 3), .init(0, 3, weight: 0)])
        try fixture.read { view in
            let weight = GraphDefinition.Weight(name: "weight", property: "weight")
            let definition = GraphDefinition(
                labels: ["N"], relationships: [.init(type: "E")], weights: [weight])
            let graph = try TopologyWalkGraph(definition.read(view, weight: weight))
            var random = RandomSource(seed: 3)
            var counts = [0, 0, 0, 0]
            for _ in 0..<4_000 { counts[Int(graph.drawNeighbour(of: 0, &random)!)] += 1 }
            #expect(counts[3] == 0)
            #expect(isPlausible(counts[2], of: 4_000, 0.75))
            #expect(graph.drawNeighbour(of: 1, &random) == nil)
        }
    }

    /// Users 0 and 1, items 2, 3, 4: from item 2 two steps lead to 2 by either user, to 3 by user 0
    /// and to 4 by user 1.
    @Test func importanceIsShareOfVisits() throws {
        let fixture = try GraphFixture(
            nodes: 5, [.init(0, 2), .init(0, 3), .init(1, 2), .init(1, 3), .init(1, 4)])
        try fixture.read { view in
            let (live, _) = try graphs(fixture, view)
            var random = RandomSource(seed: 4)
            let visits = RandomWalks.importance(
                live, of: 2, walks: 6_000, length: 2, stride: 2, &random)
            #expect(visits.map(\.node) == [3, 4])
            // To 3: 1/4 + 1/6, to 4: 1/6.
            #expect(isPlausible(visits[0].visits, of: 6_000, 5.0 / 12))
            #expect(isPlausible(visits[1].visits, of: 6_000, 1.0 / 6))
            #expect(abs(visits.reduce(0) { $0 + $1.share } - 1) < 1e-12)
        }
    }
}
