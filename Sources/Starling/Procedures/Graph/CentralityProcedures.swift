internal import GraphAlgorithms
internal import GraphStore
internal import LinearAlgebra
internal import QueryEngine
internal import Values

/// How central each node is.
enum CentralityProcedures {
    static let all = [pageRank, degree, betweenness]

    private static let score = ProcedureSignature.Field("score", .float, "Higher is more central.")

    static let pageRank = NodeAlgorithm(
        name: "gds.pageRank",
        description:
            "PageRank: x = (1 − d) s + d Pᵀ x, where P steps along relationships in proportion to "
            + "their weights and s is 1 for every node (Brin and Page, WWW 1998). With sourceNodes "
            + "it is personalised: s is shared among them, dead ends step back to them, and the "
            + "scores sum to 1 (Haveliwala, WWW 2002).",
        options: ["dampingFactor", "maxIterations", "tolerance", "sourceNodes", "scaler"],
        optionsText: "dampingFactor (0.85); maxIterations (20); tolerance (1e-7): stop when no "
            + "score changes by more; sourceNodes: nodes or ids; scaler: 'None' (default), "
            + "'MinMax', 'Max', 'Mean', 'Log', 'StdScore', 'L1Norm' or 'L2Norm'",
        outputs: [score],
        summary: [
            .init("ranIterations", .integer, "How many iterations there were."),
            .init("didConverge", .boolean, "Whether the tolerance was reached."),
        ]
    ) { arguments in
        var options = PageRankOptions()
        options.dampingFactor = try arguments.configuration.number("dampingFactor") ?? 0.85
        guard options.dampingFactor >= 0, options.dampingFactor < 1 else {
            throw arguments.configuration.wrong("dampingFactor", "at least 0 and below 1")
        }
        options.maxIterations = try arguments.integer("maxIterations", default: 20, from: 1)
        options.tolerance = try arguments.number("tolerance", default: 1e-7, in: 0...(.infinity))
        let scaler =
            try arguments.configuration.choice("scaler", among: ScoreScaler.allCases)
            ?? ScoreScaler.none
        let topology = try arguments.topology()
        options.sources = try arguments.numbers("sourceNodes", in: topology)
        if options.sources?.isEmpty == true { options.sources = nil }
        let result = try topology.pageRank(options, monitor: arguments.monitor)
        let scores = scaler.scaled(result.scores)
        return NodeAnswer(
            nodes: topology.nodes, row: { [.float(scores[$0])] },
            summary: [.integer(Int64(result.iterations)), .boolean(result.didConverge)])
    }

    static let degree = NodeAlgorithm(
        name: "gds.degree",
        description: "Degree centrality: how many relationships a node has, or the sum of their "
            + "weights (Freeman, 1979). Negative weights do not count.",
        options: ["orientation"],
        optionsText: "orientation: 'NATURAL' (default), 'REVERSE' or 'UNDIRECTED', on top of the "
            + "graph's own",
        outputs: [score], summary: []
    ) { arguments in
        let orientation =
            try arguments.configuration.choice(
                "orientation", among: GraphDefinition.Orientation.allCases) ?? .natural
        let read = try arguments.topology()
        let topology =
            switch orientation {
            case .natural: read
            case .reverse: read.transposed()
            case .undirected: read.symmetrized()
            }
        return NodeAnswer(
            nodes: topology.nodes,
            row: { number in
                let sum = topology.range(number).reduce(0) { $0 + max(0, topology.weight($1)) }
                return [.float(sum)]
            })
    }

    static let betweenness = NodeAlgorithm(
        name: "gds.betweenness",
        description:
            "Betweenness centrality: over all pairs of other nodes, the share of the shortest "
            + "paths between them that lead through a node; weights do not count (Brandes, 2001).",
        options: ["samplingSize", "samplingSeed"],
        optionsText: "samplingSize: only so many random nodes as starts of paths; samplingSeed",
        outputs: [score], summary: []
    ) { arguments in
        let topology = try arguments.topology()
        var sources: [Int]?
        if arguments.configuration.has("samplingSize") {
            let size = try arguments.integer("samplingSize", default: 0, from: 1)
            let seed = try arguments.integer("samplingSeed", default: 0, from: Int.min)
            var random = RandomSource(seed: UInt64(bitPattern: Int64(seed)))
            sources = random.permutation(topology.nodeCount).prefix(size).map(Int.init).sorted()
        }
        let sums = try topology.betweenness(sources: sources, monitor: arguments.monitor)
        let share = arguments.isUndirected ? 0.5 : 1
        return NodeAnswer(nodes: topology.nodes, row: { [.float(sums[$0] * share)] })
    }
}
