internal import GraphAlgorithms
internal import GraphStore
internal import LinearAlgebra
internal import QueryEngine
internal import Values

/// A vector for each node.
enum EmbeddingProcedures {
    static let all = [fastRP, node2vec]

    private static let embedding = ProcedureSignature.Field(
        "embedding", .listOfFloats, "Nodes that are close in the graph have similar vectors.")
    /// Longer vectors than vector indexes take are refused.
    private static let maximumDimension = 4_096

    static let fastRP = NodeAlgorithm(
        name: "gds.fastRP",
        description:
            "FastRP: the nodes' random vectors R, averaged over neighbours again and again. "
            + "embedding = selfInfluence · R/|R| + Σ iterationWeights[i − 1] · Eᵢ/|Eᵢ|, with "
            + "E₀ = R · degree^normalizationStrength, Eᵢ[v] = mean of Eᵢ₋₁ over v's neighbours "
            + "(Chen et al., CIKM 2019).",
        options: [
            "embeddingDimension", "iterationWeights", "normalizationStrength",
            "nodeSelfInfluence",
        ],
        optionsText: "embeddingDimension (required); iterationWeights ([0.0, 1.0, 1.0]); "
            + "normalizationStrength (0.0); nodeSelfInfluence (0.0); randomSeed",
        outputs: [embedding], summary: []
    ) { arguments in
        var options = FastRPOptions()
        guard arguments.configuration.has("embeddingDimension") else {
            throw arguments.configuration.wrong("embeddingDimension", "an integer: the length")
        }
        options.dimension = try arguments.configuration.integer(
            "embeddingDimension", default: 0, in: 1...maximumDimension)
        options.iterationWeights = try weights(arguments)
        options.normalizationStrength = try arguments.number(
            "normalizationStrength", default: 0, in: -.infinity...(.infinity))
        options.nodeSelfInfluence = try arguments.number(
            "nodeSelfInfluence", default: 0, in: -.infinity...(.infinity))
        options.seed = try arguments.seed()
        let topology = try arguments.topology()
        let matrix = try topology.fastRP(options, monitor: arguments.monitor)
        return answer(topology, matrix, summary: [])
    }

    static let node2vec = NodeAlgorithm(
        name: "gds.node2vec",
        description:
            "node2vec: skip-gram with negative sampling over biased random walks; minimises "
            + "−ln σ(u·c) − Σ ln σ(−u·n) (Grover and Leskovec, KDD 2016).",
        options: [
            "embeddingDimension", "walkLength", "walksPerNode", "returnFactor", "inOutFactor",
            "windowSize", "negativeSamplingRate", "negativeSamplingExponent", "iterations",
            "initialLearningRate", "minLearningRate", "walkBufferSize",
        ],
        optionsText: "embeddingDimension (128); walkLength (80); walksPerNode (10); returnFactor "
            + "(1.0); inOutFactor (1.0); windowSize (10); negativeSamplingRate (5); "
            + "negativeSamplingExponent (0.75); iterations (1); initialLearningRate (0.01); "
            + "minLearningRate (0.0001); randomSeed",
        outputs: [embedding],
        summary: [.init("lossPerIteration", .listOfFloats, "The mean loss of each iteration.")]
    ) { arguments in
        var options = Node2VecOptions()
        options.dimension = try arguments.configuration.integer(
            "embeddingDimension", default: 128, in: 1...maximumDimension)
        options.walkLength = try arguments.configuration.integer(
            "walkLength", default: 80, in: 2...1_000_000)
        options.walksPerNode = try arguments.configuration.integer(
            "walksPerNode", default: 10, in: 1...100_000)
        let positive = Double.leastNormalMagnitude...Double.infinity
        options.returnFactor = try arguments.number("returnFactor", default: 1, in: positive)
        options.inOutFactor = try arguments.number("inOutFactor", default: 1, in: positive)
        options.windowSize = try arguments.configuration.integer(
            "windowSize", default: 10, in: 1...100_000)
        options.negativeSamplingRate = try arguments.configuration.integer(
            "negativeSamplingRate", default: 5, in: 0...10_000)
        options.negativeSamplingExponent = try arguments.number(
            "negativeSamplingExponent", default: 0.75, in: -100...100)
        options.iterations = try arguments.configuration.integer(
            "iterations", default: 1, in: 1...100_000)
        options.initialLearningRate = try arguments.number(
            "initialLearningRate", default: 0.01, in: positive)
        options.minLearningRate = try arguments.number(
            "minLearningRate", default: 0.0001, in: 0...(.infinity))
        options.seed = try arguments.seed()
        let topology = try arguments.topology()
        let result = try topology.node2vec(options, monitor: arguments.monitor)
        return answer(
            topology, result.embedding, summary: [.list(result.losses.map { .float($0) })])
    }

    private static func answer(_ topology: Topology, _ matrix: Matrix, summary: [Value])
        -> NodeAnswer
    {
        NodeAnswer(
            nodes: topology.nodes,
            row: { number in
                [.list((0..<matrix.columns).map { .float(Double(matrix[number, $0])) })]
            }, summary: summary)
    }

    private static func weights(_ arguments: GraphArguments) throws -> [Double] {
        guard arguments.configuration.has("iterationWeights") else { return [0, 1, 1] }
        let weights = arguments.configuration.list("iterationWeights").compactMap { value in
            switch value {
            case .integer(let number): Double(number)
            case .float(let number) where number.isFinite: number
            default: nil
            }
        }
        guard !weights.isEmpty,
            weights.count == arguments.configuration.list("iterationWeights").count
        else { throw arguments.configuration.wrong("iterationWeights", "a list of numbers") }
        return weights
    }
}
