import Foundation
internal import GraphStore
internal import QueryEngine
internal import Recommend
internal import Values

/// The options of re-ranking, made ready for one call.
struct RerankRules {
    static let options = [
        "diversity", "similarBy", "novelty", "perGroup", "groupBy", "boost", "pin", "bury",
    ]
    static let text =
        "diversity (0 to 1): how much likeness to earlier items counts against an item; similarBy: "
        + "an embedding property, default: who has them; novelty: added for each bit of rarity; "
        + "perGroup: most items of one group; groupBy: a relationship type or an expression over "
        + "`item`; boost: {when: predicate, factor} or a list of them; pin, bury: predicates of what "
        + "comes first and last"

    struct Placed {
        let node: NodeID
        let score: Double
        let reason: Value
    }

    private var reranking = Reranking()
    private let view: GraphView
    private let type: TypeID?
    private let checkpoint: () throws -> Void
    private let isDiverse: Bool
    private let embedding: KeyID?
    private let novelty: Double
    private let groups: (([NodeID]) throws -> [[UInt64]])?
    private let boosts: [(predicate: NodeExpression, factor: Double)]
    private let pin: NodeExpression?
    private let bury: NodeExpression?
    private let needsNothing: Bool

    init(
        _ configuration: Configuration, user: NodeID?, k: Int, _ context: ProcedureContext,
        of procedure: String
    ) throws {
        view = context.view
        checkpoint = { [cancellation = context.cancellation] in try cancellation.check() }
        type = try configuration.string("relationshipType").flatMap { context.view.type($0) }
        reranking.k = k
        reranking.diversity = try configuration.number("diversity") ?? 0
        guard (0...1).contains(reranking.diversity) else {
            throw configuration.wrong("diversity", "a number from 0 to 1")
        }
        isDiverse = reranking.diversity > 0
        embedding = try configuration.string("similarBy").flatMap { context.view.key($0) }
        novelty = try configuration.number("novelty") ?? 0
        func predicate(_ text: String, _ option: String) throws -> NodeExpression {
            try context.predicate(text, user: user, what: "\(procedure): `\(option)`")
        }
        pin = try configuration.string("pin").map { try predicate($0, "pin") }
        bury = try configuration.string("bury").map { try predicate($0, "bury") }
        boosts = try configuration.list("boost").map { value in
            guard case .map(let map) = value, case .string(let text)? = map["when"],
                let factor = map["factor"]?.number
            else { throw configuration.wrong("boost", "{when: predicate, factor: number}") }
            return (try predicate(text, "boost"), factor)
        }
        if configuration.has("perGroup") {
            reranking.perGroup = try configuration.integer(
                "perGroup", default: 1, in: 1...1_000_000)
            groups = try Self.groups(configuration, user, context, procedure)
        } else {
            groups = nil
        }
        if (isDiverse && embedding == nil) || novelty != 0, type == nil {
            throw QueryError(
                .argument,
                "\(procedure): diversity and novelty need `relationshipType`, the interactions that "
                    + "say what is alike and popular (diversity also `similarBy` instead).")
        }
        needsNothing =
            !isDiverse && novelty == 0 && groups == nil && boosts.isEmpty && pin == nil
            && bury == nil
    }

    /// A relationship type gives neighbours; anything else is an expression, whose values are groups.
    private static func groups(
        _ configuration: Configuration, _ user: NodeID?, _ context: ProcedureContext,
        _ procedure: String
    ) throws -> ([NodeID]) throws -> [[UInt64]] {
        guard let text = try configuration.string("groupBy") else {
            throw QueryError(.argument, "\(procedure): `perGroup` needs `groupBy`.")
        }
        let view = context.view
        if let type = view.type(text) {
            return { items in
                items.map { item in
                    var groups: [UInt64] = []
                    view.adjacency(type, .outgoing).forEachRun(
                        of: item, options: .withoutRelationships
                    ) { nodes, _ in groups.append(contentsOf: nodes) }
                    return groups
                }
            }
        }
        let expression = try context.expression(
            text, user: user, what: "\(procedure): `groupBy`")
        return { items in
            var numbers: [GroupKey: UInt64] = [:]
            return try expression.values(items).map { value in
                if case .null = value { return [] }
                let key = GroupKey(value)
                let number = numbers[key] ?? UInt64(numbers.count)
                numbers[key] = number
                return [number]
            }
        }
    }

