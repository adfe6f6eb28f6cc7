internal import CKernels

/// A sparse matrix of Float32 in compressed rows. Immutable; entries of a row ascend by column.
public final class SparseMatrix: Sendable {
    public let rows: Int
    public let columns: Int
    /// `rows + 1` places: row r has the entries `offsets[r] ..< offsets[r + 1]`.
    public let offsets: ContiguousArray<Int>
    public let indices: ContiguousArray<Int32>
    public let values: ContiguousArray<Float>

    /// Traps where the parts do not fit. Ascending columns within a row are the caller's promise.
    public init(
        rows: Int, columns: Int, offsets: ContiguousArray<Int>, indices: ContiguousArray<Int32>,
        values: ContiguousArray<Float>
    ) {
        precondition(offsets.count == rows + 1 && offsets.last == indices.count)
        precondition(indices.count == values.count)
        self.rows = rows
        self.columns = columns
        self.offsets = offsets
        self.indices = indices
        self.values = values
    }

    /// Entries in any order; those at one place are added up.
    public convenience init(
        rows: Int, columns: Int, entries: some Sequence<(row: Int, column: Int, value: Float)>
    ) {
        let sorted = entries.sorted { ($0.row, $0.column) < ($1.row, $1.column) }
        var offsets = ContiguousArray<Int>(repeating: 0, count: rows + 1)
        var indices: ContiguousArray<Int32> = []
        var values: ContiguousArray<Float> = []
        var last = (row: -1, column: -1)
        for entry in sorted {
            if entry.row == last.row, entry.column == last.column {
                values[values.count - 1] += entry.value
                continue
            }
            last = (entry.row, entry.column)
            offsets[entry.row + 1] += 1
            indices.append(Int32(entry.column))
            values.append(entry.value)
        }
        for row in 0..<rows { offsets[row + 1] += offsets[row] }
        self.init(rows: rows, columns: columns, offsets: offsets, indices: indices, values: values)
    }

    public var count: Int { indices.count }

    public func range(_ row: Int) -> Range<Int> { offsets[row]..<offsets[row + 1] }

    /// Lends a row's columns and values.
    @inline(__always)
    public func withRow<R>(
        _ row: Int,
        _ body: (UnsafeBufferPointer<Int32>, UnsafeBufferPointer<Float>) throws -> R
    ) rethrows -> R {
        let range = range(row)
        return try indices.withUnsafeBufferPointer { indices in
            try values.withUnsafeBufferPointer { values in
                try body(
                    UnsafeBufferPointer(rebasing: indices[range]),
                    UnsafeBufferPointer(rebasing: values[range]))
            }
        }
    }

    /// Cost: two passes over the entries.
    public func transposed() -> SparseMatrix {
        var offsets = ContiguousArray<Int>(repeating: 0, count: columns + 1)
        for column in indices { offsets[Int(column) + 1] += 1 }
        for column in 0..<columns { offsets[column + 1] += offsets[column] }
        var next = offsets
        var rowsOfEntries = ContiguousArray<Int32>(repeating: 0, count: count)
        var moved = ContiguousArray<Float>(repeating: 0, count: count)
        for row in 0..<rows {
            for place in range(row) {
                let column = Int(indices[place])
                rowsOfEntries[next[column]] = Int32(row)
                moved[next[column]] = values[place]
                next[column] += 1
            }
        }
        return SparseMatrix(
            rows: columns, columns: rows, offsets: offsets, indices: rowsOfEntries, values: moved)
    }

    /// The same places with other values.
    public func mapValues(_ transform: (_ row: Int, _ column: Int, _ value: Float) -> Float)
        -> SparseMatrix
    {
        var mapped = values
        for row in 0..<rows {
            for place in range(row) {
                mapped[place] = transform(row, Int(indices[place]), values[place])
            }
        }
        return SparseMatrix(
            rows: rows, columns: columns, offsets: offsets, indices: indices, values: mapped)
    }

