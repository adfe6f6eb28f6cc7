import Foundation
import GraphStore
import LinearAlgebra
import Testing
import Values

@testable import Recommend

/// The kernels of factorisation machines against the formulas, and how properties become features.
@Suite struct FactorisationMachineTests {
    private static let width = 8

    /// Three nodes with some of five features, all parameters at random.
    private func makeSide(_ random: inout RandomSource) -> MachineSide {
        let features = (0..<3).map { _ -> FeatureVector in
            let numbers = (0..<Int32(5)).filter { _ in random.nextUnit() < 0.5 }
            return FeatureVector(
                numbers: numbers, values: numbers.map { _ in Float(random.nextNormal()) })
        }
        let side = MachineSide(
            features, featureCount: 5, factors: Self.width, deviation: 0.5, &random)
        for place in 0..<side.weights.count {
            side.weights.elements[place] = Float(random.nextNormal())
        }
        return side
    }

    /// `Σ w x + Σ ⟨v, v'⟩ x x'`, pair by pair.
    private func score(_ user: Int, _ users: MachineSide, _ item: Int, _ items: MachineSide)
        -> Double
    {
        var inputs: [(x: Double, w: Double, v: [Double])] = []
        for (node, side) in [(user, users), (item, items)] {
            for place in side.inputs.range(node) {
                let number = Int(side.inputs.indices[place])
                inputs.append(
                    (
                        Double(side.inputs.values[place]), Double(side.weights.elements[number]),
                        (0..<Self.width).map { Double(side.factors.row(number)[$0]) }
                    ))
            }
        }
        var score = 0.0
        for (place, input) in inputs.enumerated() {
            score += input.w * input.x
            for other in inputs[..<place] {
                let product = zip(input.v, other.v).reduce(0) { $0 + $1.0 * $1.1 }
                score += product * input.x * other.x
            }
        }
        return score
    }

    @Test func theSumsAreThoseOfAllPairs() {
        for seed in 1...20 as ClosedRange<UInt64> {
            var random = RandomSource(seed: seed)
            let (users, items) = (makeSide(&random), makeSide(&random))
            let (factors, biases) = items.represented()
            for user in 0..<3 {
                let node = users.represent(users.features(of: user), own: user)
                for item in 0..<3 {
                    let product = (0..<Self.width).reduce(Float(0)) {
                        $0 + node.factors[$1] * factors.row(item)[$1]
                    }
                    let sum = Double(node.bias + biases[item] + product)
                    #expect(abs(sum - score(user, users, item, items)) < 1e-4)
                }
            }
        }
    }

    /// A step goes along the gradient that differences of the loss show.
    @Test(arguments: [false, true]) func stepsFollowTheGradient(ranks: Bool) throws {
        for seed in 1...8 as ClosedRange<UInt64> {
            var random = RandomSource(seed: seed)
            let (users, items) = (makeSide(&random), makeSide(&random))
            let (user, item, other) = (1, 2, 0)
            let target = 0.3
            func loss() -> Double {
                let own = score(user, users, item, items)
                guard ranks else { return (target - own) * (target - own) / 2 }
                return log(1 + exp(score(user, users, other, items) - own))
            }
            let rate: Float = 1e-3
            let machine = FactorisationMachine(
                users: users, items: items,
                steps: GradientSteps(epochs: 1, rate: rate, regularization: 0))
            let parameters = [users.weights, users.factors, items.weights, items.factors]
            let expected = parameters.map { matrix in
                (0..<matrix.count).map { place -> Double in
                    let (before, h) = (matrix.elements[place], Float(1e-2))
                    matrix.elements[place] = before + h
                    let above = loss()
                    matrix.elements[place] = before - h
                    let below = loss()
                    matrix.elements[place] = before
                    return -(above - below) / (2 * Double(h))
                }
            }
            let old = parameters.map { $0.copy() }
            if ranks {
                // Until the other item is drawn.
                let entries = [
                    (row: user, column: item, value: Float(1)), (row: user, column: 1, value: 1),
                ]
                let matrix = SparseMatrix(rows: 3, columns: 3, entries: entries)
                var moved = false
                while !moved {
                    _ = try machine.rank(
                        [(Int32(user), Int32(item))], matrix, byPopularity: false, &random, .none)
                    moved = users.factors.row(user)[0] != old[1].row(user)[0]
                }
            } else {
                let entries = [(row: user, column: item, value: Float(target))]
                let matrix = SparseMatrix(rows: 3, columns: 3, entries: entries)
                _ = try machine.descend(matrix, matrix.rowNumbers, mean: 0, &random, .none)
            }
            for (place, matrix) in parameters.enumerated() {
                for number in 0..<matrix.count {
                    let step =
                        Double(matrix.elements[number] - old[place].elements[number])
                        / Double(rate)
                    let gradient = expected[place][number]
                    #expect(abs(step - gradient) < 0.02 * max(1, abs(gradient)))
                }
            }
        }
    }

    @Test func propertiesBecomeFeatures() throws {
        let model = try InteractionModel()
        let store = model.store
        let nodes = try store.write { writer in
            let (price, tags, new) = (
                try writer.key("price"), try writer.key("tags"), try writer.key("new")
            )
            let prices: [Value] = [.integer(1), .float(3), .integer(1000), .string("?"), .null]
            return try prices.enumerated().map { place, value in
                try writer.createNode(
                    labels: [],
                    properties: [
                        (price, value), (new, .boolean(place == 0)),
                        (tags, .list([.string("all"), .string(place < 2 ? "some" : "\(place)")])),
                    ])
            }
        }
        try model.read { view in
            let parts = [
                FeatureSpace.Part(source: .numbers, name: "price"),
                FeatureSpace.Part(source: .categories, name: "tags"),
                FeatureSpace.Part(source: .categories, name: "new"),
            ]
            func space(_ nodes: [NodeID], most: Int = 100) throws -> FeatureSpace {
                try FeatureSpace(
                    parts, of: nodes, named: "item",
                    FeatureSpace.Limits(minimumNodes: 2, maximumFeatures: most), view, .none)
            }
            // The price, `all`, `some`, and `false`: `true` and the other tags are of one node.
            let all = try space(nodes)
            #expect(all.count == 4)
            let half = Float(0.5).squareRoot()
            let first = all.features(of: nodes[0], view)
            #expect(first.numbers == [0, 1, 2] && first.values[1...] == [half, half])
            #expect(first.values[0] < 0)
            let last = all.features(of: nodes[4], view)
            #expect(last.numbers == [1, 3] && last.values == [1, 1])
            #expect(try space(nodes, most: 1).count == 3)
            // Fitted to the first two, the third is an outlier.
            let few = try space(Array(nodes[..<2]))
            #expect(few.features(of: nodes[0], view).values[0] == -1)
            #expect(few.features(of: nodes[1], view).values[0] == 1)
            #expect(few.features(of: nodes[2], view).values[0] == 3)
            let error = #expect(throws: MethodError.self) { try space(Array(nodes[3...])) }
            #expect(error?.description == "no item has a number or a time as `price`")
        }
    }
}
