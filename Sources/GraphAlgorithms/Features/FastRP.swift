internal import Foundation
public import LinearAlgebra
public import Values

public struct FastRPOptions: Sendable {
    public var dimension = 128
    /// A weight for each iteration: how much nodes that many steps away count.
    public var iterationWeights: [Double] = [0, 1, 1]
    /// Above 0 nodes of high degree count more, below 0 less.
    public var normalizationStrength = 0.0
    /// How much a node's own random vector counts.
    public var nodeSelfInfluence = 0.0
    public var seed: UInt64 = 0

    public init() {}
}

extension Topology {
    /// FastRP embeddings, a row for each node (Chen et al., "Fast and accurate network embeddings
    /// via very sparse random projection", CIKM 2019, in the form of Neo4j's library):
    ///
    /// ```
    /// R[v] = degree(v)^s · √(3 / dimension) · (+1, −1 with the chance 1/6 each, else 0)
    /// E₀ = R,  Eᵢ[v] = Σ weight · Eᵢ₋₁[u] / degree(v) over v's neighbours u
    /// embedding[v] = selfInfluence · R[v]/|R[v]| + Σ iterationWeights[i − 1] · Eᵢ[v]/|Eᵢ[v]|
    /// ```
    ///
    /// with s the normalisation strength. A node's random vector depends on the seed and its id
    /// alone, so it stays when others come and go. Cost: entries × dimension, an iteration.
    public func fastRP(_ options: FastRPOptions, monitor: WorkMonitor = .none) throws -> Matrix {
        let embedding = Matrix(rows: nodeCount, columns: options.dimension)
        var current = randomProjection(options)
        Self.addNormalizedRows(of: current, Float(options.nodeSelfInfluence), to: embedding)
        let step = averagingMatrix()
        for (iteration, weight) in options.iterationWeights.enumerated() {
            try monitor.checkpoint()
            monitor.report(
                "FastRP", Double(iteration) / Double(options.iterationWeights.count))
            current = step.times(current)
            Self.addNormalizedRows(of: current, Float(weight), to: embedding)
        }
        return embedding
    }

    private func randomProjection(_ options: FastRPOptions) -> Matrix {
        let projection = Matrix(rows: nodeCount, columns: options.dimension)
        let size = (3 / Double(options.dimension)).squareRoot()
        Parallel.forEachRange(nodeCount, atLeast: 256) { numbers in
            for number in numbers {
                let degree = degree(number)
                let scale =
                    degree == 0 ? 1 : pow(Double(degree), options.normalizationStrength)
                let value = Float(size * scale)
                var random = RandomSource(seed: options.seed, part: nodes[number] &+ 1)
                let row = projection.row(number)
                for column in 0..<options.dimension {
                    switch random.next(below: 6) {
                    case 0: row[column] = value
                    case 1: row[column] = -value
                    default: break
                    }
                }
            }
        }
        return projection
    }

    /// Rows divided by their degrees.
    private func averagingMatrix() -> SparseMatrix {
        var values = ContiguousArray<Float>(repeating: 1, count: entryCount)
        for number in 0..<nodeCount {
            for place in range(number) {
                values[place] = Float(weight(place) / Double(degree(number)))
            }
        }
        return SparseMatrix(
            rows: nodeCount, columns: nodeCount, offsets: offsets, indices: neighbours,
            values: values)
    }

    private static func addNormalizedRows(of source: Matrix, _ weight: Float, to target: Matrix) {
        guard weight != 0 else { return }
        let width = source.columns
        Parallel.forEachRange(source.rows, atLeast: 1_024) { rows in
            for row in rows {
                let vector = source.row(row)
                let norm = Vectors.dot(vector, vector, width).squareRoot()
                if norm > 0 { Vectors.add(vector, weight / norm, to: target.row(row), width) }
            }
        }
    }
}
