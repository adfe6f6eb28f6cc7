import GraphStore
import LinearAlgebra
import Testing
import Values

@testable import Recommend

/// A stored itemKNN answers as if it had just been fitted to what the snapshot shows, whatever was
/// written since.
@Suite struct CurrentItemRowsTests {
    /// Users and items of a small graph, some of whom have nothing at first, and writes on them.
    private struct Scene {
        let model: InteractionModel
        var users: [NodeID]
        var items: [NodeID]
        var random: RandomSource
        let isWeighted: Bool

        init(
            model: InteractionModel, users: [NodeID], items: [NodeID], random: RandomSource,
            isWeighted: Bool
        ) {
            (self.model, self.users, self.items) = (model, users, items)
            (self.random, self.isWeighted) = (random, isWeighted)
        }

        init(seed: UInt64, isWeighted: Bool) throws {
            model = try InteractionModel()
            self.isWeighted = isWeighted
            random = RandomSource(seed: seed)
            try model.addNodes(34)
            users = Array(model.nodes[0..<14])
            items = Array(model.nodes[14..<34])
            for user in users.prefix(11) {
                for _ in 0..<4 { try click(user, items[random.next(below: 16)]) }
            }
        }

        mutating func click(_ user: NodeID, _ item: NodeID) throws {
            let weight = isWeighted ? Double(1 + random.next(below: 5)) : nil
            try model.connect([(start: user, end: item, weight: weight, time: nil)])
        }

        /// One commit: a click, seldom by or on somebody new; a deletion; another weight.
        mutating func write() throws {
            switch random.next(below: 10) {
            case 0..<6:
                try click(
                    users[random.next(below: users.count)], items[random.next(below: items.count)])
            case 6, 7:
                guard !model.edges.isEmpty else { return }
                let place = random.next(below: model.edges.count)
                try model.disconnect([place])
            case 8 where isWeighted:
                guard !model.edges.isEmpty else { return }
                let place = random.next(below: model.edges.count)
                try model.setWeight(Double(1 + random.next(below: 5)), at: place)
            default:
                try model.addNodes(2)
                users.append(model.nodes[model.nodes.count - 2])
                items.append(model.nodes[model.nodes.count - 1])
                try click(users[users.count - 1], items[random.next(below: items.count)])
                try click(users[random.next(below: users.count)], items[items.count - 1])
            }
        }
    }

    private func source(_ scene: Scene) -> ModelSource {
        ModelSource(
            type: "LIKES", direction: .outgoing, weight: scene.isWeighted ? "weight" : nil)
    }

    private func fit(
        _ scene: Scene, _ options: [String: MethodOption.Value], _ view: GraphView
    ) throws -> TrainedModel {
        let source = source(scene)
        return try TrainedModel.fit(
            ItemKNNMethod.self, options, source: source, to: source.interactions(view, .none),
            Training())
    }

    private func publish(_ scene: Scene, _ options: [String: MethodOption.Value]) throws {
        let store = scene.model.store
        let trained = try scene.model.read { try fit(scene, options, $0) }
        try trained.draft(name: "m").publish { body in _ = try store.write { try body($0) } }
    }

