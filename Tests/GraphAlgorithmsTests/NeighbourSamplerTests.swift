import GraphStore
import LinearAlgebra
import Synchronization
import Testing
import Values

@testable import GraphAlgorithms

@Suite struct NeighbourSamplerTests {
    private static let runs = 6_000

    @Test(
        .enabled(if: SamplingReference.isThere, "the sampling reference is not here"),
        arguments: [false, true], [false, true])
    func reference(withReplacement: Bool, live: Bool) throws {
        let reference = try SamplingReference.load()
        let expected = reference.neighbourSampling
        let probabilities =
            withReplacement ? expected.withReplacement : expected.withoutReplacement
        let fixture = try reference.fixture(live: live)
        try fixture.read { view in
            var options = SamplingOptions()
            options.withReplacement = withReplacement
            let sampler = NeighbourSampler(
                view,
                [.init(lists: [fixture.outgoing, fixture.incoming], fanOuts: expected.fanOut)],
                options: options)
            var random = RandomSource(seed: 1)
            var inSample = [Int](repeating: 0, count: reference.graph.numNodes)
            var firstHop = inSample
            var expanded = inSample
            var secondHop = Array(repeating: inSample, count: inSample.count)
            for _ in 0..<Self.runs {
                let sample = try sampler.sample([NodeID(expected.seed)], &random)
                let edges = sample.edges[0]
                check(sample, reference.graph.neighbours, expected.fanOut, withReplacement)
                for node in sample.nodes { inSample[Int(node)] += 1 }
                let first = edges.hopEnds[0]
                for node in Set(edges.sources[..<first]) {
                    firstHop[Int(sample.nodes[Int(node)])] += 1
                }
                for target in sample.hopEnds[0]..<sample.hopEnds[1] {
                    let node = Int(sample.nodes[target])
                    expanded[node] += 1
                    let drawn = zip(edges.sources, edges.targets)
                        .filter { $0.1 == target }.map { sample.nodes[Int($0.0)] }
                    for neighbour in Set(drawn) { secondHop[node][Int(neighbour)] += 1 }
                }
            }
            for node in inSample.indices {
                #expect(
                    isPlausible(inSample[node], of: Self.runs, probabilities.inSample[node]))
                let share = probabilities.firstHop.probability["\(node)"] ?? 0
                #expect(isPlausible(firstHop[node], of: Self.runs, share))
                guard let hop = probabilities.secondHop["\(node)"] else {
                    #expect(expanded[node] == 0)
                    continue
                }
                #expect(isPlausible(expanded[node], of: Self.runs, hop.expanded!))
                for neighbour in inSample.indices {
                    let share = hop.probability["\(neighbour)"] ?? 0
                    #expect(isPlausible(secondHop[node][neighbour], of: expanded[node], share))
                }
            }
        }
    }

    /// What every sample of one seed must be.
    private func check(
        _ sample: NeighbourSample, _ neighbours: [[Int]], _ fanOuts: [Int], _ withReplacement: Bool
    ) {
        let edges = sample.edges[0]
        #expect(Set(sample.nodes).count == sample.nodes.count)
        #expect(edges.targets.elementsEqual(edges.targets.sorted()))
        var drawn: [Int32: [NodeID]] = [:]
        for (source, target) in zip(edges.sources, edges.targets) {
            let node = Int(sample.nodes[Int(target)])
            #expect(neighbours[node].contains(Int(sample.nodes[Int(source)])))
            drawn[target, default: []].append(sample.nodes[Int(source)])
        }
        for hop in fanOuts.indices {
            let first = hop == 0 ? 0 : sample.hopEnds[hop - 1]
            for target in first..<sample.hopEnds[hop] {
                let list = drawn[Int32(target)] ?? []
                let degree = neighbours[Int(sample.nodes[target])].count
                #expect(
                    list.count == (withReplacement ? fanOuts[hop] : min(fanOuts[hop], degree)))
                if !withReplacement { #expect(Set(list).count == list.count) }
            }
        }
    }

    @Test(.enabled(if: SamplingReference.isThere, "the sampling reference is not here"))
    func allNeighbours() throws {
        let reference = try SamplingReference.load()
        let fixture = try reference.fixture()
        try fixture.read { view in
            let sampler = NeighbourSampler(
                view, [.init(lists: [fixture.outgoing, fixture.incoming], fanOuts: [-1, -1])])
            var random = RandomSource(seed: 1)
            let sample = try sampler.sample([0], &random)
            let reachable = reference.neighbourSampling.reachable
            for hop in 0...2 {
                let first = hop == 0 ? 0 : sample.hopEnds[hop - 1]
                #expect(
                    Set(sample.nodes[first..<sample.hopEnds[hop]].map(Int.init))
                        == Set(reachable["hop\(hop)"]!))
            }
        }
    }

    @Test(
        .enabled(if: SamplingReference.isThere, "the sampling reference is not here"),
        arguments: [false, true])
    func parallelEdges(withReplacement: Bool) throws {
        let reference = try SamplingReference.load().parallelEdges
        let fixture = try GraphFixture(nodes: 4, reference.edgeTargets.map { .init(0, $0) })
        let expected = withReplacement ? reference.withReplacement : reference.withoutReplacement
        try fixture.read { view in
            var options = SamplingOptions()
            options.withReplacement = withReplacement
            let sampler = NeighbourSampler(
                view, [.init(lists: [fixture.outgoing], fanOuts: [reference.draws])],
                options: options)
            var random = RandomSource(seed: 2)
            var counts = [0, 0, 0, 0]
            for _ in 0..<Self.runs {
                for node in try sampler.sample([0], &random).nodes.dropFirst() {
                    counts[Int(node)] += 1
                }
            }
            for (node, probability) in expected {
                #expect(isPlausible(counts[Int(node)!], of: Self.runs, probability))
            }
        }
    }

    @Test func positionsAreUniform() {
        var draw = PositionDraw()
        var random = RandomSource(seed: 3)
        // Marked, and sorted: the list is too long for marks.
        for (count, length) in [(3, 7), (5, 5), (2, 20_000)] {
            var seen = [Int](repeating: 0, count: length)
            for _ in 0..<3_000 {
                draw.drawDistinct(count, of: length, &random)
                #expect(draw.positions.count == count)
                #expect(Set(draw.positions).count == count)
                #expect(draw.positions.elementsEqual(draw.positions.sorted()))
                for position in draw.positions { seen[position] += 1 }
            }
            let share = Double(count) / Double(length)
            #expect(seen.allSatisfy { isPlausible($0, of: 3_000, share) || length > 1_000 })
        }
    }

    @Test func severalSeedsShareTheirNodes() throws {
        let fixture = try GraphFixture(nodes: 4, [.init(0, 2), .init(1, 2), .init(2, 3)])
        try fixture.read { view in
            var random = RandomSource(seed: 1)
            let relation = SampledRelation(lists: [fixture.outgoing], fanOuts: [5, 5])
            let joint = try NeighbourSampler(view, [relation]).sample([0, 1, 0], &random)
            #expect(joint.nodes == [0, 1, 2, 3])
            #expect(joint.seeds == [0, 1, 0])
            #expect(joint.hopEnds == [2, 3, 4])
            #expect(joint.edges[0].sources == [2, 2, 3])
            #expect(joint.edges[0].targets == [0, 1, 2])
            #expect(joint.edges[0].hopEnds == [2, 3])

            var options = SamplingOptions()
            options.isDisjoint = true
            options.keepsRelationships = true
            let disjoint = try NeighbourSampler(view, [relation], options: options)
                .sample([0, 1], &random)
            #expect(disjoint.nodes == [0, 1, 2, 2, 3, 3])
            #expect(disjoint.trees == [0, 1, 0, 1, 0, 1])
            #expect(disjoint.edges[0].sources == [2, 3, 4, 5])
            #expect(disjoint.edges[0].targets == [0, 1, 2, 3])
            #expect(disjoint.edges[0].relationships == [0, 1, 2, 2])
        }
    }

    @Test func relationsAreDrawnApart() throws {
        let fixture = try GraphFixture(nodes: 4, [.init(0, 1), .init(2, 0), .init(1, 3)])
        try fixture.read { view in
            var random = RandomSource(seed: 1)
            let sampler = NeighbourSampler(
                view,
                [
                    .init(lists: [fixture.outgoing], fanOuts: [1, 1]),
                    .init(lists: [fixture.incoming], fanOuts: [1]),
                ])
            let sample = try sampler.sample([0], &random)
            #expect(sample.nodes == [0, 1, 2, 3])
            // Node 2, found along the other relation, is expanded along this one, too.
            #expect(sample.edges[0].sources == [1, 3, 0])
            #expect(sample.edges[0].targets == [0, 1, 2])
            #expect(sample.edges[1].sources == [2])
            #expect(sample.edges[1].hopEnds == [1, 1])
        }
    }

    @Test func nothingLaterThanTheSeed() throws {
        // Node 0 has a relationship to node i at time i, for i from 1 to 9, and one without time.
        var edges = (1...9).map { GraphFixture.Edge(0, $0, time: $0) }
        edges.append(.init(0, 10))
        let fixture = try GraphFixture(nodes: 11, edges)
        try fixture.read { view in
            var options = SamplingOptions()
            options.timestamp = fixture.timeKey
            let relation = SampledRelation(lists: [fixture.outgoing], fanOuts: [3])
            let sampler = NeighbourSampler(view, [relation], options: options)
            var random = RandomSource(seed: 4)
            var counts = [Int](repeating: 0, count: 11)
            for _ in 0..<2_000 {
                let sample = try sampler.sample([0, 0], times: [6, 2], &random)
                #expect(sample.edges[0].targets == [0, 0, 0, 1, 1])
                #expect(sample.trees == [0, 1, 0, 0, 0, 1, 1])
                #expect(sample.nodes[5...] == [1, 2])
                for node in sample.nodes[2..<5] { counts[Int(node)] += 1 }
            }
            for node in 1...6 { #expect(isPlausible(counts[node], of: 2_000, 0.5)) }
            for node in 7...10 { #expect(counts[node] == 0) }

            options.newestFirst = true
            let newest = try NeighbourSampler(view, [relation], options: options)
                .sample([0, 0], times: [6, .infinity], &random)
            #expect(newest.nodes == [0, 0, 6, 5, 4, 9, 8, 7])
        }
    }

    /// Long lists are tried before they are read: the draw must stay uniform.
    @Test func timesOfAHub() throws {
        let count = 2_500
        let fixture = try GraphFixture(
            nodes: count + 1, (1...count).map { .init(0, $0, time: $0 % 10) })
        try fixture.read { view in
            var options = SamplingOptions()
            options.timestamp = fixture.timeKey
            let sampler = NeighbourSampler(
                view, [.init(lists: [fixture.outgoing], fanOuts: [4])], options: options)
            var random = RandomSource(seed: 5)
            var counts = [Int](repeating: 0, count: 10)
            for _ in 0..<300 {
                let sample = try sampler.sample([0], times: [4], &random)
                #expect(sample.nodes.count == 5)
                for node in sample.nodes.dropFirst() { counts[Int(node) % 10] += 1 }
            }
            for time in 0...4 { #expect(isPlausible(counts[time], of: 1_200, 0.2)) }
            for time in 5...9 { #expect(counts[time] == 0) }
        }
    }

    /// In memory, from chunks, and after commits that are not folded in: the same sample.
    @Test func sameSampleWhereverListsLie() throws {
        var random = RandomSource(seed: 6)
        let edges = (0..<3_000).map { _ in
            GraphFixture.Edge(random.next(below: 40), random.next(below: 40))
        }
        let fixtures = try [true, false].map { try GraphFixture(nodes: 40, live: $0) }
        for fixture in fixtures {
            for begin in stride(from: 0, to: edges.count, by: 1_000) {
                try fixture.connect(Array(edges[begin..<begin + 1_000]))
                // Builds the lists.
                try fixture.read { _ = $0.adjacency(fixture.type, .outgoing).degree(0) }
            }
        }
        let samples = try fixtures.map { fixture in
            try fixture.read { view in
                var options = SamplingOptions()
                options.keepsRelationships = true
                let sampler = NeighbourSampler(
                    view, [.init(lists: [fixture.outgoing, fixture.incoming], fanOuts: [9, 5])],
                    options: options)
                var random = RandomSource(seed: 7)
                return try (0..<5).map { _ in try sampler.sample([3, 8, 11], &random) }
            }
        }
        for (a, b) in zip(samples[0], samples[1]) {
            #expect(a.nodes == b.nodes)
            #expect(a.edges[0].sources == b.edges[0].sources)
            #expect(a.edges[0].relationships == b.edges[0].relationships)
        }
    }

    @Test func aSamplerIsStoppedByItsMonitor() throws {
        struct Stop: Error {}
        let fixture = try GraphFixture(nodes: 2, [.init(0, 1)])
        try fixture.read { view in
            let sampler = NeighbourSampler(
                view, [.init(lists: [fixture.outgoing], fanOuts: [1])],
                monitor: .init(checkpoint: { throw Stop() }))
            var random = RandomSource(seed: 1)
            #expect(throws: Stop.self) { try sampler.sample([0], &random) }
        }
    }

    /// Refused before it is drawn: the draw would take all memory first.
    @Test(arguments: [false, true], [2, 3_000])
    func tooLargeSamplesAreNotBegun(withTimes: Bool, degree: Int) throws {
        let fixture = try GraphFixture(
            nodes: degree + 1, (1...degree).map { .init(0, $0, time: 1) })
        try fixture.read { view in
            var options = SamplingOptions()
            options.withReplacement = true
            options.timestamp = withTimes ? fixture.timeKey : nil
            let sampler = NeighbourSampler(
                view, [.init(lists: [fixture.outgoing], fanOuts: [Int(Int32.max)])],
                options: options)
            var random = RandomSource(seed: 1)
            let error = #expect(throws: AlgorithmError.self) {
                try sampler.sample([0], &random)
            }
            #expect(error?.description.contains("\(NeighbourSampler.maximumEdges)") == true)
            // Where there is nothing to draw from, nothing is drawn.
            let empty = try sampler.sample([1], &random)
            #expect(empty.edges[0].count == 0)
        }
    }

    @Test(arguments: [false, true])
    func longDrawsAskTheirMonitor(withTimes: Bool) throws {
        let (fanOut, degree) = (300_000, 4)
        let fixture = try GraphFixture(
            nodes: degree + 1, (1...degree).map { .init(0, $0, time: 1) })
        try fixture.read { view in
            let asked = Atomic<Int>(0)
            var options = SamplingOptions()
            options.withReplacement = true
            options.keepsRelationships = true
            options.timestamp = withTimes ? fixture.timeKey : nil
            let sampler = NeighbourSampler(
                view, [.init(lists: [fixture.outgoing], fanOuts: [fanOut])], options: options,
                monitor: .init(checkpoint: { asked.add(1, ordering: .relaxed) }))
            var random = RandomSource(seed: 2)
            let sample = try sampler.sample([0], &random)
            #expect(asked.load(ordering: .relaxed) > 3)
            let edges = sample.edges[0]
            #expect(edges.count == fanOut && edges.relationships.count == fanOut)
            for neighbour in 1...degree {
                let count = edges.sources.count { sample.nodes[Int($0)] == NodeID(neighbour) }
                #expect(isPlausible(count, of: fanOut, 1 / Double(degree)))
            }
        }
    }
}
