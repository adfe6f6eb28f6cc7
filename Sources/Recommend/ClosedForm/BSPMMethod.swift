import GraphStore
import LinearAlgebra

/// Blurring, then sharpening, as processes in time.
public struct BSPMMethod: RecommenderMethod {
    public static let name = "bspm"
    public static let description = """
        Blurring-sharpening process: y = x P + β x D_i^-½ V Vᵀ D_i^½ is blurred by one step with \
        P = R̃ᵀR̃ and the ideal low-pass filter of rank `rank`; then dy/dt = -y P sharpens for \
        `time`, in `steps` steps of the Runge-Kutta method of order 4 (Choi et al., \
        "Blurring-Sharpening Process Models for Collaborative Filtering", SIGIR 2023; early \
        merge).
        """
    public static let options = [
        MethodOption.number("beta", 0.3, in: 0...100, "weight of the ideal low-pass filter"),
        MethodOption.integer("rank", 448, in: 1...4096, "singular vectors"),
        MethodOption.number("time", 2.5, in: 0...100, "how long it sharpens"),
        MethodOption.integer("steps", 1, in: 1...100, "in how many steps"), .seed,
    ]

    private let beta: Float
    private let rank: Int
    private let sharpening: Sharpening
    private let seed: UInt64

    public init(_ options: MethodOptions) {
        beta = options.float("beta")
        rank = options.integer("rank")
        sharpening = Sharpening(time: options.float("time"), steps: options.integer("steps"))
        seed = UInt64(options.integer("seed"))
    }

    public func fit(_ interactions: InteractionMatrix, _ training: Training) throws
        -> any FittedModel
    {
        let adjacency = NormalizedAdjacency(interactions.matrix)
        let vectors = try adjacency.singularVectors(rank: rank, seed: seed, training.monitor)
        return BSPMModel(adjacency, vectors.right, beta: beta, sharpening)
    }

    public static func restore(_ stored: TensorReader) throws -> any FittedModel {
        let method = Self(stored.options)
        return BSPMModel(
            NormalizedAdjacency(
                byUser: try stored.sparse("adjacency"), itemDegrees: try stored.floats("degrees")),
            try stored.matrix("vectors"), beta: method.beta, method.sharpening)
    }
}

/// dy/dt = -P y.
struct Sharpening: Sendable {
    let time: Float
    let steps: Int

    /// For a linear equation the four stages of Runge-Kutta add up to the exponential series cut
    /// after the fourth power: y ← Σₙ (-h P)ⁿ y / n!.
    static let order = 4

    /// What one step makes of an eigenvector of P.
    func factor(_ eigenvalue: Float) -> Float {
        var term: Float = 1
        var sum: Float = 1
        for stage in 1...Self.order {
            term *= -time * eigenvalue / Float(stage)
            sum += term
        }
        return sum
    }

    /// Sharpens the columns of `block`, by 2 · 4 · steps sparse products.
    func apply(_ adjacency: NormalizedAdjacency, to block: Matrix) {
        guard time > 0 else { return }
        let width = block.columns
        let users = Matrix(rows: adjacency.byUser.rows, columns: width)
        let term = Matrix(rows: block.rows, columns: width)
        let next = Matrix(rows: block.rows, columns: width)
        let step = time / Float(steps)
        for _ in 0..<steps {
            term.take(block)
            for stage in 1...Self.order {
                adjacency.filter(term, users: users, into: next)
                term.fill(0)
                term.add(next, factor: -step / Float(stage))
                block.add(term)
            }
        }
    }
}

struct BSPMModel: FittedModel {
    private let adjacency: NormalizedAdjacency
    private let vectors: Matrix
    private let smooth: LowPassFilter
    private let sharpening: Sharpening

    /// Users who are sharpened at once: a block of them fits into the outer caches.
    private static let blockWidth = 64

    init(
        _ adjacency: NormalizedAdjacency, _ vectors: Matrix, beta: Float, _ sharpening: Sharpening
    ) {
        self.adjacency = adjacency
        self.vectors = vectors
        self.sharpening = sharpening
        smooth = LowPassFilter(
            vectors, weights: [Float](repeating: beta, count: vectors.columns), tilt: 0.5,
            itemDegrees: adjacency.itemDegrees)
    }

    var itemCount: Int { adjacency.itemCount }
    var tensors: [TensorData] {
        TensorData.sparse("adjacency", adjacency.byUser) + [
            TensorData("degrees", adjacency.itemDegrees), TensorData("vectors", vectors),
        ]
    }

    func score(_ user: UserHistory, into scores: UnsafeMutableBufferPointer<Float>) {
        let block = Matrix(rows: itemCount, columns: 1)
        for (item, weight) in user.entries { block[Int(item), 0] = weight }
        filter(block)
        _ = scores.update(from: block.buffer)
        withExtendedLifetime(block) {}
    }

    func score(_ users: [UserHistory], into scores: Matrix) {
        for first in stride(from: 0, to: users.count, by: Self.blockWidth) {
            let members = first..<min(first + Self.blockWidth, users.count)
            let block = Matrix(rows: itemCount, columns: members.count)
            for (column, user) in members.enumerated() {
                for (item, weight) in users[user].entries { block[Int(item), column] = weight }
            }
            filter(block)
            let rows = block.transposed()
            for (row, user) in members.enumerated() {
                scores.row(user).update(from: rows.row(row), count: itemCount)
            }
        }
    }

    /// Blurs and sharpens the columns.
    private func filter(_ block: Matrix) {
        let users = Matrix(rows: adjacency.byUser.rows, columns: block.columns)
        let coordinates = smooth.from.times(block, transposeSelf: true)
        let blurred = Matrix(rows: block.rows, columns: block.columns)
        adjacency.filter(block, users: users, into: blurred)
        blurred.setProduct(smooth.to, coordinates, beta: 1)
        sharpening.apply(adjacency, to: blurred)
        block.take(blurred)
    }

    /// The filter's column of the item: P and its powers are symmetric, so it is
    /// `(P + β D_i^-½ V Vᵀ D_i^½) · s` where s is the sharpened item.
    func contributions(_ user: UserHistory, to item: Int32) -> [Float]? {
        let signal = Matrix(rows: itemCount, columns: 1)
        signal[Int(item), 0] = 1
        sharpening.apply(adjacency, to: signal)
        let column = Matrix(rows: itemCount, columns: 1)
        adjacency.filter(
            signal, users: Matrix(rows: adjacency.byUser.rows, columns: 1), into: column)
        let coordinates = smooth.to.times(signal, transposeSelf: true)
        column.setProduct(smooth.from, coordinates, beta: 1)
        return user.entries.map { $1 * column[Int($0), 0] }
    }
}
