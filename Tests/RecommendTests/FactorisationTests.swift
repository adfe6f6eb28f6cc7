import LinearAlgebra
import Testing

@testable import Recommend

@Suite struct FactorisationTests {
    /// The update written out as the paper has it: every step changes all of the user's y.
    @Test func svdPlusPlusIsTheUpdateOfThePaper() throws {
        let data = LearnedMethods.interactions(seed: 3, ratings: true, users: 6, items: 8).matrix
        let steps = GradientSteps(epochs: 3, rate: 0.03, regularization: 0.05)
        let given: [String: MethodOption.Value] = [
            "factors": .integer(3), "epochs": .integer(3), "rate": .number(0.03),
            "regularization": .number(0.05), "seed": .integer(9),
        ]
        let users = (0..<6).map { UInt64($0) }
        let items = (0..<8).map { UInt64($0) }
        let model = try #require(
            try LearnedMethods.fit(
                SVDPlusPlusMethod.self,
                InteractionMatrix(users: users, items: items, matrix: data), given)
                as? SVDPlusPlusModel)
        var random = RandomSource(seed: 9)
        let learned = BiasedFactors(
            data, factors: 3, deviation: 0.1, mean: RatingScale(data).mean, &random)
        let y = Matrix.factors(rows: 8, 3, deviation: 0.1, &random)
        for _ in 0..<steps.epochs {
            for user in 0..<6 { plainPass(user, data, learned, y, steps) }
        }
        #expect(model.implicit.array.distance(to: y.array) < 1e-5)
        #expect(model.factors.userFactors.array.distance(to: learned.userFactors.array) < 1e-5)
        #expect(model.itemFactors.array.distance(to: learned.itemFactors.array) < 1e-5)
        #expect(model.itemBiases.distance(to: learned.itemBiases.array) < 1e-5)
    }

    private func plainPass(
        _ user: Int, _ ratings: SparseMatrix, _ learned: BiasedFactors, _ y: Matrix,
        _ steps: GradientSteps
    ) {
        let own = ratings.range(user).map { Int(ratings.indices[$0]) }
        let share = 1 / Float(own.count).squareRoot()
        let (p, q) = (learned.userFactors, learned.itemFactors)
        for place in ratings.range(user) {
            let item = Int(ratings.indices[place])
            let taste = (0..<3).map { f in p[user, f] + own.reduce(0) { $0 + y[$1, f] } * share }
            let dot = (0..<3).reduce(Float(0)) { $0 + taste[$1] * q[item, $1] }
            let error =
                ratings.values[place] - learned.mean - learned.userBiases[user, 0]
                - learned.itemBiases[item, 0] - dot
            func move(_ value: inout Float, _ gradient: Float) {
                value += steps.rate * (error * gradient - steps.regularization * value)
            }
            move(&learned.userBiases[user, 0], 1)
            move(&learned.itemBiases[item, 0], 1)
            for f in 0..<3 {
                let old = q[item, f]
                move(&p[user, f], old)
                move(&q[item, f], taste[f])
                for other in own { move(&y[other, f], old * share) }
            }
        }
    }

    /// A step of a tiny rate goes down the loss's gradient, by finite differences.
    @Test func aStepOfSVDFollowsTheGradient() {
        let ratings = SparseMatrix(rows: 1, columns: 1, entries: [(row: 0, column: 0, value: 4)])
        let regularization: Float = 0.1
        var random = RandomSource(seed: 1)
        let learned = BiasedFactors(ratings, factors: 4, deviation: 0.5, mean: 3, &random)
        learned.userBiases[0, 0] = 0.3
        learned.itemBiases[0, 0] = -0.2
        func loss(_ model: BiasedFactors) -> Double {
            var (dot, squares) = (0.0, 0.0)
            for f in 0..<4 {
                let (p, q) = (Double(model.userFactors[0, f]), Double(model.itemFactors[0, f]))
                dot += p * q
                squares += p * p + q * q
            }
            let (user, item) = (Double(model.userBiases[0, 0]), Double(model.itemBiases[0, 0]))
            let error = 1 - user - item - dot
            return (error * error + Double(regularization) * (squares + user * user + item * item))
                / 2
        }
        let rate: Float = 1e-2
        let moved = learned.frozen()
        _ = ratings.withRow(0) {
            moved.descend(
                0, factors: moved.userFactors.row(0), $0, $1,
                GradientSteps(epochs: 1, rate: rate, regularization: regularization), biased: true)
        }
        for part in [\BiasedFactors.userBiases, \.itemBiases, \.userFactors, \.itemFactors] {
            for place in 0..<min(4, learned[keyPath: part].count) {
                let (up, down) = (learned.frozen(), learned.frozen())
                up[keyPath: part].elements[place] += 1e-2
                down[keyPath: part].elements[place] -= 1e-2
                let gradient = (loss(up) - loss(down)) / 2e-2
                let step =
                    moved[keyPath: part].elements[place] - learned[keyPath: part].elements[place]
                #expect(abs(Double(step / rate) + gradient) < 1e-3)
            }
        }
    }

    /// Against the normal equations, solved densely.
    @Test func alternatingLeastSquaresSolvesTheNormalEquations() throws {
        let data = LearnedMethods.interactions(seed: 5, ratings: true)
        let model = try #require(
            try LearnedMethods.fit(
                ALSMethod.self, data, ["factors": .integer(5), "alpha": .number(3)]) as? ALSModel)
        for row in [0, 7, 13] {
            let history = data.newHistory(row)
            let system = Matrix(rows: 5, columns: 5)
            let rightSide = Matrix(rows: 1, columns: 5)
            for item in 0..<model.itemCount {
                let place = history.items.firstIndex(of: Int32(item))
                let confidence = 1 + 3 * (place.map { history.weights[$0] } ?? 0)
                let y = model.itemFactors.row(item)
                for a in 0..<5 {
                    if place != nil { rightSide[0, a] += confidence * y[a] }
                    for b in 0..<5 { system[a, b] += confidence * y[a] * y[b] }
                }
            }
            for a in 0..<5 { system[a, a] += 0.1 }
            #expect(system.invertPositiveDefinite())
            let solution = rightSide.times(system)
            let folded = model.factors(of: history).factors
            #expect(Array(folded.prefix(5)).distance(to: solution.array) < 1e-3)
            #expect(folded.dropFirst(5).allSatisfy { $0 == 0 })
            // What the fit left in that row is the same.
            let learned = model.factors(of: data.history(row)).factors
            #expect(folded.distance(to: learned) < 1e-3)
        }
    }

    @Test func contributionsAddUpToTheScore() throws {
        let data = LearnedMethods.interactions(seed: 6, ratings: false)
        let model = try LearnedMethods.fit(ALSMethod.self, data, ["factors": .integer(6)])
        for row in [1, 4] {
            let history = data.newHistory(row)
            let scores = try LearnedMethods.scores(model, history)
            for item in [0, 9] {
                let parts = try #require(model.contributions(history, to: Int32(item)))
                #expect(parts.count == history.items.count)
                #expect(abs(parts.reduce(0, +) - scores[item]) < 1e-3)
            }
        }
    }

    /// The loss that a fit reports, against its definition.
    @Test func theLossOfLeastSquaresIsItsDefinition() {
        let weights = LearnedMethods.interactions(seed: 7, ratings: true).matrix
        var random = RandomSource(seed: 2)
        let x = Matrix.factors(rows: weights.rows, 4, deviation: 0.3, &random)
        let y = Matrix.factors(rows: weights.columns, 4, deviation: 0.3, &random)
        var expected = 0.0
        for user in 0..<weights.rows {
            for item in 0..<weights.columns {
                let place = weights.range(user).first { Int(weights.indices[$0]) == item }
                let confidence = 1 + 2 * (place.map { weights.values[$0] } ?? 0)
                let dot = FactorVectors.dot(x.row(user), y.row(item), x.columns)
                let error = (place == nil ? 0 : 1) - dot
                expected += Double(confidence * error * error)
            }
        }
        expected += 0.5 * x.buffer.reduce(0.0) { $0 + Double($1 * $1) }
        let loss = ConfidenceSolver(alpha: 2, regularization: 0.5, others: y)
            .solve(weights, x, steps: 1)
        #expect(abs(loss - expected) < 1e-4 * expected)
    }

    /// Rows too long to be laid side by side are solved in place; both solve the equations.
    @Test(arguments: [0, 3, 2_000]) func longRowsAreSolvedAsShortOnes(entries: Int) {
        let width = 64
        var random = RandomSource(seed: 3)
        let y = Matrix.factors(rows: 2_500, width, deviation: 0.1, &random)
        let weights = SparseMatrix(
            rows: 2, columns: y.rows,
            entries: (0..<entries).map { (row: 1, column: $0, value: Float($0 % 3)) })
        let solver = ConfidenceSolver(alpha: 2, regularization: 0.5, others: y)
        let x = Matrix.factors(rows: 2, width, deviation: 0.1, &random)
        solver.solve(weights, x, steps: 60, tolerance: 1e-6)
        #expect((0..<width).allSatisfy { x[0, $0] == 0 })
        var (left, right) = (
            [Double](repeating: 0, count: width), [Double](repeating: 0, count: width)
        )
        for row in 0..<width {
            for column in 0..<width { left[row] += Double(solver.gram[row, column] * x[1, column]) }
        }
        for item in 0..<entries {
            let extra = 2 * Float(item % 3)
            let product = FactorVectors.dot(x.row(1), y.row(item), width)
            for column in 0..<width {
                left[column] += Double(extra * product * y[item, column])
                if extra > 0 { right[column] += Double((1 + extra) * y[item, column]) }
            }
        }
        for column in 0..<width {
            #expect(abs(left[column] - right[column]) < 1e-3 * max(1, abs(right[column])))
        }
    }

    @Test func blocksHoldEveryInteractionOnce() {
        var random = RandomSource(seed: 4)
        let entries = (0..<3000).map { _ in
            (row: random.next(below: 400), column: random.next(below: 300), value: Float(1))
        }
        let matrix = SparseMatrix(rows: 400, columns: 300, entries: entries)
        let blocks = InteractionBlocks(matrix, &random)
        #expect(blocks.count == 2)
        #expect(blocks.items.flatMap { $0 }.sorted() == (0..<300).map { Int32($0) })
        #expect(blocks.pairs.reduce(0) { $0 + $1.count } == matrix.count)
        for (number, pairs) in blocks.pairs.enumerated() {
            let items = Set(blocks.items[number % 2])
            for (user, item) in pairs {
                #expect(items.contains(item) && matrix.has(Int(user), item))
            }
        }
    }
}
