internal import GraphAlgorithms
internal import GraphStore
internal import QueryEngine
internal import Values

/// An algorithm that answers something about each node, in the modes of Neo4j's library: `stream`
/// yields it, `write` sets a property, `stats` tells only how it went. `mutate` is `write` under
/// another option's name: a live view has no memory of its own to change.
struct NodeAlgorithm: Sendable {
    /// `gds.pageRank`
    let name: String
    let description: String
    let options: [String]
    let optionsText: String
    /// What `stream` yields behind `nodeId`.
    let outputs: [ProcedureSignature.Field]
    /// What the other modes yield of how it went.
    let summary: [ProcedureSignature.Field]
    let run: @Sendable (GraphArguments) throws -> NodeAnswer

    func procedures(_ catalog: GraphCatalog) -> [any Procedure] {
        [
            StreamProcedure(self, catalog), WriteProcedure(self, catalog, mode: .write),
            WriteProcedure(self, catalog, mode: .mutate),
            WriteProcedure(self, catalog, mode: .stats),
        ]
    }
}

/// What an algorithm found.
struct NodeAnswer {
    let nodes: ContiguousArray<NodeID>
    /// The outputs of a node's row, by its number.
    let row: (Int) -> [Value]
    /// Nodes that are left out; nil is none.
    var isLeftOut: ((Int) -> Bool)?
    /// The property that `write` sets; nil is the first output.
    var property: ((Int) -> Value)?
    var summary: [Value] = []

    /// The numbers of the nodes that are in the answer.
    var numbers: [Int] {
        guard let isLeftOut else { return Array(nodes.indices) }
        return nodes.indices.filter { !isLeftOut($0) }
    }
}

private struct StreamProcedure: Procedure {
    let signature: ProcedureSignature
    private let algorithm: NodeAlgorithm
    private let catalog: GraphCatalog

    private static let rowsPerCheckpoint = 16_384

    init(_ algorithm: NodeAlgorithm, _ catalog: GraphCatalog) {
        self.algorithm = algorithm
        self.catalog = catalog
        signature = ProcedureSignature(
            name: algorithm.name + ".stream",
            inputs: [
                GraphArguments.graphInput, GraphArguments.configurationInput(algorithm.optionsText),
            ],
            outputs: [.init("nodeId", .integer, "The node's id: see gds.util.asNode.")]
                + algorithm.outputs,
            description: algorithm.description)
    }

    func call(_ arguments: [Value], _ context: ProcedureContext, _ output: inout ProcedureOutput)
        throws
    {
        let arguments = try GraphArguments(
            arguments, context, of: signature.name, catalog, options: algorithm.options)
        let answer = try arguments.translating { try algorithm.run(arguments) }
        for (count, number) in answer.numbers.enumerated() {
            if count % Self.rowsPerCheckpoint == 0 { try context.monitor.checkpoint() }
            output.append(row: [.integer(Int64(answer.nodes[number]))] + answer.row(number))
        }
    }
}

private struct WriteProcedure: Procedure {
    enum Mode: String {
        case write, mutate, stats

        /// The option that names the property.
        var option: String? {
            switch self {
            case .write: "writeProperty"
            case .mutate: "mutateProperty"
            case .stats: nil
            }
        }
    }

    let signature: ProcedureSignature
    private let algorithm: NodeAlgorithm
    private let catalog: GraphCatalog
    private let mode: Mode

    init(_ algorithm: NodeAlgorithm, _ catalog: GraphCatalog, mode: Mode) {
        self.algorithm = algorithm
        self.catalog = catalog
        self.mode = mode
        var outputs = algorithm.summary
        var options = algorithm.optionsText
        outputs.append(.init("computeMillis", .integer, "How long the algorithm took."))
        if let option = mode.option {
            outputs += [
                .init("nodePropertiesWritten", .integer, "How many nodes got the property."),
                .init("\(mode.rawValue)Millis", .integer, "How long writing took."),
            ]
            options = ["\(option): the property to set", options].filter { !$0.isEmpty }
                .joined(separator: "; ")
        }
        outputs.append(.init("configuration", .map, "The options as they were given."))
        signature = ProcedureSignature(
            name: "\(algorithm.name).\(mode.rawValue)",
            inputs: [GraphArguments.graphInput, GraphArguments.configurationInput(options)],
            outputs: outputs, managesTransactions: mode != .stats,
            description: algorithm.description
                + (mode == .stats
                    ? " Yields only how it went."
                    : " Sets the answer as a property of the nodes, in transactions of bounded "
                        + "size."))
    }

    func call(_ arguments: [Value], _ context: ProcedureContext, _ output: inout ProcedureOutput)
        throws
    {
        let given = arguments[1]
        let arguments = try GraphArguments(
            arguments, context, of: signature.name, catalog,
            options: algorithm.options + (mode.option.map { [$0] } ?? []))
        let property = try mode.option.map { option in
            guard let name = try arguments.configuration.string(option), !name.isEmpty else {
                throw arguments.configuration.wrong(option, "the name of a property")
            }
            return name
        }
        let start = ContinuousClock.now
        let answer = try arguments.translating { try algorithm.run(arguments) }
        let computed = ContinuousClock.now
        var row = answer.summary + [.milliseconds(from: start, to: computed)]
        if let property {
            let numbers = answer.numbers
            let values = answer.property ?? { answer.row($0)[0] }
            try PropertyWriter(context).write(
                property, numbers.map { (answer.nodes[$0], values($0)) })
            row += [.integer(Int64(numbers.count)), .milliseconds(from: computed, to: .now)]
        }
        row.append(given.isNull ? .map(ValueMap()) : given)
        output.append(row: row)
    }
}

extension Value {
    static func milliseconds(
        from start: ContinuousClock.Instant, to end: ContinuousClock.Instant
    ) -> Value {
        .integer(Int64((end - start) / .milliseconds(1)))
    }
}

/// Writes what an algorithm found, in transactions of bounded size. Nodes that were deleted
/// meanwhile are passed over.
struct PropertyWriter {
    private let context: ProcedureContext
    static let entitiesPerTransaction = 8_192

    init(_ context: ProcedureContext) { self.context = context }

    func write(_ property: String, _ values: [(node: NodeID, value: Value)]) throws {
        try inBatches(values) { batch, writer in
            let key = try writer.key(property)
            for (node, value) in batch where writer.view.nodeExists(node) {
                try writer.setProperty(key, ofNode: node, to: value)
            }
        }
    }

    /// A relationship for each pair, with the property.
    func connect(
        _ type: String, _ property: String,
        _ pairs: [(start: NodeID, end: NodeID, value: Value)]
    ) throws {
        try inBatches(pairs) { batch, writer in
            let type = try writer.type(type)
            let key = try writer.key(property)
            for (start, end, value) in batch
            where writer.view.nodeExists(start) && writer.view.nodeExists(end) {
                _ = try writer.createRelationship(
                    type: type, start: start, end: end, properties: [(key, value)])
            }
        }
    }

    private func inBatches<Entry: Sendable>(
        _ entries: [Entry],
        _ body: @escaping @Sendable (ArraySlice<Entry>, GraphWriter) throws -> Void
    ) throws {
        var begin = 0
        while begin < entries.count {
            try context.monitor.checkpoint()
            context.monitor.report("writing", Double(begin) / Double(entries.count))
            let batch = entries[begin..<min(begin + Self.entitiesPerTransaction, entries.count)]
            try context.commit { try body(batch, $0) }
            begin = batch.endIndex
        }
    }
}
