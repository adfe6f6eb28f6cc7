import LinearAlgebra
import Values

/// P = (XᵀX + λI)⁻¹ for a sparse X of users × items, row by row.
///
/// With fewer users than items only K⁻¹ = (XXᵀ + λI)⁻¹ is made: P = (I - Xᵀ K⁻¹ X) / λ (Woodbury).
/// What is inverted is a square of the smaller side.
struct RidgePrecision {
    private let interactions: SparseMatrix
    /// Items × users.
    private let byItem: SparseMatrix
    private let regularization: Float
    /// K⁻¹ if `isOverUsers`, else P.
    private let inverse: Matrix
    private let isOverUsers: Bool
    /// The diagonal of P.
    private let diagonal: [Float]

    /// Errors: ``MethodError`` where rounding leaves no positive definite matrix; the monitor's.
    init(_ interactions: SparseMatrix, _ regularization: Float, _ monitor: WorkMonitor) throws {
        self.interactions = interactions
        self.regularization = regularization
        byItem = interactions.transposed()
        isOverUsers = interactions.rows < interactions.columns
        let gram =
            isOverUsers
            ? Self.gram(interactions, byItem, regularization)
            : Self.gram(byItem, interactions, regularization)
        let isDefinite = try gram.invertPositiveDefinite {
            try monitor.checkpoint()
            monitor.report("inverse", $0)
        }
        guard isDefinite else {
            throw MethodError("the regularization is too small for these weights")
        }
        inverse = gram
        diagonal = Self.diagonal(byItem, gram, isOverUsers, regularization)
    }

    /// `left · leftᵀ + λI`, where `right` is `leftᵀ`.
    private static func gram(_ left: SparseMatrix, _ right: SparseMatrix, _ lambda: Float)
        -> Matrix
    {
        let gram = Matrix(rows: left.rows, columns: left.rows)
        Parallel.forEachRange(left.rows, atLeast: 64) { range in
            for row in range {
                left.withRow(row) { inner, values in
                    for place in 0..<inner.count {
                        right.add(
                            row: Int(inner[place]), times: values[place], to: gram.row(row))
                    }
                }
                gram[row, row] += lambda
            }
        }
        return gram
    }

    private static func diagonal(
        _ byItem: SparseMatrix, _ inverse: Matrix, _ isOverUsers: Bool, _ lambda: Float
    ) -> [Float] {
        guard isOverUsers else { return (0..<inverse.rows).map { inverse[$0, $0] } }
        let diagonal = Matrix(rows: 1, columns: max(1, byItem.rows))
        Parallel.forEachRange(byItem.rows) { range in
            for item in range {
                byItem.withRow(item) { users, values in
                    // In Float64: the difference to 1 may be small.
                    var sum = 0.0
                    for (user, value) in zip(users, values) {
                        let row = inverse.row(Int(user))
                        for place in 0..<users.count {
                            sum += Double(value * values[place] * row[Int(users[place])])
                        }
                    }
                    diagonal.elements[item] = Float((1 - sum) / Double(lambda))
                }
            }
        }
        return Array(diagonal.array.prefix(byItem.rows))
    }

    /// B = I - P diag(1 / diag P), each row cut to its entries of greatest magnitude.
    ///
    /// Cost: interactions × users for K⁻¹ X, and items × interactions for its product with Xᵀ.
    func rows(_ count: Int, _ monitor: WorkMonitor) throws -> SparseMatrix {
        let items = byItem.rows
        return try SparseRows.build(
            rows: items, columns: items, blockSize: Self.blockSize, monitor, phase: "weights",
            makeWorker: { Worker(users: isOverUsers ? byItem.columns : 0, items: items) },
            make: { worker, block, row in
                if isOverUsers { setSides(block, worker) }
                for item in block {
                    append(item, item - block.lowerBound, count, &worker, &row)
                    row.endRow()
                }
            })
    }

    /// Items whose rows are made at once: one cache line for each user.
    private static let blockSize = 16

    private struct Worker {
        /// Columns of K⁻¹ X as rows, and the block of them user by user.
        let sums: Matrix
        let byUser: Matrix
        /// Xᵀ K⁻¹ X, item by item.
        let products: Matrix
        var greatest = GreatestEntries()

        init(users: Int, items: Int) {
            sums = Matrix(rows: 1, columns: users)
            byUser = Matrix(rows: users, columns: RidgePrecision.blockSize)
            products = Matrix(rows: users == 0 ? 0 : items, columns: RidgePrecision.blockSize)
        }
    }

    /// Makes the block's columns of Xᵀ K⁻¹ X.
    private func setSides(_ block: Range<Int>, _ worker: Worker) {
        let users = byItem.columns
        for item in block {
            worker.sums.fill(0)
            byItem.withRow(item) { owners, values in
                for place in 0..<owners.count {
                    Vectors.add(
                        inverse.row(Int(owners[place])), values[place], to: worker.sums.elements,
                        users)
                }
            }
            let column = item - block.lowerBound
            for user in 0..<users { worker.byUser[user, column] = worker.sums.elements[user] }
        }
        let width = Self.blockSize
        for item in 0..<byItem.rows {
            let target = worker.products.row(item)
            target.update(repeating: 0, count: width)
            byItem.withRow(item) { owners, values in
                for place in 0..<owners.count {
                    Vectors.add(
                        worker.byUser.row(Int(owners[place])), values[place], to: target, width)
                }
            }
        }
    }

    private func append(
        _ item: Int, _ column: Int, _ count: Int, _ worker: inout Worker, _ row: inout RowBuilder
    ) {
        /// B(item, other). Off the diagonal P is -Xᵀ K⁻¹ X / λ.
        func weight(_ other: Int) -> Float {
            let precision =
                isOverUsers
                ? -worker.products[other, column] / regularization : inverse[item, other]
            return -precision / diagonal[other]
        }
        worker.greatest.removeAll()
        for other in 0..<byItem.rows where other != item {
            let magnitude = abs(weight(other))
            if magnitude > 0 { worker.greatest.append(Int32(truncatingIfNeeded: other), magnitude) }
        }
        for other in worker.greatest.greatest(count) { row.append(other, weight(Int(other))) }
    }
}
