internal import GraphStore
internal import QueryEngine
internal import Recommend
internal import Values

/// What the `recommend.*` procedures have in common: a node, a relationship type, and options.
struct RecommendArguments {
    let node: NodeID?
    let configuration: Configuration
    /// nil where no relationship of that type was ever made: there is nothing to recommend from.
    let type: TypeID?
    let direction: Direction?
    private let context: ProcedureContext
    private let procedure: String

    static let similarityOptions = ["weight", "similarity", "over", "minCommon", "direction", "k"]
    static let itemOptions = ["excludeSeen", "exclude", "reasons"]

    init(
        _ arguments: [Value], _ context: ProcedureContext, of procedure: String, options: [String]
    ) throws {
        self.context = context
        self.procedure = procedure
        configuration = try Configuration(arguments[2], of: procedure, known: options)
        switch arguments[0] {
        case .null: node = nil
        case .nodeReference(let id): node = id
        default: throw QueryError(.argument, "\(procedure): the first argument must be a node.")
        }
        guard case .string(let name) = arguments[1] else {
            throw QueryError(
                .argument, "\(procedure): the second argument must be a relationship type's name.")
        }
        type = context.view.type(name)
        direction = try Self.direction(configuration)
    }

    private static func direction(_ configuration: Configuration) throws -> Direction? {
        switch try configuration.string("direction")?.uppercased() {
        case nil: nil
        case "OUTGOING": .outgoing
        case "INCOMING": .incoming
        default: throw configuration.wrong("direction", "'OUTGOING' or 'INCOMING'")
        }
    }

    /// The vectors, or nil where there can be none: no node, no such type.
    func interactions() throws -> (Interactions, NodeID)? {
        guard let node, let type else { return nil }
        let weight = try configuration.string("weight")
        let cancellation = context.cancellation
        let interactions = Interactions(
            view: context.view, type: type, of: node, direction: direction,
            weight: weight.flatMap { context.view.key($0) },
            checkpoint: { try cancellation.check() })
        return (interactions, node)
    }

    func similarity() throws -> SimilarityOptions {
        var options = SimilarityOptions()
        options.measure =
            try configuration.choice("similarity", among: SimilarityMeasure.allCases) ?? .cosine
        options.over =
            try configuration.choice("over", among: [SimilarityScope.all, .common]) ?? .all
        options.minCommon = try configuration.integer(
            "minCommon", default: 1, in: 1...Int(Int32.max))
        return options
    }

    func recommendation() throws -> RecommendationOptions {
        var options = RecommendationOptions()
        options.similarity = try similarity()
        options.neighbours = try configuration.integer("neighbours", default: 50, in: 1...1_000_000)
        options.k = try k()
        options.reasons = try configuration.integer("reasons", default: 3, in: 0...1_000)
        options.excludeSeen = try configuration.boolean("excludeSeen", default: true)
        options.predict = try configuration.boolean("predict", default: false)
        options.excluded = try excluded()
        return options
    }

    func k() throws -> Int { try configuration.integer("k", default: 10, in: 1...1_000_000) }

    private func excluded() throws -> Set<NodeID> {
        try Self.excluded(configuration, of: node, context.view)
    }

    /// `exclude`: nodes, and names of relationship types whose neighbours of the user's are meant.
    static func excluded(_ configuration: Configuration, of node: NodeID?, _ view: GraphView) throws
        -> Set<NodeID>
    {
        var excluded: Set<NodeID> = []
        for entry in configuration.list("exclude") {
            switch entry {
            case .nodeReference(let id): excluded.insert(id)
            case .string(let name):
                guard let node, let type = view.type(name) else { continue }
                for direction in Direction.allCases {
                    view.adjacency(type, direction).forEachRun(of: node) { nodes, _ in
                        excluded.formUnion(nodes)
                    }
                }
            default:
                throw configuration.wrong("exclude", "a list of nodes and relationship types")
            }
        }
        return excluded
    }

    /// Nodes that must not be among the answers, for methods without a user's vector.
    func exclusion() throws -> Set<NodeID> {
        var excluded = try excluded()
        guard let node, let type, try configuration.boolean("excludeSeen", default: true) else {
            return excluded
        }
        for direction in Direction.allCases {
            context.view.adjacency(type, direction).forEachRun(of: node) { nodes, _ in
                excluded.formUnion(nodes)
            }
        }
        return excluded
    }
}

extension Recommendation.Reason {
    var value: Value {
        .map(
            ValueMap([
                ("node", .nodeReference(node)), ("similarity", .float(similarity)),
                ("weight", .float(weight)), ("contribution", .float(contribution)),
            ]))
    }
}
