internal import GraphAlgorithms
internal import GraphStore
internal import QueryEngine
internal import Values

/// `gds.graph.project`, `list`, `exists` and `drop`.
enum GraphCatalogProcedures {
    static func all(_ catalog: GraphCatalog) -> [any Procedure] {
        [
            ProjectProcedure(catalog: catalog), GraphListProcedure(catalog: catalog),
            GraphExistsProcedure(catalog: catalog), GraphDropProcedure(catalog: catalog),
        ]
    }

    static func name(_ value: Value, of procedure: String) throws -> String {
        guard case .string(let name) = value, !name.isEmpty else {
            throw QueryError(.argument, "\(procedure): a graph's name must be a string.")
        }
        return name
    }

    static let graphOutputs: [ProcedureSignature.Field] = [
        .init("graphName", .string, "Its name."),
        .init(
            "nodeCount", .integer, "Nodes that it shows now; an upper bound with several labels."),
        .init("relationshipCount", .integer, "Relationships, twice where undirected."),
        .init("schema", .map, "{nodes, relationships}"),
    ]

    static func row(_ entry: GraphCatalog.Entry, _ view: GraphView) -> [Value] {
        let counts = entry.definition.counts(view)
        let schema = ValueMap([
            ("nodes", entry.definition.nodeProjection),
            ("relationships", entry.definition.relationshipProjection),
        ])
        return [
            .string(entry.name), .integer(Int64(counts.nodes)),
            .integer(Int64(counts.relationships)), .map(schema),
        ]
    }
}

extension ProcedureOutput {
    mutating func append(row: [Value]) {
        for (place, value) in row.enumerated() { columns[place].append(value) }
    }
}

private struct ProjectProcedure: Procedure {
    let catalog: GraphCatalog
    let signature = ProcedureSignature(
        name: "gds.graph.project",
        inputs: [
            .init("graphName", .string, "A new name."),
            .init("nodeProjection", .any, "'*', a label, or a list or map of labels."),
            .init(
                "relationshipProjection", .any,
                "'*', a type, a list, or a map: {NAME: {type, orientation: 'NATURAL' (default), "
                    + "'REVERSE' or 'UNDIRECTED', properties}}"),
            .init(
                "configuration", .map, fallback: .map(ValueMap()),
                "relationshipProperties: names of properties that algorithms may use as weights, "
                    + "or {name: {property, defaultValue (1)}}"),
        ],
        outputs: [
            .init("nodeProjection", .any, "The labels."),
            .init("relationshipProjection", .any, "The types."),
            .init("graphName", .string, "Its name."),
            .init("nodeCount", .integer, "Nodes that it shows now."),
            .init("relationshipCount", .integer, "Relationships, twice where undirected."),
            .init("projectMillis", .integer, "0: nothing is copied."),
        ],
        description:
            "Names a part of the graph for algorithms. A live view: nothing is copied, and each "
            + "algorithm reads the graph as it is when it is called, so that it is never stale.")

    private static let options = [
        "relationshipProperties", "nodeProperties", "readConcurrency", "jobId", "sudo",
        "validateRelationships",
    ]

    func call(_ arguments: [Value], _ context: ProcedureContext, _ output: inout ProcedureOutput)
        throws
    {
        let name = try GraphCatalogProcedures.name(arguments[0], of: signature.name)
        let configuration = try Configuration(
            arguments[3], of: signature.name, known: Self.options)
        let definition = try GraphProjection(context.view, of: signature.name).definition(
            nodes: arguments[1], relationships: arguments[2],
            properties: configuration.value("relationshipProperties") ?? .null)
        try catalog.add(name, definition)
        let counts = definition.counts(context.view)
        output.append(
            definition.nodeProjection, definition.relationshipProjection, .string(name),
            .integer(Int64(counts.nodes)), .integer(Int64(counts.relationships)), .integer(0))
    }
}

private struct GraphListProcedure: Procedure {
    let catalog: GraphCatalog
    let signature = ProcedureSignature(
        name: "gds.graph.list",
        inputs: [.init("graphName", .string, fallback: .null, "Only this one.")],
        outputs: GraphCatalogProcedures.graphOutputs,
        description: "The graphs of gds.graph.project, by name, with what they show now.")

    func call(_ arguments: [Value], _ context: ProcedureContext, _ output: inout ProcedureOutput)
        throws
    {
        for entry in catalog.all {
            if case .string(let name) = arguments[0], !name.hasSameBytes(as: entry.name) {
                continue
            }
            output.append(row: GraphCatalogProcedures.row(entry, context.view))
        }
    }
}

private struct GraphExistsProcedure: Procedure {
    let catalog: GraphCatalog
    let signature = ProcedureSignature(
        name: "gds.graph.exists",
        inputs: [.init("graphName", .string, "The name.")],
        outputs: [
            .init("graphName", .string, "The name."),
            .init("exists", .boolean, "Whether there is a graph of that name."),
        ],
        description: "Whether gds.graph.project has made a graph of that name.")

    func call(_ arguments: [Value], _ context: ProcedureContext, _ output: inout ProcedureOutput)
        throws
    {
        let name = try GraphCatalogProcedures.name(arguments[0], of: signature.name)
        output.append(.string(name), .boolean(catalog[name] != nil))
    }
}

private struct GraphDropProcedure: Procedure {
    let catalog: GraphCatalog
    let signature = ProcedureSignature(
        name: "gds.graph.drop",
        inputs: [
            .init("graphName", .any, "The name, or a list of names."),
            .init(
                "failIfMissing", .boolean, fallback: .boolean(true),
                "Whether a missing one is an error."),
        ],
        outputs: GraphCatalogProcedures.graphOutputs,
        description: "Forgets names of gds.graph.project. The data stays as it is.")

    func call(_ arguments: [Value], _ context: ProcedureContext, _ output: inout ProcedureOutput)
        throws
    {
        let values: [Value]
        if case .list(let list) = arguments[0] { values = list } else { values = [arguments[0]] }
        let names = try values.map { try GraphCatalogProcedures.name($0, of: signature.name) }
        var mustExist = true
        if case .boolean(false) = arguments[1] { mustExist = false }
        if mustExist { for name in names { _ = try catalog.require(name) } }
        for name in names {
            guard let entry = catalog.remove(name) else { continue }
            output.append(row: GraphCatalogProcedures.row(entry, context.view))
        }
    }
}
