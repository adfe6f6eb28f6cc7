import GraphStore
import LinearAlgebra

/// The inputs of users, or of items, and the machine's parameters for them.
///
/// Each node of the fit has an input of its own, numbered as its row, which is 1 for it; behind those
/// come the features that nodes share.
struct MachineSide: Sendable {
    /// A row for each node.
    let inputs: SparseMatrix
    /// By input: one column.
    let weights: Matrix
    /// By input.
    let factors: Matrix

    var nodeCount: Int { inputs.rows }
    var width: Int { factors.columns }

    init(inputs: SparseMatrix, weights: Matrix, factors: Matrix) {
        self.inputs = inputs
        self.weights = weights
        self.factors = factors
    }

    /// Nodes with these features, of which there are `featureCount`: weights of 0 and random factors.
    init(
        _ features: [FeatureVector], featureCount: Int, factors: Int, deviation: Float,
        _ random: inout RandomSource
    ) {
        let nodes = features.count
        var offsets: ContiguousArray<Int> = [0]
        var numbers: ContiguousArray<Int32> = []
        var values: ContiguousArray<Float> = []
        for (node, own) in features.enumerated() {
            numbers.append(Int32(node))
            values.append(1)
            numbers.append(contentsOf: own.numbers.lazy.map { $0 + Int32(nodes) })
            values.append(contentsOf: own.values)
            offsets.append(numbers.count)
        }
        self.init(
            inputs: SparseMatrix(
                rows: nodes, columns: nodes + featureCount, offsets: offsets, indices: numbers,
                values: values),
            weights: Matrix(rows: nodes + featureCount, columns: 1),
            factors: .factors(
                rows: nodes + featureCount, factors, deviation: deviation, &random))
    }

    func frozen() -> MachineSide {
        MachineSide(inputs: inputs, weights: weights.copy(), factors: factors.copy())
    }

    // MARK: Nodes

    /// The features of a node of the fit, without the input of its own.
    func features(of node: Int) -> FeatureVector {
        let range = inputs.range(node).dropFirst()
        return FeatureVector(
            numbers: inputs.indices[range].map { $0 - Int32(nodeCount) },
            values: Array(inputs.values[range]))
    }

    /// What the machine knows of a node: `own` is its number, where it is one of the fit.
    func represent(_ features: FeatureVector, own: Int?) -> NodeRepresentation {
        var numbers = features.numbers.map { $0 + Int32(nodeCount) }
        var values = features.values
        if let own {
            numbers.insert(Int32(own), at: 0)
            values.insert(1, at: 0)
        }
        var node = NodeRepresentation(bias: 0, factors: [Float](repeating: 0, count: width))
        node.bias = numbers.withUnsafeBufferPointer { numbers in
            values.withUnsafeBufferPointer { values in
                node.factors.withUnsafeMutableBufferPointer { sum in
                    guard let start = sum.baseAddress else { return 0 }
                    return addUp(numbers, values, into: start)
                }
            }
        }
        return node
    }

    /// All nodes of the fit: a row of factors each, and their biases.
    func represented() -> (factors: Matrix, biases: [Float]) {
        let all = Matrix(rows: nodeCount, columns: width)
        let biases = Matrix(rows: nodeCount, columns: 1)
        Parallel.forEachRange(nodeCount) { range in
            for node in range {
                biases.elements[node] = inputs.withRow(node) {
                    addUp($0, $1, into: all.row(node))
                }
            }
        }
        return (all, biases.array)
    }

    // MARK: Kernels

    /// `sum = Σ x v`. Returns `Σ w x + ½ (‖Σ x v‖² - Σ x² ‖v‖²)`: the linear terms and those of all
    /// pairs of the inputs, for the price of the inputs (Rendle 2010, lemma 3.1).
    @inline(__always)
    func addUp(
        _ numbers: UnsafeBufferPointer<Int32>, _ values: UnsafeBufferPointer<Float>,
        into sum: UnsafeMutablePointer<Float>
    ) -> Float {
        let width = width
        sum.update(repeating: 0, count: width)
        var linear: Float = 0
        var squares: Float = 0
        for place in 0..<numbers.count {
            let (number, x) = (Int(numbers[place]), values[place])
            let v = factors.row(number)
            linear += weights.elements[number] * x
            squares += x * x * FactorVectors.dot(v, v, width)
            FactorVectors.step(sum, v, kept: 1, x, width)
        }
        return linear + (FactorVectors.dot(sum, sum, width) - squares) / 2
    }

    /// A step up the score by `factor`, for inputs that meet all others, their sum `sum` included:
    /// `w += factor x`, `v += factor x (sum - x v)`.
    @inline(__always)
    func step(
        _ numbers: UnsafeBufferPointer<Int32>, _ values: UnsafeBufferPointer<Float>,
        toward sum: UnsafePointer<Float>, kept: Float, _ factor: Float
    ) {
        for place in 0..<numbers.count {
            let (number, x) = (Int(numbers[place]), values[place])
            weights.elements[number] = kept * weights.elements[number] + factor * x
            FactorVectors.step(
                factors.row(number), sum, kept: kept - factor * x * x, factor * x, width)
        }
    }

    /// The same where only the products with `others` change the loss: `v += factor x others`.
    @inline(__always)
    func step(
        _ numbers: UnsafeBufferPointer<Int32>, _ values: UnsafeBufferPointer<Float>,
        along others: UnsafePointer<Float>, kept: Float, _ factor: Float
    ) {
        for place in 0..<numbers.count {
            FactorVectors.step(
                factors.row(Int(numbers[place])), others, kept: kept, factor * values[place],
                width)
        }
    }

    // MARK: Storage

    func tensors(_ name: String) -> [TensorData] {
        TensorData.sparse(name + ".inputs", inputs) + [
            TensorData(name + ".weights", weights), TensorData(name + ".factors", factors),
        ]
    }

    init(_ stored: TensorReader, _ name: String) throws {
        self.init(
            inputs: try stored.sparse(name + ".inputs"),
            weights: try stored.matrix(name + ".weights"),
            factors: try stored.matrix(name + ".factors"))
    }
}

/// What the inputs of one node come to: `score(u, i) = μ + bias(u) + bias(i) + factors(u) ·
/// factors(i)`.
struct NodeRepresentation {
    /// Linear terms, and products of the node's inputs with each other.
    var bias: Float
    /// `Σ x v`
    var factors: [Float]
}
