import Foundation
import GraphStore
import Testing

@testable import Recommend

/// After every commit, live answers against a computation from scratch over plain arrays.
@Suite struct LiveMethodTests {
    private static let users = 10
    private static let all = 24

    private func model(_ random: inout SeededGenerator) throws -> InteractionModel {
        let model = try InteractionModel()
        try model.addNodes(Self.all)
        try model.connect((0..<90).map { _ in edge(&random) })
        return model
    }

    private func edge(_ random: inout SeededGenerator)
        -> (start: NodeID, end: NodeID, weight: Double?, time: Double?)
    {
        (
            .random(in: 0..<NodeID(Self.users), using: &random),
            .random(in: NodeID(Self.users)..<NodeID(Self.all), using: &random),
            .random(in: 0.5...5, using: &random), .random(in: 0...100, using: &random)
        )
    }

    private func change(_ model: InteractionModel, _ random: inout SeededGenerator) throws {
        switch Int.random(in: 0..<3, using: &random) {
        case 0: try model.connect((0..<4).map { _ in edge(&random) })
        case 1:
            try model.disconnect([0, 2, Int.random(in: 5..<model.edges.count, using: &random)])
        default:
            try model.setWeight(
                .random(in: 0.5...5, using: &random),
                at: .random(in: 0..<model.edges.count, using: &random))
        }
    }

    private func agree(_ found: [(NodeID, Double)], _ expected: [Int: Double]) -> Bool {
        guard found.count == expected.count else { return false }
        let isSorted = zip(found, found.dropFirst()).allSatisfy {
            $0.1 > $1.1 || ($0.1 == $1.1 && $0.0 < $1.0)
        }
        return isSorted
            && found.allSatisfy { item, score in
                expected[Int(item)].map { abs($0 - score) <= 1e-9 * max(1, abs(score)) } ?? false
            }
    }

    private var options: RecommendationOptions {
        var options = RecommendationOptions()
        options.k = 100
        return options
    }

    @Test(arguments: [(1.0, 0.0), (0.8, 0.0), (1.2, 0.6)])
    func randomWalks(alpha: Double, beta: Double) throws {
        var random = SeededGenerator(seed: 5)
        let model = try model(&random)
        for _ in 0..<5 {
            try change(model, &random)
            let rows = DenseModel(model, .outgoing, weighted: true).rows
            let totals = rows.map { $0.compactMap { $0 }.reduce(0, +) }
            let sums = rows.indices.map { item in rows.reduce(0) { $0 + ($1[item] ?? 0) } }
            var walk = RandomWalkOptions()
            (walk.alpha, walk.beta) = (alpha, beta)
            try model.read { view in
                for user in 0..<Self.users {
                    var expected: [Int: Double] = [:]
                    for (own, weight) in rows[user].enumerated() where weight != nil {
                        for other in 0..<Self.users where rows[other][own] != nil {
                            for (item, last) in rows[other].enumerated()
                            where last != nil && rows[user][item] == nil {
                                let share =
                                    pow(weight! / totals[user], alpha)
                                    * pow(rows[other][own]! / sums[own], alpha)
                                    * pow(last! / totals[other], alpha)
                                expected[item, default: 0] += share / pow(sums[item], beta)
                            }
                        }
                    }
                    let found = try model.interactions(view, .outgoing, weighted: true)
                        .randomWalk(NodeID(user), walk, options)
                    #expect(agree(found.map { ($0.item, $0.score) }, expected), "\(user)")
                    for item in found {
                        #expect(Set(item.reasons.map(\.node)).count == item.reasons.count)
                    }
                }
            }
        }
    }

