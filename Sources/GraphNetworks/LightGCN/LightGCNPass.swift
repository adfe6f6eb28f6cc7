internal import Foundation
internal import LinearAlgebra

/// The forward and backward pass of one batch, and its update, in buffers that all batches share.
///
/// With F = 1/(L+1) Σₖ Âᵏ E and G the loss's gradient by the rows of F, the gradient by E is
/// 1/(L+1) Σₖ Âᵏ G, as Â is symmetric: by Horner's rule, H = G + ÂH, L times.
final class LightGCNPass {
    private let propagation: BipartitePropagation
    private let layers: Int
    private let regularization: Float
    /// E after 1 … L-1 propagations, and, backwards, H.
    private let buffers: [Embeddings]
    private let outputs: Embeddings
    /// Zero but in the rows of the batch at hand.
    private let gradient: Embeddings
    private var users: TouchedRows
    private var items: TouchedRows

    init(_ propagation: BipartitePropagation, _ options: LightGCNOptions) {
        self.propagation = propagation
        layers = options.layers
        regularization = options.regularization
        let matrix = propagation.forward
        func embeddings() -> Embeddings {
            Embeddings(users: matrix.rows, items: matrix.columns, columns: options.dimensions)
        }
        // Backwards two of them take turns, where L > 1.
        buffers = (0..<(layers == 1 ? 0 : max(layers - 1, 2))).map { _ in embeddings() }
        outputs = embeddings()
        gradient = embeddings()
        users = TouchedRows(count: matrix.rows)
        items = TouchedRows(count: matrix.columns)
    }

    /// Learns from a batch; the loss is that before the update.
    func learn(_ batch: [Triple], _ state: inout LightGCNCheckpoint, _ adam: AdamStep) -> Double {
        for triple in batch {
            users.add(triple.user)
            items.add(triple.item)
            items.add(triple.other)
        }
        propagateForward(state.embeddings)
        var loss = addGradient(of: batch)
        loss += penalty(state.embeddings) / Double(batch.count)
        propagateBackward(state, adam, penalty: regularization / Float(batch.count))
        clear(gradient.users, &users)
        clear(gradient.items, &items)
        return loss
    }

    // MARK: Forward

    private func propagateForward(_ embeddings: Embeddings) {
        for layer in 1..<max(layers, 1) {
            propagation.step(layer == 1 ? embeddings : buffers[layer - 2], into: buffers[layer - 1])
        }
        let stages = [embeddings] + buffers.prefix(layers - 1)
        let last = stages[layers - 1]
        finish(users, propagation.forward, stages.map(\.users), last.items, outputs.users)
        finish(items, propagation.backward, stages.map(\.items), last.users, outputs.items)
    }

    /// The mean of all stages, the last of which is propagated here, for the batch's rows.
    private func finish(
        _ touched: TouchedRows, _ matrix: SparseMatrix, _ stages: [Matrix], _ source: Matrix,
        _ output: Matrix
    ) {
        let width = output.columns
        let rows = touched.rows
        let share = 1 / Float(layers + 1)
        Parallel.forEachRange(rows.count, atLeast: 64) { range in
            for place in range {
                let row = Int(rows[place])
                let sum = output.row(row)
                sum.update(repeating: 0, count: width)
                for stage in stages { Vectors.add(stage.row(row), 1, to: sum, width) }
                matrix.withRow(row) { columns, values in
                    guard let first = columns.baseAddress, let factors = values.baseAddress else {
                        return
                    }
                    Vectors.addRows(
                        first, factors, columns.count, of: source.elements, width: width, to: sum)
                }
                for column in 0..<width { sum[column] *= share }
            }
        }
    }

    // MARK: Loss

    /// `mean softplus(-x)`, `x = F_u · (F_i - F_j)`; adds its gradient by E's part in F, which is
    /// that by F over L + 1.
    private func addGradient(of batch: [Triple]) -> Double {
        let width = outputs.users.columns
        let slopes = Matrix(rows: batch.count, columns: 1)
        let losses = Matrix(rows: batch.count, columns: 1)
        let scale = 1 / Float(batch.count * (layers + 1))
        Parallel.forEachRange(batch.count, atLeast: 512) { range in
            for place in range {
                let triple = batch[place]
                let user = outputs.users.row(Int(triple.user))
                let margin =
                    Vectors.dot(user, outputs.items.row(Int(triple.item)), width)
                    - Vectors.dot(user, outputs.items.row(Int(triple.other)), width)
                let small = exp(-abs(margin))
                losses[place, 0] = log1p(small) + max(-margin, 0)
                slopes[place, 0] = -scale * (margin >= 0 ? small : 1) / (1 + small)
            }
        }
        // Threads take columns, so that each sum has one order.
        let parts = max(1, width / 16)
        Parallel.forEachRange(parts) { range in
            let begin = range.lowerBound * width / parts
            let count = range.upperBound * width / parts - begin
            for (place, triple) in batch.enumerated() {
                let slope = slopes.elements[place]
                let user = outputs.users.row(Int(triple.user)) + begin
                let toUser = gradient.users.row(Int(triple.user)) + begin
                let item = Int(triple.item)
                let other = Int(triple.other)
                Vectors.add(outputs.items.row(item) + begin, slope, to: toUser, count)
                Vectors.add(outputs.items.row(other) + begin, -slope, to: toUser, count)
                Vectors.add(user, slope, to: gradient.items.row(item) + begin, count)
                Vectors.add(user, -slope, to: gradient.items.row(other) + begin, count)
            }
        }
        return losses.buffer.reduce(0) { $0 + Double($1) } / Double(batch.count)
    }

