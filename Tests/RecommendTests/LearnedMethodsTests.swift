import GraphStore
import LinearAlgebra
import Testing

@testable import Recommend

/// Small interactions with a taste in them, and what holds for every method that learns.
enum LearnedMethods {
    static let ratingMethods: [any RecommenderMethod.Type] = [
        BaselineMethod.self, FactorisationMachineMethod.self, KNNBaselineMethod.self,
        NMFMethod.self, SVDMethod.self, SVDPlusPlusMethod.self, SlopeOneMethod.self,
    ]
    static let rankingMethods: [any RecommenderMethod.Type] = [
        ALSMethod.self, BPRMethod.self, FactorisationMachineRankingMethod.self,
    ]

    /// Users and items of two kinds each, who like their own.
    static func interactions(seed: UInt64, ratings: Bool, users: Int = 24, items: Int = 18)
        -> InteractionMatrix
    {
        var random = RandomSource(seed: seed)
        var entries: [(row: Int, column: Int, value: Float)] = []
        for user in 0..<users {
            for item in 0..<items {
                let isOwn = user % 2 == item % 2
                guard random.nextUnit() < (isOwn ? 0.6 : ratings ? 0.3 : 0.05) else { continue }
                let rating = Float((isOwn ? 3 : 1) + random.next(below: 3))
                entries.append((user, item, ratings ? rating : 1))
            }
        }
        return InteractionMatrix(
            users: (0..<UInt64(users)).map { 100 + $0 },
            items: (0..<UInt64(items)).map { 500 + $0 },
            matrix: SparseMatrix(rows: users, columns: items, entries: entries))
    }

    static func fit(
        _ method: any RecommenderMethod.Type, _ interactions: InteractionMatrix,
        _ given: [String: MethodOption.Value] = [:]
    ) throws -> any FittedModel {
        try method.init(MethodOptions(given, for: method.options, of: method.name))
            .fit(interactions, Training())
    }

    static func scores(_ model: any FittedModel, _ history: UserHistory) throws -> [Float] {
        let scores = Matrix(rows: 1, columns: model.itemCount)
        try model.score(history, into: scores.buffer)
        return scores.array
    }
}

extension [Float] {
    func distance(to other: [Float]) -> Float {
        zip(self, other).map { abs($0 - $1) }.max() ?? 0
    }
}

@Suite struct LearnedMethodsTests {
    private let all = LearnedMethods.ratingMethods + LearnedMethods.rankingMethods

    private func data(_ method: any RecommenderMethod.Type, seed: UInt64 = 1) -> InteractionMatrix {
        LearnedMethods.interactions(seed: seed, ratings: method.predictsRatings)
    }

    @Test func methodsAreRegisteredUnderTheirNames() throws {
        for method in all { #expect(try Methods.named(method.name) == method) }
    }

    @Test func theSameSeedGivesTheSameBits() throws {
        for method in all {
            let data = data(method)
            let first = try LearnedMethods.fit(method, data)
            let second = try LearnedMethods.fit(method, data)
            for row in data.users.indices {
                for history in [data.history(row), data.newHistory(row)] {
                    let scores = try LearnedMethods.scores(first, history)
                    #expect(
                        try LearnedMethods.scores(second, history) == scores, "\(method.name)")
                    #expect(scores.allSatisfy { $0.isFinite }, "\(method.name)")
                }
            }
        }
    }

    @Test func oneManyAndSomeScoresAgree() throws {
        for method in all {
            let data = data(method)
            let model = try LearnedMethods.fit(method, data)
            let histories = data.users.indices.map {
                $0 % 2 == 0 ? data.history($0) : data.newHistory($0)
            }
            let together = Matrix(rows: histories.count, columns: model.itemCount)
            try model.score(histories, into: together)
            for (row, history) in histories.enumerated() {
                let alone = try LearnedMethods.scores(model, history)
                let some = try model.score(history, items: [7, 0, 3])
                #expect(some.distance(to: [alone[7], alone[0], alone[3]]) < 1e-4)
                let row = Array(
                    UnsafeBufferPointer(start: together.row(row), count: model.itemCount))
                #expect(row.distance(to: alone) < 1e-4, "\(method.name)")
            }
        }
    }

    @Test func aStoredModelGivesTheSameScores() throws {
        let store = try InteractionModel()
        let source = ModelSource(type: "LIKES", direction: .outgoing, weight: nil)
        for method in all {
            let data = data(method)
            let trained = try TrainedModel.fit(
                method, [:], source: source, to: data, Training())
            try trained.draft(name: method.name).publish { try store.store.write($0) }
            try store.read { view in
                let stored = try #require(try view.model(named: method.name))
                let restored = try TrainedModel(stored, view)
                #expect(restored.options.values == trained.options.values)
                for row in [0, 5] {
                    for history in [data.history(row), data.newHistory(row)] {
                        #expect(
                            try LearnedMethods.scores(restored.fitted, history)
                                == LearnedMethods.scores(trained.fitted, history), "\(method.name)")
                    }
                }
            }
        }
    }

    /// Whoever likes even items is recommended even ones, known or new. Baselines know no tastes,
    /// and Slope One only mean differences.
    @Test func tastesAreLearned() throws {
        for method in all where method != BaselineMethod.self && method != SlopeOneMethod.self {
            let data = data(method)
            // Few ratings need longer steps.
            let isSlow =
                method == SVDMethod.self || method == SVDPlusPlusMethod.self
                || method == FactorisationMachineMethod.self
            let model = try LearnedMethods.fit(
                method, data,
                isSlow
                    ? ["factors": .integer(8), "rate": .number(0.05), "epochs": .integer(60)] : [:])
            for isNew in [false, true] {
                var right = 0
                for row in data.users.indices {
                    let scores = try LearnedMethods.scores(
                        model, isNew ? data.newHistory(row) : data.history(row))
                    let own = scores.indices.filter { $0 % 2 == row % 2 }.map { scores[$0] }.mean
                    let other = scores.indices.filter { $0 % 2 != row % 2 }.map { scores[$0] }.mean
                    if own > other { right += 1 }
                }
                #expect(
                    right >= data.users.count - 1, "\(method.name) \(isNew ? "new" : "known")")
            }
        }
    }

    @Test func ratingsStayWithinTheirRange() throws {
        for method in LearnedMethods.ratingMethods {
            let data = data(method)
            let model = try LearnedMethods.fit(method, data)
            let empty = UserHistory(row: nil, items: [], weights: [])
            for history in data.users.indices.map(data.history) + [empty] {
                let scores = try LearnedMethods.scores(model, history)
                #expect(scores.allSatisfy { $0 >= 1 && $0 <= 5 }, "\(method.name)")
            }
        }
    }

    @Test func aFitTellsEpochsAndEndsEarlyWhereTold() throws {
        for method in all where method.options.contains(where: { $0.name == "epochs" }) {
            let data = data(method)
            let count = Reports()
            let training = Training { report, model in
                count.losses.append(report.loss)
                let sofar = try model()
                #expect(sofar.itemCount == data.items.count)
                return report.epoch < 3
            }
            _ = try method.init(MethodOptions(for: method.options, of: method.name))
                .fit(data, training)
            #expect(count.losses.count == 3)
            #expect(count.losses[2] < count.losses[0], "\(method.name)")
        }
    }

    private final class Reports: @unchecked Sendable {
        var losses: [Double] = []
    }
}

extension InteractionMatrix {
    /// What the row has, as of a user who is not in the fit.
    func newHistory(_ row: Int) -> UserHistory {
        var history = history(row)
        history.row = nil
        return history
    }
}