    @Test func slopeOne() throws {
        var random = SeededGenerator(seed: 6)
        let model = try model(&random)
        for step in 0..<6 {
            try change(model, &random)
            let rows = DenseModel(model, .outgoing, weighted: true).rows
            var options = options
            options.similarity.minCommon = 1 + step % 2
            try model.read { view in
                for user in 0..<Self.users {
                    var expected: [Int: Double] = [:]
                    for item in Self.users..<Self.all where rows[user][item] == nil {
                        var (total, count) = (0.0, 0.0)
                        for own in Self.users..<Self.all {
                            guard let rating = rows[user][own] else { continue }
                            let both = rows.filter { $0[item] != nil && $0[own] != nil }
                            guard both.count >= options.similarity.minCommon else { continue }
                            let deviation =
                                both.reduce(0) { $0 + $1[item]! - $1[own]! } / Double(both.count)
                            total += (deviation + rating) * Double(both.count)
                            count += Double(both.count)
                        }
                        if count > 0 { expected[item] = total / count }
                    }
                    let found = try model.interactions(view, .outgoing, weighted: true)
                        .slopeOne(NodeID(user), options)
                    #expect(agree(found.map { ($0.item, $0.score) }, expected), "\(user) \(step)")
                }
            }
        }
    }

    @Test func shrinkageTakesFromWhatLittleIsCommon() throws {
        var random = SeededGenerator(seed: 7)
        let model = try model(&random)
        try model.read { view in
            var shrunk = SimilarityOptions()
            shrunk.shrinkage = 3
            for user in 0..<Self.users {
                let interactions = model.interactions(view, .outgoing, weighted: true)
                let plain = try interactions.neighbours(
                    of: NodeID(user), SimilarityOptions(), limit: 100)
                let found = try interactions.neighbours(of: NodeID(user), shrunk, limit: 100)
                var expected: [Int: Double] = [:]
                for near in plain {
                    let common = Double(near.common)
                    expected[Int(near.node)] = near.similarity * common / (common + 3)
                }
                #expect(agree(found.map { ($0.node, $0.similarity) }, expected))
            }
        }
    }

    @Test(arguments: [true, false])
    func whoAsksForTenGetsTen(weighted: Bool) throws {
        var random = SeededGenerator(seed: 8)
        let model = try model(&random)
        var filtered = options
        filtered.k = 2
        filtered.filter = ItemFilter { items in items.map { $0 % 3 == 0 } }
        try model.read { view in
            for user in 0..<Self.users {
                let interactions = { model.interactions(view, .outgoing, weighted: weighted) }
                let methods: [(RecommendationOptions) throws -> [Recommendation]] = [
                    { try interactions().itemKNN(NodeID(user), $0) },
                    { try interactions().userKNN(NodeID(user), $0) },
                    { try interactions().slopeOne(NodeID(user), $0) },
                    { try interactions().randomWalk(NodeID(user), RandomWalkOptions(), $0) },
                ]
                for method in methods {
                    let all = try method(options).map(\.item).filter { $0 % 3 == 0 }
                    #expect(try method(filtered).map(\.item) == Array(all.prefix(2)))
                }
            }
        }
    }

    @Test func sessions() throws {
        var random = SeededGenerator(seed: 9)
        let model = try model(&random)
        for _ in 0..<4 {
            try change(model, &random)
            var options = SessionOptions()
            options.timestamp = model.timeKey
            options.gap = 12
            options.last = 2
            options.k = 100
            try model.read { view in
                for user in 0..<Self.users {
                    let expected = session(model, user, options)
                    let found = try view.sessionItems(
                        of: NodeID(user), events: nil, type: model.type, direction: .outgoing,
                        options, checkpoint: {})
                    #expect(agree(found.map { ($0.item, $0.score) }, expected), "\(user)")
                }
            }
        }
    }

