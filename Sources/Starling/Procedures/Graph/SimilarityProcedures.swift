internal import GraphAlgorithms
internal import GraphStore
internal import LinearAlgebra
internal import QueryEngine
internal import Values

/// Which nodes are alike: pairs with a similarity.
enum SimilarityProcedures {
    static let all = [nodeSimilarity, knn]

    static let nodeSimilarity = PairAlgorithm(
        name: "gds.nodeSimilarity",
        description:
            "Nodes that share neighbours, by Jaccard |A ∩ B| / |A ∪ B|, overlap |A ∩ B| / "
            + "min(|A|, |B|) or cosine; with weights min and max take the place of ∩ and ∪.",
        options: [
            "similarityMetric", "similarityCutoff", "degreeCutoff", "upperDegreeCutoff", "topK",
            "bottomK", "topN", "bottomN",
        ],
        optionsText: "similarityMetric: 'JACCARD' (default), 'OVERLAP' or 'COSINE'; "
            + "similarityCutoff (1e-42); degreeCutoff (1); upperDegreeCutoff; topK (10) or bottomK: "
            + "for each node; topN or bottomN: in all, 0 for no limit"
    ) { arguments in
        var options = NodeSimilarityOptions()
        let configuration = arguments.configuration
        options.metric =
            try configuration.choice(
                "similarityMetric", among: NeighbourhoodSimilarity.allCases) ?? .jaccard
        options.similarityCutoff = try arguments.number(
            "similarityCutoff", default: 1e-42, in: 0...1)
        options.degreeCutoff = try arguments.integer("degreeCutoff", default: 1, from: 1)
        options.upperDegreeCutoff = try arguments.integer(
            "upperDegreeCutoff", default: Int(Int32.max), from: 1)
        options.isBottom = configuration.has("bottomK")
        if options.isBottom, configuration.has("topK") {
            throw QueryError(
                .argument, "\(arguments.procedure): give `topK` or `bottomK`, not both.")
        }
        options.topK = try arguments.configuration.integer(
            options.isBottom ? "bottomK" : "topK", default: 10, in: 1...1_000_000)
        let limit = try PairLimit(arguments)
        let topology = try arguments.topology()
        let pairs = try topology.nodeSimilarity(options, monitor: arguments.monitor)
        return PairAnswer(nodes: topology.nodes, pairs: limit.applied(to: pairs))
    }

    static let knn = PairAlgorithm(
        name: "gds.knn",
        description:
            "The nodes whose properties are most alike, exact: every pair is compared. Numbers by "
            + "1 / (1 + |a − b|), vectors by cosine (1 + cos) / 2, Euclidean 1 / (1 + distance) or "
            + "Pearson (1 + r) / 2; several properties by their mean. Nodes without all of the "
            + "properties are left out.",
        options: [
            "nodeProperties", "topK", "similarityCutoff", "sampleRate", "deltaThreshold",
            "maxIterations", "randomJoins", "initialSampler", "perturbationRate",
        ],
        optionsText: "nodeProperties: a name, a list, or {name: 'COSINE', 'EUCLIDEAN', 'PEARSON' "
            + "or 'DEFAULT'}; topK (10); similarityCutoff (0.0). What steers the approximate "
            + "search of Neo4j's library (sampleRate, maxIterations …) changes nothing here"
    ) { arguments in
        let k = try arguments.configuration.integer("topK", default: 10, in: 1...1_000_000)
        let cutoff = try arguments.number("similarityCutoff", default: 0, in: 0...1)
        let vectors = try PropertyVectors(arguments)
        let pairs = try NearestVectors.search(
            vectors.columns, k: k, cutoff: cutoff, monitor: arguments.monitor)
        return PairAnswer(nodes: vectors.nodes, pairs: pairs)
    }
}

/// `topN` and `bottomN`.
private struct PairLimit {
    private let count: Int
    private let isBottom: Bool

    init(_ arguments: GraphArguments) throws {
        let top = try arguments.integer("topN", default: 0, from: 0)
        let bottom = try arguments.integer("bottomN", default: 0, from: 0)
        guard top == 0 || bottom == 0 else {
            throw QueryError(
                .argument, "\(arguments.procedure): give `topN` or `bottomN`, not both.")
        }
        count = max(top, bottom)
        isBottom = bottom > 0
    }