    func apply(_ candidates: [(node: NodeID, score: Double)]) throws -> [Placed] {
        if needsNothing {
            return candidates.prefix(reranking.k).map {
                Placed(
                    node: $0.node, score: $0.score, reason: Self.reason($0.score, 0, false, false))
            }
        }
        guard candidates.count <= Reranking.candidateLimit else {
            throw QueryError(
                .argument,
                "More than \(Reranking.candidateLimit) items cannot be re-ranked; ask for fewer "
                    + "candidates.")
        }
        let nodes = candidates.map(\.node)
        var items = candidates.map { Reranking.Item(node: $0.node, score: $0.score) }
        if novelty != 0 { addNovelty(&items) }
        for boost in boosts {
            for (place, holds) in try boost.predicate.holds(nodes).enumerated() where holds {
                items[place].score *= boost.factor
            }
        }
        if let pin {
            for (place, holds) in try pin.holds(nodes).enumerated() {
                items[place].isPinned = holds
            }
        }
        if let bury {
            for (place, holds) in try bury.holds(nodes).enumerated() {
                items[place].isBuried = holds
            }
        }
        if let groups {
            for (place, own) in try groups(nodes).enumerated() { items[place].groups = own }
        }
        var reranking = reranking
        if isDiverse { reranking.similarity = similarity(nodes) }
        return try reranking.apply(items).map {
            Placed(
                node: $0.item.node, score: $0.item.score,
                reason: Self.reason(
                    $0.value, $0.greatestSimilarity, $0.item.isPinned, $0.item.isBuried))
        }
    }

    private static func reason(
        _ value: Double, _ similarity: Double, _ isPinned: Bool, _ isBuried: Bool
    ) -> Value {
        .map(
            ValueMap([
                ("value", .float(value)), ("similarity", .float(similarity)),
                ("pinned", .boolean(isPinned)), ("buried", .boolean(isBuried)),
            ]))
    }

    /// `-log₂(share of all interactions)`, times the option.
    private func addNovelty(_ items: inout [Reranking.Item]) {
        guard let type else { return }
        let total = Double(max(1, view.relationshipCount(type: type)))
        for place in items.indices {
            let degree = Direction.allCases.map {
                view.adjacency(type, $0).degree(items[place].node)
            }
            items[place].score -= novelty * log2(Double(max(1, degree.max() ?? 1)) / total)
        }
    }

    private func similarity(_ nodes: [NodeID]) -> (NodeID, NodeID) throws -> Double {
        if let embedding {
            var vectors: [NodeID: [Double]] = [:]
            for node in nodes { vectors[node] = Self.unit(view.property(embedding, ofNode: node)) }
            return { a, b in
                let product = zip(vectors[a, default: []], vectors[b, default: []])
                    .reduce(0) { $0 + $1.0 * $1.1 }
                return max(0, product)
            }
        }
        // Items as sets of those who have them.
        var owners: [NodeID: Set<NodeID>] = [:]
        if let type {
            for node in nodes {
                var own: Set<NodeID> = []
                for direction in Direction.allCases {
                    view.adjacency(type, direction).forEachRun(
                        of: node, options: .withoutRelationships
                    ) { list, _ in own.formUnion(list) }
                }
                owners[node] = own
            }
        }
        let checkpoint = checkpoint
        return { a, b in
            try checkpoint()
            let (left, right) = (owners[a, default: []], owners[b, default: []])
            guard !left.isEmpty, !right.isEmpty else { return 0 }
            let (small, large) = left.count < right.count ? (left, right) : (right, left)
            let common = small.count { large.contains($0) }
            return Double(common) / (Double(left.count) * Double(right.count)).squareRoot()
        }
    }

    private static func unit(_ value: Value) -> [Double] {
        var vector: [Double] = []
        switch value {
        case .vector(let elements): vector = elements.map { Double($0) }
        case .list(let values): vector = values.compactMap(\.number)
        default: break
        }
        let length = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
        return length > 0 ? vector.map { $0 / length } : []
    }
}
