internal import GraphStore
internal import QueryEngine
internal import Recommend
internal import Values

/// The `recommend.*` family: exact answers on the live graph, without training or projection.
enum RecommendProcedures {
    static let all: [any Procedure] = [
        NeighboursProcedure(),
        ItemsProcedure(
            name: "recommend.userKNN",
            description: "Items of the users nearest to `user`. Score: the sum over the "
                + "`neighbours` nearest users of similarity times their weight for the item; with "
                + "`predict: true` the user's mean plus the similarity-weighted mean deviation "
                + "(Resnick et al., CSCW 1994).",
            method: { try $0.userKNN($1, $2) }),
        ItemsProcedure(
            name: "recommend.itemKNN",
            description: "Items like those that `user` has. Score: the sum over the user's items "
                + "of similarity to the candidate times the user's weight, each candidate counting "
                + "its nearest `neighbours` of them (Sarwar et al., WWW 2001).",
            method: { try $0.itemKNN($1, $2) }),
        PopularProcedure(),
    ]

    static func inputs(_ node: String, _ nodeDescription: String, _ options: String)
        -> [ProcedureSignature.Field]
    {
        [
            .init(node, .node, nodeDescription),
            .init("relationshipType", .string, "The type of the relationships to learn from."),
            .init("configuration", .map, fallback: .map(ValueMap()), options),
        ]
    }
}

/// `recommend.neighbours`: who is like whom.
private struct NeighboursProcedure: Procedure {
    let signature = ProcedureSignature(
        name: "recommend.neighbours",
        inputs: RecommendProcedures.inputs(
            "node", "A user or an item.",
            "weight: a property of the relationships; similarity: 'cosine' (default), 'pearson', "
                + "'jaccard', 'overlap', 'euclidean'; over: 'all' (default) or 'common'; "
                + "minCommon (1); k (10); direction: 'OUTGOING' or 'INCOMING'"),
        outputs: [
            .init("node", .node, "A node that shares neighbours with the given one."),
            .init("similarity", .float, "How alike their vectors are."),
            .init("common", .integer, "Neighbours that both have."),
        ],
        description: "The nodes most similar to `node` by the relationships of one type.")

    func call(_ arguments: [Value], _ context: ProcedureContext, _ output: inout ProcedureOutput)
        throws
    {
        let arguments = try RecommendArguments(
            arguments, context, of: signature.name,
            options: RecommendArguments.similarityOptions)
        let options = try arguments.similarity()
        let k = try arguments.k()
        guard let (interactions, node) = try arguments.interactions() else { return }
        for neighbour in try interactions.neighbours(of: node, options, limit: k) {
            output.append(
                .nodeReference(neighbour.node), .float(neighbour.similarity),
                .integer(Int64(neighbour.common)))
        }
    }
}

/// `recommend.userKNN` and `recommend.itemKNN`: one shape, two kernels.
private struct ItemsProcedure: Procedure {
    let signature: ProcedureSignature
    private let method:
        @Sendable (Interactions, NodeID, RecommendationOptions) throws -> [Recommendation]

    init(
        name: String, description: String,
        method:
            @escaping @Sendable (Interactions, NodeID, RecommendationOptions) throws ->
            [Recommendation]
    ) {
        signature = ProcedureSignature(
            name: name,
            inputs: RecommendProcedures.inputs(
                "user", "Whom to recommend to.",
                "those of recommend.neighbours, and neighbours (50): who votes; k (10): items "
                    + "returned; reasons (3): reasons for each; excludeSeen (true); exclude: "
                    + "nodes, and types whose neighbours are left out; predict (false, userKNN)"),
            outputs: [
                .init("item", .node, "The item."),
                .init("score", .float, "Higher is better."),
                .init(
                    "reasons", .listOfMaps,
                    "The strongest votes: {node, similarity, weight, contribution}."),
            ],
            description: description)
        self.method = method
    }

