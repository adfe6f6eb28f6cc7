internal import GraphStore
internal import QueryEngine
internal import Recommend
internal import Values

/// What the `recommend.*` procedures have in common: a node, a relationship type, and options.
struct RecommendArguments {
    let node: NodeID?
    let configuration: Configuration
    /// nil where there is no relationship of that type: there is nothing to recommend from.
    let type: TypeID?
    let direction: Direction?
    let context: ProcedureContext
    let procedure: String

    static let similarityOptions = [
        "weight", "similarity", "over", "minCommon", "shrinkage", "direction", "k",
    ]
    static let itemOptions = ["excludeSeen", "exclude", "filter", "reasons"]
    static let filterText =
        "exclude: nodes, and types whose neighbours are left out; filter: a Cypher predicate over "
        + "`item` (and `user`), applied inside the search, such as 'item.price < $max AND NOT "
        + "item:Retired'"

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
        let type = context.view.type(name)
        self.type = context.view.hasRelationships(of: type) ? type : nil
        direction = try configuration.direction()
    }

    /// The vectors, or nil where there can be none: no node, no such type.
    func interactions() throws -> (Interactions, NodeID)? {
        guard let node, let type else { return nil }
        let cancellation = context.cancellation
        let interactions = Interactions(
            view: context.view, type: type, of: node, direction: direction, weight: try weight,
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
        options.shrinkage = try configuration.number("shrinkage") ?? 0
        guard options.shrinkage >= 0 else {
            throw configuration.wrong("shrinkage", "a number from 0")
        }
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
        options.filter = try filter()
        return options
    }

    func k() throws -> Int { try configuration.integer("k", default: 10, in: 1...1_000_000) }

    func excluded() throws -> Set<NodeID> {
        try Self.excluded(configuration, of: node, context.view)
    }

    /// `exclude`: nodes, and names of relationship types whose neighbours of the user's are meant. A
    /// type that nobody has used yet, as before the first item is hidden, excludes nothing.
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

    /// `filter`, compiled.
    func filter() throws -> ItemFilter? {
        try configuration.filter(user: node, context, of: procedure)
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

extension RecommendArguments {
    /// Where items stand: at the far end of the direction in which the user has relationships.
    func itemSide(_ type: TypeID) -> Direction {
        userSide(type) == .outgoing ? .incoming : .outgoing
    }

    /// The direction from users to items.
    func userSide(_ type: TypeID) -> Direction {
        if let direction { return direction }
        if let node, context.view.adjacency(type, .outgoing).degree(node) == 0,
            context.view.adjacency(type, .incoming).degree(node) > 0
        {
            return .incoming
        }
        return .outgoing
    }

    /// The options `halfLife` (nil: it must be given), `timestamp` and `now`.
    func decay(halfLife fallback: Double?) throws -> TimeDecay {
        let halfLife = try configuration.number("halfLife") ?? fallback ?? 0
        guard halfLife > 0 else { throw configuration.wrong("halfLife", "a number above 0") }
        let now = try configuration.value("now").map { value in
            guard let seconds = Moment.seconds(value) else {
                throw configuration.wrong("now", "a number, a date or a date and time")
            }
            return seconds
        }
        return TimeDecay(timestamp: try timestamp(), halfLife: halfLife, now: now)
    }

    /// The property with the time, 'timestamp' where none is named.
    func timestamp() throws -> KeyID {
        let property = try configuration.string("timestamp") ?? "timestamp"
        guard let key = context.view.key(property) else {
            throw QueryError(
                .argument,
                "\(procedure): no relationship has the property `\(property)`; name the one "
                    + "that holds the time with `timestamp`.")
        }
        return key
    }

    /// The property that `weight` names; nil where there is nothing to weigh.
    var weight: KeyID? {
        get throws {
            guard let name = try configuration.string("weight"), type != nil else { return nil }
            return try context.view.relationshipKey(name, of: procedure)
        }
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

extension Configuration {
    /// The option `filter`: a predicate over `item` and `user`.
    func filter(user: NodeID?, _ context: ProcedureContext, of procedure: String) throws
        -> ItemFilter?
    {
        guard let text = try string("filter") else { return nil }
        let predicate = try context.predicate(text, user: user, what: "\(procedure): `filter`")
        return ItemFilter { try predicate.holds($0) }
    }
}