    func applied(to pairs: [SimilarPair]) -> [SimilarPair] {
        guard count > 0 else { return pairs }
        let sorted = pairs.enumerated().sorted { a, b in
            guard a.element.similarity != b.element.similarity else { return a.offset < b.offset }
            return (a.element.similarity > b.element.similarity) != isBottom
        }
        return sorted.prefix(count).map(\.element)
    }
}

/// Node properties as matrices, of the nodes that have all of them.
private struct PropertyVectors {
    let nodes: ContiguousArray<NodeID>
    let columns: [(vectors: Matrix, metric: VectorSimilarity)]

    init(_ arguments: GraphArguments) throws {
        let properties = try Self.properties(arguments)
        let all = try arguments.definition.nodes(arguments.view, monitor: arguments.monitor)
        var found: [[[Float]?]] = []
        for (name, _) in properties {
            found.append(try Self.vectors(name, all, arguments))
        }
        let kept = all.indices.filter { number in found.allSatisfy { $0[number] != nil } }
        nodes = ContiguousArray(kept.map { all[$0] })
        columns = zip(properties, found).map { property, vectors in
            let width = kept.first.flatMap { vectors[$0]?.count } ?? 0
            let matrix = Matrix(rows: kept.count, columns: width)
            for (row, number) in kept.enumerated() {
                for (column, value) in (vectors[number] ?? []).enumerated() {
                    matrix[row, column] = value
                }
            }
            // One number is compared by its difference.
            let metric = property.metric ?? (width == 1 ? .euclidean : .cosine)
            return (matrix, metric)
        }
    }

    /// Names and metrics; nil is the type's own.
    private static func properties(_ arguments: GraphArguments) throws
        -> [(name: String, metric: VectorSimilarity?)]
    {
        let configuration = arguments.configuration
        var properties: [(name: String, metric: VectorSimilarity?)] = []
        for value in configuration.list("nodeProperties") {
            switch value {
            case .string(let name): properties.append((name, nil))
            case .map(let map):
                let metrics = try Configuration(value, of: arguments.procedure, known: map.keys)
                for name in map.keys {
                    var metric: VectorSimilarity?
                    if try metrics.string(name)?.uppercased() != "DEFAULT" {
                        metric = try metrics.choice(name, among: VectorSimilarity.allCases)
                    }
                    properties.append((name, metric))
                }
            default: throw configuration.wrong("nodeProperties", "names of properties")
            }
        }
        guard !properties.isEmpty else {
            throw configuration.wrong("nodeProperties", "names of properties")
        }
        return properties
    }

    private static let nodesPerRead = 16_384

    private static func vectors(
        _ name: String, _ nodes: ContiguousArray<NodeID>, _ arguments: GraphArguments
    ) throws -> [[Float]?] {
        let key = try arguments.key(name)
        var vectors: [[Float]?] = []
        var width: Int?
        for begin in stride(from: 0, to: nodes.count, by: nodesPerRead) {
            try arguments.monitor.checkpoint()
            let block = nodes[begin..<min(begin + nodesPerRead, nodes.count)]
            var builder = ColumnBuilder(capacity: block.count)
            block.withUnsafeBufferPointer {
                arguments.view.appendProperty(key, of: .node, $0, to: &builder)
            }
            let column = builder.build()
            for row in 0..<column.count {
                let vector = vector(column.value(row))
                if let vector {
                    guard vector.count == width ?? vector.count else {
                        throw QueryError(
                            .argument,
                            "\(arguments.procedure): the vectors of `\(name)` differ in length: "
                                + "\(vector.count) and \(width ?? 0).")
                    }
                    width = vector.count
                }
                vectors.append(vector)
            }
        }
        return vectors
    }

    private static func vector(_ value: Value) -> [Float]? {
        switch value {
        case .integer(let number): return [Float(number)]
        case .float(let number) where number.isFinite: return [Float(number)]
        case .vector(let elements): return elements
        case .list(let values):
            var vector: [Float] = []
            for value in values {
                guard let number = value.asDouble, number.isFinite else { return nil }
                vector.append(Float(number))
            }
            return vector.isEmpty ? nil : vector
        default: return nil
        }
    }
}
