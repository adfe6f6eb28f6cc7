import GraphStore
import LinearAlgebra
import Testing
import Values

@testable import Recommend

/// Every method that can be fitted, through the database: the user's side is live, and what was
/// stored answers as what was fitted.
@Suite struct LiveModelTests {
    static let names = Methods.names

    /// Small, so that a fit takes milliseconds.
    private static let sizes = ["factors": 3, "epochs": 3, "rank": 4, "neighbours": 20]

    private func fit(_ name: String, _ model: InteractionModel) throws -> TrainedModel {
        let method = try Methods.named(name)
        var options: [String: MethodOption.Value] = [:]
        for option in method.options {
            if let size = Self.sizes[option.name] { options[option.name] = .integer(size) }
        }
        let source = ModelSource(type: "LIKES", direction: .outgoing, weight: "weight")
        let found = options
        return try model.read { view in
            try TrainedModel.fit(
                method, found, source: source, to: try source.interactions(view, .none), Training())
        }
    }

    /// Twelve users and ten items; the last two users have the same.
    private func makeModel(seed: UInt64) throws -> (
        InteractionModel, users: [NodeID], items: [NodeID]
    ) {
        let model = try InteractionModel()
        try model.addNodes(24)
        let users = Array(model.nodes[0..<12])
        let items = Array(model.nodes[12..<22])
        var random = RandomSource(seed: seed)
        for user in users {
            let liked = random.permutation(items.count).prefix(3 + random.next(below: 3))
            try model.connect(
                liked.map { item in
                    (
                        start: user, end: items[Int(item)],
                        weight: Double(1 + random.next(below: 5)), time: nil
                    )
                })
        }
        return (model, users, items)
    }

    private func scores(_ trained: TrainedModel, _ user: NodeID, _ model: InteractionModel) throws
        -> [Double?]
    {
        try model.read { try trained.scores(user, items: trained.items, $0) }
    }

    @Test(arguments: names) func aClickCountsAtOnce(name: String) throws {
        for seed in 1...3 as ClosedRange<UInt64> {
            let (model, users, items) = try makeModel(seed: seed)
            let trained = try fit(name, model)
            var random = RandomSource(seed: seed + 100)
            for _ in 0..<8 {
                let user = users[random.next(below: users.count)]
                let before = try model.read { try trained.recommend(to: user, $0, k: 100) }
                guard let clicked = before.first?.item else { continue }
                #expect(items.contains(clicked))
                try model.connect([(start: user, end: clicked, weight: 4, time: nil)])
                let after = try model.read { try trained.recommend(to: user, $0, k: 100) }
                #expect(after.map(\.item).sorted() == before.dropFirst().map(\.item).sorted())
                // Whoever has the same gets the same, known to the fit or not.
                let twin = model.nodes[22]
                let own = model.edges.filter { $0.start == user }
                try model.disconnect(model.edges.indices.filter { model.edges[$0].start == twin })
                try model.connect(
                    own.map { (start: twin, end: $0.end, weight: $0.weight, time: nil) })
                #expect(
                    try scores(trained, user, model) == scores(trained, twin, model),
                    "\(name), seed \(seed)")
            }
        }
    }

    @Test(arguments: names) func storedModelsAnswerAsFittedOnes(name: String) throws {
        let (model, users, _) = try makeModel(seed: 5)
        let trained = try fit(name, model)
        let store = model.store
        try trained.draft(name: "m").publish { body in _ = try store.write { try body($0) } }
        let restored = try model.read { view in
            try TrainedModels().model(named: "m", view)
        }
        try model.connect([(start: users[0], end: trained.items[0], weight: 2, time: nil)])
        // A stored itemKNN follows what was committed after its fit: see CurrentItemRowsTests.
        let expected = name == ItemKNNMethod.name ? try fit(name, model) : trained
        for user in users + [model.nodes[23]] {
            let found = try scores(restored, user, model)
            for (score, other) in zip(found, try scores(expected, user, model)) {
                guard name == ItemKNNMethod.name, let score, let other else {
                    #expect(score == other)
                    continue
                }
                #expect(abs(score - other) < 1e-5 * max(1, abs(other)))
            }
        }
    }

    @Test(arguments: names) func theSameSeedGivesTheSameModel(name: String) throws {
        let (model, users, _) = try makeModel(seed: 6)
        let (first, second) = (try fit(name, model), try fit(name, model))
        for user in users {
            #expect(try scores(first, user, model) == scores(second, user, model))
        }
    }

    @Test(arguments: names) func scoresOfManyAreTheScoresOfEach(name: String) throws {
        let (model, users, _) = try makeModel(seed: 7)
        let trained = try fit(name, model)
        let histories = try model.read { view in users.map { trained.history(of: $0, view) } }
        let together = Matrix(rows: users.count, columns: trained.items.count)
        try trained.fitted.score(histories, into: together)
        for (row, history) in histories.enumerated() {
            let all = (0..<Int32(trained.items.count)).map { $0 }
            let alone = try trained.fitted.score(history, items: all)
            for (item, score) in alone.enumerated() {
                #expect(abs(score - together[row, item]) <= 1e-4 * max(1, abs(score)))
            }
        }
    }
}
