import GraphStore
import Testing
import Values

@testable import Recommend

/// One way of asking.
struct Question: Sendable, CustomStringConvertible {
    let measure: SimilarityMeasure
    let over: SimilarityScope
    let weighted: Bool
    let direction: Direction

    static let all: [Question] = SimilarityMeasure.allCases.flatMap { measure in
        [SimilarityScope.all, .common].flatMap { over in
            [true, false].flatMap { weighted in
                Direction.allCases.map { direction in
                    Question(
                        measure: measure, over: over, weighted: weighted, direction: direction)
                }
            }
        }
    }

    var description: String {
        "\(measure) over \(over)\(weighted ? " weighted" : "") \(direction)"
    }

    func options(_ minCommon: Int = 1) -> SimilarityOptions {
        var options = SimilarityOptions()
        options.measure = measure
        options.over = over
        options.minCommon = minCommon
        return options
    }
}

@Suite struct RecommendTests {
    /// Users and items are one set of nodes, so that sides mix; some relationships are parallel,
    /// some have no weight.
    private func randomModel(_ random: inout SeededGenerator) throws -> InteractionModel {
        let model = try InteractionModel()
        try model.addNodes(24)
        try model.connect((0..<150).map { _ in randomEdge(&random) })
        return model
    }

    private func randomEdge(_ random: inout SeededGenerator)
        -> (start: NodeID, end: NodeID, weight: Double?, time: Double?)
    {
        let weights: [Double?] = [1, 2, 3, 4, 5, 2.5, 0.5, nil]
        return (
            .random(in: 0..<16, using: &random), .random(in: 8..<24, using: &random),
            weights.randomElement(using: &random)!, .random(in: 0...100, using: &random)
        )
    }

    private func isClose(_ a: Double, _ b: Double) -> Bool {
        abs(a - b) <= 1e-9 * max(1, abs(a), abs(b))
    }

    /// The same nodes and values; ties, which rounding breaks, in any order.
    private func agree(_ found: [(NodeID, Double)], _ expected: [(Int, Double)]) -> Bool {
        guard found.count == expected.count else { return false }
        let values = Dictionary(uniqueKeysWithValues: expected.map { (NodeID($0.0), $0.1) })
        let agrees = found.allSatisfy {
            values[$0.0].map { [value = $0.1] in isClose($0, value) } ?? false
        }
        return agrees && zip(found, expected).allSatisfy { isClose($0.1, $1.1) }
    }

