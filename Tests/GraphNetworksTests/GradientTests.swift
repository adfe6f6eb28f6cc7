import LinearAlgebra
import Testing

@testable import GraphNetworks

/// Gradients of the tape's operations against finite differences.
@Suite struct GradientTests {
    /// Both ends of five nodes' edges: a loop, a duplicate, a node without incoming edges.
    private let block = MessageBlock(
        nodes: 5, from: [0, 1, 2, 3, 1, 4, 4], to: [1, 2, 1, 2, 2, 4, 0],
        weights: [0.5, 2, 1, -1, 2, 0.25, 1], types: [0, 1, 0, 1, 1, 0, 1])

    private func normal(_ rows: Int, _ columns: Int, seed: UInt64) -> Variable {
        var random = RandomSource(seed: seed)
        return .parameter(.normal(rows: rows, columns: columns, deviation: 1, &random))
    }

    /// A weighted sum of all elements: each counts differently.
    private func single(_ x: Variable, _ tape: Tape) -> Variable {
        if x.value.count == 1 { return x }
        var random = RandomSource(seed: 99)
        let weights = Matrix.normal(rows: x.rows, columns: x.columns, deviation: 1, &random)
        let ones = Variable.constant(
            Matrix(rows: 1, columns: x.rows, Array(repeating: 1, count: x.rows)))
        let products = tape.product(
            ones, tape.rowDots(x, .constant(weights)))
        return products
    }

    private func check(
        _ parameters: [Variable], sourceLocation: SourceLocation = #_sourceLocation,
        _ function: (Tape) -> Variable
    ) {
        for parameter in parameters { parameter.forgetGradient() }
        let tape = Tape(isRecording: true)
        tape.propagateBack(from: single(function(tape), tape))
        func value() -> Double {
            let tape = Tape(isRecording: false)
            return Double(single(function(tape), tape).value[0, 0])
        }
        let step: Float = 1 / 128
        for (number, parameter) in parameters.enumerated() {
            let gradient =
                parameter.gradient ?? Matrix(rows: parameter.rows, columns: parameter.columns)
            for place in 0..<parameter.value.count {
                let original = parameter.value.elements[place]
                parameter.value.elements[place] = original + step
                let above = value()
                parameter.value.elements[place] = original - step
                let below = value()
                parameter.value.elements[place] = original
                let slope = (above - below) / Double(2 * step)
                let found = Double(gradient.elements[place])
                #expect(
                    abs(slope - found) <= 2e-3 * max(1, abs(slope)),
                    "parameter \(number), element \(place)", sourceLocation: sourceLocation)
            }
        }
    }

    @Test func products() {
        let (a, b, c) = (normal(3, 4, seed: 1), normal(4, 2, seed: 2), normal(5, 4, seed: 3))
        check([a, b]) { $0.product(a, b) }
        check([a, c]) { $0.product(a, c, transposeRight: true) }
    }

    @Test func sums() {
        let (a, b) = (normal(3, 4, seed: 1), normal(3, 4, seed: 2))
        let (row, factor) = (normal(1, 4, seed: 3), normal(1, 1, seed: 4))
        check([a, b]) { $0.sum($0.scaled(a, by: 3), b) }
        check([a]) { $0.sum(a, a) }
        check([a, row]) { $0.addingRow(a, row) }
        check([a, b]) { $0.hadamard(a, b) }
        check([a, b]) { $0.rowDots(a, b) }
        check([a, factor]) { $0.scaledByOnePlus(factor, a) }
    }

    @Test func rowsAndColumns() {
        let (a, b) = (normal(4, 3, seed: 1), normal(4, 2, seed: 2))
        check([a, b]) { $0.joinedColumns([a, b, a]) }
        check([a]) { $0.gathered(a, [2, 0, 2, 3]) }
        check([a]) { $0.prefix(a, 2) }
        check([a]) { $0.scattered(a, to: [1, 1, 4, 0], rows: 5) }
    }

    @Test func functions() {
        let a = normal(4, 5, seed: 5)
        check([a]) { $0.relu(a) }
        check([a]) { $0.leakyReLU(a, slope: 0.2) }
        check([a]) { $0.elu(a, alpha: 0.7) }
        check([a]) { $0.sigmoid(a) }
        check([a]) { $0.tanh(a) }
        check([a]) { tape in
            var random = RandomSource(seed: 1)
            return tape.dropout(a, probability: 0.5, &random)
        }
    }

    @Test func normalisation() {
        let x = normal(6, 3, seed: 6)
        let (weight, bias) = (normal(1, 3, seed: 7), normal(1, 3, seed: 8))
        check([x, weight, bias]) {
            $0.batchNormalized(x, epsilon: 1e-3, weight: weight, bias: bias).result
        }
        let mean = Matrix(rows: 1, columns: 3, [0.1, -1, 2])
        let variance = Matrix(rows: 1, columns: 3, [1, 0.5, 2])
        check([x, weight, bias]) {
            $0.normalized(
                x, mean: mean, variance: variance, epsilon: 1e-3, weight: weight, bias: bias)
        }
        check([x]) { $0.rowsOfUnitLength(x) }
    }

    @Test func messages() {
        let x = normal(5, 4, seed: 9)
        let own = normal(5, 4, seed: 10)
        let scores = normal(7, 2, seed: 11)
        let weights = normal(1, 4, seed: 12)
        check([x]) { $0.aggregated(x, block) }
        check([x]) { $0.maximum(x, block) }
        check([x, own]) { $0.edgeSums(x, own, block) }
        check([scores]) { $0.softmax(scores, block) }
        check([x, scores]) { $0.attended(x, scores, block) }
        check([x, weights]) { $0.headDots(x, weights, heads: 2) }
        check([x]) { $0.meanOfHeads(x, heads: 2) }
    }

    @Test func losses() {
        let (better, worse) = (normal(6, 1, seed: 13), normal(6, 1, seed: 14))
        check([better]) { $0.binaryCrossEntropy(logits: better, labels: [1, 0, 0, 1, 1, 0]) }
        check([better, worse]) { $0.pairwiseRanking(better: better, worse: worse) }
        check([better]) { $0.squaredLength(better, factor: 0.3) }
    }
}
