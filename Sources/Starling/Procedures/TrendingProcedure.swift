internal import QueryEngine
internal import Recommend
internal import Values

/// `recommend.trending`: what grows.
struct TrendingProcedure: Procedure {
    private static let week = 7 * 86_400.0

    let signature = ProcedureSignature(
        name: "recommend.trending",
        inputs: RecommendProcedures.inputs(
            "user", "Whose items are left out; null for nobody's.",
            "halfLife (a week in seconds): of what counts as recent; longHalfLife (eight times as "
                + "long): of what it is compared with; timestamp ('timestamp'): a property with the "
                + "time; now: default the newest interaction; weight; k (10); excludeSeen (true); "
                + "direction; " + RecommendArguments.filterText),
        outputs: [
            .init("item", .node, "The item."),
            .init("score", .float, "recent - expected"),
            .init("reasons", .listOfMaps, "{recent, expected}: in interactions."),
        ],
        description: "Items with more interactions lately than their own past lets expect: "
            + "D(h) - (h / H) · D(H), with D(h) = Σ weight · 0.5^(age / h).")

    func call(_ arguments: [Value], _ context: ProcedureContext, _ output: inout ProcedureOutput)
        throws
    {
        let arguments = try RecommendArguments(
            arguments, context, of: signature.name,
            options: [
                "halfLife", "longHalfLife", "timestamp", "now", "weight", "k", "direction",
                "excludeSeen", "exclude", "filter",
            ])
        guard let type = arguments.type else { return }
        let decay = try arguments.decay(halfLife: Self.week)
        let longHalfLife =
            try arguments.configuration.number("longHalfLife") ?? 8 * decay.halfLife
        guard longHalfLife > decay.halfLife else {
            throw arguments.configuration.wrong("longHalfLife", "a number above `halfLife`")
        }
        let excluded = try arguments.exclusion()
        let items = try context.view.trendingItems(
            type: type, items: arguments.itemSide(type), weight: arguments.weight, decay: decay,
            longHalfLife: longHalfLife, k: arguments.k(),
            isExcluded: { excluded.contains($0) }, filter: arguments.filter(),
            checkpoint: { try context.cancellation.check() })
        for item in items {
            let reason = ValueMap([
                ("recent", .float(item.recent)), ("expected", .float(item.expected)),
            ])
            output.append(.nodeReference(item.item), .float(item.score), .list([.map(reason)]))
        }
    }
}

/// `recommend.session`: what comes next.
struct SessionProcedure: Procedure {
    let signature = ProcedureSignature(
        name: "recommend.session",
        inputs: RecommendProcedures.inputs(
            "user", "Whose last events count; null where `items` are given.",
            "items: the session's items, the latest last, instead of the user's own; last (5): "
                + "events that count; recency (0.8): an event's weight to that of the one behind it; "
                + "timestamp: a property with the time; gap (1800): longest pause within a session, "
                + "in its unit; k (10); reasons (3); excludeSeen (true); direction; "
                + RecommendArguments.filterText),
        outputs: [
            .init("item", .node, "The item."),
            .init("score", .float, "Higher is better."),
            .init(
                "reasons", .listOfMaps,
                "The session's items that say so: {node, similarity, weight, contribution}."),
        ],
        description:
            "Items that others have in one session with the last events: Σ recency^place · "
            + "n(j, c) / √(n(j) n(c)) over the last events j. Without `timestamp` all that a user "
            + "has is one session.")

    func call(_ arguments: [Value], _ context: ProcedureContext, _ output: inout ProcedureOutput)
        throws
    {
        let arguments = try RecommendArguments(
            arguments, context, of: signature.name,
            options: ["items", "last", "recency", "timestamp", "gap", "k", "direction"]
                + RecommendArguments.itemOptions)
        let configuration = arguments.configuration
        guard let type = arguments.type else { return }
        var options = SessionOptions()
        if configuration.has("timestamp") { options.timestamp = try arguments.timestamp() }
        options.gap = try configuration.number("gap") ?? 1800
        options.last = try configuration.integer("last", default: 5, in: 1...1000)
        options.recency = try configuration.number("recency") ?? 0.8
        guard options.recency > 0, options.recency <= 1 else {
            throw configuration.wrong("recency", "a number above 0 and up to 1")
        }
        options.k = try arguments.k()
        options.reasons = try configuration.integer("reasons", default: 3, in: 0...1_000)
        options.excludeSeen = try configuration.boolean("excludeSeen", default: true)
        options.filter = try arguments.filter()
        let excluded = try arguments.excluded()
        options.isExcluded = { excluded.contains($0) }
        let events = try configuration.has("items") ? configuration.nodes("items") : nil
        guard events != nil || arguments.node != nil else { return }
        let items = try context.view.sessionItems(
            of: arguments.node, events: events, type: type, direction: arguments.userSide(type),
            options, checkpoint: { try context.cancellation.check() })
        for item in items {
            output.append(
                .nodeReference(item.item), .float(item.score),
                .list(item.reasons.map(\.value)))
        }
    }
}
