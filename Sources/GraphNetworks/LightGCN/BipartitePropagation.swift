internal import LinearAlgebra

/// LightGCN's propagation on a bipartite graph: `U' = R·I`, `I' = Rᵀ·U`, where R is the matrix of
/// interactions with 1 / √(d_u · d_i) at each (He et al., "LightGCN", SIGIR 2020, equation 3).
struct BipartitePropagation {
    /// R, users × items.
    let forward: SparseMatrix
    /// Rᵀ.
    let backward: SparseMatrix

    /// Where interactions are counts, whatever their values are.
    init(_ interactions: SparseMatrix) {
        self.init(weighted: interactions.mapValues { _, _, _ in 1 })
    }

    /// Interactions count as much as their values; degrees are sums of them.
    init(weighted interactions: SparseMatrix) {
        func roots(_ degrees: [Float]) -> [Float] {
            degrees.map { $0 > 0 ? 1 / $0.squareRoot() : 0 }
        }
        let users = roots(interactions.rowSums())
        let items = roots(interactions.columnSums())
        forward = interactions.mapValues { users[$0] * items[$1] * $2 }
        backward = forward.transposed()
    }

    /// Both sides after one propagation.
    func step(_ from: Embeddings, into: Embeddings) {
        forward.multiply(from.items, into: into.users)
        backward.multiply(from.users, into: into.items)
    }

    /// The mean over 0 … `layers` propagations, of every node.
    func output(_ embeddings: Embeddings, layers: Int) -> Embeddings {
        let sum = embeddings.copy()
        var current = embeddings
        for _ in 0..<layers {
            let next = Embeddings(like: embeddings)
            step(current, into: next)
            sum.add(next)
            current = next
        }
        sum.scale(by: 1 / Float(layers + 1))
        return sum
    }
}

/// A row for each user and for each item.
struct Embeddings {
    let users: Matrix
    let items: Matrix

    init(users: Matrix, items: Matrix) {
        self.users = users
        self.items = items
    }

    init(users: Int, items: Int, columns: Int) {
        self.init(
            users: Matrix(rows: users, columns: columns),
            items: Matrix(rows: items, columns: columns))
    }

    init(like other: Embeddings) {
        self.init(
            users: other.users.rows, items: other.items.rows, columns: other.users.columns)
    }

    func copy() -> Embeddings { Embeddings(users: users.copy(), items: items.copy()) }

    func add(_ other: Embeddings) {
        users.add(other.users)
        items.add(other.items)
    }

    func scale(by factor: Float) {
        users.scale(by: factor)
        items.scale(by: factor)
    }
}
