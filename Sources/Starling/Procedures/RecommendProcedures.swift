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
            options: ItemsProcedure.similarity, optionText: ItemsProcedure.similarityText,
            method: { interactions, user, options, _ in try interactions.userKNN(user, options) }),
        ItemsProcedure(
            name: "recommend.itemKNN",
            description: "Items like those that `user` has. Score: the sum over the user's items "
                + "of similarity to the candidate times the user's weight, each candidate counting "
                + "its nearest `neighbours` of them (Sarwar et al., WWW 2001).",
            options: ItemsProcedure.similarity, optionText: ItemsProcedure.similarityText,
            method: { interactions, user, options, _ in try interactions.itemKNN(user, options) }),
        ItemsProcedure(
            name: "recommend.rp3beta",
            description: "Items where a walk of three steps ends, over the user's items and those "
                + "who have them: Σ p(u, j)^α · p(j, v)^α · p(v, c)^α / popularity(c)^β (Cooper et "
                + "al., WWW 2014; Paudel et al., TiiS 2016).",
            options: ["alpha", "beta"],
            optionText: "alpha (1), beta (0.5; 0 is P3alpha)",
            method: { interactions, user, options, configuration in
                var walk = RandomWalkOptions()
                walk.alpha = try configuration.number("alpha") ?? 1
                walk.beta = try configuration.number("beta") ?? 0.5
                return try interactions.randomWalk(user, walk, options)
            }),
        ItemsProcedure(
            name: "recommend.p3alpha",
            description: "Items where a walk of three steps ends: recommend.rp3beta with β = 0 "
                + "(Cooper et al., WWW 2014).",
            options: ["alpha"], optionText: "alpha (1)",
            method: { interactions, user, options, configuration in
                var walk = RandomWalkOptions()
                walk.alpha = try configuration.number("alpha") ?? 1
                return try interactions.randomWalk(user, walk, options)
            }),
        ItemsProcedure(
            name: "recommend.slopeOne",
            description: "Predicted ratings: the user's own ratings and the mean differences "
                + "between items, Σ (dev(c, j) + r(u, j)) n(c, j) / Σ n(c, j) (Lemire and "
                + "Maclachlan, SDM 2005). Name the ratings with `weight`.",
            options: ["minCommon"], optionText: "minCommon (1): users who rated both",
            method: { interactions, user, options, _ in
                try interactions.slopeOne(user, options)
            }),
        PopularProcedure(), TrendingProcedure(), SessionProcedure(), ContentProcedure(),
        HybridProcedure(), RerankProcedure(),
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
                + "'jaccard', 'overlap', 'euclidean', 'adjustedCosine', 'tfidf', 'bm25'; over: 'all' (default) or 'common'; "
                + "minCommon (1); shrinkage (0): λ of n / (n + λ), n what both have in common; k (10); "
                + "direction: 'OUTGOING' or 'INCOMING'"),
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

/// `recommend.userKNN`, `recommend.itemKNN` and others: one shape, several kernels.
private struct ItemsProcedure: Procedure {
    typealias Method =
        @Sendable (Interactions, NodeID, RecommendationOptions, Configuration) throws ->
        [Recommendation]

    static let similarity =
        RecommendArguments.similarityOptions.filter { !common.contains($0) }
        + ["neighbours", "predict"]
    static let similarityText =
        "those of recommend.neighbours, and neighbours (50): who votes; predict (false): userKNN "
        + "predicts ratings"
    private static let common = ["weight", "direction", "k"] + RecommendArguments.itemOptions

    let signature: ProcedureSignature
    private let options: [String]
    private let method: Method

    init(
        name: String, description: String, options: [String], optionText: String,
        method: @escaping Method
    ) {
        signature = ProcedureSignature(
            name: name,
            inputs: RecommendProcedures.inputs(
                "user", "Whom to recommend to.",
                optionText + "; weight: a property of the relationships; k (10): items returned; "
                    + "reasons (3): reasons for each; excludeSeen (true); "
                    + RecommendArguments.filterText + "; direction: 'OUTGOING' or 'INCOMING'"),
            outputs: [
                .init("item", .node, "The item."),
                .init("score", .float, "Higher is better."),
                .init(
                    "reasons", .listOfMaps,
                    "The strongest votes: {node, similarity, weight, contribution}."),
            ],
            description: description)
        self.options = Self.common + options
        self.method = method
    }

    func call(_ arguments: [Value], _ context: ProcedureContext, _ output: inout ProcedureOutput)
        throws
    {
        let arguments = try RecommendArguments(
            arguments, context, of: signature.name, options: options)
        let options = try arguments.recommendation()
        guard let (interactions, user) = try arguments.interactions() else { return }
        let found = try method(interactions, user, options, arguments.configuration)
        for recommendation in found {
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
                + ["excludeSeen", "exclude", "filter"])
        let configuration = arguments.configuration
        let weight = try arguments.weight
        let k = try arguments.k()
        let excluded = try arguments.exclusion()
        guard let type = arguments.type else { return }
        let decay = try configuration.has("halfLife") ? arguments.decay(halfLife: nil) : nil
        let items = try context.view.popularItems(
            type: type, items: arguments.itemSide(type), weight: weight, decay: decay,
            k: k, isExcluded: { excluded.contains($0) }, filter: arguments.filter(),
            checkpoint: { try context.cancellation.check() })
        for item in items {
            let reason = ValueMap([("interactions", .integer(Int64(item.interactions)))])
            output.append(.nodeReference(item.item), .float(item.score), .list([.map(reason)]))
        }
    }
}
