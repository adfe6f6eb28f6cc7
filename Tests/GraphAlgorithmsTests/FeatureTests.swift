import Foundation
import GraphStore
import LinearAlgebra
import Synchronization
import Testing
import Values

@testable import GraphAlgorithms

/// Each feature against the plainest way to compute it, on small random graphs.
@Suite struct FeatureTests {
    /// A topology without a store.
    private func topology(_ count: Int, _ edges: [(Int, Int, Double)], weighted: Bool = false)
        -> Topology
    {
        let sorted = edges.sorted { ($0.0, $0.1) < ($1.0, $1.1) }
        var offsets = ContiguousArray<Int>(repeating: 0, count: count + 1)
        for edge in sorted { offsets[edge.0 + 1] += 1 }
        for number in 0..<count { offsets[number + 1] += offsets[number] }
        return Topology(
            nodes: ContiguousArray((0..<UInt64(count)).map { $0 * 3 }), offsets: offsets,
            neighbours: ContiguousArray(sorted.map { Int32($0.1) }),
            weights: weighted ? ContiguousArray(sorted.map(\.2)) : nil)
    }

    private func randomEdges(_ count: Int, _ edges: Int, _ random: inout RandomSource)
        -> [(Int, Int, Double)]
    {
        (0..<edges).map { _ in
            (
                random.next(below: count), random.next(below: count),
                Double(random.next(below: 9) + 1) / 2
            )
        }
    }

    private func dense(_ topology: Topology) -> [[Double]] {
        (0..<topology.nodeCount).map { number in
            var row = [Double](repeating: 0, count: topology.nodeCount)
            for place in topology.range(number) {
                row[Int(topology.neighbours[place])] += topology.weight(place)
            }
            return row
        }
    }

    // MARK: The graph

