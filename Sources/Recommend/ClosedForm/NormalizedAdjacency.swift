import LinearAlgebra
import Values

/// The interactions with popular items and busy users held back, R̃ = D_u^-g · R · D_i^-½, and the
/// filter that it makes of them: P = R̃ᵀ R̃, from items over users to items.
///
/// P is never made: it would have an entry for each pair of items that some user has.
struct NormalizedAdjacency: Sendable {
    /// Users × items.
    let byUser: SparseMatrix
    let byItem: SparseMatrix
    /// Sums of weights.
    let itemDegrees: [Float]

    init(_ interactions: SparseMatrix, userPower: Float = 0.5) {
        let users = interactions.rowSums().map { power($0, -userPower) }
        itemDegrees = interactions.columnSums()
        let items = itemDegrees.map { power($0, -0.5) }
        byUser = interactions.mapValues { $2 * users[$0] * items[$1] }
        byItem = byUser.transposed()
    }

    init(byUser: SparseMatrix, itemDegrees: [Float]) {
        self.byUser = byUser
        self.itemDegrees = itemDegrees
        byItem = byUser.transposed()
    }

    var itemCount: Int { byUser.columns }

    func scaled(by factor: Float) -> NormalizedAdjacency {
        NormalizedAdjacency(
            byUser: byUser.mapValues { $2 * factor }, itemDegrees: itemDegrees)
    }

    /// Users, or items where these are fewer, for each singular vector that is taken by default: in
    /// a small matrix the directions beyond tell more of chance than of taste. Chosen on held-out
    /// interactions of MovieLens-100k, where 20 to 30 do best for GF-CF and BSPM.
    private static let entitiesPerVector = 24

    /// The option of a method that takes up to `standard` vectors by default.
    static func rankOption(_ standard: Int) -> MethodOption {
        .integer(
            "rank", 0, in: 0...4096,
            "singular vectors; 0: \(standard), or one for each \(entitiesPerVector) users or items "
                + "where these are fewer")
    }

    /// `rank` as it was given for ``rankOption(_:)``.
    func singularVectors(
        rank: Int, standard: Int, seed: UInt64, _ monitor: WorkMonitor
    ) throws -> SingularVectors {
        let smaller = min(byUser.rows, byUser.columns)
        let usual = min(standard, max(1, smaller / Self.entitiesPerVector))
        return try byUser.singularVectors(rank: rank > 0 ? rank : usual, seed: seed) {
            try monitor.checkpoint()
            monitor.report("singular vectors", $0)
        }
    }

    /// `result += x · P` for a sparse x, through a sum over users, which is empty before and after.
    /// Cost: the degrees of all users who share an item with it.
    func addFiltered(
        _ items: some Sequence<(Int32, Float)>, through users: RowSum,
        to result: UnsafeMutablePointer<Float>
    ) {
        for (item, weight) in items { users.add(byItem, row: Int(item), times: weight) }
        users.addRows(of: byUser, to: result)
        users.clear()
    }

    /// `P · block` for columns of items, through `users`, which has the same columns.
    func filter(_ block: Matrix, users: Matrix, into result: Matrix) {
        byUser.multiply(block, into: users)
        byItem.multiply(users, into: result)
    }
}

/// The ideal low-pass filter of the strongest singular vectors, weighted: w · D_i^-p · V · Vᵀ · D_i^p.
struct LowPassFilter: Sendable {
    /// A row for each item: D_i^-p V, from what a user has …
    let from: Matrix
    /// … and w D_i^p V, to scores.
    let to: Matrix

    /// `vectors`: right singular vectors as columns.
    init(_ vectors: Matrix, weight: Float, power exponent: Float, itemDegrees: [Float]) {
        from = vectors.copy()
        to = vectors.copy()
        for (item, degree) in itemDegrees.enumerated() {
            let inverse = power(degree, -exponent)
            let factor = power(degree, exponent) * weight
            for column in 0..<vectors.columns {
                from[item, column] *= inverse
                to[item, column] *= factor
            }
        }
    }

    /// The user in the span: Σ w · from(i).
    func project(
        _ items: some Sequence<(Int32, Float)>, into coordinates: UnsafeMutablePointer<Float>
    ) {
        coordinates.update(repeating: 0, count: from.columns)
        for (item, weight) in items {
            Vectors.add(from.row(Int(item)), weight, to: coordinates, from.columns)
        }
    }

    func project(_ users: [UserHistory]) -> Matrix {
        let coordinates = Matrix(rows: users.count, columns: from.columns)
        Parallel.forEachRange(users.count, atLeast: 16) { range in
            for row in range { project(users[row].entries, into: coordinates.row(row)) }
        }
        return coordinates
    }
}

extension UserHistory {
    var entries: Zip2Sequence<[Int32], [Float]> { zip(items, weights) }
}
