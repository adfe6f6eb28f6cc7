import LinearAlgebra

/// Least squares of implicit feedback: for one side's factors x, the other side's Y being known,
///
/// `A x = b` with `A = YᵀY + λI + Σ (c - 1) y yᵀ` and `b = Σ c p y` over the row's entries,
///
/// where a weight r gives the preference p = 1 (0 unless r > 0) and the confidence c = 1 + α|r|
/// (Hu, Koren and Volinsky, ICDM 2008). Solved by conjugate gradient (Takács, Pilászy and Tikk,
/// RecSys 2011) for all rows in step, so that the dense part of a step is one product of matrices.
struct ConfidenceSolver: Sendable {
    let alpha: Float
    let regularization: Float
    /// Y
    let others: Matrix
    /// `YᵀY + λI`
    let gram: Matrix

    init(alpha: Float, regularization: Float, others: Matrix) {
        self.alpha = alpha
        self.regularization = regularization
        self.others = others
        gram = others.gram()
        for place in 0..<gram.rows { gram[place, place] += regularization }
    }

    /// Steps from the factors that are there. Returns what the loss was at the start, but for the
    /// regularisation of the other side.
    ///
    /// Ends before `steps` where every row's residual is below `tolerance` times what it was for
    /// factors of 0. Rows without entries get 0.
    ///
    /// Cost: a step is 4 · entries · width operations, and a product of rows × width × width.
    @discardableResult
    func solve(_ weights: SparseMatrix, _ own: Matrix, steps: Int, tolerance: Float = 0) -> Double {
        let state = Descent(rows: weights.rows, width: others.columns)
        state.image.setProduct(own, gram)
        let losses = Matrix(rows: weights.rows, columns: 1)
        Parallel.forEachRange(weights.rows, atLeast: 32) { range in
            for row in range {
                weights.withRow(row) {
                    losses.elements[row] = begin(row, $0, $1, own.row(row), state)
                }
            }
        }
        run(weights, own, state, steps: steps, tolerance: tolerance)
        return withExtendedLifetime(losses) { losses.buffer.reduce(0) { $0 + Double($1) } }
    }

    /// `A⁻¹ b` for the entries of one row and any b.
    func solve(
        _ weights: SparseMatrix, rightSide: UnsafePointer<Float>, steps: Int, tolerance: Float
    )
        -> Matrix
    {
        let width = others.columns
        let solution = Matrix(rows: 1, columns: width)
        let state = Descent(rows: 1, width: width)
        state.residual.row(0).update(from: rightSide, count: width)
        state.direction.row(0).update(from: rightSide, count: width)
        let squares = FactorVectors.dot(rightSide, rightSide, width)
        state.squares.elements[0] = squares
        state.goals.elements[0] = squares
        run(weights, solution, state, steps: steps, tolerance: tolerance)
        return solution
    }

    /// What conjugate gradient remembers of each row.
    private struct Descent {
        let residual: Matrix
        let direction: Matrix
        /// A times the direction.
        let image: Matrix
        /// Of the residual now.
        let squares: Matrix
        /// Of the residual for factors of 0.
        let goals: Matrix

        init(rows: Int, width: Int) {
            residual = Matrix(rows: rows, columns: width)
            direction = Matrix(rows: rows, columns: width)
            image = Matrix(rows: rows, columns: width)
            squares = Matrix(rows: rows, columns: 1)
            goals = Matrix(rows: rows, columns: 1)
        }
    }

    /// `residual = b - A x`; returns the row's loss, `Σ c p² - 2 b·x + x·A x`.
    private func begin(
        _ row: Int, _ columns: UnsafeBufferPointer<Int32>, _ weights: UnsafeBufferPointer<Float>,
        _ x: UnsafeMutablePointer<Float>, _ state: Descent
    ) -> Float {
        let width = others.columns
        let residual = state.residual.row(row)
        let direction = state.direction.row(row)
        guard !columns.isEmpty else {
            x.update(repeating: 0, count: width)
            state.squares.elements[row] = 0
            return 0
        }
        // The direction is not needed yet: b grows there.
        var (wanted, reached): (Float, Float) = (0, 0)
        for place in 0..<columns.count {
            let y = others.row(Int(columns[place]))
            let extra = alpha * abs(weights[place])
            let product = FactorVectors.dot(x, y, width)
            let aim: Float = weights[place] > 0 ? 1 + extra : 0
            wanted += aim
            reached += aim * product
            FactorVectors.step(direction, y, kept: 1, aim, width)
            FactorVectors.step(residual, y, kept: 1, -extra * product, width)
        }
        state.goals.elements[row] = FactorVectors.dot(direction, direction, width)
        FactorVectors.step(residual, direction, kept: 1, 1, width)
        FactorVectors.step(residual, state.image.row(row), kept: 1, -1, width)
        direction.update(from: residual, count: width)
        state.squares.elements[row] = FactorVectors.dot(residual, residual, width)
        // b·x is what is reached, and x·A x = b·x - residual·x.
        return wanted - reached - FactorVectors.dot(residual, x, width)
    }

    private func run(
        _ weights: SparseMatrix, _ own: Matrix, _ state: Descent, steps: Int, tolerance: Float
    ) {
        let bound = max(tolerance * tolerance, 1e-14)
        for _ in 0..<steps {
            state.image.setProduct(state.direction, gram)
            Parallel.forEachRange(weights.rows, atLeast: 32) { range in
                for row in range
                where state.squares.elements[row] > bound * state.goals.elements[row] {
                    weights.withRow(row) { step(row, $0, $1, own.row(row), state) }
                }
            }
            let isDone = (0..<weights.rows).allSatisfy {
                state.squares.elements[$0] <= bound * state.goals.elements[$0]
            }
            if isDone { return }
        }
    }

    private func step(
        _ row: Int, _ columns: UnsafeBufferPointer<Int32>, _ weights: UnsafeBufferPointer<Float>,
        _ x: UnsafeMutablePointer<Float>, _ state: Descent
    ) {
        let width = others.columns
        let (residual, direction) = (state.residual.row(row), state.direction.row(row))
        let image = state.image.row(row)
        for place in 0..<columns.count {
            let y = others.row(Int(columns[place]))
            let factor = alpha * abs(weights[place]) * FactorVectors.dot(direction, y, width)
            FactorVectors.step(image, y, kept: 1, factor, width)
        }
        let squares = state.squares.elements[row]
        let length = squares / FactorVectors.dot(direction, image, width)
        FactorVectors.step(x, direction, kept: 1, length, width)
        FactorVectors.step(residual, image, kept: 1, -length, width)
        let next = FactorVectors.dot(residual, residual, width)
        FactorVectors.step(direction, residual, kept: next / squares, 1, width)
        state.squares.elements[row] = next
    }
}
