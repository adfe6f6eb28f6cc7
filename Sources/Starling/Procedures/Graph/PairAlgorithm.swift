internal import GraphAlgorithms
internal import GraphStore
internal import QueryEngine
internal import Values

/// An algorithm that finds pairs of nodes: `stream` yields them, `write` makes relationships.
struct PairAlgorithm: Sendable {
    /// `gds.knn`
    let name: String
    let description: String
    let options: [String]
    let optionsText: String
    let run: @Sendable (GraphArguments) throws -> PairAnswer

    func procedures(_ catalog: GraphCatalog) -> [any Procedure] {
        [
            PairStreamProcedure(self, catalog), PairWriteProcedure(self, catalog, mode: "write"),
            PairWriteProcedure(self, catalog, mode: "mutate"),
        ]
    }
}

struct PairAnswer {
    let nodes: ContiguousArray<NodeID>
    let pairs: [SimilarPair]
}

private struct PairStreamProcedure: Procedure {
    let signature: ProcedureSignature
    private let algorithm: PairAlgorithm
    private let catalog: GraphCatalog

    init(_ algorithm: PairAlgorithm, _ catalog: GraphCatalog) {
        self.algorithm = algorithm
        self.catalog = catalog
        signature = ProcedureSignature(
            name: algorithm.name + ".stream",
            inputs: [
                GraphArguments.graphInput, GraphArguments.configurationInput(algorithm.optionsText),
            ],
            outputs: [
                .init("node1", .integer, "A node's id: see gds.util.asNode."),
                .init("node2", .integer, "The id of a node that is like it."),
                .init("similarity", .float, "Higher is more alike."),
            ],
            description: algorithm.description)
    }

    func call(_ arguments: [Value], _ context: ProcedureContext, _ output: inout ProcedureOutput)
        throws
    {
        let arguments = try GraphArguments(
            arguments, context, of: signature.name, catalog, options: algorithm.options)
        let answer = try arguments.translating { try algorithm.run(arguments) }
        for pair in answer.pairs {
            output.append(
                .integer(Int64(answer.nodes[pair.first])),
                .integer(Int64(answer.nodes[pair.second])), .float(pair.similarity))
        }
    }
}

private struct PairWriteProcedure: Procedure {
    let signature: ProcedureSignature
    private let algorithm: PairAlgorithm
    private let catalog: GraphCatalog
    private let mode: String

    init(_ algorithm: PairAlgorithm, _ catalog: GraphCatalog, mode: String) {
        self.algorithm = algorithm
        self.catalog = catalog
        self.mode = mode
        signature = ProcedureSignature(
            name: "\(algorithm.name).\(mode)",
            inputs: [
                GraphArguments.graphInput,
                GraphArguments.configurationInput(
                    "\(mode)RelationshipType: the type to make; \(mode)Property: where the "
                        + "similarity goes; " + algorithm.optionsText),
            ],
            outputs: [
                .init("computeMillis", .integer, "How long the algorithm took."),
                .init("\(mode)Millis", .integer, "How long writing took."),
                .init("nodesCompared", .integer, "Nodes that have such a pair."),
                .init("relationshipsWritten", .integer, "One for each pair."),
                .init("configuration", .map, "The options as they were given."),
            ],
            managesTransactions: true,
            description: algorithm.description
                + " Makes a relationship for each pair, in transactions of bounded size.")
    }

    func call(_ arguments: [Value], _ context: ProcedureContext, _ output: inout ProcedureOutput)
        throws
    {
        let given = arguments[1]
        let (typeOption, propertyOption) = ("\(mode)RelationshipType", "\(mode)Property")
        let arguments = try GraphArguments(
            arguments, context, of: signature.name, catalog,
            options: algorithm.options + [typeOption, propertyOption])
        let configuration = arguments.configuration
        guard let type = try configuration.string(typeOption), !type.isEmpty else {
            throw configuration.wrong(typeOption, "the name of a relationship type")
        }
        guard let property = try configuration.string(propertyOption), !property.isEmpty else {
            throw configuration.wrong(propertyOption, "the name of a property")
        }
        let start = ContinuousClock.now
        let answer = try arguments.translating { try algorithm.run(arguments) }
        let computed = ContinuousClock.now
        try PropertyWriter(context).connect(
            type, property,
            answer.pairs.map { pair in
                (answer.nodes[pair.first], answer.nodes[pair.second], .float(pair.similarity))
            })
        output.append(
            .milliseconds(from: start, to: computed), .milliseconds(from: computed, to: .now),
            .integer(Int64(Set(answer.pairs.map(\.first)).count)),
            .integer(Int64(answer.pairs.count)), given.isNull ? .map(ValueMap()) : given)
    }
}
