import LinearAlgebra

/// Least squares of implicit feedback: for one side's factors x, the other side's Y being known,
///
/// `A x = b` with `A = YᵀY + λI + Σ (c - 1) y yᵀ` and `b = Σ c p y` over the row's entries,
///
/// where a weight r gives the preference p = 1 (0 unless r > 0) and the confidence c = 1 + α|r|
/// (Hu, Koren and Volinsky, ICDM 2008). Solved by conjugate gradient (Takács, Pilászy and Tikk,
/// RecSys 2011), row by row: what a row needs stays in the cache of its processor meanwhile.
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
    /// A row ends before `steps` where its residual is below `tolerance` times what it was for
    /// factors of 0. Rows without entries get 0. How many threads there are changes nothing.
    ///
    /// Cost: a step is 4 · entries · width operations, and 2 · rows · width · width.
    @discardableResult
    func solve(_ weights: SparseMatrix, _ own: Matrix, steps: Int, tolerance: Float = 0) -> Double {
        let losses = Matrix(rows: weights.rows, columns: 1)
        Parallel.forEachRange(weights.rows, atLeast: 32, partsPerThread: 16) { range in
            let descent = ConfidenceDescent(self, longest: weights.longest(range))
            for row in range {
                weights.withRow(row) { columns, values in
                    descent.take(columns, values)
                    losses.elements[row] = descent.begin(own.row(row))
                    descent.run(own.row(row), steps: steps, tolerance: tolerance)
                }
            }
        }
        return withExtendedLifetime(losses) { losses.buffer.reduce(0) { $0 + Double($1) } }
    }

    /// `A⁻¹ b` for the entries of the first row and any b.
    func solve(
        _ weights: SparseMatrix, rightSide: UnsafePointer<Float>, steps: Int, tolerance: Float
    )
        -> Matrix
    {
        let solution = Matrix(rows: 1, columns: others.columns)
        let descent = ConfidenceDescent(self, longest: weights.longest(0..<1))
        weights.withRow(0) { columns, values in
            descent.take(columns, values)
            descent.begin(rightSide: rightSide)
            descent.run(solution.row(0), steps: steps, tolerance: tolerance)
        }
        return solution
    }
}

extension SparseMatrix {
    /// How many entries the longest of these rows has.
    fileprivate func longest(_ rows: Range<Int>) -> Int {
        rows.reduce(0) { max($0, range($1).count) }
    }
}

/// The conjugate gradient of a ``ConfidenceSolver``, for one row after the other with the same
/// memory. One thread.
private final class ConfidenceDescent {
    /// The rows of Y that a row needs are laid side by side while they are no more floats than
    /// these, a quarter of a megabyte, so that its steps find them in the second cache.
    private static let gatheredFloats = 1 << 16

    private let solver: ConfidenceSolver
    private let width: Int
    private let residual: Matrix
    private let direction: Matrix
    /// A times the direction.
    private let image: Matrix
    /// Of the residual now, and for factors of 0.
    private var squares: Float = 0
    private var goal: Float = 0

    // Of each entry.
    /// `c p`
    private let preferences: Matrix
    /// `c - 1`
    private let extras: Matrix
    /// `y · vector`
    private let products: Matrix
    private let factors: Matrix
    private let gathered: Matrix
    /// 0, 1, 2 …: the places of rows that lie side by side.
    private let ascending: UnsafeMutableBufferPointer<Int32>

    /// The rows of Y that the entries name.
    private var rows: UnsafePointer<Float>
    private var places: UnsafePointer<Int32>
    private var count = 0

