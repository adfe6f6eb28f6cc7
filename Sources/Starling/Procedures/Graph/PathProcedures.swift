internal import GraphAlgorithms
internal import GraphStore
internal import LinearAlgebra
internal import QueryEngine
internal import Values

/// `gds.shortestPath.dijkstra.stream` and `gds.randomWalk.stream`: procedures that yield paths.
enum PathProcedures {
    static func all(_ catalog: GraphCatalog) -> [any Procedure] {
        [DijkstraProcedure(catalog: catalog), RandomWalkProcedure(catalog: catalog)]
    }
}

private struct DijkstraProcedure: Procedure {
    let catalog: GraphCatalog
    let signature = ProcedureSignature(
        name: "gds.shortestPath.dijkstra.stream",
        inputs: [
            GraphArguments.graphInput,
            GraphArguments.configurationInput(
                "sourceNode, targetNode: nodes or ids; targetNodes: several"),
        ],
        outputs: [
            .init("index", .integer, "From 0, a path each."),
            .init("sourceNode", .integer, "Where it starts."),
            .init("targetNode", .integer, "Where it ends."),
            .init("totalCost", .float, "The sum of the weights, or the number of relationships."),
            .init("nodeIds", .list, "The nodes on it."),
            .init("costs", .listOfFloats, "What it costs up to each of them."),
            .init("path", .path, "The path."),
        ],
        description:
            "The path with the least sum of weights (relationshipWeightProperty; else 1 each) from "
            + "a node to each target that it reaches (Dijkstra, 1959). Weights must not be "
            + "negative.")

    func call(_ arguments: [Value], _ context: ProcedureContext, _ output: inout ProcedureOutput)
        throws
    {
        let arguments = try GraphArguments(
            arguments, context, of: signature.name, catalog,
            options: ["sourceNode", "targetNode", "targetNodes"])
        let configuration = arguments.configuration
        let topology = try arguments.topology()
        guard let sources = try arguments.numbers("sourceNode", in: topology), sources.count == 1
        else { throw configuration.wrong("sourceNode", "one node or its id") }
        let option = configuration.has("targetNodes") ? "targetNodes" : "targetNode"
        guard let targets = try arguments.numbers(option, in: topology) else {
            throw configuration.wrong(option, "a node or its id")
        }
        let paths = try arguments.translating {
            try topology.dijkstra(
                from: sources[0], to: targets, monitor: arguments.monitor)
        }
        let finder = try RelationshipFinder(arguments)
        for (index, path) in paths.enumerated() {
            let nodes = path.nodes.map { topology.nodes[$0] }
            output.append(
                .integer(Int64(index)), .integer(Int64(nodes[0])),
                .integer(Int64(nodes[nodes.count - 1])), .float(path.totalCost),
                .list(nodes.map { .integer(Int64($0)) }), .list(path.costs.map { .float($0) }),
                finder.path(nodes))
        }
    }
}

private struct RandomWalkProcedure: Procedure {
    let catalog: GraphCatalog
    let signature = ProcedureSignature(
        name: "gds.randomWalk.stream",
        inputs: [
            GraphArguments.graphInput,
            GraphArguments.configurationInput(
                "sourceNodes: nodes or ids, else all; walkLength (80): nodes in a walk; "
                    + "walksPerNode (10); returnFactor (1.0); inOutFactor (1.0); randomSeed"),
        ],
        outputs: [
            .init("nodeIds", .list, "The nodes of the walk; shorter where it came to a dead end."),
            .init("path", .path, "The walk."),
        ],
        description:
            "Random walks, biased as in node2vec: a neighbour x of the current node has the weight "
            + "1/returnFactor where x is the node before, 1 where x is connected to it, else "
            + "1/inOutFactor (Grover and Leskovec, KDD 2016).")

    func call(_ arguments: [Value], _ context: ProcedureContext, _ output: inout ProcedureOutput)
        throws
    {
        let arguments = try GraphArguments(
            arguments, context, of: signature.name, catalog,
            options: [
                "sourceNodes", "walkLength", "walksPerNode", "returnFactor", "inOutFactor",
                "walkBufferSize",
            ])
        let configuration = arguments.configuration
        let length = try configuration.integer("walkLength", default: 80, in: 2...1_000_000)
        let count = try configuration.integer("walksPerNode", default: 10, in: 1...1_000_000)
        let positive = Double.leastNormalMagnitude...Double.infinity
        let returnFactor = try arguments.number("returnFactor", default: 1, in: positive)
        let inOutFactor = try arguments.number("inOutFactor", default: 1, in: positive)
        let seed = try arguments.seed()
        let topology = try arguments.topology()
        let sources =
            try arguments.numbers("sourceNodes", in: topology) ?? Array(0..<topology.nodeCount)
        let graph = try arguments.translating { try TopologyWalkGraph(topology) }
        let finder = try RelationshipFinder(arguments)
        var pace = RandomWalks.pace(arguments.monitor)
        for (place, source) in sources.enumerated() {
            arguments.monitor.report("random walks", Double(place) / Double(sources.count))
            var random = RandomSource(seed: seed, part: UInt64(source))
            for _ in 0..<count {
                try arguments.monitor.checkpoint()
                let walk = try RandomWalks.node2vec(
                    graph, from: Int32(source), nodes: length, returnFactor: returnFactor,
                    inOutFactor: inOutFactor, &random, &pace)
                let nodes = walk.map { topology.nodes[Int($0)] }
                output.append(
                    .list(nodes.map { .integer(Int64($0)) }), finder.path(nodes))
            }
        }
    }
}

/// Finds the relationships of a path that is known by its nodes: between each two the one with the
/// least weight, of equals the oldest.
private struct RelationshipFinder {
    private let view: GraphView
    private let readers: [AdjacencyReader]
    private let weight: (key: KeyID, fallback: Double)?

    init(_ arguments: GraphArguments) throws {
        view = arguments.view
        readers = arguments.definition.lists(in: view).map {
            arguments.view.adjacency($0.type, $0.direction)
        }
        weight = try arguments.weight().flatMap { weight in
            arguments.view.key(weight.property).map { (key: $0, fallback: weight.fallback) }
        }
    }

    func path(_ nodes: [NodeID]) -> Value {
        var relationships: [RelationshipID] = []
        var rows = ExpandedRows()
        for (start, end) in zip(nodes, nodes.dropFirst()) {
            rows.removeAll()
            for reader in readers { reader.expand(from: start, into: end, &rows) }
            guard let best = cheapest(rows.relationships) else { return .null }
            relationships.append(best)
        }
        return .pathReference(PathReference(nodes: nodes, relationships: relationships))
    }

    private func cheapest(_ candidates: ContiguousArray<RelationshipID>) -> RelationshipID? {
        guard let weight, candidates.count > 1 else { return candidates.min() }
        let costs = candidates.withUnsafeBufferPointer {
            view.numbers(weight.key, of: .relationship, $0, default: weight.fallback)
        }
        return candidates.indices.min { (costs[$0], candidates[$0]) < (costs[$1], candidates[$1]) }
            .map { candidates[$0] }
    }
}

extension AdjacencyReader {
    /// Appends the relationships between two nodes.
    fileprivate func expand(from start: NodeID, into end: NodeID, _ rows: inout ExpandedRows) {
        withUnsafePointer(to: start) { start in
            withUnsafePointer(to: end) { end in
                var position = ExpandPosition()
                expandInto(
                    UnsafeBufferPointer(start: start, count: 1),
                    UnsafeBufferPointer(start: end, count: 1), from: &position, limit: .max,
                    into: &rows)
            }
        }
    }
}
