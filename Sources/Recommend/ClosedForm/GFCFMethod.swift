import GraphStore
import LinearAlgebra

/// Graph filtering: the neighbourhood of what the user has, and its smooth part.
public struct GFCFMethod: RecommenderMethod {
    public static let name = "gfcf"
    public static let description = """
        Graph filters without training: score = x R̃ᵀR̃ + α x D_i^-½ V Vᵀ D_i^½ with \
        R̃ = D_u^-½ R D_i^-½ and its `rank` first right singular vectors V (Shen et al., "How \
        Powerful is Graph Convolution for Recommendation?", CIKM 2021).
        """
    public static let options = [
        MethodOption.number("alpha", 0.3, in: 0...100, "weight of the smooth part"),
        MethodOption.integer("rank", 256, in: 1...4096, "singular vectors"), .seed,
    ]

    private let alpha: Float
    private let rank: Int
    private let seed: UInt64

    public init(_ options: MethodOptions) {
        alpha = options.float("alpha")
        rank = options.integer("rank")
        seed = UInt64(options.integer("seed"))
    }

    public func fit(_ interactions: InteractionMatrix, _ training: Training) throws
        -> any FittedModel
    {
        let adjacency = NormalizedAdjacency(interactions.matrix)
        let vectors = try adjacency.itemVectors(rank: rank, seed: seed, training.monitor)
        return GFCFModel(adjacency, vectors, alpha: alpha)
    }

    public static func restore(_ stored: TensorReader) throws -> any FittedModel {
        GFCFModel(
            NormalizedAdjacency(
                byUser: try stored.sparse("adjacency"), itemDegrees: try stored.floats("degrees")),
            try stored.matrix("vectors"), alpha: Self(stored.options).alpha)
    }
}

struct GFCFModel: FittedModel {
    private let adjacency: NormalizedAdjacency
    private let vectors: Matrix
    private let smooth: LowPassFilter
    private let alpha: Float

    init(_ adjacency: NormalizedAdjacency, _ vectors: Matrix, alpha: Float) {
        self.adjacency = adjacency
        self.vectors = vectors
        self.alpha = alpha
        smooth = LowPassFilter(vectors, itemDegrees: adjacency.itemDegrees)
    }

    var itemCount: Int { adjacency.itemCount }
    var tensors: [TensorData] {
        TensorData.sparse("adjacency", adjacency.byUser) + [
            TensorData("degrees", adjacency.itemDegrees), TensorData("vectors", vectors),
        ]
    }

    func score(_ user: UserHistory, into scores: UnsafeMutableBufferPointer<Float>) {
        guard let scores = scores.baseAddress else { return }
        adjacency.filter(user.entries, into: scores)
        let coordinates = Matrix(rows: 1, columns: vectors.columns)
        smooth.project(user.entries, into: coordinates.elements)
        smooth.to.multiply(coordinates.elements, into: scores, alpha: alpha, beta: 1)
        withExtendedLifetime(coordinates) {}
    }

    func score(_ users: [UserHistory], into scores: Matrix) {
        Parallel.forEachRange(users.count) { range in
            for row in range { adjacency.filter(users[row].entries, into: scores.row(row)) }
        }
        scores.setProduct(
            smooth.project(users), smooth.to, transposeRight: true, alpha: alpha, beta: 1)
    }

    func contributions(_ user: UserHistory, to item: Int32) -> [Float]? {
        // P is symmetric: its column is the filtered item.
        let column = Matrix(rows: 1, columns: itemCount)
        adjacency.filter(CollectionOfOne((item, 1)), into: column.elements)
        return user.entries.map { own, weight in
            let near = column[0, Int(own)]
            let like = Vectors.dot(
                smooth.from.row(Int(own)), smooth.to.row(Int(item)), vectors.columns)
            return weight * (near + alpha * like)
        }
    }
}
