import Foundation
import GraphStore
import LinearAlgebra
import Values

/// Both sides of a factorisation machine while it learns.
///
/// `score(x) = μ + Σ w x + Σ ⟨v, v'⟩ x x'` over all inputs of a user and an item and all pairs of
/// them (Rendle, "Factorization Machines", ICDM 2010). Descent goes on one thread: all nodes share
/// the features.
struct FactorisationMachine {
    let users: MachineSide
    let items: MachineSide
    let steps: GradientSteps

    /// Room for sums over inputs: of the user, of the item and of another item.
    private let sums: Matrix

    init(users: MachineSide, items: MachineSide, steps: GradientSteps) {
        self.users = users
        self.items = items
        self.steps = steps
        sums = Matrix(rows: 3, columns: users.width)
    }

    /// One pass over all ratings in an order that is drawn: a user's ratings one behind the other
    /// would pull what users share to the last one. `rows` are those of the ratings. Returns the
    /// mean of the squared errors.
    func descend(
        _ ratings: SparseMatrix, _ rows: ContiguousArray<Int32>, mean: Float,
        _ random: inout RandomSource, _ monitor: WorkMonitor
    ) throws -> Double {
        var squares = 0.0
        for (count, entry) in random.permutation(ratings.count).enumerated() {
            if count & 0xFFF == 0 { try monitor.checkpoint() }
            let place = Int(entry)
            users.inputs.withRow(Int(rows[place])) { userNumbers, userValues in
                items.inputs.withRow(Int(ratings.indices[place])) { itemNumbers, itemValues in
                    let error = step(
                        userNumbers, userValues, itemNumbers, itemValues,
                        target: ratings.values[place] - mean)
                    squares += Double(error * error)
                }
            }
        }
        return squares / Double(max(1, ratings.count))
    }

    @inline(__always)
    private func step(
        _ userNumbers: UnsafeBufferPointer<Int32>, _ userValues: UnsafeBufferPointer<Float>,
        _ itemNumbers: UnsafeBufferPointer<Int32>, _ itemValues: UnsafeBufferPointer<Float>,
        target: Float
    ) -> Float {
        let (p, q) = (sums.row(0), sums.row(1))
        let width = users.width
        let bias =
            users.addUp(userNumbers, userValues, into: p)
            + items.addUp(itemNumbers, itemValues, into: q)
        let error = target - bias - FactorVectors.dot(p, q, width)
        let factor = steps.rate * error
        FactorVectors.step(p, q, kept: 1, 1, width)
        users.step(userNumbers, userValues, toward: p, kept: steps.kept, factor)
        items.step(itemNumbers, itemValues, toward: p, kept: steps.kept, factor)
        return error
    }

    /// As many steps as there are interactions, each with one of them, that is drawn, and an item that
    /// the user does not have. Returns the mean loss.
    func rank(
        _ pairs: [(user: Int32, item: Int32)], _ matrix: SparseMatrix, byPopularity: Bool,
        _ random: inout RandomSource, _ monitor: WorkMonitor
    ) throws -> Double {
        var loss = 0.0
        var steps = 0
        for count in pairs.indices {
            if count & 0xFFF == 0 { try monitor.checkpoint() }
            let (user, item) = pairs[random.next(below: pairs.count)]
            let other =
                byPopularity
                ? pairs[random.next(below: pairs.count)].item
                : Int32(truncatingIfNeeded: random.next(below: matrix.columns))
            if matrix.has(Int(user), other) { continue }
            loss += Double(step(Int(user), Int(item), Int(other)))
            steps += 1
        }
        return loss / Double(max(1, steps))
    }

    @inline(__always)
    private func step(_ user: Int, _ item: Int, _ other: Int) -> Float {
        let (p, q, o) = (sums.row(0), sums.row(1), sums.row(2))
        let width = users.width
        return users.inputs.withRow(user) { userNumbers, userValues in
            items.inputs.withRow(item) { itemNumbers, itemValues in
                items.inputs.withRow(other) { otherNumbers, otherValues in
                    _ = users.addUp(userNumbers, userValues, into: p)
                    let difference =
                        items.addUp(itemNumbers, itemValues, into: q)
                        - items.addUp(otherNumbers, otherValues, into: o)
                        + FactorVectors.dot(p, q, width) - FactorVectors.dot(p, o, width)
                    let factor = steps.rate / (1 + exp(difference))
                    // What an item's inputs meet is the user's and its own.
                    FactorVectors.step(q, p, kept: 1, 1, width)
                    FactorVectors.step(o, p, kept: 1, 1, width)
                    items.step(itemNumbers, itemValues, toward: q, kept: steps.kept, factor)
                    items.step(otherNumbers, otherValues, toward: o, kept: steps.kept, -factor)
                    FactorVectors.step(q, o, kept: 1, -1, width)
                    users.step(userNumbers, userValues, along: q, kept: steps.kept, factor)
                    return softplus(-difference)
                }
            }
        }
    }

    /// `ln(1 + eˣ)`, without overflow: `-ln σ(-x)`.
    private func softplus(_ x: Float) -> Float { max(0, x) + log1p(exp(-abs(x))) }
}

extension SparseMatrix {
    /// The row of each entry.
    var rowNumbers: ContiguousArray<Int32> {
        var numbers: ContiguousArray<Int32> = []
        numbers.reserveCapacity(count)
        for row in 0..<rows {
            numbers.append(contentsOf: repeatElement(Int32(row), count: range(row).count))
        }
        return numbers
    }
}