    private func session(_ model: InteractionModel, _ user: Int, _ options: SessionOptions)
        -> [Int: Double]
    {
        func events(_ user: Int) -> [InteractionModel.Edge] {
            model.edges.filter { $0.start == NodeID(user) }
                .sorted { ($0.time!, $0.id) < ($1.time!, $1.id) }
        }
        var recent: [NodeID] = []
        for event in events(user).reversed() where !recent.contains(event.end) {
            if recent.count < options.last { recent.append(event.end) }
        }
        let seen = Set(events(user).map(\.end))
        var scores: [Int: Double] = [:]
        for (place, item) in recent.enumerated() {
            let owners = Set(model.edges.filter { $0.end == item }.map(\.start))
            for owner in owners where owner != NodeID(user) {
                var sessions: [[InteractionModel.Edge]] = []
                for event in events(Int(owner)) {
                    if let last = sessions.last?.last, event.time! - last.time! <= options.gap {
                        sessions[sessions.count - 1].append(event)
                    } else {
                        sessions.append([event])
                    }
                }
                let together = sessions.filter { $0.contains { $0.end == item } }
                for other in Set(together.joined().map(\.end)) where !seen.contains(other) {
                    let degree = model.edges.count { $0.end == other }
                    scores[Int(other), default: 0] +=
                        pow(options.recency, Double(place))
                        / (Double(owners.count) * Double(degree)).squareRoot()
                }
            }
        }
        return scores
    }

    @Test func trends() throws {
        var random = SeededGenerator(seed: 10)
        let model = try model(&random)
        try change(model, &random)
        let now = model.edges.compactMap(\.time).max()!
        var expected: [Int: Double] = [:]
        for item in Self.users..<Self.all {
            let ages = model.edges.filter { $0.end == NodeID(item) }.map { now - $0.time! }
            let score =
                ages.reduce(0) { $0 + pow(0.5, $1 / 10) }
                - ages.reduce(0) { $0 + pow(0.5, $1 / 40) } / 4
            if score > 0 { expected[item] = score }
        }
        let found = try model.read { view in
            try view.trendingItems(
                type: model.type, items: .incoming, weight: nil,
                decay: TimeDecay(timestamp: model.timeKey, halfLife: 10, now: nil),
                longHalfLife: 40, k: 100, isExcluded: { _ in false }, filter: nil, checkpoint: {})
        }
        #expect(agree(found.map { ($0.item, $0.score) }, expected))
        #expect(!found.isEmpty)
    }
}

@Suite struct HybridTests {
    private let lists = [
        CandidateList(source: "a", weight: 1, items: [(1, 9), (2, 5), (3, 1)]),
        CandidateList(source: "b", weight: 2, items: [(3, 0.4), (4, 0.2)]),
    ]

    @Test func fusions() {
        func order(_ fusion: Fusion) -> [NodeID] { fusion.fuse(lists).map(\.node) }
        // 1: 1, 2: 0.5, 3: 0 + 2, 4: 0
        #expect(order(.weighted) == [3, 1, 2, 4])
        // 3: 1/63 + 2/61, 4: 2/62, 1: 1/61, 2: 1/62
        #expect(order(.rrf) == [3, 4, 1, 2])
        #expect(Fusion.rrf.fuse(lists)[0].score == 1.0 / 63 + 2.0 / 61)
        #expect(order(.voting) == [3, 4, 1, 2])
        #expect(order(.switching) == [1, 2, 3, 4])
    }

    @Test func diversityTakesTurns() throws {
        var reranking = Reranking()
        reranking.diversity = 0.5
        reranking.k = 3
        reranking.similarity = { $0 / 10 == $1 / 10 ? 1 : 0 }
        let items = [(10, 1.0), (11, 0.9), (12, 0.8), (20, 0.3), (30, 0.0)].map {
            Reranking.Item(node: $0.0, score: $0.1)
        }
        #expect(try reranking.apply(items).map(\.item.node) == [10, 20, 30])
        reranking.diversity = 0
        #expect(try reranking.apply(items).map(\.item.node) == [10, 11, 12])
    }

    @Test func capsAndRules() throws {
        var reranking = Reranking()
        reranking.perGroup = 1
        var items = (1...5).map { Reranking.Item(node: NodeID($0), score: Double(10 - $0)) }
        for place in items.indices { items[place].groups = [UInt64(place / 2)] }
        #expect(try reranking.apply(items).map(\.item.node) == [1, 3, 5])
        reranking.perGroup = 5
        items[4].isPinned = true
        items[0].isBuried = true
        #expect(try reranking.apply(items).map(\.item.node) == [5, 2, 3, 4, 1])
    }
}
