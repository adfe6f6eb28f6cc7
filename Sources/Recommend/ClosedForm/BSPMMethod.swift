import GraphStore
import LinearAlgebra

/// Blurring, then sharpening, as processes in time, with two powers of the degrees set free.
///
/// In the published form (`userPower` ½, `tilt` 0) an item counts for as much as it is rare on its
/// way in and on its way out. A tilt lets popular items tell less and be told more, as link
/// prediction over neighbourhoods found (Fu et al., "Revisiting Neighborhood-based Link Prediction
/// for Collaborative Filtering", WWW 2022), and a smaller power of the users' degrees lets busy users
/// say more. Both powers and the time were chosen on a fifth of each user's training interactions on
/// Gowalla, held out; the weight β is the published one, as others did no better by more than chance.
public struct BSPMMethod: RecommenderMethod {
    public static let name = "bspm"
    public static let description = """
        Blurring-sharpening process: with z = x D_i^-`tilt`, R̃ = D_u^-`userPower` R D_i^-½ / σ₁ \
        and P = R̃ᵀR̃, y = z P + β z D_i^-p V Vᵀ D_i^p, p = ½ - `tilt`, is blurred by one step with \
        P and the ideal low-pass filter of rank `rank`; then dy/dt = -y P sharpens for `time`, in \
        `steps` steps of the Runge-Kutta method of order 4; score = y D_i^`tilt` (Choi et al., \
        "Blurring-Sharpening Process Models for Collaborative Filtering", SIGIR 2023; early \
        merge: there `userPower` is ½, `tilt` 0 and `time` 2.5).
        """
    public static let options = [
        MethodOption.number("beta", 0.3, in: 0...100, "weight of the ideal low-pass filter"),
        NormalizedAdjacency.rankOption(standardRank),
        MethodOption.number("time", 2, in: 0...100, "how long it sharpens"),
        MethodOption.integer("steps", 1, in: 1...100, "in how many steps"),
        MethodOption.number(
            "userPower", 0.4, in: 0...2, "how much interactions of busy users are held back"),
        MethodOption.number("tilt", 0.1, in: -2...2, "how much popular items are favoured"),
        .seed,
    ]

    private static let standardRank = 448

    private let userPower: Float
    private let tilt: Float
    private let beta: Float
    private let rank: Int
    private let sharpening: Sharpening
    private let seed: UInt64

    public init(_ options: MethodOptions) {
        userPower = options.float("userPower")
        tilt = options.float("tilt")
        beta = options.float("beta")
        rank = options.integer("rank")
        sharpening = Sharpening(time: options.float("time"), steps: options.integer("steps"))
        seed = UInt64(options.integer("seed"))
    }

    public func fit(_ interactions: InteractionMatrix, _ training: Training) throws
        -> any FittedModel
    {
        let adjacency = NormalizedAdjacency(interactions.matrix, userPower: userPower)
        let vectors = try adjacency.singularVectors(
            rank: rank, standard: Self.standardRank, seed: seed, training.monitor)
        let largest = vectors.values.first ?? 0
        return BSPMModel(
            adjacency.scaled(by: largest > 0 ? 1 / largest : 1), vectors.right, beta: beta,
            tilt: tilt, sharpening)
    }

    public static func restore(_ stored: TensorReader) throws -> any FittedModel {
        let method = Self(stored.options)
        return BSPMModel(
            NormalizedAdjacency(
                byUser: try stored.sparse("adjacency"), itemDegrees: try stored.floats("degrees")),
            try stored.matrix("vectors"), beta: method.beta, tilt: method.tilt, method.sharpening)
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
    /// D_i^tilt.
    private let popularity: [Float]
    private let sharpening: Sharpening

    /// Users who are sharpened at once: a block of them fits into the outer caches.
    private static let blockWidth = 64

    init(
        _ adjacency: NormalizedAdjacency, _ vectors: Matrix, beta: Float, tilt: Float,
        _ sharpening: Sharpening
    ) {
        self.adjacency = adjacency
        self.vectors = vectors
        self.sharpening = sharpening
        smooth = LowPassFilter(
            vectors, weight: beta, power: 0.5 - tilt, itemDegrees: adjacency.itemDegrees)
        popularity = adjacency.itemDegrees.map { power($0, tilt) }
    }

    var itemCount: Int { adjacency.itemCount }
    var tensors: [TensorData] {
        TensorData.sparse("adjacency", adjacency.byUser) + [
            TensorData("degrees", adjacency.itemDegrees), TensorData("vectors", vectors),
        ]
    }

    func score(_ user: UserHistory, into scores: UnsafeMutableBufferPointer<Float>) {
        let block = Matrix(rows: itemCount, columns: 1)
        put(user, into: block, 0)
        filter(block)
        _ = scores.update(from: block.buffer)
        withExtendedLifetime(block) {}
    }

    func score(_ users: [UserHistory], into scores: Matrix) {
        for first in stride(from: 0, to: users.count, by: Self.blockWidth) {
            let members = first..<min(first + Self.blockWidth, users.count)
            let block = Matrix(rows: itemCount, columns: members.count)
            for (column, user) in members.enumerated() {
                put(users[user], into: block, column)
            }
            filter(block)
            let rows = block.transposed()
            for (row, user) in members.enumerated() {
                scores.row(user).update(from: rows.row(row), count: itemCount)
            }
        }
    }

    /// z: what the user has, tilted.
    private func put(_ user: UserHistory, into block: Matrix, _ column: Int) {
        for (item, weight) in user.entries {
            let restraint = popularity[Int(item)]
            block[Int(item), column] = restraint > 0 ? weight / restraint : 0
        }
    }

    /// Blurs and sharpens the columns, and tilts them back.
    private func filter(_ block: Matrix) {
        let users = Matrix(rows: adjacency.byUser.rows, columns: block.columns)
        let coordinates = smooth.from.times(block, transposeSelf: true)
        let blurred = Matrix(rows: block.rows, columns: block.columns)
        adjacency.filter(block, users: users, into: blurred)
        blurred.setProduct(smooth.to, coordinates, beta: 1)
        sharpening.apply(adjacency, to: blurred)
        for item in popularity.indices {
            let row = blurred.row(item)
            for column in 0..<blurred.columns { row[column] *= popularity[item] }
        }
        block.take(blurred)
    }

    /// The filter's column of the item: P and its powers are symmetric, so it is
    /// `D_i^-t (P + β D_i^-p V Vᵀ D_i^p) · s` where s is the sharpened item, times its D_i^t.
    func contributions(_ user: UserHistory, to item: Int32) -> [Float]? {
        let signal = Matrix(rows: itemCount, columns: 1)
        signal[Int(item), 0] = popularity[Int(item)]
        sharpening.apply(adjacency, to: signal)
        let column = Matrix(rows: itemCount, columns: 1)
        adjacency.filter(
            signal, users: Matrix(rows: adjacency.byUser.rows, columns: 1), into: column)
        let coordinates = smooth.to.times(signal, transposeSelf: true)
        column.setProduct(smooth.from, coordinates, beta: 1)
        return user.entries.map { own, weight in
            let restraint = popularity[Int(own)]
            return restraint > 0 ? weight * column[Int(own), 0] / restraint : 0
        }
    }
}
