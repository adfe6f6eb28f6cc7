internal import GraphAlgorithms
internal import GraphStore
internal import LinearAlgebra
internal import QueryEngine
internal import Values

/// What the `gds.*` algorithms have in common: a graph, and options.
struct GraphArguments: AlgorithmArguments {
    let configuration: Configuration
    let context: ProcedureContext
    let definition: GraphDefinition
    let procedure: String

    var view: GraphView { context.view }
    var monitor: WorkMonitor { context.monitor }

    /// Options that every algorithm takes. Those about threads and logs change nothing here.
    private static let commonOptions = [
        "nodeLabels", "relationshipTypes", "relationshipWeightProperty", "randomSeed",
        "concurrency", "writeConcurrency", "jobId", "logProgress", "sudo", "username",
    ]
    private static let projectionOptions = [
        "nodeProjection", "relationshipProjection", "relationshipProperties",
    ]

    static let graphInput = ProcedureSignature.Field(
        "graphName", .any,
        "The name of a graph of gds.graph.project, or a map: {nodeProjection, "
            + "relationshipProjection, relationshipProperties}")

    static func configurationInput(_ options: String) -> ProcedureSignature.Field {
        let common =
            "nodeLabels, relationshipTypes: only these of the graph; "
            + "relationshipWeightProperty: a property"
        return .init(
            "configuration", .map, fallback: .map(ValueMap()),
            options.isEmpty ? common : options + "; " + common)
    }

    init(
        _ arguments: [Value], _ context: ProcedureContext, of procedure: String,
        _ catalog: GraphCatalog, options: [String]
    ) throws {
        self.context = context
        self.procedure = procedure
        configuration = try Configuration(
            arguments[1], of: procedure, known: options + Self.commonOptions)
        var definition: GraphDefinition
        switch arguments[0] {
        case .string(let name): definition = try catalog.require(name)
        case .map:
            let projection = try Configuration(
                arguments[0], of: procedure, known: Self.projectionOptions)
            definition = try GraphProjection(context.view, of: procedure).definition(
                nodes: projection.value("nodeProjection") ?? .null,
                relationships: projection.value("relationshipProjection") ?? .null,
                properties: projection.value("relationshipProperties") ?? .null)
        default:
            throw QueryError(
                .argument, "\(procedure): the graph is given by its name or by a map.")
        }
        try definition.restrict(configuration, procedure)
        self.definition = definition
    }

    // MARK: The graph

    /// The weight that `relationshipWeightProperty` names; nil without one.
    func weight() throws -> GraphDefinition.Weight? {
        guard let name = try configuration.string("relationshipWeightProperty") else { return nil }
        if let weight = definition.weights.first(where: { $0.name.hasSameBytes(as: name) }) {
            return weight
        }
        if view.key(name) != nil { return .init(name: name, property: name) }
        throw QueryError(
            .argument,
            "\(procedure): no relationship has the property `\(name)`."
                + NearestName.hint(
                    for: name, among: definition.weights.map(\.name) + view.keyNames))
    }

    func topology() throws -> Topology {
        try definition.read(view, weight: weight(), monitor: monitor)
    }

    /// Every relationship from both its ends, however the graph shows them.
    func symmetricTopology() throws -> Topology {
        let topology = try topology()
        return isUndirected ? topology : topology.symmetrized()
    }

    var isUndirected: Bool { definition.relationships.allSatisfy { $0.orientation == .undirected } }

    // MARK: Options

    /// The same seed gives the same answer; so does none.
    func seed() throws -> UInt64 {
        UInt64(bitPattern: Int64(try integer("randomSeed", default: 0, from: Int.min)))
    }

    func integer(_ key: String, default fallback: Int, from least: Int) throws -> Int {
        try configuration.integer(key, default: fallback, in: least...Int.max)
    }

    func number(_ key: String, default fallback: Double, in range: ClosedRange<Double>) throws
        -> Double
    {
        guard let number = try configuration.number(key) else { return fallback }
        guard range.contains(number) else {
            throw configuration.wrong(
                key,
                range.upperBound == .infinity
                    ? "at least \(range.lowerBound)"
                    : "from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    /// Nodes that an option names, by themselves or by id; nil where it is not given.
    func nodes(_ key: String) throws -> [NodeID]? {
        guard configuration.has(key) else { return nil }
        return try configuration.list(key).map { try node($0, key) }
    }

    private func node(_ value: Value, _ key: String) throws -> NodeID {
        switch value {
        case .integer(let number) where number >= 0: return NodeID(number)
        default:
            if let id = value.nodeID { return id }
            throw configuration.wrong(key, "nodes or their ids")
        }
    }

    /// The nodes' numbers. Errors: one is not in the graph.
    func numbers(_ key: String, in topology: Topology) throws -> [Int]? {
        try nodes(key)?.map { node in
            if let number = topology.number(of: node) { return number }
            throw QueryError(
                .argument, "\(procedure): `\(key)` names node \(node), which is not in the graph.")
        }
    }

    /// The key of an option's node property. Errors: no node has it.
    func key(_ name: String) throws -> KeyID { try view.nodeKey(name, of: procedure) }
}

extension GraphDefinition {
    /// Takes away what `nodeLabels` and `relationshipTypes` leave out.
    fileprivate mutating func restrict(_ configuration: Configuration, _ procedure: String) throws {
        if let wanted = try Self.names("nodeLabels", configuration) {
            if let labels, let missing = wanted.first(where: { !labels.contains($0) }) {
                throw QueryError(
                    .argument,
                    "\(procedure): the graph has no label `\(missing)`."
                        + NearestName.hint(for: missing, among: labels))
            }
            labels = wanted
        }
        if let wanted = try Self.names("relationshipTypes", configuration) {
            let names = relationships.map(\.name)
            let isEverything = relationships.contains { $0.type == nil }
            if isEverything {
                let orientation = relationships.first { $0.type == nil }?.orientation ?? .natural
                relationships = wanted.map { .init(type: $0, orientation: orientation) }
                return
            }
            if let missing = wanted.first(where: { !names.contains($0) }) {
                throw QueryError(
                    .argument,
                    "\(procedure): the graph has no relationships `\(missing)`."
                        + NearestName.hint(for: missing, among: names))
            }
            relationships.removeAll { !wanted.contains($0.name) }
        }
    }

    /// nil for everything.
    private static func names(_ key: String, _ configuration: Configuration) throws -> [String]? {
        guard configuration.has(key) else { return nil }
        var names: [String] = []
        for value in configuration.list(key) {
            guard case .string(let name) = value else {
                throw configuration.wrong(key, "a list of names")
            }
            if name == "*" { return nil }
            names.append(name)
        }
        return names
    }
}
