internal import GraphStore
internal import QueryEngine
internal import Recommend
internal import Values

/// `recommend.hybrid`: several sources of candidates, one answer.
///
/// A source is any procedure of the `recommend.*` family that yields items with scores, called as a
/// statement would call it, so that every method there is can be one.
struct HybridProcedure: Procedure {
    private static let name = "recommend.hybrid"
    private static let sourceLimit = 32
    private static let options =
        [
            "relationshipType", "k", "fusion", "candidates", "rankConstant", "rank", "excludeSeen",
            "exclude", "filter", "reasons",
        ] + RerankRules.options

    let signature = ProcedureSignature(
        name: HybridProcedure.name,
        inputs: [
            .init("user", .node, "Whom to recommend to."),
            .init(
                "sources", .listOfMaps,
                "{source: a method of recommend.* such as 'itemKNN', 'popular', 'content', or "
                    + "'model' with model: its name, or 'list' with items: nodes or {item, score} "
                    + "maps; weight (1); when: a Cypher predicate over `user`, without which the "
                    + "source is not asked; and the method's own options}"),
            .init(
                "configuration", .map, fallback: .map(ValueMap()),
                "relationshipType: for all sources that name none; fusion: 'rrf' (default), "
                    + "'weighted', 'voting', 'switching'; rankConstant (60), of 'rrf'; candidates "
                    + "(100): of each source; rank: a model whose scores order the candidates; k "
                    + "(10); reasons (3); excludeSeen (true); " + RecommendArguments.filterText
                    + "; and " + RerankRules.text),
        ],
        outputs: [
            .init("item", .node, "The item."),
            .init("score", .float, "Of the fusion, or of the model that ranks."),
            .init(
                "reasons", .listOfMaps,
                "{source, place, score, contribution, reasons}: who proposed it, and why."),
        ],
        description:
            "Recall by several sources, filters inside each of them, fusion (weighted sum, "
            + "reciprocal ranks: Cormack et al., SIGIR 2009, voting, switching for cold starts), "
            + "ranking by a model, and re-ranking.")

    func call(_ arguments: [Value], _ context: ProcedureContext, _ output: inout ProcedureOutput)
        throws
    {
        let configuration = try Configuration(
            arguments[2], of: Self.name, known: Self.options)
        let user: NodeID
        switch arguments[0] {
        case .null: return
        case .nodeReference(let id): user = id
        default: throw QueryError(.argument, "\(Self.name): the user must be a node.")
        }
        guard case .list(let given) = arguments[1], (1...Self.sourceLimit).contains(given.count)
        else {
            throw QueryError(
                .argument,
                "\(Self.name): `sources` must be a list of 1 to \(Self.sourceLimit) maps.")
        }
        let fusion = try configuration.choice("fusion", among: Fusion.allCases) ?? .rrf
        let constant = try configuration.number("rankConstant") ?? 60
        guard constant >= 0 else { throw configuration.wrong("rankConstant", "a number from 0") }
        let k = try configuration.integer("k", default: 10, in: 1...10_000)
        let rules = try RerankRules(configuration, user: user, k: k, context, of: Self.name)
        let recall = Recall(
            user: user, configuration: configuration, procedure: Self.name, context: context)
        var answers: [Recall.Answer] = []
        for source in given {
            if let answer = try recall.ask(source) { answers.append(answer) }
        }
        var fused = fusion.fuse(answers.map(\.list), rankConstant: constant)
        if let model = try configuration.string("rank") {
            fused = try ranked(fused, model, user, context)
        }
        let reasonLimit = try configuration.integer("reasons", default: 3, in: 0...1_000)
        let parts = Dictionary(uniqueKeysWithValues: fused.map { ($0.node, $0.parts) })
        for item in try rules.apply(fused.map { ($0.node, $0.score) }) {
            let strongest = parts[item.node, default: []]
                .sorted { $0.contribution > $1.contribution }.prefix(reasonLimit)
            output.append(
                .nodeReference(item.node), .float(item.score),
                .list(strongest.map { $0.value(answers[$0.list], item.node) }))
        }
    }

