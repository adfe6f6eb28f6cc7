import LinearAlgebra
import Testing

@testable import Recommend

@Suite struct RatingPredictionTests {
    private let data = LearnedMethods.interactions(seed: 11, ratings: true)

    private func rating(_ user: Int, _ item: Int) -> Float? {
        data.matrix.range(user).first { Int(data.matrix.indices[$0]) == item }
            .map { data.matrix.values[$0] }
    }

    /// Where nothing moves any more, both sides solve their equations.
    @Test func baselinesSolveTheirEquations() throws {
        let options = try MethodOptions(
            ["baselineEpochs": .integer(200)], for: RatingBaseline.options, of: "baseline")
        let baseline = try RatingBaseline.fit(data.matrix, options, Training())
        for item in data.items.indices {
            let raters = data.users.indices.filter { rating($0, item) != nil }
            let sum = raters.reduce(Float(0)) {
                $0 + (rating($1, item) ?? 0) - baseline.mean - baseline.users[$1]
            }
            #expect(abs(baseline.items[item] - sum / (10 + Float(raters.count))) < 1e-4)
        }
        for row in data.users.indices {
            #expect(abs(baseline.userPart(data.newHistory(row)) - baseline.users[row]) < 1e-5)
        }
    }

    @Test(arguments: [true, false]) func slopeOneIsItsFormula(weighted: Bool) throws {
        let model = try LearnedMethods.fit(
            SlopeOneMethod.self, data, ["weighted": .flag(weighted)])
        for user in data.users.indices {
            let scores = try LearnedMethods.scores(model, data.newHistory(user))
            let own = data.items.indices.filter { rating(user, $0) != nil }
            let mean = own.map { rating(user, $0)! }.mean
            for item in data.items.indices {
                var (sum, weights): (Float, Float) = (0, 0)
                for other in own where other != item {
                    let both = data.users.indices.compactMap { user -> Float? in
                        guard let a = rating(user, item), let b = rating(user, other) else {
                            return nil
                        }
                        return a - b
                    }
                    if both.isEmpty { continue }
                    let weight = weighted ? Float(both.count) : 1
                    sum += weight * (both.mean + (weighted ? rating(user, other)! : mean))
                    weights += weight
                }
                let expected = weights > 0 ? sum / weights : mean
                #expect(abs(scores[item] - min(5, max(1, expected))) < 1e-4)
            }
        }
    }

    private struct Variant: CustomStringConvertible {
        let basis: String
        let similarity: RatingSimilarity
        let around: String

        var description: String { "\(basis) \(similarity) \(around)" }
    }

    /// Each variant against its formula on a dense table, in double precision.
    @Test(arguments: ["items", "users"]) func neighbourhoodsAreTheirFormula(basis: String) throws {
        for similarity in RatingSimilarity.allCases {
            for around in ["baseline", "mean", "zero"] {
                let variant = Variant(basis: basis, similarity: similarity, around: around)
                let model = try LearnedMethods.fit(
                    KNNBaselineMethod.self, data,
                    [
                        "basis": .text(basis), "similarity": .text(similarity.rawValue),
                        "around": .text(around), "k": .integer(3), "shrinkage": .number(4),
                    ])
                for user in [0, 5, 11] {
                    for history in [data.history(user), data.newHistory(user)] {
                        let scores = try LearnedMethods.scores(model, history)
                        // Beside a new user is the known one with the same ratings: a neighbour.
                        let isTwin = basis == "users" && history.row == nil
                        for item in [0, 7, 16] where !isTwin || rating(user, item) == nil {
                            let expected = try predict(variant, user, item)
                            #expect(
                                abs(Double(scores[item]) - expected) < 1e-3,
                                "\(variant) \(user) \(item)")
                        }
                    }
                }
            }
        }
    }

    private func predict(_ variant: Variant, _ user: Int, _ item: Int) throws -> Double {
        let byItem = variant.basis == "items"
        let baseline = try RatingBaseline.fit(
            data.matrix, MethodOptions(for: RatingBaseline.options, of: "baseline"), Training())
        let userMeans = data.users.indices.map { user in
            Double(data.items.indices.compactMap { rating(user, $0) }.mean)
        }
        let itemMeans = data.items.indices.map { item in
            Double(data.users.indices.compactMap { rating($0, item) }.mean)
        }
        func base(_ user: Int, _ item: Int, _ kind: String) -> Double {
            switch kind {
            case "baseline": Double(baseline.mean + baseline.users[user] + baseline.items[item])
            case "userMean": userMeans[user]
            case "itemMean": itemMeans[item]
            default: 0
            }
        }
        let around =
            variant.around == "mean" ? (byItem ? "itemMean" : "userMean") : variant.around
        let compared =
            switch variant.similarity {
            case .pearsonBaseline: "baseline"
            case .adjustedCosine: byItem ? "userMean" : "itemMean"
            default: "zero"
            }
        /// The column of an item, or the row of a user, as it is compared.
        func vector(_ number: Int) -> [Double?] {
            (byItem ? data.users.indices : data.items.indices).map { other in
                let (user, item) = byItem ? (other, number) : (number, other)
                return rating(user, item).map { Double($0) - base(user, item, compared) }
            }
        }
        let own = vector(byItem ? item : user)
        var neighbours: [(similarity: Double, deviation: Double)] = []
        for other in byItem ? data.items.indices : data.users.indices
        where other != (byItem ? item : user) {
            let (u, i) = byItem ? (user, other) : (other, item)
            guard let value = rating(u, i) else { continue }
            let similarity = similarity(variant.similarity, own, vector(other))
            if similarity > 1e-7 {
                neighbours.append((similarity, Double(value) - base(u, i, around)))
            }
        }
        neighbours.sort { $0.similarity > $1.similarity }
        let nearest = neighbours.prefix(3)
        let weights = nearest.reduce(0) { $0 + $1.similarity }
        let sum = nearest.reduce(0) { $0 + $1.similarity * $1.deviation }
        let prediction = base(user, item, around) + (weights > 0 ? sum / weights : 0)
        return min(5, max(1, prediction))
    }

    private func similarity(_ measure: RatingSimilarity, _ a: [Double?], _ b: [Double?]) -> Double {
        let both = zip(a, b).compactMap { x, y in x.flatMap { x in y.map { (x, $0) } } }
        guard !both.isEmpty else { return 0 }
        let count = Double(both.count)
        let shrink = (count - 1) / (count - 1 + 4)
        if measure == .msd {
            return shrink / (1 + both.reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } / count)
        }
        let centre =
            measure == .pearson
            ? (both.reduce(0) { $0 + $1.0 } / count, both.reduce(0) { $0 + $1.1 } / count) : (0, 0)
        var (product, left, right) = (0.0, 0.0, 0.0)
        for (x, y) in both {
            product += (x - centre.0) * (y - centre.1)
            left += (x - centre.0) * (x - centre.0)
            right += (y - centre.1) * (y - centre.1)
        }
        guard left > 1e-6, right > 1e-6 else { return 0 }
        return shrink * product / (left * right).squareRoot()
    }
}
