internal import GraphAlgorithms
internal import GraphStore
internal import QueryEngine
internal import Values

/// Which nodes belong together.
enum CommunityProcedures {
    static let all = [louvain, labelPropagation, components]

    private static let community = ProcedureSignature.Field(
        "communityId", .integer, "Equal for nodes that belong together.")

    static let louvain = NodeAlgorithm(
        name: "gds.louvain",
        description:
            "Communities of high modularity Q = Σ inside / 2m − (total / 2m)², by the Louvain "
            + "method (Blondel et al., 2008). Relationships count from both ends.",
        options: [
            "maxLevels", "maxIterations", "tolerance", "includeIntermediateCommunities",
            "consecutiveIds", "minCommunitySize",
        ],
        optionsText: "maxLevels (10); maxIterations (10); tolerance (0.0001); "
            + "includeIntermediateCommunities (false); consecutiveIds (false); minCommunitySize (0)",
        outputs: [
            community,
            .init(
                "intermediateCommunityIds", .list,
                "The community after each level; null unless asked for."),
        ],
        summary: [
            .init("modularity", .float, "From -0.5 to 1; higher is better."),
            .init("ranLevels", .integer, "How many levels there were."),
            .init("communityCount", .integer, "How many communities there are."),
        ]
    ) { arguments in
        var options = LouvainOptions()
        options.maxLevels = try arguments.integer("maxLevels", default: 10, from: 1)
        options.maxIterations = try arguments.integer("maxIterations", default: 10, from: 1)
        options.tolerance = try arguments.number(
            "tolerance", default: 0.0001, in: 0...(.infinity))
        let withLevels = try arguments.configuration.boolean(
            "includeIntermediateCommunities", default: false)
        let groups = try GroupOptions(arguments)
        let topology = try arguments.symmetricTopology()
        let result = try topology.louvain(options, monitor: arguments.monitor)
        let communities = result.communities
        let levels = result.levels
        return NodeAnswer(
            nodes: topology.nodes,
            row: { number in
                let intermediate: Value =
                    withLevels ? .list(levels.map { .integer(Int64($0[number])) }) : .null
                return [.integer(Int64(communities[number])), intermediate]
            }, isLeftOut: groups.isLeftOut(communities),
            summary: [
                .float(result.modularity), .integer(Int64(levels.count)),
                .integer(Int64(Set(communities).count)),
            ])
    }

    static let labelPropagation = NodeAlgorithm(
        name: "gds.labelPropagation",
        description:
            "Communities by label propagation: each node takes the label with the greatest sum of "
            + "weights among its neighbours, ties at random, until none changes (Raghavan et al., 2007).",
        options: ["maxIterations", "seedProperty", "consecutiveIds", "minCommunitySize"],
        optionsText: "maxIterations (10); seedProperty: an integer property with the first labels; "
            + "consecutiveIds (false); minCommunitySize (0)",
        outputs: [community],
        summary: [
            .init("ranIterations", .integer, "How many iterations there were."),
            .init("didConverge", .boolean, "Whether the last changed nothing."),
            .init("communityCount", .integer, "How many communities there are."),
        ]
    ) { arguments in
        let iterations = try arguments.integer("maxIterations", default: 10, from: 1)
        let groups = try GroupOptions(arguments)
        let topology = try arguments.topology()
        let seeds = try groups.seeds(topology, arguments)
        let result = try topology.labelPropagation(
            maxIterations: iterations, seeds: seeds ?? topology.nodes.map { Int($0) },
            seed: arguments.seed(), monitor: arguments.monitor)
        let labels = groups.numbered(result.labels)
        return NodeAnswer(
            nodes: topology.nodes, row: { [.integer(Int64(labels[$0]))] },
            isLeftOut: groups.isLeftOut(labels),
            summary: [
                .integer(Int64(result.iterations)), .boolean(result.didConverge),
                .integer(Int64(Set(labels).count)),
            ])
    }

    static let components = NodeAlgorithm(
        name: "gds.wcc",
        description:
            "Weakly connected components: nodes that a chain of relationships connects, whatever "
            + "their direction. Union-find (Tarjan and van Leeuwen, 1984).",
        options: ["threshold", "consecutiveIds", "minComponentSize"],
        optionsText: "threshold: only relationships whose weight is above it connect; "
            + "consecutiveIds (false); minComponentSize (0)",
        outputs: [
            .init("componentId", .integer, "Equal for nodes that are connected.")
        ],
        summary: [.init("componentCount", .integer, "How many components there are.")]
    ) { arguments in
        let groups = try GroupOptions(arguments, size: "minComponentSize")
        let threshold = try arguments.configuration.number("threshold")
        if threshold != nil, !arguments.configuration.has("relationshipWeightProperty") {
            throw QueryError(
                .argument,
                "\(arguments.procedure): `threshold` needs `relationshipWeightProperty`.")
        }
        let topology = try arguments.topology()
        let components = groups.numbered(
            try topology.connectedComponents(threshold: threshold, monitor: arguments.monitor))
        return NodeAnswer(
            nodes: topology.nodes, row: { [.integer(Int64(components[$0]))] },
            isLeftOut: groups.isLeftOut(components),
            summary: [.integer(Int64(Set(components).count))])
    }
}

/// How groups are numbered, and which are shown.
private struct GroupOptions {
    private let isConsecutive: Bool
    private let leastSize: Int

    init(_ arguments: GraphArguments, size: String = "minCommunitySize") throws {
        isConsecutive = try arguments.configuration.boolean("consecutiveIds", default: false)
        leastSize = try arguments.integer(size, default: 0, from: 0)
    }

    func numbered(_ groups: [Int]) -> [Int] {
        isConsecutive ? Grouping.consecutive(groups) : groups
    }

    func isLeftOut(_ groups: [Int]) -> ((Int) -> Bool)? {
        guard leastSize > 1 else { return nil }
        var sizes: [Int: Int] = [:]
        for group in groups { sizes[group, default: 0] += 1 }
        return { sizes[groups[$0], default: 0] < leastSize }
    }

    /// The first labels: the property where it is an integer, else numbers that no node has.
    func seeds(_ topology: Topology, _ arguments: GraphArguments) throws -> [Int]? {
        guard let property = try arguments.configuration.string("seedProperty") else { return nil }
        let key = try arguments.key(property)
        var builder = ColumnBuilder(capacity: topology.nodeCount)
        topology.nodes.withUnsafeBufferPointer {
            arguments.view.appendProperty(key, of: .node, $0, to: &builder)
        }
        let column = builder.build()
        var seeds = [Int](repeating: -1, count: topology.nodeCount)
        var greatest = -1
        for number in seeds.indices {
            if case .integer(let seed) = column.value(number), seed >= 0 {
                seeds[number] = Int(seed)
                greatest = max(greatest, Int(seed))
            }
        }
        let taken = Set(seeds)
        var next = greatest
        for number in seeds.indices where seeds[number] < 0 {
            // Behind the greatest number there is, what is free comes from 0 on.
            repeat { next = next == .max ? 0 : next + 1 } while taken.contains(next)
            seeds[number] = next
        }
        return seeds
    }
}