    /// By the scores of a model; items that it does not know come last, in the order of the fusion.
    private func ranked(
        _ fused: [FusedItem], _ model: String, _ user: NodeID, _ context: ProcedureContext
    ) throws -> [FusedItem] {
        guard let predict = context.procedures["recommend.predict"] else { return fused }
        var output = ProcedureOutput(width: predict.signature.outputs.count)
        try predict.call(
            [
                .nodeReference(user), .list(fused.map { .nodeReference($0.node) }),
                .string(model),
            ], context, &output)
        let scores = output.columns[1].build()
        let least = (0..<scores.count).compactMap { scores.value($0).number }.min() ?? 0
        return fused.enumerated().map { place, item in
            var item = item
            item.score = scores.value(place).number ?? least - Double(place + 1)
            return item
        }.sorted { $0.score > $1.score }
    }
}

/// Asks the sources of a hybrid.
struct Recall {
    let user: NodeID
    let configuration: Configuration
    let procedure: String
    let context: ProcedureContext

    struct Answer {
        let list: CandidateList
        let reasons: [NodeID: Value]
    }

    private static let own = ["source", "weight", "when", "relationshipType", "model", "items"]
    /// What the hybrid says holds for all sources.
    private static let shared = ["excludeSeen", "exclude", "filter"]

    /// Nil where the source's condition does not hold.
    func ask(_ value: Value) throws -> Answer? {
        guard case .map(let map) = value, case .string(let name)? = map["source"] else {
            throw QueryError(
                .argument, "\(procedure): a source must be a map with the string `source`.")
        }
        let weight = try self.weight(map["weight"], of: name)
        if let condition = map["when"] {
            guard case .string(let text) = condition else {
                throw QueryError(.argument, "\(procedure): `when` must be a predicate's text.")
            }
            let what = "\(procedure): `when` of \(name)"
            guard try context.predicate(text, user: user, what: what).holds([user])[0] else {
                return nil
            }
        }
        if name == "list" { return try list(map, weight) }
        return try call(name, map, weight)
    }

    private func weight(_ value: Value?, of source: String) throws -> Double {
        guard let value else { return 1 }
        guard let weight = value.number, weight >= 0 else {
            throw QueryError(
                .argument, "\(procedure): the weight of \(source) must be a number from 0.")
        }
        return weight
    }

    /// Candidates of the statement's own, the best first. The filter applies to them too.
    private func list(_ map: ValueMap, _ weight: Double) throws -> Answer {
        guard case .list(let values)? = map["items"] else {
            throw QueryError(.argument, "\(procedure): the source 'list' needs `items`.")
        }
        var items: [(node: NodeID, score: Double)] = []
        for (place, value) in values.enumerated() {
            // Nodes without scores are in order: the first has the highest.
            items.append(
                try Self.candidate(value, Double(values.count - place), of: procedure))
        }
        var type: TypeID?
        if case .string(let name)? = map["relationshipType"]
            ?? configuration.value("relationshipType")
        {
            type = context.view.type(name)
        }
        var excluded = try RecommendArguments.excluded(
            configuration, of: user, context.view)
        if try configuration.boolean("excludeSeen", default: true), let type {
            context.view.adjacency(type, .outgoing).forEachRun(of: user) { nodes, _ in
                excluded.formUnion(nodes)
            }
        }
        items.removeAll { excluded.contains($0.node) }
        if let filter = try configuration.filter(user: user, context, of: procedure) {
            let admitted = try filter.admits(items.map(\.node))
            items = zip(items, admitted).compactMap { $1 ? $0 : nil }
        }
        return Answer(
            list: CandidateList(source: "list", weight: weight, items: items), reasons: [:])
    }

    static func candidate(_ value: Value, _ fallback: Double, of procedure: String) throws
        -> (node: NodeID, score: Double)
    {
        switch value {
        case .nodeReference(let node): return (node, fallback)
        case .map(let map):
            if case .nodeReference(let node)? = map["item"] {
                return (node, map["score"]?.number ?? fallback)
            }
        default: break
        }
        throw QueryError(
            .argument,
            "\(procedure): an item must be a node or a map {item, score}, but is "
                + "\(value.excerpt).")
    }