    /// - Parameter longest: no row has more entries.
    init(_ solver: ConfidenceSolver, longest: Int) {
        self.solver = solver
        width = solver.others.columns
        residual = Matrix(rows: 1, columns: width)
        direction = Matrix(rows: 1, columns: width)
        image = Matrix(rows: 1, columns: width)
        preferences = Matrix(rows: 1, columns: longest)
        extras = Matrix(rows: 1, columns: longest)
        products = Matrix(rows: 1, columns: longest)
        factors = Matrix(rows: 1, columns: longest)
        gathered = Matrix(
            rows: min(longest, Self.gatheredFloats / max(width, 1)), columns: width)
        ascending = .allocate(capacity: max(width, gathered.rows))
        for place in ascending.indices { ascending.initializeElement(at: place, to: Int32(place)) }
        rows = UnsafePointer(gathered.elements)
        places = UnsafePointer(ascending.baseAddress!)
    }

    deinit { ascending.deallocate() }

    /// The entries of the next row. `columns` must outlive its steps.
    func take(_ columns: UnsafeBufferPointer<Int32>, _ weights: UnsafeBufferPointer<Float>) {
        count = columns.count
        for place in 0..<count {
            let extra = solver.alpha * abs(weights[place])
            extras.elements[place] = extra
            preferences.elements[place] = weights[place] > 0 ? 1 + extra : 0
        }
        guard let first = columns.baseAddress, count > gathered.rows else {
            for place in 0..<count {
                gathered.row(place).update(
                    from: solver.others.row(Int(columns[place])), count: width)
            }
            rows = UnsafePointer(gathered.elements)
            places = UnsafePointer(ascending.baseAddress!)
            return
        }
        rows = UnsafePointer(solver.others.elements)
        places = first
    }

    /// `residual = b - A x`; returns the row's loss, `Σ c p² - 2 b·x + x·A x`.
    func begin(_ x: UnsafeMutablePointer<Float>) -> Float {
        (squares, goal) = (0, 0)
        guard count > 0 else {
            x.update(repeating: 0, count: width)
            return 0
        }
        // The direction is not needed yet: b grows there.
        direction.fill(0)
        add(preferences, to: direction)
        goal = square(direction)
        makeImage(of: x)
        var (wanted, reached): (Float, Float) = (0, 0)
        for place in 0..<count {
            wanted += preferences.elements[place]
            reached += preferences.elements[place] * products.elements[place]
        }
        residual.take(direction)
        FactorVectors.step(residual.elements, image.elements, kept: 1, -1, width)
        direction.take(residual)
        squares = square(residual)
        // b·x is what is reached, and x·A x = b·x - residual·x.
        return wanted - reached - FactorVectors.dot(residual.elements, x, width)
    }

    /// The same for x = 0 and any b.
    func begin(rightSide: UnsafePointer<Float>) {
        residual.elements.update(from: rightSide, count: width)
        direction.take(residual)
        squares = square(residual)
        goal = squares
    }

    func run(_ x: UnsafeMutablePointer<Float>, steps: Int, tolerance: Float) {
        let bound = max(tolerance * tolerance, 1e-14) * goal
        for _ in 0..<steps where squares > bound {
            makeImage(of: direction.elements)
            let length = squares / FactorVectors.dot(direction.elements, image.elements, width)
            FactorVectors.step(x, direction.elements, kept: 1, length, width)
            FactorVectors.step(residual.elements, image.elements, kept: 1, -length, width)
            let next = square(residual)
            FactorVectors.step(
                direction.elements, residual.elements, kept: next / squares, 1, width)
            squares = next
        }
    }

    private func square(_ vector: Matrix) -> Float {
        FactorVectors.dot(vector.elements, vector.elements, width)
    }

    /// `image = A · vector`. The products y · vector stay.
    private func makeImage(of vector: UnsafePointer<Float>) {
        image.fill(0)
        Vectors.addRows(
            ascending.baseAddress!, vector, width, of: solver.gram.elements, width: width,
            to: image.elements)
        Vectors.products(places, count, of: rows, width: width, vector, into: products.elements)
        for place in 0..<count {
            factors.elements[place] = extras.elements[place] * products.elements[place]
        }
        add(factors, to: image)
    }

    /// Adds the entries' rows of Y, so often each.
    private func add(_ factors: Matrix, to sum: Matrix) {
        Vectors.addRows(places, factors.elements, count, of: rows, width: width, to: sum.elements)
    }
}
