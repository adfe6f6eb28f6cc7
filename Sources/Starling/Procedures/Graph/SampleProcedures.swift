internal import GraphAlgorithms
internal import GraphStore
internal import LinearAlgebra
internal import QueryEngine
internal import Values

/// `sample.*`: neighbourhoods and walks straight from the graph as it is now.
enum SampleProcedures {
    static let all: [any Procedure] = [
        SampleNeighboursProcedure(), SampleRandomWalkProcedure(), SampleImportanceProcedure(),
        SampleSubgraphProcedure(), SampleExportProcedure(),
    ]
}

private struct SampleNeighboursProcedure: Procedure {
    let signature = ProcedureSignature(
        name: "sample.neighbours",
        inputs: [
            .init("seeds", .any, "A node or a list of nodes."),
            .init(
                "configuration", .map, fallback: .map(ValueMap()),
                SampleArguments.fanOutText
                    + "; disjoint (false): a tree for each seed; timestamp: a property of the "
                    + "relationships, with times: of the seeds, or one for all: nothing later is "
                    + "drawn; newestFirst (false): the latest instead of random ones; "
                    + SampleArguments.listText),
        ],
        outputs: [
            .init("hop", .integer, "From 1."),
            .init("source", .node, "The neighbour that was drawn."),
            .init("target", .node, "The node that it was drawn for."),
            .init("relationship", .relationship, "What connects them."),
            .init("seed", .integer, "The seed's place, from 0, in a disjoint sample; else null."),
        ],
        description:
            "Neighbour sampling as PyTorch Geometric does it: hop 1 draws among the neighbours of "
            + "the seeds, hop h + 1 among those of the nodes that hop h found first, min(fan-out, "
            + "degree) for each, every subset equally likely (Hamilton et al., NeurIPS 2017).")

    func call(_ arguments: [Value], _ context: ProcedureContext, _ output: inout ProcedureOutput)
        throws
    {
        let arguments = try SampleArguments(
            arguments, context, of: signature.name,
            options: SampleArguments.fanOutOptions
                + ["disjoint", "timestamp", "times", "newestFirst"])
        let configuration = arguments.configuration
        var options = SamplingOptions()
        options.keepsRelationships = true
        options.withReplacement = try configuration.boolean("replace", default: false)
        options.isDisjoint = try configuration.boolean("disjoint", default: false)
        options.newestFirst = try configuration.boolean("newestFirst", default: false)
        options.timestamp = try configuration.string("timestamp").map {
            try context.view.relationshipKey($0, of: signature.name)
        }
        let times = try times(configuration, count: arguments.seeds.count)
        if options.timestamp == nil, times != nil || options.newestFirst {
            throw QueryError(
                .argument,
                "\(signature.name): `times` and `newestFirst` need `timestamp`, the property that "
                    + "holds the relationships' times.")
        }
        let sampler = NeighbourSampler(
            context.view, try arguments.relations(), options: options, monitor: context.monitor)
        var random = try arguments.random()
        let sample = try arguments.translating {
            try sampler.sample(arguments.seeds, times: times, &random)
        }
        for edges in sample.edges {
            var hop = 0
            for place in 0..<edges.count {
                while place == edges.hopEnds[hop] { hop += 1 }
                let target = Int(edges.targets[place])
                // Column by column: there may be many rows.
                output.columns[0].append(integer: Int64(hop + 1))
                output.columns[1].append(node: sample.nodes[Int(edges.sources[place])])
                output.columns[2].append(node: sample.nodes[target])
                output.columns[3].append(relationship: edges.relationships[place])
                if sample.trees.isEmpty {
                    output.columns[4].appendNull()
                } else {
                    output.columns[4].append(integer: Int64(sample.trees[target]))
                }
            }
        }
    }

    private func times(_ configuration: Configuration, count: Int) throws -> [Double]? {
        guard let value = configuration.value("times") else { return nil }
        let isList = if case .list = value { true } else { false }
        let times = configuration.list("times").compactMap { Moment.seconds($0) }
        if !isList, times.count == 1 { return Array(repeating: times[0], count: count) }
        guard times.count == count, configuration.list("times").count == count else {
            throw configuration.wrong("times", "a time for each of the \(count) seeds")
        }
        return times
    }
}