    public func rowSums() -> [Float] {
        (0..<rows).map { row in range(row).reduce(0) { $0 + values[$1] } }
    }

    public func columnSums() -> [Float] {
        var sums = [Float](repeating: 0, count: columns)
        for place in 0..<count { sums[Int(indices[place])] += values[place] }
        return sums
    }
}

extension SparseMatrix {
    /// `result = self · dense (+ result)`: each row of the result is a weighted sum of rows of
    /// `dense`. Parallel over rows.
    ///
    /// Cost: entries × columns of `dense`; bound by how fast rows of `dense` come from memory.
    public func multiply(_ dense: Matrix, into result: Matrix, adding: Bool = false) {
        precondition(dense.rows == columns && result.rows == rows)
        precondition(dense.columns == result.columns)
        let width = dense.columns
        let source = dense.elements
        // One column: inner products, without the cost of a loop for each entry.
        guard width != 1 else { return multiplyVector(source, into: result, adding: adding) }
        indices.withUnsafeBufferPointer { indices in
            values.withUnsafeBufferPointer { values in
                offsets.withUnsafeBufferPointer { offsets in
                    let entries = Entries(offsets: offsets, indices: indices, values: values)
                    Parallel.forEachRange(rows, atLeast: Self.rowsPerPart) { range in
                        for row in range {
                            let sum = result.row(row)
                            if !adding { sum.update(repeating: 0, count: width) }
                            let first = entries.offsets[row]
                            guard first < entries.offsets[row + 1] else { continue }
                            Vectors.addRows(
                                entries.indices.baseAddress! + first,
                                entries.values.baseAddress! + first,
                                entries.offsets[row + 1] - first, of: source, width: width,
                                to: sum)
                        }
                    }
                }
            }
        }
    }

    private func multiplyVector(
        _ source: UnsafePointer<Float>, into result: Matrix, adding: Bool
    ) {
        Parallel.forEachRange(rows, atLeast: Self.rowsPerPart) { range in
            for row in range {
                var sum: Float = adding ? result.elements[row] : 0
                withRow(row) { indices, values in
                    for place in 0..<indices.count {
                        sum += values[place] * source[Int(indices[place])]
                    }
                }
                result.elements[row] = sum
            }
        }
    }

    /// `target += factor · row`, where `target` has an element for each column.
    @inline(__always)
    public func add(row: Int, times factor: Float, to target: UnsafeMutablePointer<Float>) {
        withRow(row) { indices, values in
            for place in 0..<indices.count {
                target[Int(indices[place])] += factor * values[place]
            }
        }
    }

    public func times(_ dense: Matrix) -> Matrix {
        let result = Matrix(rows: rows, columns: dense.columns)
        multiply(dense, into: result, adding: true)
        return result
    }

    /// `target += Σ factors[r] · row r` over the rows that are named, each once. `factors` has an
    /// element for each row, `target` one for each column.
    public func add(
        _ named: UnsafeBufferPointer<Int32>, times factors: UnsafePointer<Float>,
        to target: UnsafeMutablePointer<Float>
    ) {
        guard let first = named.baseAddress else { return }
        offsets.withUnsafeBufferPointer { offsets in
            indices.withUnsafeBufferPointer { indices in
                values.withUnsafeBufferPointer { values in
                    // A matrix of no entries has no elements to point to, and nothing to add.
                    guard let offsets = offsets.baseAddress, let indices = indices.baseAddress,
                        let values = values.baseAddress
                    else { return }
                    kernel_add_sparse_rows(
                        offsets, indices, values, first, factors, named.count, target)
                }
            }
        }
    }

    /// Fewer rows are not worth a thread.
    private static let rowsPerPart = 512
}

/// The parts of a matrix, for the threads of one product.
private struct Entries: @unchecked Sendable {
    let offsets: UnsafeBufferPointer<Int>
    let indices: UnsafeBufferPointer<Int32>
    let values: UnsafeBufferPointer<Float>
}
