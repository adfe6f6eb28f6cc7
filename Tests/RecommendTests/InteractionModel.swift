import Foundation
import GraphStore
import Recommend
import Values

/// A small generator whose sequence a seed decides, so that every failure comes again.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

    mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state &* 0x2545_F491_4F6C_DD1D
    }
}

/// A store in a directory of its own, with nodes and one type of relationships, and the same as
/// plain arrays.
final class InteractionModel {
    struct Edge {
        let id: RelationshipID
        let start: NodeID
        let end: NodeID
        let weight: Double?
        let time: Double?
    }

    private let directory: String
    let store: GraphStore
    let type: TypeID
    let weightKey: KeyID
    let timeKey: KeyID
    private(set) var nodes: [NodeID] = []
    private(set) var edges: [Edge] = []

    init() throws {
        directory = NSTemporaryDirectory() + "recommend-" + UUID().uuidString
        var options = GraphStore.Options()
        options.syncOnCommit = false
        store = try GraphStore.open(directory: directory, options: options)
        let tokens = try store.write { writer in
            (try writer.type("LIKES"), try writer.key("weight"), try writer.key("time"))
        }
        (type, weightKey, timeKey) = tokens
    }

    deinit {
        store.close()
        try? FileManager.default.removeItem(atPath: directory)
    }

    func addNodes(_ count: Int) throws {
        nodes += try store.write { writer in
            try (0..<count).map { _ in try writer.createNode(labels: [], properties: []) }
        }
    }

    /// Each call is a commit.
    func connect(_ pairs: [(start: NodeID, end: NodeID, weight: Double?, time: Double?)]) throws {
        let (type, weightKey, timeKey) = (type, weightKey, timeKey)
        let ids = try store.write { writer in
            try pairs.map { pair in
                var properties: [(key: KeyID, value: Value)] = []
                if let weight = pair.weight {
                    // Whole numbers as integers: kinds mix.
                    let value = Int64(exactly: weight).map { Value.integer($0) } ?? .float(weight)
                    properties.append((weightKey, value))
                }
                if let time = pair.time { properties.append((timeKey, .float(time))) }
                return try writer.createRelationship(
                    type: type, start: pair.start, end: pair.end, properties: properties)
            }
        }
        for (id, pair) in zip(ids, pairs) {
            edges.append(
                Edge(
                    id: id, start: pair.start, end: pair.end, weight: pair.weight, time: pair.time))
        }
    }

    func disconnect(_ places: [Int]) throws {
        let ids = places.map { edges[$0].id }
        try store.write { writer in
            for id in ids { try writer.deleteRelationship(id) }
        }
        for place in places.sorted(by: >) { edges.remove(at: place) }
    }

    func setWeight(_ weight: Double, at place: Int) throws {
        let (edge, key) = (edges[place], weightKey)
        try store.write { writer in
            try writer.setProperty(key, ofRelationship: edge.id, to: .float(weight))
        }
        edges[place] = Edge(
            id: edge.id, start: edge.start, end: edge.end, weight: weight, time: edge.time)
    }

    func read<R>(_ body: (GraphView) throws -> R) throws -> R {
        let view = try store.beginRead()
        defer { view.close() }
        return try body(view)
    }

    func interactions(
        _ view: GraphView, of node: NodeID? = nil, _ direction: Direction?, weighted: Bool
    ) -> Interactions {
        Interactions(
            view: view, type: type, of: node, direction: direction,
            weight: weighted ? weightKey : nil, checkpoint: {})
    }
}

/// The formulas over dense vectors, as the issue states them: slow and plain.
struct DenseModel {
    /// By user, then item; nil is no entry.
    var rows: [[Double?]]
    /// Relationships by user and item, parallel ones and all.
    private var degrees: (rows: [Int], columns: [Int])

    init(_ model: InteractionModel, _ direction: Direction, weighted: Bool) {
        let count = model.nodes.count
        rows = Array(repeating: Array(repeating: nil, count: count), count: count)
        degrees = (Array(repeating: 0, count: count), Array(repeating: 0, count: count))
        for edge in model.edges {
            let user = Int(direction == .outgoing ? edge.start : edge.end)
            let item = Int(direction == .outgoing ? edge.end : edge.start)
            degrees.rows[user] += 1
            degrees.columns[item] += 1
            rows[user][item, default: 0] += weighted ? edge.weight ?? 1 : 1
        }
    }

    var transposed: DenseModel {
        var result = self
        result.degrees = (degrees.columns, degrees.rows)
        for user in rows.indices {
            for item in rows.indices { result.rows[item][user] = rows[user][item] }
        }
        return result
    }

    func common(_ a: Int, _ b: Int) -> Int {
        zip(rows[a], rows[b]).count { $0 != nil && $1 != nil }
    }