    /// λ · ½ Σ |e|² over the batch's rows, as often as they occur.
    private func penalty(_ embeddings: Embeddings) -> Double {
        func sum(_ touched: TouchedRows, _ matrix: Matrix) -> Double {
            touched.rows.reduce(0) { sum, row in
                let start = matrix.row(Int(row))
                let square = Vectors.dot(start, start, matrix.columns)
                return sum + Double(touched.occurrences[Int(row)] * square)
            }
        }
        let squares = sum(users, embeddings.users) + sum(items, embeddings.items)
        return Double(regularization) * 0.5 * squares
    }

    // MARK: Backward

    private func propagateBackward(
        _ state: LightGCNCheckpoint, _ adam: AdamStep, penalty: Float
    ) {
        var source = gradient
        for step in 1..<max(layers, 1) {
            let target = buffers[step % 2]
            let isFirst = step == 1
            pull(
                propagation.forward, source.items, isFirst ? items : nil, users, gradient.users
            ) { row, sum in
                target.users.row(row).update(from: sum, count: target.users.columns)
            }
            pull(
                propagation.backward, source.users, isFirst ? users : nil, items, gradient.items
            ) { row, sum in
                target.items.row(row).update(from: sum, count: target.items.columns)
            }
            source = target
        }
        let isFirst = layers == 1
        func update(_ side: KeyPath<Embeddings, Matrix>, _ touched: TouchedRows)
            -> (Int, UnsafeMutablePointer<Float>) -> Void
        {
            let parameters = state.embeddings[keyPath: side]
            let first = state.first[keyPath: side]
            let second = state.second[keyPath: side]
            return { row, sum in
                let weight = penalty * touched.occurrences[row]
                if weight != 0 {
                    Vectors.add(parameters.row(row), weight, to: sum, parameters.columns)
                }
                adam.update(
                    parameters.row(row), gradient: sum, first: first.row(row),
                    second: second.row(row), count: parameters.columns)
            }
        }
        pull(
            propagation.forward, source.items, isFirst ? items : nil, users, gradient.users,
            update(\.users, users))
        pull(
            propagation.backward, source.users, isFirst ? users : nil, items, gradient.items,
            update(\.items, items))
    }

    /// Hands over `own + matrix · source` row by row, in a buffer that may be written to. Rows of `own`
    /// that are not touched are zero; where `mask` is given, so are those of `source` outside of it.
    private func pull(
        _ matrix: SparseMatrix, _ source: Matrix, _ mask: TouchedRows?, _ touched: TouchedRows,
        _ own: Matrix, _ finish: (Int, UnsafeMutablePointer<Float>) -> Void
    ) {
        let width = source.columns
        Parallel.forEachRange(matrix.rows, atLeast: 256) { range in
            let sum = Matrix(rows: 1, columns: width)
            let longest = mask == nil ? 0 : range.reduce(0) { max($0, matrix.range($1).count) }
            withUnsafeTemporaryAllocation(of: Int32.self, capacity: longest) { kept in
                withUnsafeTemporaryAllocation(of: Float.self, capacity: longest) { factors in
                    for row in range {
                        if touched.occurrences[row] > 0 {
                            sum.elements.update(from: own.row(row), count: width)
                        } else {
                            sum.elements.update(repeating: 0, count: width)
                        }
                        matrix.withRow(row) { columns, values in
                            guard var indices = columns.baseAddress,
                                var weights = values.baseAddress
                            else { return }
                            var count = columns.count
                            if let mask {
                                count = mask.select(columns, values, into: kept, factors)
                                guard let first = kept.baseAddress,
                                    let weight = factors.baseAddress
                                else { return }
                                indices = UnsafePointer(first)
                                weights = UnsafePointer(weight)
                            }
                            Vectors.addRows(
                                indices, weights, count, of: source.elements, width: width,
                                to: sum.elements)
                        }
                        finish(row, sum.elements)
                    }
                }
            }
        }
    }

    private func clear(_ matrix: Matrix, _ touched: inout TouchedRows) {
        for row in touched.rows {
            matrix.row(Int(row)).update(repeating: 0, count: matrix.columns)
        }
        touched.removeAll()
    }
}

/// The rows of one side that occur in a batch, and how often.
struct TouchedRows {
    private(set) var occurrences: [Float]
    private(set) var rows: [Int32] = []

    init(count: Int) { occurrences = Array(repeating: 0, count: count) }

    mutating func add(_ row: Int32) {
        if occurrences[Int(row)] == 0 { rows.append(row) }
        occurrences[Int(row)] += 1
    }

    mutating func removeAll() {
        for row in rows { occurrences[Int(row)] = 0 }
        rows.removeAll(keepingCapacity: true)
    }

    /// Copies the entries whose columns are touched; returns how many there are.
    func select(
        _ columns: UnsafeBufferPointer<Int32>, _ values: UnsafeBufferPointer<Float>,
        into kept: UnsafeMutableBufferPointer<Int32>,
        _ factors: UnsafeMutableBufferPointer<Float>
    ) -> Int {
        occurrences.withUnsafeBufferPointer { occurrences in
            var count = 0
            for place in 0..<columns.count where occurrences[Int(columns[place])] > 0 {
                kept[count] = columns[place]
                factors[count] = values[place]
                count &+= 1
            }
            return count
        }
    }
}