    @Test(arguments: [true, false])
    func readsWhatIsThere(live: Bool) throws {
        var random = RandomSource(seed: 1)
        let edges = (0..<200).map { _ in
            GraphFixture.Edge(
                random.next(below: 30), random.next(below: 30),
                weight: random.next(below: 4) > 0 ? Double(random.next(below: 9)) : nil)
        }
        let fixture = try GraphFixture(nodes: 30, edges, live: live)
        for orientation in GraphDefinition.Orientation.allCases {
            var expected = [[Double]](
                repeating: Array(repeating: 0, count: 30), count: 30)
            for edge in edges {
                let weight = edge.weight ?? 7
                if orientation != .reverse { expected[edge.start][edge.end] += weight }
                if orientation != .natural { expected[edge.end][edge.start] += weight }
            }
            let weight = GraphDefinition.Weight(name: "w", property: "weight", fallback: 7)
            let definition = GraphDefinition(
                labels: ["N"], relationships: [.init(type: "E", orientation: orientation)],
                weights: [weight])
            let read = try fixture.read { try definition.read($0, weight: weight) }
            #expect(dense(read) == expected)
            for number in 0..<30 {
                let row = read.neighbours[read.range(number)]
                #expect(row.elementsEqual(row.sorted()))
            }
            #expect(dense(read.transposed().transposed()) == expected)
            let symmetric = dense(read.symmetrized())
            for a in 0..<30 {
                for b in 0..<30 { #expect(symmetric[a][b] == expected[a][b] + expected[b][a]) }
            }
        }
        // A label that nobody has, and a type that does not exist.
        let nothing = GraphDefinition(labels: ["M"], relationships: [.init(type: "F")])
        #expect(try fixture.read { try nothing.read($0) }.nodeCount == 0)
    }

    // MARK: Centrality

    @Test(.enabled(if: SamplingReference.isThere, "the sampling reference is not here"))
    func personalisedPageRank() throws {
        let reference = try SamplingReference.load()
        let expected = reference.personalisedPagerank
        var options = PageRankOptions()
        options.dampingFactor = expected.damping
        options.maxIterations = 1_000
        options.tolerance = 1e-14
        options.sources = [expected.source]
        let graph = reference.graph
        for (edges, values) in [
            (graph.edgeIndex, expected.undirected),
            (expected.directed.edgeIndex, expected.directed.value),
        ] {
            let topology = topology(
                graph.numNodes, zip(edges[0], edges[1]).map { ($0, $1, 1) })
            let result = try topology.pageRank(options)
            #expect(result.didConverge)
            for (score, value) in zip(result.scores, values) { #expect(abs(score - value) < 1e-12) }
        }
    }

    @Test(arguments: [false, true])
    func pageRankSolvesItsEquation(weighted: Bool) throws {
        var random = RandomSource(seed: 2)
        let graph = topology(40, randomEdges(40, 120, &random), weighted: weighted)
        var options = PageRankOptions()
        options.maxIterations = 500
        options.tolerance = 1e-13
        let result = try graph.pageRank(options)
        let matrix = dense(graph)
        for number in 0..<40 {
            var sum = 0.15
            for other in 0..<40 where matrix[other][number] > 0 {
                let total = matrix[other].reduce(0, +)
                sum += 0.85 * result.scores[other] * matrix[other][number] / total
            }
            #expect(abs(sum - result.scores[number]) < 1e-9)
        }
    }

    /// The example of Neo4j's manual: eight pages, 20 iterations.
    @Test func pageRankAsInTheManual() throws {
        let edges = [
            (0, 1), (0, 3), (0, 2), (1, 0), (2, 0), (4, 0), (5, 0), (6, 0), (7, 0), (3, 0), (3, 4),
            (3, 5), (3, 6), (3, 7),
        ]
        let result = try topology(8, edges.map { ($0, $1, 1) }).pageRank(PageRankOptions())
        #expect(abs(result.scores[0] - 3.215681999884452) < 1e-6)
        #expect(abs(result.scores[1] - 1.0542700552146722) < 1e-6)
        #expect(abs(result.scores[4] - 0.3278578964488539) < 1e-6)
        #expect(result.iterations == 20)
    }

    @Test func betweennessCountsShortestPaths() throws {
        var random = RandomSource(seed: 3)
        let graph = topology(16, randomEdges(16, 36, &random)).merged()
        let count = graph.nodeCount
        // Distances and path counts between all pairs by powers of the matrix.
        var distance = [[Int?]](repeating: Array(repeating: nil, count: count), count: count)
        var paths = [[Double]](repeating: Array(repeating: 0, count: count), count: count)
        let matrix = dense(graph)
        for source in 0..<count {
            var walks = (0..<count).map { $0 == source ? 1.0 : 0 }
            for length in 0..<count {
                for node in 0..<count where walks[node] > 0 && distance[source][node] == nil {
                    distance[source][node] = length
                    paths[source][node] = walks[node]
                }
                walks = (0..<count).map { to in
                    (0..<count).reduce(0) { $0 + walks[$1] * matrix[$1][to] }
                }
            }
        }
        let scores = try graph.betweenness()
        for node in 0..<count {
            var sum = 0.0
            for a in 0..<count where a != node {
                for b in 0..<count where b != node && b != a {
                    guard let whole = distance[a][b], let first = distance[a][node],
                        let second = distance[node][b], first + second == whole
                    else { continue }
                    sum += paths[a][node] * paths[node][b] / paths[a][b]
                }
            }
            #expect(abs(sum - scores[node]) < 1e-9)
        }
    }

    @Test func scalers() {
        let scores = [1.0, 2, 3, 6]
        #expect(ScoreScaler.l1.scaled(scores) == scores.map { $0 / 12 })
        #expect(ScoreScaler.minMax.scaled(scores) == [0, 0.2, 0.4, 1])
        #expect(ScoreScaler.max.scaled(scores)[3] == 1)
        #expect(ScoreScaler.mean.scaled(scores) == [-0.4, -0.2, 0, 0.6])
        #expect(abs(ScoreScaler.standardScore.scaled(scores).reduce(0, +)) < 1e-12)
        #expect(abs(ScoreScaler.l2.scaled(scores).reduce(0) { $0 + $1 * $1 } - 1) < 1e-12)
        #expect(ScoreScaler.minMax.scaled([4, 4]) == [0, 0])
    }

    // MARK: Communities

    @Test func componentsAreConnected() throws {
        var random = RandomSource(seed: 4)
        let graph = topology(60, randomEdges(60, 45, &random))
        let components = try graph.connectedComponents()
        var reached = [Int](repeating: -1, count: 60)
        let symmetric = graph.symmetrized()
        for start in 0..<60 where reached[start] < 0 {
            var stack = [start]
            while let node = stack.popLast() {
                if reached[node] >= 0 { continue }
                reached[node] = start
                stack += symmetric.neighbours[symmetric.range(node)].map(Int.init)
            }
        }
        #expect(components == reached)
        #expect(Grouping.consecutive([7, 7, 2, 7, 9]) == [0, 0, 1, 0, 2])
    }

    /// Four groups of twenty nodes, connected within with the chance 0.6 and across with 0.02.
    private func planted(_ random: inout RandomSource) -> (Topology, [Int]) {
        let groups = (0..<80).map { $0 / 20 }
        var edges: [(Int, Int, Double)] = []
        for a in 0..<80 {
            for b in 0..<a where random.nextUnit() < (groups[a] == groups[b] ? 0.6 : 0.02) {
                edges += [(a, b, 1), (b, a, 1)]
            }
        }
        return (topology(80, edges), groups)
    }

    @Test func louvainFindsThePlantedGroups() throws {
        var random = RandomSource(seed: 5)
        let (graph, groups) = planted(&random)
        let result = try graph.louvain()
        #expect(Grouping.consecutive(result.communities) == groups)
        #expect(abs(result.modularity - graph.modularity(groups)) < 1e-12)
        #expect(result.modularity > 0.6)
        let matrix = dense(graph)
        let degrees = matrix.map { $0.reduce(0, +) }
        let all = degrees.reduce(0, +)
        var modularity = 0.0
        for a in 0..<80 {
            for b in 0..<80 where groups[a] == groups[b] {
                modularity += (matrix[a][b] - degrees[a] * degrees[b] / all) / all
            }
        }
        #expect(abs(modularity - result.modularity) < 1e-12)
    }

    /// Where it has converged, no label has more votes around a node than the node's own.
    @Test func labelPropagationAgreesWithTheNeighbours() throws {
        var random = RandomSource(seed: 13)
        let (graph, groups) = planted(&random)
        let result = try graph.labelPropagation(maxIterations: 100)
        #expect(result.didConverge)
        for number in 0..<80 {
            var votes: [Int: Double] = [:]
            for place in graph.range(number) {
                votes[result.labels[Int(graph.neighbours[place])], default: 0] +=
                    graph.weight(place)
            }
            #expect(votes[result.labels[number]] == votes.values.max())
        }
        #expect(try graph.labelPropagation(maxIterations: 100).labels == result.labels)
        // What is where nodes begin together stays so.
        let seeded = try graph.labelPropagation(seeds: groups.map { $0 + 5 })
        #expect(seeded.labels == groups.map { $0 + 5 })
        #expect(seeded.iterations == 1)
    }

    /// No move of one node may be left that would have raised the modularity at the first level's
    /// end; the last level is no worse than the first.
    @Test func louvainLevelsDoNotGetWorse() throws {
        var random = RandomSource(seed: 6)
        let graph = topology(50, randomEdges(50, 150, &random), weighted: true).symmetrized()
        let result = try graph.louvain()
        let values = result.levels.map { graph.modularity($0) }
        #expect(values.elementsEqual(values.sorted()))
        #expect(values[0] > graph.modularity(Array(0..<50)))
        let nothing = try topology(3, []).louvain()
        #expect(nothing.communities == [0, 1, 2] && nothing.modularity == 0)
    }

    // MARK: Similarity

    @Test(arguments: NeighbourhoodSimilarity.allCases, [false, true])
    func nodeSimilarity(metric: NeighbourhoodSimilarity, weighted: Bool) throws {
        var random = RandomSource(seed: 7)
        let graph = topology(25, randomEdges(25, 110, &random), weighted: weighted)
        let matrix = dense(weighted ? graph : graph.merged())
        var options = NodeSimilarityOptions()
        options.metric = metric
        options.topK = 4
        options.degreeCutoff = 2
        let pairs = try graph.nodeSimilarity(options)
        for number in 0..<25 {
            let own = pairs.filter { $0.first == number }
            var expected: [Double] = []
            for other in 0..<25 where other != number {
                guard graph.merged().degree(number) >= 2, graph.merged().degree(other) >= 2,
                    let similarity = naive(matrix[number], matrix[other], metric)
                else { continue }
                expected.append(similarity)
                if let pair = own.first(where: { $0.second == other }) {
                    #expect(abs(pair.similarity - similarity) < 1e-12)
                }
            }
            let best = expected.sorted(by: >).prefix(4)
            #expect(own.count == best.count)
            for (pair, value) in zip(own, best) { #expect(abs(pair.similarity - value) < 1e-12) }
        }
    }

    /// nil where they share nothing.
    private func naive(_ a: [Double], _ b: [Double], _ metric: NeighbourhoodSimilarity) -> Double? {
        let pairs = Array(zip(a, b))
        let least = pairs.reduce(0) { $0 + min($1.0, $1.1) }
        if least == 0 { return nil }
        switch metric {
        case .jaccard: return least / pairs.reduce(0) { $0 + max($1.0, $1.1) }
        case .overlap: return least / min(a.reduce(0, +), b.reduce(0, +))
        case .cosine:
            let product = pairs.reduce(0) { $0 + $1.0 * $1.1 }
            let squares = [a, b].map { $0.reduce(0) { $0 + $1 * $1 } }
            return product / (squares[0] * squares[1]).squareRoot()
        }
    }

    @Test(arguments: VectorSimilarity.allCases)
    func nearestVectors(metric: VectorSimilarity) throws {
        var random = RandomSource(seed: 8)
        let vectors = Matrix.normal(rows: 40, columns: 6, deviation: 1, &random)
        let numbers = Matrix.normal(rows: 40, columns: 1, deviation: 1, &random)
        let pairs = try NearestVectors.search(
            [(vectors, metric), (numbers, .euclidean)], k: 5, cutoff: 0.1)
        func row(_ number: Int) -> [Double] { (0..<6).map { Double(vectors[number, $0]) } }
        func similarity(_ first: Int, _ second: Int) -> Double {
            var (a, b) = (row(first), row(second))
            if metric == .pearson {
                let (meanA, meanB) = (a.reduce(0, +) / 6, b.reduce(0, +) / 6)
                (a, b) = (a.map { $0 - meanA }, b.map { $0 - meanB })
            }
            let product = zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
            let squares = [a, b].map { $0.reduce(0) { $0 + $1 * $1 } }
            let distance = zip(a, b).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
            let ofVectors =
                metric == .euclidean
                ? 1 / (1 + distance) : (1 + product / (squares[0] * squares[1]).squareRoot()) / 2
            let gap = abs(Double(numbers[first, 0]) - Double(numbers[second, 0]))
            return (ofVectors + 1 / (1 + gap)) / 2
        }
        for number in 0..<40 {
            let own = pairs.filter { $0.first == number }
            let others = (0..<40).filter { $0 != number }
            let best = others.map { similarity(number, $0) }.sorted(by: >).prefix(5)
            #expect(own.count == 5)
            for (pair, value) in zip(own, best) {
                #expect(abs(pair.similarity - value) < 1e-5)
                #expect(abs(similarity(number, pair.second) - value) < 1e-5)
            }
        }
    }

    // MARK: Paths

    @Test func dijkstraFindsTheCheapest() throws {
        var random = RandomSource(seed: 9)
        for weighted in [false, true] {
            let graph = topology(30, randomEdges(30, 80, &random), weighted: weighted)
            // Bellman and Ford.
            var costs = [Double](repeating: .infinity, count: 30)
            costs[0] = 0
            for _ in 0..<30 {
                for number in 0..<30 {
                    for place in graph.range(number) {
                        let neighbour = Int(graph.neighbours[place])
                        costs[neighbour] = min(
                            costs[neighbour], costs[number] + graph.weight(place))
                    }
                }
            }
            let paths = try graph.dijkstra(from: 0, to: Array(0..<30))
            #expect(
                paths.map { $0.nodes[$0.nodes.count - 1] }
                    == (0..<30).filter { costs[$0] < .infinity })
            for path in paths {
                let target = path.nodes[path.nodes.count - 1]
                #expect(abs(path.totalCost - costs[target]) < 1e-12)
                #expect(path.nodes[0] == 0)
                for (step, node) in path.nodes.dropFirst().enumerated() {
                    let before = path.nodes[step]
                    let cheapest = graph.range(before).filter { Int(graph.neighbours[$0]) == node }
                        .map { graph.weight($0) }.min()
                    #expect(abs(path.costs[step + 1] - path.costs[step] - cheapest!) < 1e-12)
                }
            }
        }
        let negative = topology(2, [(0, 1, -1)], weighted: true)
        #expect(throws: AlgorithmError.self) { try negative.dijkstra(from: 0, to: [1]) }
    }

    // MARK: Embeddings

    /// The formula over dense matrices.
    @Test func fastRPIsItsFormula() throws {
        var random = RandomSource(seed: 10)
        let graph = topology(20, randomEdges(20, 60, &random), weighted: true)
        var options = FastRPOptions()
        options.dimension = 8
        options.iterationWeights = []
        options.nodeSelfInfluence = 1
        options.seed = 3
        // The normalised random vectors.
        let start = try graph.fastRP(options)
        for number in 0..<20 {
            let row = (0..<8).map { start[number, $0] }
            let nonzero = Set(row.filter { $0 != 0 }.map { abs($0) })
            #expect(nonzero.count <= 1)
        }
        options.nodeSelfInfluence = 0
        options.iterationWeights = [0, 2]
        options.normalizationStrength = -0.5
        let embedding = try graph.fastRP(options)
        let matrix = dense(graph)
        func normalized(_ rows: [[Double]]) -> [[Double]] {
            rows.map { row in
                let norm = row.reduce(0) { $0 + $1 * $1 }.squareRoot()
                return norm > 0 ? row.map { $0 / norm } : row
            }
        }
        var current = (0..<20).map { number -> [Double] in
            let degree = Double(graph.degree(number))
            let scale = degree == 0 ? 1 : pow(degree, -0.5)
            return (0..<8).map { column -> Double in
                let value = start[number, column]
                return value == 0 ? 0 : (value > 0 ? 1 : -1) * scale
            }
        }
        for _ in 0..<2 {
            current = (0..<20).map { number in
                let degree = Double(max(1, graph.degree(number)))
                return (0..<8).map { column in
                    (0..<20).reduce(0) { $0 + matrix[number][$1] * current[$1][column] } / degree
                }
            }
        }
        let expected = normalized(current)
        for number in 0..<20 {
            for column in 0..<8 {
                #expect(
                    abs(Double(embedding[number, column]) - 2 * expected[number][column]) < 1e-5)
            }
        }
    }

    @Test func node2vecTellsGroupsApart() throws {
        var random = RandomSource(seed: 11)
        // Two groups of ten, one relationship between them.
        var edges: [(Int, Int, Double)] = [(0, 10, 1), (10, 0, 1)]
        for a in 0..<20 {
            for b in 0..<a where a / 10 == b / 10 { edges += [(a, b, 1), (b, a, 1)] }
        }
        var options = Node2VecOptions()
        options.dimension = 8
        options.walkLength = 12
        options.walksPerNode = 8
        options.windowSize = 2
        options.iterations = 3
        options.initialLearningRate = 0.1
        options.seed = random.next()
        let graph = topology(20, edges)
        let result = try graph.node2vec(options)
        #expect(result.losses.count == 3 && result.losses[2] < result.losses[0])
        func cosine(_ a: Int, _ b: Int) -> Float {
            let (left, right) = (result.embedding.row(a), result.embedding.row(b))
            let norms = Vectors.dot(left, left, 8) * Vectors.dot(right, right, 8)
            return Vectors.dot(left, right, 8) / norms.squareRoot()
        }
        var (within, across): (Float, Float) = (0, 0)
        for a in 0..<10 {
            for b in 0..<a { within += cosine(a, b) / 45 }
            for b in 10..<20 { across += cosine(a, b) / 100 }
        }
        #expect(within > across + 0.2)
        #expect(try graph.node2vec(options).embedding.array == result.embedding.array)
    }

    /// One walk may take minutes: asked within it.
    @Test func node2vecAsksItsMonitorByWork() throws {
        let asked = Atomic<Int>(0)
        var options = Node2VecOptions()
        options.dimension = 1_024
        options.walkLength = 200
        options.walksPerNode = 1
        options.windowSize = 4
        _ = try topology(2, [(0, 1, 1), (1, 0, 1)]).node2vec(
            options, monitor: .init(checkpoint: { asked.add(1, ordering: .relaxed) }))
        // 2 · 200 · 8 pairs of 6 · 1024 multiplications.
        #expect(asked.load(ordering: .relaxed) > 10)
    }

    // MARK: Link prediction

    @Test func linkPrediction() throws {
        var random = RandomSource(seed: 12)
        let edges = (0..<40).map { _ in
            GraphFixture.Edge(random.next(below: 14), random.next(below: 14))
        }
        let fixture = try GraphFixture(nodes: 14, edges)
        var sets = [Set<Int>](repeating: [], count: 14)
        for edge in edges {
            sets[edge.start].insert(edge.end)
            sets[edge.end].insert(edge.start)
        }
        try fixture.read { view in
            let lists = [fixture.outgoing, fixture.incoming]
            for a in 0..<14 {
                for b in 0..<14 {
                    let common = sets[a].intersection(sets[b]).sorted()
                    let counts = common.map { Double(sets[$0].count) }
                    let expected: [LinkPrediction: Double] = [
                        .commonNeighbors: Double(common.count),
                        .totalNeighbors: Double(sets[a].union(sets[b]).count),
                        .preferentialAttachment: Double(sets[a].count * sets[b].count),
                        .resourceAllocation: counts.reduce(0) { $0 + 1 / $1 },
                        .adamicAdar: counts.reduce(0) { $1 > 1 ? $0 + 1 / log($1) : $0 },
                    ]
                    for (measure, value) in expected {
                        let score = measure.score(
                            NodeID(a), NodeID(b), view, lists: lists, degreeLists: lists)
                        #expect(abs(score - value) < 1e-12)
                    }
                }
            }
        }
    }
}