    /// The entries as a measure wants them: see the room's `EntryWeighting`.
    private func weighed(_ row: Int, _ measure: SimilarityMeasure) -> [Double?] {
        let vectors = Double(degrees.rows.count { $0 > 0 })
        return rows[row].enumerated().map { column, entry in
            guard let entry else { return nil }
            let rarity = log(1 + vectors / Double(degrees.columns[column]))
            switch measure {
            case .adjustedCosine:
                let all = rows.compactMap { $0[column] }
                return entry - all.reduce(0, +) / Double(all.count)
            case .tfidf: return entry * rarity
            case .bm25:
                let mean = Double(degrees.rows.reduce(0, +)) / vectors
                let norm = 1.2 * (0.25 + 0.75 * Double(degrees.rows[row]) / mean)
                return entry * 2.2 / (entry + norm) * rarity
            default: return entry
            }
        }
    }

    private func similarity(_ a: [Double?], _ b: [Double?], _ options: SimilarityOptions) -> Double
    {
        let pairs = zip(a, b).filter { pair in
            options.over == .all || (pair.0 != nil && pair.1 != nil)
        }
        let both = zip(a, b).filter { $0 != nil && $1 != nil }
        let (left, right) = (pairs.compactMap(\.0), pairs.compactMap(\.1))
        func norm(_ values: [Double]) -> Double { values.reduce(0) { $0 + $1 * $1 }.squareRoot() }
        func ratio(_ numerator: Double, _ denominator: Double) -> Double {
            denominator > 1e-12 ? numerator / denominator : 0
        }
        switch options.measure {
        case .cosine, .adjustedCosine, .tfidf, .bm25:
            let product = both.reduce(0) { $0 + $1.0! * $1.1! }
            return ratio(product, norm(left) * norm(right))
        case .pearson:
            let meanLeft = left.reduce(0, +) / Double(left.count)
            let meanRight = right.reduce(0, +) / Double(right.count)
            let product = both.reduce(0) { $0 + ($1.0! - meanLeft) * ($1.1! - meanRight) }
            return ratio(
                product, norm(left.map { $0 - meanLeft }) * norm(right.map { $0 - meanRight }))
        case .jaccard:
            let union = zip(a, b).count { $0 != nil || $1 != nil }
            return ratio(Double(both.count), Double(union))
        case .overlap:
            let least = min(a.count { $0 != nil }, b.count { $0 != nil })
            return ratio(Double(both.count), Double(least))
        case .euclidean:
            let squares = pairs.reduce(0) { sum, pair in
                let difference = (pair.0 ?? 0) - (pair.1 ?? 0)
                return sum + difference * difference
            }
            return 1 / (1 + squares.squareRoot())
        }
    }

    /// Everybody who shares enough, nearest first.
    func neighbours(_ node: Int, _ options: SimilarityOptions, among others: [Int]? = nil)
        -> [(node: Int, similarity: Double, common: Int)]
    {
        let vectors = rows.indices.map { weighed($0, options.measure) }
        return (others ?? Array(rows.indices)).filter {
            $0 != node && common(node, $0) >= max(1, options.minCommon)
        }
        .map { ($0, similarity(vectors[node], vectors[$0], options), common(node, $0)) }
        .sorted { $0.1 != $1.1 ? $0.1 > $1.1 : $0.0 < $1.0 }
    }

    private func candidates(_ user: Int, _ options: RecommendationOptions) -> [Int] {
        rows.indices.filter { item in
            if options.excluded.contains(NodeID(item)) { return false }
            return !options.excludeSeen || (rows[user][item] == nil && item != user)
        }
    }

    func userKNN(_ user: Int, _ options: RecommendationOptions) -> [Int: Double] {
        func mean(_ row: [Double?]) -> Double {
            let values = row.compactMap { $0 }
            return values.reduce(0, +) / Double(values.count)
        }
        let nearest = neighbours(user, options.similarity).prefix(options.neighbours)
        var scores: [Int: Double] = [:]
        for item in candidates(user, options) {
            let votes = nearest.filter { rows[$0.node][item] != nil }
            if votes.isEmpty { continue }
            guard options.predict else {
                scores[item] = votes.reduce(0) { $0 + $1.similarity * rows[$1.node][item]! }
                continue
            }
            let sum = votes.reduce(0) {
                $0 + $1.similarity * (rows[$1.node][item]! - mean(rows[$1.node]))
            }
            let total = votes.reduce(0) { $0 + abs($1.similarity) }
            scores[item] = mean(rows[user]) + (total > 0 ? sum / total : 0)
        }
        return scores
    }

    /// `items` is the model seen from the other side.
    func itemKNN(_ user: Int, _ options: RecommendationOptions, items: DenseModel)
        -> [Int: Double]
    {
        let own = rows.indices.filter { rows[user][$0] != nil }
        var scores: [Int: Double] = [:]
        for item in candidates(user, options) {
            let like = items.neighbours(item, options.similarity, among: own)
                .prefix(options.neighbours)
            if like.isEmpty { continue }
            scores[item] = like.reduce(0) { $0 + $1.similarity * rows[user][$1.node]! }
        }
        return scores
    }
}

extension [Double?] {
    fileprivate subscript(place: Int, default fallback: Double) -> Double {
        get { self[place] ?? fallback }
        set { self[place] = newValue }
    }
}