    /// Compares all scores of all users with those of a fit to the view.
    private func check(
        _ served: TrainedModel, _ scene: Scene, _ options: [String: MethodOption.Value],
        _ view: GraphView, _ what: String
    ) throws {
        let refit = try fit(scene, options, view)
        for user in scene.users {
            let found = try served.scores(user, items: scene.items, view)
            let expected = try refit.scores(user, items: scene.items, view)
            for (place, (score, other)) in zip(found, expected).enumerated() {
                #expect(
                    (score == nil) == (other == nil)
                        && abs((score ?? 0) - (other ?? 0)) <= 1e-5 * max(1, abs(other ?? 0)),
                    "\(what), user \(user), item \(scene.items[place]): \(String(describing: score)), refit \(String(describing: other))"
                )
            }
            let best = try served.recommend(to: user, view, k: 5, reasons: 2)
            let refitBest = try refit.recommend(to: user, view, k: 5).filter { $0.score != 0 }
            #expect(best.count == refitBest.count, "\(what), user \(user)")
            for (one, other) in zip(best, refitBest) {
                #expect(abs(one.score - other.score) <= 1e-5 * max(1, abs(other.score)))
            }
        }
    }

    @Test(arguments: RowSimilarity.names, [false, true])
    func answersAreThoseOfARefit(similarity: String, isWeighted: Bool) throws {
        let options: [String: MethodOption.Value] = [
            "similarity": .text(similarity), "shrinkage": .number(2),
            "neighbours": .integer(100),
        ]
        for seed in 1...2 as ClosedRange<UInt64> {
            var scene = try Scene(seed: seed, isWeighted: isWeighted)
            try publish(scene, options)
            let models = TrainedModels()
            for step in 0..<12 {
                for _ in 0..<scene.random.next(below: 4) { try scene.write() }
                try scene.model.read { view in
                    let served = try models.model(named: "m", view)
                    try check(served, scene, options, view, "seed \(seed), step \(step)")
                }
            }
        }
    }

    /// With few places in a row, what was left out of it comes back when others get worse. Weights
    /// are such that no two similarities are equal.
    @Test func rowsThatAreFullFollowToo() throws {
        let options: [String: MethodOption.Value] = [
            "similarity": .text("cosine"), "shrinkage": .number(0), "neighbours": .integer(3),
        ]
        let model = try InteractionModel()
        try model.addNodes(32)
        let (users, items) = (Array(model.nodes[0..<16]), Array(model.nodes[16..<32]))
        var random = RandomSource(seed: 11)
        func click() throws {
            try model.connect([
                (
                    start: users[random.next(below: 16)], end: items[random.next(below: 16)],
                    weight: 1 + Double(random.next(below: 1_000_000)) / 1e5, time: nil
                )
            ])
        }
        for _ in 0..<80 { try click() }
        let scene = Scene(
            model: model, users: users, items: items, random: random, isWeighted: true)
        try publish(scene, options)
        let models = TrainedModels()
        for step in 0..<40 {
            if step % 4 == 3 {
                try model.disconnect([random.next(below: model.edges.count)])
            } else {
                try click()
            }
            try model.read { view in
                let served = try models.model(named: "m", view)
                try check(served, scene, options, view, "step \(step)")
            }
        }
    }

    @Test func snapshotsAndTransactionsSeeTheirOwnState() throws {
        let options: [String: MethodOption.Value] = ["neighbours": .integer(100)]
        var scene = try Scene(seed: 4, isWeighted: false)
        try publish(scene, options)
        let models = TrainedModels()
        var views: [GraphView] = []
        defer { for view in views { view.close() } }
        for step in 0..<12 {
            try scene.write()
            views.append(try scene.model.store.beginRead())
            // The newest is asked first, so that the others are older than what is kept.
            for view in views.reversed() {
                let served = try models.model(named: "m", view)
                try check(served, scene, options, view, "step \(step)")
            }
        }
        let (type, user, items) = (scene.model.type, scene.users[0], scene.items)
        let source = source(scene)
        let (found, expected) = try scene.model.store.write { writer in
            _ = try writer.createRelationship(
                type: type, start: user, end: items[19], properties: [])
            let refit = try TrainedModel.fit(
                ItemKNNMethod.self, options, source: source,
                to: source.interactions(writer.view, .none), Training())
            return (
                try models.model(named: "m", writer.view).scores(user, items: items, writer.view),
                try refit.scores(user, items: items, writer.view)
            )
        }
        for (score, other) in zip(found, expected) {
            #expect((score == nil) == (other == nil))
            #expect(abs((score ?? 0) - (other ?? 0)) <= 1e-5)
        }
    }

    @Test func aFitThatTheChangeLogHasForgottenIsNotUsed() throws {
        let options: [String: MethodOption.Value] = ["neighbours": .integer(100)]
        var scene = try Scene(seed: 5, isWeighted: false)
        try publish(scene, options)
        let models = TrainedModels()
        try scene.model.read { view in
            let served = try models.model(named: "m", view)
            try check(served, scene, options, view, "before")
        }
        // More than one transaction logs.
        let (user, item) = (scene.users[1], scene.items[2])
        try scene.model.connect(
            Array(repeating: (start: user, end: item, weight: nil, time: nil), count: 50_001))
        try scene.write()
        for cache in [models, TrainedModels()] {
            try scene.model.read { view in
                let served = try cache.model(named: "m", view)
                try check(served, scene, options, view, "after a large transaction")
            }
        }
    }

    @Test func aFullRowKnowsWhenItDoesNotKnow() {
        let row = ItemRow(items: [2, 5, 9], similarities: [0.5, 0.9, 0.3])
        // Still the best three.
        #expect(row.replacing([(5, 0.9), (7, 0.2)], limit: 3)?.items == [2, 5, 9])
        let better = row.replacing([(4, 0.4)], limit: 3)
        #expect(better?.items == [2, 4, 5] && better?.similarities == [0.5, 0.4, 0.9])
        #expect(row.replacing([(2, 0.1), (4, 0.8)], limit: 3)?.items == [4, 5, 9])
        // One less than what was left out may be.
        #expect(row.replacing([(5, 0.1)], limit: 3) == nil)
        #expect(row.replacing([(4, 0.3)], limit: 3) == nil)
        // A row with room holds everything.
        #expect(row.replacing([(5, 0), (7, 0.1)], limit: 4)?.items == [2, 7, 9])
        #expect(row.replacing([(3, 0.4), (7, 0.1)], limit: 4)?.items == [2, 3, 5, 9])
    }
}
