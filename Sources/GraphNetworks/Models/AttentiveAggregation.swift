internal import LinearAlgebra

/// KGAT's attentive embedding propagation (Wang et al., KDD 2019): an edge's weight is a softmax over
/// all triples of its head of `(W_r e_t)ᵀ tanh(W_r e_h + e_r)`; layers are bi-interactions
/// `LeakyReLU(W₁ (e + e_N)) + LeakyReLU(W₂ (e ∘ e_N))`; the result is all layers side by side.
///
/// A head is an edge's target, a tail its source. Tensors: `entity.weight`, `relation.weight`,
/// `relation_weight` [relation, k, d], `w1.N.weight` and `w2.N.weight` [out, in].
public final class AttentiveAggregation {
    /// More layers are not looked for.
    public static let maximumLayers = 16

    private let slope: Float
    private let relations: Int
    private let entity: Variable
    private let relation: Variable
    private let relationWeight: Variable
    private let layers: [(sum: Variable, product: Variable)]

    /// What a pass computes on its way.
    public struct Result {
        /// By edge, in the block's order.
        public let logits: Variable
        public let attention: Variable
        public let neighbourhoods: [Variable]
        /// After 1, 2, … propagations.
        public let layers: [Variable]
        public let output: Variable
    }

    public init(weights: [String: Tensor], negativeSlope: Float = 0.01) throws(NetworkError) {
        func matrix(_ name: String, dimensions: Int) throws(NetworkError) -> Variable {
            guard let tensor = weights[name], tensor.shape.count == dimensions,
                let matrix = tensor.matrix
            else { throw .model("The weights lack `\(name)`, or its shape does not fit.") }
            return .parameter(matrix)
        }
        slope = negativeSlope
        entity = try matrix("entity.weight", dimensions: 2)
        relation = try matrix("relation.weight", dimensions: 2)
        relationWeight = try matrix("relation_weight", dimensions: 3)
        relations = relation.rows
        guard relationWeight.columns == entity.columns,
            relationWeight.rows == relations * relation.columns
        else { throw .model("The shape of `relation_weight` does not fit.") }
        var layers: [(sum: Variable, product: Variable)] = []
        var width = entity.columns
        for number in 0..<Self.maximumLayers where weights["w1.\(number).weight"] != nil {
            let sum = try matrix("w1.\(number).weight", dimensions: 2)
            let product = try matrix("w2.\(number).weight", dimensions: 2)
            guard sum.columns == width, product.columns == width, product.rows == sum.rows else {
                throw .model("The shapes of the weights of layer \(number + 1) do not fit.")
            }
            layers.append((sum, product))
            width = sum.rows
        }
        self.layers = layers
    }

    public func propagated(_ block: MessageBlock, _ tape: Tape) throws(NetworkError) -> Result {
        guard block.sourceCount == entity.rows, block.targetCount == entity.rows else {
            throw .input("The graph has \(block.sourceCount) nodes, not \(entity.rows).")
        }
        guard let types = block.types, types.allSatisfy({ $0 >= 0 && $0 < relations }) else {
            throw .input("Each edge needs a type below \(relations).")
        }
        let logits = logits(block, types, tape)
        let attention = tape.softmax(logits, block)
        var results = [entity]
        var neighbourhoods: [Variable] = []
        for layer in layers {
            let own = results[results.count - 1]
            let side = tape.attended(own, attention, block)
            func part(_ x: Variable, _ weight: Variable) -> Variable {
                tape.leakyReLU(tape.product(x, weight, transposeRight: true), slope: slope)
            }
            results.append(
                tape.sum(
                    part(tape.sum(own, side), layer.sum),
                    part(tape.hadamard(own, side), layer.product)))
            neighbourhoods.append(side)
        }
        return Result(
            logits: logits, attention: attention, neighbourhoods: neighbourhoods,
            layers: Array(results.dropFirst()), output: tape.joinedColumns(results))
    }

    /// Relation by relation, as each has a matrix of its own.
    private func logits(_ block: MessageBlock, _ types: [Int32], _ tape: Tape) -> Variable {
        let width = Int32(relation.columns)
        let targets = block.targets
        var sum: Variable?
        for type in 0..<Int32(relations) {
            let edges = (0..<Int32(block.edgeCount)).filter { types[Int($0)] == type }
            if edges.isEmpty { continue }
            let weight = tape.gathered(relationWeight, Array(type * width..<(type + 1) * width))
            func ends(_ nodes: [Int32]) -> Variable {
                let rows = tape.gathered(entity, edges.map { nodes[Int($0)] })
                return tape.product(rows, weight, transposeRight: true)
            }
            let heads = tape.addingRow(ends(targets), tape.gathered(relation, [type]))
            let part = tape.scattered(
                tape.rowDots(ends(block.sources), tape.tanh(heads)), to: edges,
                rows: block.edgeCount)
            sum = sum.map { tape.sum($0, part) } ?? part
        }
        return sum ?? .constant(Matrix(rows: 0, columns: 1))
    }
}
