internal import GraphStore
internal import QueryEngine
internal import Recommend
internal import Values

/// `recommend.content`: items like those the user has, by what they are.
struct ContentProcedure: Procedure {
    let signature = ProcedureSignature(
        name: "recommend.content",
        inputs: RecommendProcedures.inputs(
            "user", "Whose items say what the user likes.",
            "text, categories, embeddings: properties of items, neighbours: relationship types of "
                + "items (genre, brand, actor), each a name, a list of names, or a map of names to "
                + "weights; label: of the items to choose from (default: items that somebody has); "
                + "weight; k (10); reasons (3); excludeSeen (true); direction; "
                + RecommendArguments.filterText),
        outputs: [
            .init("item", .node, "The item."),
            .init("score", .float, "Weighted mean of the parts' cosines."),
            .init(
                "reasons", .listOfMaps,
                "What it shares with the user's items: {by, feature, contribution}; the feature is "
                    + "a node, a word or a value, null for embeddings."),
        ],
        description: "Items like those that the user has: TF-IDF over words, values and neighbours "
            + "(Salton and Buckley, 1988), cosine of embeddings, the user's profile the weighted sum "
            + "of the user's items. New items, which nobody has yet, are found with `label`.")

    func call(_ arguments: [Value], _ context: ProcedureContext, _ output: inout ProcedureOutput)
        throws
    {
        let view = context.view
        let arguments = try RecommendArguments(
            arguments, context, of: signature.name,
            options: ["text", "categories", "embeddings", "neighbours", "label", "weight", "k"]
                + ["direction"] + RecommendArguments.itemOptions)
        let parts = try parts(arguments.configuration, view)
        guard let user = arguments.node, let type = arguments.type else { return }
        let source = ModelSource(
            type: view.name(type: type), direction: arguments.userSide(type),
            weight: try arguments.weight.map { view.name(key: $0) })
        var own: [(node: NodeID, weight: Double)] = []
        source.forEachInteraction(of: user, view) { node, weight, _ in
            own.append((node, Double(weight)))
        }
        let excluded = try arguments.exclusion()
        let items = try items(arguments, type, view, context.cancellation)
        let found = try ModelProcedures.translating(signature.name) {
            try view.contentItems(
                own: own, among: items, parts, k: try arguments.k(),
                reasons: try arguments.configuration.integer(
                    "reasons", default: 3, in: 0...1_000),
                isExcluded: { excluded.contains($0) }, filter: try arguments.filter(),
                checkpoint: { try context.cancellation.check() })
        }
        for item in found {
            output.append(
                .nodeReference(item.item), .float(item.score), .list(item.reasons.map(\.value)))
        }
    }

    private func parts(_ configuration: Configuration, _ view: GraphView) throws -> [ContentPart] {
        var parts: [ContentPart] = []
        func add(_ option: String, _ kind: (String) -> ContentPart.Kind?) throws {
            for (name, weight) in try configuration.weights(option) {
                // A name that nothing has adds nothing to any score.
                if let kind = kind(name) {
                    parts.append(ContentPart(name: name, kind: kind, weight: weight))
                }
            }
        }
        try add("text") { view.key($0).map { .text($0) } }
        try add("categories") { view.key($0).map { .category($0) } }
        try add("neighbours") { view.type($0).map { .neighbours($0) } }
        try add("embeddings") { view.key($0).map { .embedding($0) } }
        let options = ["text", "categories", "neighbours", "embeddings"]
        guard options.contains(where: configuration.has) else {
            throw QueryError(
                .argument,
                "\(signature.name): say what to compare: at least one of "
                    + options.map { "`\($0)`" }.joined(separator: ", ") + ".")
        }
        return parts
    }

    private func items(
        _ arguments: RecommendArguments, _ type: TypeID, _ view: GraphView,
        _ cancellation: Cancellation
    ) throws -> [NodeID] {
        var items: [NodeID] = []
        if let name = try arguments.configuration.string("label") {
            guard let label = view.label(name) else { return [] }
            let scan = view.nodes(label: label)
            var block: ContiguousArray<UInt64> = []
            while try scan.next(2048, into: &block) > 0 {
                try cancellation.check()
                items.append(contentsOf: block)
                block.removeAll(keepingCapacity: true)
            }
            return items
        }
        let lists = view.adjacency(type, arguments.itemSide(type))
        var next = lists.nextNode(from: 0)
        while let node = next {
            items.append(node)
            next = lists.nextNode(from: node + 1)
        }
        return items
    }
}

extension ContentItem.Reason {
    fileprivate var value: Value {
        let value: Value =
            switch feature {
            case .node(let node): .nodeReference(node)
            case .text(let bytes): .string(String(decoding: bytes, as: UTF8.self))
            case nil: .null
            }
        return .map(
            ValueMap([
                ("by", .string(part)), ("feature", value), ("contribution", .float(contribution)),
            ]))
    }
}

extension Configuration {
    /// A name, a list of names, or a map of names to weights above 0; 1 where none is said.
    func weights(_ key: String) throws -> [(name: String, weight: Double)] {
        if case .map(let map)? = value(key) {
            return try map.keys.map { name in
                guard let weight = map[name]?.number, weight > 0 else {
                    throw wrong(key, "a map of names to numbers above 0")
                }
                return (name, weight)
            }
        }
        return try list(key).map { value in
            guard case .string(let name) = value else {
                throw wrong(key, "a name, a list of names or a map of names to weights")
            }
            return (name, 1)
        }
    }

    func nodes(_ key: String) throws -> [NodeID] {
        try list(key).map { value in
            guard case .nodeReference(let node) = value else {
                throw wrong(key, "a node or a list of nodes")
            }
            return node
        }
    }
}

extension Value {
    /// A finite number.
    var number: Double? {
        switch self {
        case .integer(let number): Double(number)
        case .float(let number) where number.isFinite: number
        default: nil
        }
    }
}
