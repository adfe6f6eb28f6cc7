import GraphAlgorithms
import GraphStore
import LinearAlgebra
import Testing
import Values

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
            var pace = RandomWalks.pace(.none)
            let first = try RandomWalks.withRestart(
                live, from: NodeID(expected.source), nodes: Self.steps,
                restart: expected.restartProbability, &random, &pace)
            let second = try RandomWalks.withRestart(
                topology, from: Int32(expected.source), nodes: Self.steps,
                restart: expected.restartProbability, &random, &pace)
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
            let stays = try RandomWalks.withRestart(
                live, from: 11, nodes: 4, restart: 0.15, &random, &pace)
            #expect(stays == [11, 11, 11, 11])
            let ends = try RandomWalks.uniform(live, from: 11, nodes: 4, &random, &pace)
            #expect(ends == [11])
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
            var pace = RandomWalks.pace(.none)
            let first = try RandomWalks.node2vec(
                live, from: 0, nodes: Self.steps, returnFactor: reference.node2vec.p,
                inOutFactor: reference.node2vec.q, &random, &pace)
            let second = try RandomWalks.node2vec(
                topology, from: 0, nodes: Self.steps, returnFactor: reference.node2vec.p,
                inOutFactor: reference.node2vec.q, &random, &pace)
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
            var pace = RandomWalks.pace(.none)
            let visits = try RandomWalks.importance(
                live, of: 2, walks: 6_000, length: 2, stride: 2, &random, &pace)
            #expect(visits.map(\.node) == [3, 4])
            // To 3: 1/4 + 1/6, to 4: 1/6.
            #expect(isPlausible(visits[0].visits, of: 6_000, 5.0 / 12))
            #expect(isPlausible(visits[1].visits, of: 6_000, 1.0 / 6))
            #expect(abs(visits.reduce(0) { $0 + $1.share } - 1) < 1e-12)
        }
    }

    /// Whatever the factors, a leaf leads back: there is nowhere else to go.
    @Test(arguments: [1e300, .leastNonzeroMagnitude, .greatestFiniteMagnitude])
    func aLeafLeadsBack(factor: Double) throws {
        let fixture = try GraphFixture(nodes: 2, [.init(0, 1)])
        try fixture.read { view in
            let (live, topology) = try graphs(fixture, view)
            var random = RandomSource(seed: 5)
            var pace = RandomWalks.pace(.none)
            for (back, out) in [(factor, 1), (1, factor), (factor, 1 / factor)]
                as [(Double, Double)]
            where out > 0 && out.isFinite {
                let first = try RandomWalks.node2vec(
                    live, from: 0, nodes: 5, returnFactor: back, inOutFactor: out, &random, &pace)
                #expect(first == [0, 1, 0, 1, 0])
                let second = try RandomWalks.node2vec(
                    topology, from: 0, nodes: 5, returnFactor: back, inOutFactor: out, &random,
                    &pace)
                #expect(second == [0, 1, 0, 1, 0])
            }
        }
    }

    /// What a walk from 0 does behind 1, for factors that reject nearly all draws: the shares are
    /// still those of the weights. Undirected, 1 leads back to 0 and to 2 (twice), 3 and 4, which are
    /// far from it; directed, not back, and 2 is near.
    @Test(
        arguments: [
            (1e4, 1e4), (1e4, 2e4), (1e-4, 1e-4), (1e-6, 3), (1e-6, 1e4), (300, 200), (400, 150),
            (1e300, 2e300), (1e-300, 1e300), (1, 1e-5),
        ] as [(Double, Double)], [false, true])
    func extremeFactorsKeepTheShares(
        factors: (back: Double, out: Double), isDirected: Bool
    ) throws {
        let edges =
            [.init(0, 1), .init(1, 2), .init(1, 2), .init(1, 3), .init(1, 4)]
            as [GraphFixture.Edge]
        let fixture = try GraphFixture(nodes: 5, edges + (isDirected ? [.init(0, 2)] : []))
        let (back, out) = (isDirected ? .infinity : factors.back, factors.out)
        let near = isDirected ? 1 : out
        let least = min(back, near, out)
        let weights = [least / back, 0, 2 * least / near, least / out, least / out]
        let sum = weights.reduce(0, +)
        try fixture.read { view in
            let definition = GraphDefinition(
                labels: nil,
                relationships: [
                    .init(type: "E", orientation: isDirected ? .natural : .undirected)
                ])
            let live = LiveWalkGraph(view, definition.lists(in: view))
            let topology = try TopologyWalkGraph(definition.read(view))
            var random = RandomSource(seed: 6)
            var pace = RandomWalks.pace(.none)
            var counts = [[0, 0, 0, 0, 0], [0, 0, 0, 0, 0]]
            var runs = [0, 0]
            for _ in 0..<6_000 {
                let first = try RandomWalks.node2vec(
                    live, from: 0, nodes: 3, returnFactor: factors.back, inOutFactor: out, &random,
                    &pace)
                let second = try RandomWalks.node2vec(
                    topology, from: 0, nodes: 3, returnFactor: factors.back, inOutFactor: out,
                    &random, &pace)
                for (place, walk) in [first.map(Int.init), second.map(Int.init)].enumerated()
                where walk[1] == 1 {
                    counts[place][walk[2]] += 1
                    runs[place] += 1
                }
            }
            for (count, runs) in zip(counts, runs) {
                for node in 0..<5 {
                    #expect(isPlausible(count[node], of: runs, weights[node] / sum))
                }
            }
        }
    }

    /// With weights, and factors with which half the steps are weighed and half are not.
    @Test func weighedStepsKeepTheWeights() throws {
        let weight = GraphDefinition.Weight(name: "weight", property: "weight")
        let fixture = try GraphFixture(
            nodes: 4,
            [
                .init(0, 1, weight: 1), .init(1, 2, weight: 3), .init(1, 2, weight: 1),
                .init(1, 3, weight: 2),
            ])
        try fixture.read { view in
            let definition = GraphDefinition(
                labels: nil, relationships: [.init(type: "E", orientation: .undirected)],
                weights: [weight])
            let graph = try TopologyWalkGraph(definition.read(view, weight: weight))
            var random = RandomSource(seed: 7)
            var pace = RandomWalks.pace(.none)
            let (back, out) = (400.0, 150.0)
            let weights = [1 / back, 0, 4 / out, 2 / out]
            let sum = weights.reduce(0, +)
            var counts = [0, 0, 0, 0]
            let runs = 10_000
            for _ in 0..<runs {
                let walk = try RandomWalks.node2vec(
                    graph, from: 0, nodes: 3, returnFactor: back, inOutFactor: out, &random, &pace)
                counts[Int(walk[2])] += 1
            }
            for node in 0..<4 { #expect(isPlausible(counts[node], of: runs, weights[node] / sum)) }
        }
    }

    /// By steps, however many or long the walks are.
    @Test func walksAskTheirMonitor() throws {
        struct Stop: Error {}
        let fixture = try GraphFixture(nodes: 2, [.init(0, 1)])
        try fixture.read { view in
            let (live, topology) = try graphs(fixture, view)
            var random = RandomSource(seed: 8)
            var pace = RandomWalks.pace(.init(checkpoint: { throw Stop() }))
            #expect(throws: Stop.self) {
                try RandomWalks.importance(live, of: 0, walks: 10_000, length: 1, &random, &pace)
            }
            #expect(throws: Stop.self) {
                try RandomWalks.withRestart(
                    live, from: 0, nodes: 10_000, restart: 0.5, &random, &pace)
            }
            for factor in [1, 2.0] {
                #expect(throws: Stop.self) {
                    try RandomWalks.node2vec(
                        topology, from: 0, nodes: 10_000, returnFactor: factor, inOutFactor: 1,
                        &random, &pace)
                }
            }
        }
    }
}
