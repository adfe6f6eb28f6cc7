import GraphStore
import LinearAlgebra

/// The neighbourhood of what the user has, and its smooth part:
/// `score = x D_i^-t P D_i^t + x D_i^-s V diag(w) Vᵀ D_i^s` with P = R̃ᵀ R̃ and the strongest right
/// singular vectors V of R̃. A tilt of t or s favours popular items, for whom the user's
/// own popular items tell less.
///
/// Scoring one user costs the degrees of all users who share an item, and items × rank.
struct GraphFilterModel: FittedModel {
    /// How the parts are tilted.
    struct Tilts: Sendable {
        let near: Float
        let smooth: Float
    }

    private let adjacency: NormalizedAdjacency
    private let vectors: Matrix
    private let weights: [Float]
    /// D_i^t and D_i^-t.
    private let popularity: [Float]
    private let restraint: [Float]
    private let smooth: LowPassFilter

    init(_ adjacency: NormalizedAdjacency, _ vectors: Matrix, weights: [Float], _ tilts: Tilts) {
        self.adjacency = adjacency
        self.vectors = vectors
        self.weights = weights
        popularity = adjacency.itemDegrees.map { power($0, tilts.near) }
        restraint = adjacency.itemDegrees.map { power($0, -tilts.near) }
        smooth = LowPassFilter(
            vectors, weights: weights, tilt: tilts.smooth, itemDegrees: adjacency.itemDegrees)
    }

    init(_ stored: TensorReader, _ tilts: Tilts) throws {
        self.init(
            NormalizedAdjacency(
                byUser: try stored.sparse("adjacency"), itemDegrees: try stored.floats("degrees")),
            try stored.matrix("vectors"), weights: try stored.floats("weights"), tilts)
    }

    var itemCount: Int { adjacency.itemCount }
    var tensors: [TensorData] {
        TensorData.sparse("adjacency", adjacency.byUser) + [
            TensorData("degrees", adjacency.itemDegrees), TensorData("vectors", vectors),
            TensorData("weights", weights),
        ]
    }

    func score(_ user: UserHistory, into scores: UnsafeMutableBufferPointer<Float>) {
        guard let scores = scores.baseAddress else { return }
        filter(user, into: scores)
        let coordinates = Matrix(rows: 1, columns: vectors.columns)
        smooth.project(user.entries, into: coordinates.elements)
        smooth.to.multiply(coordinates.elements, into: scores, beta: 1)
        withExtendedLifetime(coordinates) {}
    }

    func score(_ users: [UserHistory], into scores: Matrix) {
        Parallel.forEachRange(users.count) { range in
            for row in range { filter(users[row], into: scores.row(row)) }
        }
        scores.setProduct(smooth.project(users), smooth.to, transposeRight: true, beta: 1)
    }

    /// The first part.
    private func filter(_ user: UserHistory, into scores: UnsafeMutablePointer<Float>) {
        adjacency.filter(
            user.entries.lazy.map { ($0, $1 * restraint[Int($0)]) }, into: scores)
        for item in popularity.indices { scores[item] *= popularity[item] }
    }

    func contributions(_ user: UserHistory, to item: Int32) -> [Float]? {
        // P is symmetric: its column is the filtered item.
        let column = Matrix(rows: 1, columns: itemCount)
        adjacency.filter(CollectionOfOne((item, popularity[Int(item)])), into: column.elements)
        return user.entries.map { own, weight in
            let near = column[0, Int(own)] * restraint[Int(own)]
            let like = Vectors.dot(
                smooth.from.row(Int(own)), smooth.to.row(Int(item)), vectors.columns)
            return weight * (near + like)
        }
    }
}