private struct SampleRandomWalkProcedure: Procedure {
    let signature = ProcedureSignature(
        name: "sample.randomWalk",
        inputs: [
            .init("start", .any, "A node or a list of nodes."),
            .init(
                "configuration", .map, fallback: .map(ValueMap()),
                "walkLength (80): nodes in a walk; walksPerNode (1); restart (0.0): the chance of "
                    + "going back to the start; returnFactor (1.0), inOutFactor (1.0): node2vec's "
                    + "p and q; " + SampleArguments.listText),
        ],
        outputs: [.init("nodes", .listOfNodes, "The walk, its start first.")],
        description:
            "Random walks on the live graph: uniform, with restart (and from dead ends always), or "
            + "biased as in node2vec (Grover and Leskovec, KDD 2016).")

    func call(_ arguments: [Value], _ context: ProcedureContext, _ output: inout ProcedureOutput)
        throws
    {
        let arguments = try SampleArguments(
            arguments, context, of: signature.name,
            options: ["walkLength", "walksPerNode", "restart", "returnFactor", "inOutFactor"])
        let configuration = arguments.configuration
        let length = try configuration.integer("walkLength", default: 80, in: 1...10_000_000)
        let count = try configuration.integer("walksPerNode", default: 1, in: 1...1_000_000)
        let restart = try configuration.share("restart", default: 0)
        let (back, out) = (
            try configuration.factor("returnFactor"), try configuration.factor("inOutFactor")
        )
        if restart > 0, back != 1 || out != 1 {
            throw QueryError(
                .argument,
                "\(signature.name): give `restart` or node2vec's factors, not both.")
        }
        let graph = LiveWalkGraph(context.view, try arguments.lists())
        var random = try arguments.random()
        var pace = RandomWalks.pace(context.monitor)
        for start in arguments.seeds {
            for _ in 0..<count {
                try context.monitor.checkpoint()
                let walk =
                    restart > 0
                    ? try RandomWalks.withRestart(
                        graph, from: start, nodes: length, restart: restart, &random, &pace)
                    : try RandomWalks.node2vec(
                        graph, from: start, nodes: length, returnFactor: back, inOutFactor: out,
                        &random, &pace)
                output.append(.list(walk.map { .nodeReference($0) }))
            }
        }
    }
}

private struct SampleImportanceProcedure: Procedure {
    let signature = ProcedureSignature(
        name: "sample.importance",
        inputs: [
            .init("node", .node, "Whose neighbourhood."),
            .init(
                "configuration", .map, fallback: .map(ValueMap()),
                "walks (200); walkLength (2): steps of each; restart (0.0): the chance of ending "
                    + "before a step; stride (1): 2 counts every other step, so that between users "
                    + "and items only nodes of the same kind count; k (50): nodes yielded; "
                    + SampleArguments.listText),
        ],
        outputs: [
            .init("node", .node, "A node that the walks visited."),
            .init("visits", .integer, "How often."),
            .init("importance", .float, "Its share of all visits that count."),
        ],
        description:
            "The neighbourhood of a node in PinSAGE: the nodes that short random walks from it "
            + "visit most, importance = visits / Σ visits (Ying et al., KDD 2018).")

    func call(_ arguments: [Value], _ context: ProcedureContext, _ output: inout ProcedureOutput)
        throws
    {
        let arguments = try SampleArguments(
            arguments, context, of: signature.name,
            options: ["walks", "walkLength", "restart", "stride", "k"])
        let configuration = arguments.configuration
        let walks = try configuration.integer("walks", default: 200, in: 1...10_000_000)
        let length = try configuration.integer("walkLength", default: 2, in: 1...10_000)
        let stride = try configuration.integer("stride", default: 1, in: 1...length)
        let k = try configuration.integer("k", default: 50, in: 1...10_000_000)
        let restart = try configuration.share("restart", default: 0)
        let graph = LiveWalkGraph(context.view, try arguments.lists())
        var random = try arguments.random()
        guard let node = arguments.seeds.first else { return }
        var pace = RandomWalks.pace(context.monitor)
        let visits = try RandomWalks.importance(
            graph, of: node, walks: walks, length: length, restart: restart, stride: stride,
            &random, &pace)
        for visit in visits.prefix(k) {
            output.append(
                .nodeReference(visit.node), .integer(Int64(visit.visits)), .float(visit.share))
        }
    }
}

extension Configuration {
    /// From 0 to 1.
    fileprivate func share(_ key: String, default fallback: Double) throws -> Double {
        let share = try number(key) ?? fallback
        guard (0...1).contains(share) else { throw wrong(key, "from 0 to 1") }
        return share
    }

    /// Above 0; 1 by default.
    fileprivate func factor(_ key: String) throws -> Double {
        let factor = try number(key) ?? 1
        guard factor > 0 else { throw wrong(key, "above 0") }
        return factor
    }
}
