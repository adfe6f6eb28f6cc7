internal import GraphAlgorithms
internal import GraphStore
internal import LinearAlgebra
internal import QueryEngine
internal import Values

/// `sample.subgraph`: a part of the graph as rows.
struct SampleSubgraphProcedure: Procedure {
    let signature = ProcedureSignature(
        name: "sample.subgraph",
        inputs: [
            .init("seeds", .any, "A node or a list of nodes."),
            .init(
                "configuration", .map, fallback: .map(ValueMap()),
                SampleArguments.fanOutText + "; " + SubgraphArguments.text + "; "
                    + SampleArguments.listText),
        ],
        outputs: [
            .init("start", .node, "Where the relationship starts."),
            .init("relationship", .relationship, "Each once, by id."),
            .init("end", .node, "Where it ends."),
        ],
        description:
            "The relationships within some hops of the seeds, or those that sampling finds, as "
            + "they are stored.")

    func call(_ arguments: [Value], _ context: ProcedureContext, _ output: inout ProcedureOutput)
        throws
    {
        let arguments = try SampleArguments(
            arguments, context, of: signature.name,
            options: SampleArguments.fanOutOptions + ["induced"])
        let subgraph = try SubgraphArguments.subgraph(arguments)
        for relationship in subgraph.relationships {
            output.append(
                .nodeReference(subgraph.nodes[relationship.start]),
                .relationshipReference(relationship.id),
                .nodeReference(subgraph.nodes[relationship.end]))
        }
    }
}

/// `sample.export`: a part of the graph as files.
struct SampleExportProcedure: Procedure {
    let signature = ProcedureSignature(
        name: "sample.export",
        inputs: [
            .init("seeds", .any, "A node or a list of nodes."),
            .init("directory", .string, "Inside the import directory; made where it is missing."),
            .init(
                "configuration", .map, fallback: .map(ValueMap()),
                "format: 'npy' (default) or 'csv'; nodeProperties: numbers and vectors that become "
                    + "the features x, in their order, 0 where a node lacks one; "
                    + SampleArguments.fanOutText + "; " + SubgraphArguments.text + "; "
                    + SampleArguments.listText),
        ],
        outputs: [
            .init("file", .string, "A file in the directory."),
            .init("rows", .integer, "Nodes or relationships in it."),
            .init("bytes", .integer, "Its size."),
        ],
        description:
            "Writes what sample.subgraph finds as plain files. npy: edge_index, edge_id, edge_type, "
            + "node_id and x, which NumPy and PyTorch Geometric load as they are: "
            + "Data(x=torch.from_numpy(np.load('x.npy')), edge_index=…). csv: nodes.csv and "
            + "edges.csv. Nodes are numbered from 0, the seeds first.")

    private enum Format: String, CaseIterable { case npy, csv }

    func call(_ arguments: [Value], _ context: ProcedureContext, _ output: inout ProcedureOutput)
        throws
    {
        guard case .string(let directory) = arguments[1] else {
            throw QueryError(.argument, "\(signature.name): the directory must be a string.")
        }
        let arguments = try SampleArguments(
            arguments, context, of: signature.name, configuration: 2,
            options: SampleArguments.fanOutOptions + ["induced", "format", "nodeProperties"])
        let format =
            try arguments.configuration.choice("format", among: Format.allCases) ?? .npy
        let subgraph = try SubgraphArguments.subgraph(arguments)
        let features = try features(subgraph, arguments)
        let files =
            switch format {
            case .npy: subgraph.numPyFiles(features: features, context.view)
            case .csv: subgraph.csvFiles(features: features, context.view)
            }
        _ = try ImportDirectory(path: context.importDirectory).write(
            files.map { ($0.name, $0.bytes) }, into: directory)
        for file in files {
            output.append(
                .string(file.name), .integer(Int64(file.rows)), .integer(Int64(file.bytes.count)))
        }
    }

    /// The properties side by side; nil where none are asked for.
    private func features(_ subgraph: Subgraph, _ arguments: SampleArguments) throws -> Matrix? {
        guard arguments.configuration.has("nodeProperties") else { return nil }
        var columns: [[[Float]]] = []
        for value in arguments.configuration.list("nodeProperties") {
            guard case .string(let name) = value, let key = arguments.view.key(name) else {
                throw arguments.configuration.wrong(
                    "nodeProperties", "names of properties that nodes have")
            }
            columns.append(
                try subgraph.nodes.map { node in
                    try numbers(arguments.view.property(key, ofNode: node), name)
                })
        }
        let widths = columns.map { rows in rows.map(\.count).max() ?? 0 }
        let matrix = Matrix(rows: subgraph.nodes.count, columns: widths.reduce(0, +))
        var first = 0
        for (rows, width) in zip(columns, widths) {
            for (row, values) in rows.enumerated() {
                for (place, value) in values.enumerated() { matrix[row, first + place] = value }
            }
            first += width
        }
        return matrix
    }

    private func numbers(_ value: Value, _ name: String) throws -> [Float] {
        switch value {
        case .null: return []
        case .integer(let number): return [Float(number)]
        case .float(let number): return [Float(number)]
        case .boolean(let flag): return [flag ? 1 : 0]
        case .vector(let elements): return elements
        case .list(let values): return try values.flatMap { try numbers($0, name) }
        default:
            throw QueryError(
                .argument,
                "\(signature.name): `\(name)` holds \(value.excerpt), which is no number and no "
                    + "list of numbers.")
        }
    }
}

/// Options that both have.
private enum SubgraphArguments {
    static let text =
        "induced (false): also the relationships between nodes found that were not drawn"

    static func subgraph(_ arguments: SampleArguments) throws -> Subgraph {
        var random = try arguments.random()
        let configuration = arguments.configuration
        let isInduced = try configuration.boolean("induced", default: false)
        let withReplacement = try configuration.boolean("replace", default: false)
        let relations = try arguments.relations()
        return try arguments.translating {
            try Subgraph(
                around: arguments.seeds, arguments.view, relations,
                withReplacement: withReplacement, isInduced: isInduced, &random,
                monitor: arguments.context.monitor)
        }
    }
}
