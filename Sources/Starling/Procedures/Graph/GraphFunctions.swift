internal import GraphAlgorithms
internal import GraphStore
internal import QueryEngine
internal import Values

/// Functions of the `gds` family: from ids to nodes, and link prediction.
enum GraphFunctions {
    static let all: [LibraryFunction] = utilities + linkPrediction

    private static let utilities = [
        LibraryFunction(
            FunctionDescription(
                name: "gds.util.asNode", category: "Graph",
                description: "The node of an id that an algorithm has yielded; null where there "
                    + "is none.",
                signature: "gds.util.asNode(nodeId :: INTEGER) :: NODE", isAggregating: false),
            arguments: 1...1
        ) { arguments, view in node(arguments[0], view) },
        LibraryFunction(
            FunctionDescription(
                name: "gds.util.asNodes", category: "Graph",
                description: "The nodes of ids that an algorithm has yielded.",
                signature: "gds.util.asNodes(nodeIds :: LIST<INTEGER>) :: LIST<NODE>",
                isAggregating: false),
            arguments: 1...1
        ) { arguments, view in
            guard case .list(let ids) = arguments[0] else { return .null }
            return .list(ids.map { node($0, view) })
        },
    ]

    private static func node(_ value: Value, _ view: GraphView) -> Value {
        guard case .integer(let id) = value, id >= 0, view.nodeExists(NodeID(id)) else {
            return .null
        }
        return .nodeReference(NodeID(id))
    }

    // MARK: Link prediction

    /// Under the name of today, and that of before.
    private static let linkPrediction = LinkPrediction.allCases.flatMap { measure in
        ["gds.linkprediction.", "gds.alpha.linkprediction."].map { prefix in
            function(measure, named: prefix + measure.rawValue)
        }
    }

    private static func function(_ measure: LinkPrediction, named name: String) -> LibraryFunction {
        LibraryFunction(
            FunctionDescription(
                name: name, category: "Graph", description: measure.text,
                signature: "\(name)(node1 :: NODE, node2 :: NODE, configuration = {} :: MAP) "
                    + ":: FLOAT", isAggregating: false),
            arguments: 2...3
        ) { arguments, view in
            if arguments[0].isNull || arguments[1].isNull { return .null }
            guard let first = arguments[0].nodeID, let second = arguments[1].nodeID else {
                throw QueryError(.type, "InvalidArgumentType: \(name)() takes two nodes.")
            }
            let configuration = try Configuration(
                arguments.count > 2 ? arguments[2] : .null, of: name,
                known: ["relationshipQuery", "direction"])
            let types = try types(configuration, view)
            let directions = try configuration.directions()
            return .float(
                measure.score(
                    first, second, view, lists: lists(types, directions),
                    degreeLists: lists(types, Direction.allCases)))
        }
    }

    private static func types(_ configuration: Configuration, _ view: GraphView) throws -> [TypeID]
    {
        guard let name = try configuration.string("relationshipQuery") else {
            return view.typeNames.compactMap { view.type($0) }
        }
        // A type that was never used connects nobody.
        return view.type(name).map { [$0] } ?? []
    }

    private static func lists(_ types: [TypeID], _ directions: [Direction])
        -> [SampledRelation.List]
    {
        types.flatMap { type in directions.map { .init(type, $0) } }
    }
}

extension LinkPrediction {
    fileprivate var text: String {
        switch self {
        case .adamicAdar:
            "Adamic-Adar: Σ 1 / ln |Γ(w)| over the common neighbours w (Adamic and Adar, 2003)."
        case .commonNeighbors: "How many neighbours both have: |Γ(a) ∩ Γ(b)|."
        case .resourceAllocation:
            "Σ 1 / |Γ(w)| over the common neighbours w (Zhou et al., 2009)."
        case .preferentialAttachment: "|Γ(a)| · |Γ(b)| (Barabási and Albert, 1999)."
        case .totalNeighbors: "How many neighbours either has: |Γ(a) ∪ Γ(b)|."
        }
    }
}