    private func call(_ name: String, _ map: ValueMap, _ weight: Double) throws -> Answer {
        guard let source = context.procedures["recommend." + name],
            source.signature.access == .read, source.signature.name != procedure,
            source.signature.inputs.count == 3,
            let item = source.signature.outputs.firstIndex(where: { $0.name == "item" }),
            let score = source.signature.outputs.firstIndex(where: { $0.name == "score" })
        else { throw QueryError(.argument, "\(procedure): there is no source '\(name)'.") }
        let second = source.signature.inputs[1].name
        guard let subject = map[second] ?? configuration.value(second) else {
            throw QueryError(
                .argument, "\(procedure): the source '\(name)' needs `\(second)`.")
        }
        var options: [(String, Value)] = []
        for key in map.keys where !Self.own.contains(key) || key == "items" {
            options.append((key, map[key] ?? .null))
        }
        if map["k"] == nil {
            let candidates = try configuration.integer(
                "candidates", default: 100, in: 1...10_000)
            options.append(("k", .integer(Int64(candidates))))
        }
        for key in Self.shared where map[key] == nil {
            if let value = configuration.value(key) { options.append((key, value)) }
        }
        var output = ProcedureOutput(width: source.signature.outputs.count)
        try source.call(
            [.nodeReference(user), subject, .map(ValueMap(options))], context, &output)
        return answer(
            name, weight, items: output.columns[item].build(),
            scores: output.columns[score].build(),
            reasons: source.signature.outputs.firstIndex { $0.name == "reasons" }
                .map { output.columns[$0].build() })
    }

    private func answer(
        _ name: String, _ weight: Double, items: Column, scores: Column, reasons: Column?
    ) -> Answer {
        var list: [(node: NodeID, score: Double)] = []
        var why: [NodeID: Value] = [:]
        for row in 0..<items.count {
            guard case .nodeReference(let node) = items.value(row) else { continue }
            list.append((node, scores.value(row).number ?? 0))
            if let reasons { why[node] = reasons.value(row) }
        }
        return Answer(
            list: CandidateList(source: name, weight: weight, items: list), reasons: why)
    }
}

extension FusedItem.Part {
    fileprivate func value(_ answer: Recall.Answer, _ node: NodeID) -> Value {
        .map(
            ValueMap([
                ("source", .string(answer.list.source)), ("place", .integer(Int64(place))),
                ("score", .float(score)), ("contribution", .float(contribution)),
                ("reasons", answer.reasons[node] ?? .list([])),
            ]))
    }
}

/// `recommend.rerank`: a second look at any list.
struct RerankProcedure: Procedure {
    private static let name = "recommend.rerank"

    let signature = ProcedureSignature(
        name: RerankProcedure.name,
        inputs: [
            .init("items", .list, "{item, score} maps, or nodes in order."),
            .init(
                "configuration", .map, fallback: .map(ValueMap()),
                "k (10); filter: a Cypher predicate over `item`; relationshipType: the interactions "
                    + "that say what is alike and popular; " + RerankRules.text),
        ],
        outputs: [
            .init("item", .node, "The item."),
            .init("score", .float, "With boosts and novelty."),
            .init(
                "reasons", .listOfMaps,
                "{value, similarity, pinned, buried}: what decided, and how like it is to one "
                    + "before it."),
        ],
        description:
            "Orders a list again: maximal marginal relevance (Carbonell and Goldstein, SIGIR "
            + "1998), novelty, caps for each category, and rules that boost, pin or bury.")

    func call(_ arguments: [Value], _ context: ProcedureContext, _ output: inout ProcedureOutput)
        throws
    {
        let configuration = try Configuration(
            arguments[1], of: Self.name,
            known: ["k", "relationshipType", "filter"] + RerankRules.options)
        guard case .list(let values) = arguments[0] else { return }
        var items: [(node: NodeID, score: Double)] = []
        for (place, value) in values.enumerated() {
            items.append(
                try Recall.candidate(value, Double(values.count - place), of: Self.name))
        }
        if let filter = try configuration.filter(user: nil, context, of: Self.name) {
            let admitted = try filter.admits(items.map(\.node))
            items = zip(items, admitted).compactMap { $1 ? $0 : nil }
        }
        let k = try configuration.integer("k", default: 10, in: 1...10_000)
        let rules = try RerankRules(configuration, user: nil, k: k, context, of: Self.name)
        for item in try rules.apply(items) {
            output.append(
                .nodeReference(item.node), .float(item.score), .list([item.reason]))
        }
    }
}
