internal import GraphAlgorithms
internal import GraphNetworks
internal import GraphStore
internal import QueryEngine
internal import Values

/// Where networks find their inputs, as the `gnn.*` procedures take it.
struct NetworkArguments {
    static let options = SampleArguments.fanOutOptions + ["features", "labels", "weight"]
    static let optionsText =
        SampleArguments.listText + "; " + SampleArguments.fanOutText
        + " (a relation's place is the edge_type of its edges; default fanOuts [15, 10]); or "
        + "fanOuts 'all': all neighbours in all layers, as on the whole graph, where rows of "
        + "layers stay in memory and only what commits have changed is computed again; features: "
        + "the nodes' property with the vector x; labels: those that are types of nodes, in order; "
        + "weight: the relationships' property that is the edge_weight"
    private static let standardFanOuts = Value.list([.integer(15), .integer(10)])
    /// What says how to draw, where nothing is drawn.
    private static let drawingOptions = ["hops", "replace", "randomSeed"]

    let arguments: SampleArguments
    let inputs: GraphInputs
    /// The whole graph, instead of what is sampled of it.
    let readsAll: Bool

    /// `nodes` is a node or a list, whose neighbourhoods are meant.
    init(
        nodes: Value, _ configuration: Value, _ context: ProcedureContext, of procedure: String,
        options: [String] = []
    ) throws {
        var given = ValueMap()
        if case .map(let map) = configuration { given = map }
        if given["fanOuts"] == nil, given["hops"] == nil, given["relations"] == nil {
            given = ValueMap(
                Array(zip(given.keys, given.values)) + [("fanOuts", Self.standardFanOuts)])
        }
        arguments = try SampleArguments(
            [nodes, .map(given)], context, of: procedure, options: Self.options + options)
        let own = arguments.configuration
        if case .string(let text)? = own.value("fanOuts"), text.lowercased() == "all" {
            readsAll = true
            if let option = Self.drawingOptions.first(where: own.has) {
                throw QueryError(
                    .argument, "\(procedure): `\(option)` does not go with `fanOuts: 'all'`.")
            }
        } else {
            readsAll = false
        }
        var inputs = GraphInputs(relations: try arguments.relations(all: readsAll))
        inputs.withReplacement = try own.boolean("replace", default: false)
        inputs.features = try own.string("features").map {
            try context.view.nodeKey($0, of: procedure)
        }
        inputs.weight = try own.string("weight").map {
            try context.view.relationshipKey($0, of: procedure)
        }
        for label in own.list("labels") {
            guard case .string(let name) = label else {
                throw own.wrong("labels", "a list of labels")
            }
            guard let id = context.view.label(name) else {
                throw QueryError(.argument, "\(procedure): there is no label `\(name)`.")
            }
            inputs.labels.append(id)
        }
        self.inputs = inputs
    }

    func scorer(_ model: NetworkModel) throws -> NetworkScorer {
        NetworkScorer(
            model, arguments.view, inputs, random: try arguments.random(),
            monitor: arguments.context.monitor)
    }
}