    func call(_ arguments: [Value], _ context: ProcedureContext, _ output: inout ProcedureOutput)
        throws
    {
        let arguments = try RecommendArguments(
            arguments, context, of: signature.name,
            options: RecommendArguments.similarityOptions + RecommendArguments.itemOptions
                + ["neighbours", "predict"])
        let options = try arguments.recommendation()
        guard let (interactions, user) = try arguments.interactions() else { return }
        for recommendation in try method(interactions, user, options) {
            output.append(
                .nodeReference(recommendation.item), .float(recommendation.score),
                .list(recommendation.reasons.map(\.value)))
        }
    }
}

/// `recommend.popular`: what everybody has, lately if asked.
private struct PopularProcedure: Procedure {
    let signature = ProcedureSignature(
        name: "recommend.popular",
        inputs: RecommendProcedures.inputs(
            "user", "Whose items are left out; null for nobody's.",
            "weight; k (10); halfLife: an interaction that much older counts half, in the unit of "
                + "`timestamp` (a property, default 'timestamp'; temporal values count in "
                + "seconds); now: default the newest interaction; excludeSeen (true); exclude; "
                + "direction: 'OUTGOING' (default: from users to items) or 'INCOMING'"),
        outputs: [
            .init("item", .node, "The item."),
            .init("score", .float, "The sum of its interactions' weights."),
            .init("reasons", .listOfMaps, "{interactions}: how many there are."),
        ],
        description: "The items with the most interactions: Σ weight · 0.5^(age / halfLife).")

    func call(_ arguments: [Value], _ context: ProcedureContext, _ output: inout ProcedureOutput)
        throws
    {
        let arguments = try RecommendArguments(
            arguments, context, of: signature.name,
            options: ["weight", "k", "halfLife", "timestamp", "now", "direction"]
                + ["excludeSeen", "exclude"])
        let configuration = arguments.configuration
        let decay = try decay(configuration, context.view)
        let weight = try configuration.string("weight").flatMap { context.view.key($0) }
        let k = try arguments.k()
        let excluded = try arguments.exclusion()
        guard let type = arguments.type else { return }
        let items = try context.view.popularItems(
            type: type, items: side(arguments, type, context.view), weight: weight, decay: decay,
            k: k, isExcluded: { excluded.contains($0) },
            checkpoint: { try context.cancellation.check() })
        for item in items {
            let reason = ValueMap([("interactions", .integer(Int64(item.interactions)))])
            output.append(.nodeReference(item.item), .float(item.score), .list([.map(reason)]))
        }
    }

    /// Items stand at the far end of the direction in which the user has relationships.
    private func side(_ arguments: RecommendArguments, _ type: TypeID, _ view: GraphView)
        -> Direction
    {
        if let direction = arguments.direction {
            return direction == .outgoing ? .incoming : .outgoing
        }
        if let user = arguments.node, view.adjacency(type, .outgoing).degree(user) == 0,
            view.adjacency(type, .incoming).degree(user) > 0
        {
            return .outgoing
        }
        return .incoming
    }

    private func decay(_ configuration: Configuration, _ view: GraphView) throws -> TimeDecay? {
        let now: Double?
        switch configuration.value("now") {
        case nil: now = nil
        case let value?:
            guard let seconds = Moment.seconds(value) else {
                throw configuration.wrong("now", "a number, a date or a date and time")
            }
            now = seconds
        }
        guard let halfLife = try configuration.number("halfLife") else { return nil }
        guard halfLife > 0 else { throw configuration.wrong("halfLife", "a number above 0") }
        let property = try configuration.string("timestamp") ?? "timestamp"
        guard let key = view.key(property) else {
            throw QueryError(
                .argument,
                "\(signature.name): no relationship has the property `\(property)`; name the one "
                    + "that holds the time with `timestamp`.")
        }
        return TimeDecay(timestamp: key, halfLife: halfLife, now: now)
    }
}
