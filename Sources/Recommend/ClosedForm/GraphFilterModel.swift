import GraphStore
import LinearAlgebra

/// The neighbourhood of what the user has, and its smooth part:
/// `score = x P + α x D_i^-½ V Vᵀ D_i^½` with P = R̃ᵀ R̃ and the strongest right singular vectors V
/// of R̃.
///
/// Scoring one user costs the degrees of all users who share an item, and items × rank.
struct GraphFilterModel: FittedModel {
    private let adjacency: NormalizedAdjacency
    private let vectors: Matrix
    private let smooth: LowPassFilter

    init(_ adjacency: NormalizedAdjacency, _ vectors: Matrix, alpha: Float) {
        self.adjacency = adjacency
        self.vectors = vectors
        smooth = LowPassFilter(
            vectors, weight: alpha, power: 0.5, itemDegrees: adjacency.itemDegrees)
    }

    var itemCount: Int { adjacency.itemCount }
    var tensors: [TensorData] {
        TensorData.sparse("adjacency", adjacency.byUser) + [
            TensorData("degrees", adjacency.itemDegrees), TensorData("vectors", vectors),
        ]
    }

    func score(_ user: UserHistory, into scores: UnsafeMutableBufferPointer<Float>) {
        guard let scores = scores.baseAddress else { return }
        let coordinates = Matrix(rows: 1, columns: vectors.columns)
        smooth.project(user.entries, into: coordinates.elements)
        smooth.to.multiply(coordinates.elements, into: scores)
        withExtendedLifetime(coordinates) {}
        adjacency.addFiltered(user.entries, through: makeSum(), to: scores)
    }

    func score(_ users: [UserHistory], into scores: Matrix) {
        // The product first: it then writes what it need not read, and a row that the
        // neighbourhood is added to stays in the caches.
        scores.setProduct(smooth.project(users), smooth.to, transposeRight: true)
        Parallel.forEachRange(users.count) { range in
            let sum = makeSum()
            for row in range {
                adjacency.addFiltered(users[row].entries, through: sum, to: scores.row(row))
            }
        }
    }

    private func makeSum() -> RowSum { RowSum(width: adjacency.byUser.rows) }

    func contributions(_ user: UserHistory, to item: Int32) -> [Float]? {
        // P is symmetric: its column is the filtered item.
        let column = Matrix(rows: 1, columns: itemCount)
        adjacency.addFiltered(
            CollectionOfOne((item, 1)), through: makeSum(), to: column.elements)
        return user.entries.map { own, weight in
            let near = column[0, Int(own)]
            let like = Vectors.dot(
                smooth.from.row(Int(own)), smooth.to.row(Int(item)), vectors.columns)
            return weight * (near + like)
        }
    }
}
