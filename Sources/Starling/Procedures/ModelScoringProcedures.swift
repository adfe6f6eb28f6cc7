internal import GraphStore
internal import QueryEngine
internal import Recommend
internal import Values

/// `recommend.model`: items from a fitted model, for the user as the snapshot shows them.
struct ModelItemsProcedure: Procedure {
    let models: TrainedModels

    let signature = ProcedureSignature(
        name: "recommend.model",
        inputs: [
            .init("user", .node, "Whom to recommend to."),
            .init("model", .string, "A model that model.fit has made."),
            .init(
                "configuration", .map, fallback: .map(ValueMap()),
                "k (10): items returned; reasons (3): reasons for each, where the method can tell; "
                    + "excludeSeen (true); " + RecommendArguments.filterText),
        ],
        outputs: [
            .init("item", .node, "The item."),
            .init("score", .float, "Higher is better; a rating for methods that predict ratings."),
            .init(
                "reasons", .listOfMaps,
                "The user's items that added most: {node, similarity, weight, contribution}."),
        ],
        description: "Items that a fitted model scores highest. What the user has is read from the "
            + "graph as it is now, so that the last interaction counts, and users who came after "
            + "the fit are served. Items that came after it wait for the next one, except with fm and "
            + "fmBPR, which know items by what they are, and with itemKNN, whose answers are always "
            + "those of a fit to what is committed.")

    func call(_ arguments: [Value], _ context: ProcedureContext, _ output: inout ProcedureOutput)
        throws
    {
        let name = try ModelProcedures.name(arguments[1], of: signature.name)
        let configuration = try Configuration(
            arguments[2], of: signature.name, known: ["k"] + RecommendArguments.itemOptions)
        let k = try configuration.integer("k", default: 10, in: 1...1_000_000)
        let reasons = try configuration.integer("reasons", default: 3, in: 0...1_000)
        let excludeSeen = try configuration.boolean("excludeSeen", default: true)
        let user: NodeID
        switch arguments[0] {
        case .null: return
        case .nodeReference(let id): user = id
        default: throw QueryError(.argument, "\(signature.name): the user must be a node.")
        }
        let excluded = try RecommendArguments.excluded(
            configuration, of: user, context.view)
        let filter = try configuration.filter(user: user, context, of: signature.name)
        let found = try ModelProcedures.translating(signature.name) {
            try models.model(named: name, context.view).recommend(
                to: user, context.view, k: k, excludeSeen: excludeSeen, reasons: reasons,
                isExcluded: { excluded.contains($0) }, filter: filter,
                checkpoint: { try context.cancellation.check() })
        }
        for recommendation in found {
            output.append(
                .nodeReference(recommendation.item), .float(recommendation.score),
                .list(recommendation.reasons.map(\.value)))
        }
    }
}

/// `recommend.predict`: what a model says of given items.
struct PredictProcedure: Procedure {
    let models: TrainedModels

    let signature = ProcedureSignature(
        name: "recommend.predict",
        inputs: [
            .init("user", .node, "Whose rating."),
            .init("items", .any, "A node or a list of nodes."),
            .init("model", .string, "A model that model.fit has made."),
        ],
        outputs: [
            .init("item", .node, "The item."),
            .init(
                "score", .float,
                "The rating, or for methods that only rank the score; null for an item that the "
                    + "model does not know."),
        ],
        description: "The score of each given item for a user, by a fitted model.")

    func call(_ arguments: [Value], _ context: ProcedureContext, _ output: inout ProcedureOutput)
        throws
    {
        let name = try ModelProcedures.name(arguments[2], of: signature.name)
        guard case .nodeReference(let user) = arguments[0] else {
            if case .null = arguments[0] { return }
            throw QueryError(.argument, "\(signature.name): the user must be a node.")
        }
        let items = try nodes(arguments[1])
        let scores = try ModelProcedures.translating(signature.name) {
            try models.model(named: name, context.view).scores(user, items: items, context.view)
        }
        for (item, score) in zip(items, scores) {
            output.append(.nodeReference(item), score.map { .float($0) } ?? .null)
        }
    }

    private func nodes(_ value: Value) throws -> [NodeID] {
        switch value {
        case .null: return []
        case .nodeReference(let node): return [node]
        case .list(let values):
            return try values.map { value in
                guard case .nodeReference(let node) = value else { throw notNodes }
                return node
            }
        default: throw notNodes
        }
    }

    private var notNodes: QueryError {
        QueryError(.argument, "\(signature.name): `items` must be a node or a list of nodes.")
    }
}
