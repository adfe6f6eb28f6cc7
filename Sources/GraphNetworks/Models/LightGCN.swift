internal import Foundation
public import LinearAlgebra

/// LightGCN as PyG has it, on any graph: embeddings of nodes, propagated without weights of layers,
/// and summed up with `alpha` (He et al., SIGIR 2020). Its tensors: `embedding.weight`, `alpha`.
///
/// For training on large bipartite graphs see ``LightGCNTrainer``.
public final class LightGCN {
    public let embedding: Variable
    private let alpha: [Float]

    /// As many layers as `alpha` has elements, less one.
    public init(weights: [String: Tensor]) throws(NetworkError) {
        guard let embedding = weights["embedding.weight"], embedding.shape.count == 2,
            let matrix = embedding.matrix
        else { throw .model("The weights lack the matrix `embedding.weight`.") }
        guard let alpha = weights["alpha"]?.floats, !alpha.isEmpty else {
            throw .model("The weights lack `alpha`.")
        }
        self.embedding = .parameter(matrix)
        self.alpha = alpha
    }

    /// The embeddings after 0, 1, … propagations, and their weighted sum.
    public func propagated(_ block: MessageBlock, _ tape: Tape) throws(NetworkError) -> (
        layers: [Variable], output: Variable
    ) {
        guard block.sourceCount == embedding.rows, block.targetCount == embedding.rows else {
            throw .input("The graph has \(block.sourceCount) nodes, not \(embedding.rows).")
        }
        let normalized = block.normalized()
        var layers = [embedding]
        var output = tape.scaled(embedding, by: alpha[0])
        for weight in alpha.dropFirst() {
            let layer = tape.aggregated(layers[layers.count - 1], normalized)
            layers.append(layer)
            output = tape.sum(output, tape.scaled(layer, by: weight))
        }
        return (layers, output)
    }

    /// The loss of Bayesian personalised ranking on triples of nodes (user, item, other item), and λ times
    /// the penalty `mean ½ (|e_u|² + |e_i|² + |e_j|²)` on embeddings before propagation.
    func losses(
        _ triples: [(user: Int32, item: Int32, other: Int32)], _ block: MessageBlock,
        regularization: Float, _ tape: Tape
    ) throws(NetworkError) -> (ranking: Variable, penalty: Variable) {
        let output = try propagated(block, tape).output
        let users = tape.gathered(output, triples.map(\.user))
        let better = tape.rowDots(users, tape.gathered(output, triples.map(\.item)))
        let worse = tape.rowDots(users, tape.gathered(output, triples.map(\.other)))
        let rows = triples.flatMap { [$0.user, $0.item, $0.other] }
        let penalty = tape.squaredLength(
            tape.gathered(embedding, rows), factor: regularization / 2 / Float(triples.count))
        return (tape.pairwiseRanking(better: better, worse: worse), penalty)
    }
}

/// Scores pairs of nodes by the inner product of their vectors: the decoder of the graph
/// auto-encoder (Kipf and Welling, "Variational Graph Auto-Encoders", 2016).
public enum InnerProductDecoder {
    /// Keeps logarithms finite, as PyG does.
    private static let epsilon = 1e-15

    /// `z_a · z_b` for each pair.
    public static func logits(_ z: Variable, _ pairs: [(Int32, Int32)], _ tape: Tape) -> Variable {
        tape.rowDots(tape.gathered(z, pairs.map(\.0)), tape.gathered(z, pairs.map(\.1)))
    }

    /// The logistic function of each logit.
    public static func probabilities(_ z: Matrix, _ pairs: [(Int32, Int32)]) -> [Float] {
        let tape = Tape(isRecording: false)
        return tape.sigmoid(logits(.constant(z), pairs, tape)).value.array
    }

    /// Of every pair of nodes.
    public static func allProbabilities(_ z: Matrix) -> Matrix {
        let tape = Tape(isRecording: false)
        let z = Variable.constant(z)
        return tape.sigmoid(tape.product(z, z, transposeRight: true)).value
    }

    /// The mean of -log p over the edges and of -log (1 - p) over pairs that are none.
    public static func reconstructionLoss(
        _ z: Matrix, edges: [(Int32, Int32)], others: [(Int32, Int32)]
    ) -> Float {
        func mean(_ probabilities: [Float], _ share: (Double) -> Double) -> Double {
            let sum = probabilities.reduce(0) { $0 - log(share(Double($1)) + epsilon) }
            return sum / Double(probabilities.count)
        }
        return Float(
            mean(probabilities(z, edges)) { $0 } + mean(probabilities(z, others)) { 1 - $0 })
    }
}
