import Foundation
import GraphAlgorithms
import GraphStore
import LinearAlgebra
import Values

/// A store in a directory of its own with nodes 0 ..< count, and one or more relationship types.
final class GraphFixture {
    private let directory: String
    let store: GraphStore
    let type: TypeID
    let timeKey: KeyID
    let weightKey: KeyID
    private(set) var nodes: [NodeID] = []

    struct Edge {
        var start: Int
        var end: Int
        var time: Int?
        var weight: Double?

        init(_ start: Int, _ end: Int, time: Int? = nil, weight: Double? = nil) {
            self.start = start
            self.end = end
            self.time = time
            self.weight = weight
        }
    }

    /// `live`: lists are in memory from the first read on, or never.
    init(nodes count: Int, _ edges: [Edge] = [], live: Bool = true) throws {
        directory = NSTemporaryDirectory() + "algorithms-" + UUID().uuidString
        var options = GraphStore.Options()
        options.syncOnCommit = false
        if live { options.buildsLiveAtOnce = true } else { options.liveMemoryBytes = 0 }
        store = try GraphStore.open(directory: directory, options: options)
        (type, timeKey, weightKey, nodes) = try store.write { writer in
            let label = try writer.label("N")
            return (
                try writer.type("E"), try writer.key("time"), try writer.key("weight"),
                try (0..<count).map { _ in try writer.createNode(labels: [label], properties: []) }
            )
        }
        try connect(edges)
    }

    deinit {
        store.close()
        try? FileManager.default.removeItem(atPath: directory)
    }

    /// Each call is a commit.
    @discardableResult
    func connect(_ edges: [Edge]) throws -> [RelationshipID] {
        let (type, timeKey, weightKey, nodes) = (type, timeKey, weightKey, nodes)
        return try store.write { writer in
            try edges.map { edge in
                var properties: [(key: KeyID, value: Value)] = []
                if let time = edge.time { properties.append((timeKey, .integer(Int64(time)))) }
                if let weight = edge.weight { properties.append((weightKey, .float(weight))) }
                return try writer.createRelationship(
                    type: type, start: nodes[edge.start], end: nodes[edge.end],
                    properties: properties)
            }
        }
    }

    func read<R>(_ body: (GraphView) throws -> R) throws -> R {
        let view = try store.beginRead()
        defer { view.close() }
        return try body(view)
    }

    var outgoing: SampledRelation.List { .init(type, .outgoing) }
    var incoming: SampledRelation.List { .init(type, .incoming) }
}

/// The graph and the exact probabilities of the sampling reference, where it lies beside the
/// repository.
struct SamplingReference: Decodable {
    struct Graph: Decodable {
        var numNodes: Int
        var edgeIndex: [[Int]]
        var neighbours: [[Int]]
    }

    struct Hop: Decodable {
        var expanded: Double?
        var draws: Int
        var probability: [String: Double]
    }

    struct Sampling: Decodable {
        var firstHop: Hop
        var secondHop: [String: Hop]
        var inSample: [Double]
    }

    struct NeighbourSampling: Decodable {
        var seed: Int
        var fanOut: [Int]
        var reachable: [String: [Int]]
        var withoutReplacement: Sampling
        var withReplacement: Sampling
    }

    struct ParallelEdges: Decodable {
        var edgeTargets: [Int]
        var draws: Int
        var withoutReplacement: [String: Double]
        var withReplacement: [String: Double]
    }

    struct Walk: Decodable {
        var source: Int
        var restartProbability: Double
        var transition: [[Double]]
    }

    struct Node2Vec: Decodable {
        struct Row: Decodable {
            var previous: Int
            var current: Int
            var probability: [String: Double]
        }
        var p: Double
        var q: Double
        var transition: [Row]
    }

    struct PageRank: Decodable {
        struct Directed: Decodable {
            var edgeIndex: [[Int]]
            var value: [Double]
        }
        var source: Int
        var damping: Double
        var undirected: [Double]
        var directed: Directed
    }

    var graph: Graph
    var neighbourSampling: NeighbourSampling
    var parallelEdges: ParallelEdges
    var walkWithRestart: Walk
    var node2vec: Node2Vec
    var personalisedPagerank: PageRank

    private static let file = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "../shared/gnn/sampling.json").standardized

    static var isThere: Bool { FileManager.default.fileExists(atPath: file.path) }

    static func load() throws -> SamplingReference {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(SamplingReference.self, from: Data(contentsOf: file))
    }

    /// Each undirected edge once.
    func fixture(live: Bool = true) throws -> GraphFixture {
        let edges = zip(graph.edgeIndex[0], graph.edgeIndex[1]).filter { $0 < $1 }
        return try GraphFixture(
            nodes: graph.numNodes, edges.map { .init($0, $1) }, live: live)
    }
}

/// Whether an observed share lies where it should: within five standard deviations, and an
/// impossible outcome never occurs, a certain one always.
func isPlausible(_ count: Int, of runs: Int, _ probability: Double) -> Bool {
    if probability <= 0 { return count == 0 }
    if probability >= 1 { return count == runs }
    let share = Double(count) / Double(runs)
    return abs(share - probability)
        <= 5 * (probability * (1 - probability) / Double(runs)).squareRoot()
}