    /// Random writes, and after each commit the answers of a fresh view.
    @Test(arguments: Question.all)
    func neighboursAgreeWithDenseVectors(question: Question) throws {
        var random = SeededGenerator(seed: 11)
        let model = try randomModel(&random)
        for step in 0..<6 {
            try change(model, &random)
            let dense = DenseModel(model, question.direction, weighted: question.weighted)
            let options = question.options(1 + step % 3)
            try model.read { view in
                for node in stride(from: step, to: 24, by: 5) {
                    let interactions = model.interactions(
                        view, question.direction, weighted: question.weighted)
                    let found = try interactions.neighbours(of: NodeID(node), options, limit: .max)
                    let expected = dense.neighbours(node, options)
                    #expect(
                        agree(
                            found.map { ($0.node, $0.similarity) },
                            expected.map { ($0.node, $0.similarity) }),
                        "step \(step), node \(node)")
                    for neighbour in found {
                        #expect(neighbour.common == dense.common(node, Int(neighbour.node)))
                    }
                    for (a, b) in zip(found, found.dropFirst()) {
                        #expect(
                            a.similarity > b.similarity
                                || (a.similarity == b.similarity && a.node < b.node))
                    }
                    let few = try interactions.neighbours(of: NodeID(node), options, limit: 3)
                    #expect(few.map(\.node) == found.prefix(3).map(\.node))
                }
            }
        }
    }

    private func change(_ model: InteractionModel, _ random: inout SeededGenerator) throws {
        switch Int.random(in: 0..<3, using: &random) {
        case 0: try model.connect((0..<5).map { _ in randomEdge(&random) })
        case 1:
            try model.disconnect([0, 3, Int.random(in: 5..<model.edges.count, using: &random)])
        default:
            let place = Int.random(in: 0..<model.edges.count, using: &random)
            try model.setWeight(Double.random(in: 0.5...5, using: &random), at: place)
        }
    }

    /// Users and items with weights of many digits: no ties, so that the choice of voters is
    /// everybody's.
    private func bipartiteModel(_ random: inout SeededGenerator) throws -> InteractionModel {
        let model = try InteractionModel()
        try model.addNodes(26)
        try model.connect(
            (0..<120).map { _ in
                (
                    .random(in: 0..<12, using: &random), .random(in: 12..<26, using: &random),
                    .random(in: 0.5...5, using: &random), nil
                )
            })
        return model
    }

    @Test(arguments: Question.all.filter { $0.weighted })
    func recommendationsAgreeWithDenseVectors(question: Question) throws {
        var random = SeededGenerator(seed: 23)
        let model = try bipartiteModel(&random)
        for step in 0..<4 {
            try model.connect([(0, 12 + NodeID(step), 3.3, nil)])
            let dense = DenseModel(model, question.direction, weighted: true)
            let items = dense.transposed
            var options = RecommendationOptions()
            options.similarity = question.options(1 + step % 2)
            // Measures that only count have ties, and so have those over one or two common
            // entries: rounding would decide who votes.
            let hasTies =
                [.jaccard, .overlap].contains(question.measure) || question.over == .common
            options.neighbours = hasTies ? 100 : [3, 5, 100, 2][step]
            options.k = 100
            options.excludeSeen = step != 2
            options.excluded = [13, 4]
            try model.read { view in
                for user in stride(from: step, to: 26, by: 6) {
                    let interactions = model.interactions(view, question.direction, weighted: true)
                    options.predict = false
                    check(
                        try interactions.userKNN(NodeID(user), options),
                        dense.userKNN(user, options), "userKNN \(user) \(step)")
                    check(
                        try interactions.itemKNN(NodeID(user), options),
                        dense.itemKNN(user, options, items: items), "itemKNN \(user) \(step)")
                    options.predict = true
                    check(
                        try interactions.userKNN(NodeID(user), options),
                        dense.userKNN(user, options), "predict \(user) \(step)")
                }
            }
        }
    }

    private func check(
        _ found: [Recommendation], _ expected: [Int: Double], _ title: String
    ) {
        let ranked = expected.sorted { $0.value > $1.value }.map { ($0.key, $0.value) }
        #expect(agree(found.map { ($0.item, $0.score) }, ranked), "\(title)")
        for recommendation in found {
            let sizes = recommendation.reasons.map { abs($0.contribution) }
            #expect(sizes == sizes.sorted(by: >))
            #expect((1...3).contains(sizes.count))
        }
    }

    /// The plain cosine without weights does not score what its bound rules out.
    @Test(arguments: [1, 3, 10], [1, 4, 100])
    func boundsLeaveOutNothing(k: Int, neighbours: Int) throws {
        var random = SeededGenerator(seed: 31)
        for round in 0..<6 {
            let model = round % 2 == 0 ? try randomModel(&random) : try bipartiteModel(&random)
            let dense = DenseModel(model, .outgoing, weighted: false)
            let items = dense.transposed
            var options = RecommendationOptions()
            options.k = k
            // With fewer, ties among the similarities would decide who votes.
            options.neighbours = max(neighbours, round < 3 ? 100 : neighbours)
            options.excludeSeen = round != 4
            try model.read { view in
                for user in 0..<12 {
                    let found = try model.interactions(view, .outgoing, weighted: false)
                        .itemKNN(NodeID(user), options)
                    var everything = options
                    everything.k = 100
                    let all = try model.interactions(view, .outgoing, weighted: false)
                        .itemKNN(NodeID(user), everything)
                    #expect(found.map(\.item) == all.prefix(k).map(\.item), "\(user) \(round)")
                    #expect(found.map(\.score) == all.prefix(k).map(\.score))
                    guard options.neighbours == 100 else { continue }
                    check(all, dense.itemKNN(user, everything, items: items), "\(user) \(round)")
                }
            }
        }
    }

    @Test func tiesGoByNodeID() throws {
        let model = try InteractionModel()
        try model.addNodes(10)
        // 0 and three users who are just like each other; two items besides, equally wanted.
        try model.connect(
            [3, 1, 2].flatMap { user in
                [5, 9, 7].map { (start: user, end: $0, weight: nil, time: nil) }
            } + [(0, 5, nil, nil)])
        try model.read { view in
            let interactions = model.interactions(view, of: 0, nil, weighted: false)
            let near = try interactions.neighbours(of: 0, SimilarityOptions(), limit: 2)
            #expect(near.map(\.node) == [1, 2])
            let users = try interactions.userKNN(0, RecommendationOptions())
            #expect(users.map(\.item) == [7, 9])
            #expect(users[0].reasons.map(\.node) == [1, 2, 3])
            let items = try interactions.itemKNN(0, RecommendationOptions())
            #expect(items.map(\.item) == [7, 9])
            #expect(items[0].reasons.map(\.node) == [5])
        }
    }

    @Test func followsTheDirectionThatTheNodeHas() throws {
        let model = try InteractionModel()
        try model.addNodes(6)
        try model.connect([(0, 3, 1, nil), (1, 3, 1, nil), (0, 4, 1, nil), (1, 4, 1, nil)])
        try model.read { view in
            let user = model.interactions(view, of: 0, nil, weighted: false)
            #expect(user.direction == .outgoing)
            let item = model.interactions(view, of: 3, nil, weighted: false)
            #expect(item.direction == .incoming)
            let near = try item.neighbours(of: 3, SimilarityOptions(), limit: 9)
            #expect(near.map(\.node) == [4])
            let nobody = model.interactions(view, of: 5, nil, weighted: false)
            let none = try nobody.neighbours(of: 5, SimilarityOptions(), limit: 9)
            #expect(none.isEmpty)
            let users = try nobody.userKNN(5, RecommendationOptions())
            #expect(users.isEmpty)
            let items = try nobody.itemKNN(5, RecommendationOptions())
            #expect(items.isEmpty)
        }
    }

    @Test func equalVectorsAreAsNearAsCanBe() throws {
        let model = try InteractionModel()
        try model.addNodes(20)
        var random = SeededGenerator(seed: 9)
        let row = (2..<20 as Range<NodeID>).map { ($0, Double.random(in: 0...1, using: &random)) }
        try model.connect(
            row.flatMap { [(start: 0, end: $0.0, weight: $0.1, time: nil), (1, $0.0, $0.1, nil)] })
        try model.read { view in
            // Without its column's mean nothing is left of an entry that all have alike.
            for question in Question.all
            where question.direction == .outgoing && question.measure != .adjustedCosine {
                let interactions = model.interactions(view, .outgoing, weighted: true)
                let near = try interactions.neighbours(of: 0, question.options(), limit: 1)
                #expect(abs(near[0].similarity - 1) < 1e-12, "\(question)")
                if question.measure == .euclidean { #expect(near[0].similarity == 1) }
            }
        }
    }

    @Test func infiniteWeightsCountAsOne() throws {
        let model = try InteractionModel()
        try model.addNodes(4)
        try model.connect([(0, 2, .infinity, nil), (1, 2, .nan, nil), (1, 3, 1e200, nil)])
        try model.read { view in
            let interactions = model.interactions(view, .outgoing, weighted: true)
            let near = try interactions.neighbours(of: 0, SimilarityOptions(), limit: 1)
            #expect(near[0].similarity.isFinite)
        }
    }

    @Test func stopsAtACheckpoint() throws {
        struct Stop: Error {}
        var random = SeededGenerator(seed: 2)
        let model = try randomModel(&random)
        try model.read { view in
            for budget in 0..<20 {
                var left = budget
                let interactions = Interactions(
                    view: view, type: model.type, of: nil, direction: .outgoing,
                    weight: model.weightKey,
                    checkpoint: {
                        left -= 1
                        if left < 0 { throw Stop() }
                    })
                #expect(throws: Stop.self) {
                    try interactions.itemKNN(3, RecommendationOptions())
                }
            }
        }
    }

    // MARK: Popularity

    @Test(arguments: [true, false], [nil, 10.0])
    func popularItemsAgreeWithSums(weighted: Bool, halfLife: Double?) throws {
        var random = SeededGenerator(seed: 31)
        let model = try randomModel(&random)
        for _ in 0..<5 {
            try change(model, &random)
            for side in Direction.allCases {
                let now = model.edges.compactMap(\.time).max()!
                var scores: [NodeID: (score: Double, count: Int)] = [:]
                for edge in model.edges {
                    var score = weighted ? edge.weight ?? 1 : 1
                    if let halfLife {
                        score *= edge.time.map { pow(0.5, (now - $0) / halfLife) } ?? 0
                    }
                    let item = side == .incoming ? edge.end : edge.start
                    let known = scores[item] ?? (0, 0)
                    scores[item] = (known.score + score, known.count + 1)
                }
                scores[9] = nil
                let found = try model.read { view in
                    try view.popularItems(
                        type: model.type, items: side,
                        weight: weighted ? model.weightKey : nil,
                        decay: halfLife.map {
                            TimeDecay(timestamp: model.timeKey, halfLife: $0, now: nil)
                        }, k: .max, isExcluded: { $0 == 9 }, checkpoint: {})
                }
                #expect(found.count == scores.count)
                for item in found {
                    #expect(isClose(item.score, scores[item.item]?.score ?? -1))
                    #expect(item.interactions == scores[item.item]?.count)
                }
                for (a, b) in zip(found, found.dropFirst()) {
                    #expect(a.score > b.score || (a.score == b.score && a.item < b.item))
                }
            }
        }
    }

    private func pow(_ base: Double, _ exponent: Double) -> Double {
        // By squaring roots: independent of the library's exp2.
        var (result, rest, factor) = (1.0, exponent, base)
        while rest >= 1 {
            result *= base
            rest -= 1
        }
        for _ in 0..<60 {
            factor = factor.squareRoot()
            rest *= 2
            if rest >= 1 {
                result *= factor
                rest -= 1
            }
        }
        return result
    }

    @Test func readsTimesOfEveryKind() {
        #expect(Moment.seconds(.integer(5)) == 5)
        #expect(Moment.seconds(.date(DateValue(epochDay: 2))) == 172_800)
        #expect(
            Moment.seconds(.localDateTime(.init(epochSecond: 1, nanosecond: 500_000_000))) == 1.5)
        #expect(Moment.seconds(.string("now")) == nil)
    }
}
