import Values

// Evaluation of an operand for some rows of a batch: what it reads is gathered into a smaller
// batch, and its results are put back into their places.

extension Batch {
    /// Evaluates for these rows of the batch alone; `rows` ascend.
    func evaluate(_ compiled: CompiledExpression, rows: ContiguousArray<Int32>) throws -> Column {
        if rows.count == count { return try compiled.expression.evaluate(self) }
        return try compiled.expression.evaluate(gathered(rows, slots: compiled.slots.sorted))
    }

    var allRows: ContiguousArray<Int32> { ContiguousArray(0..<Int32(truncatingIfNeeded: count)) }
}

extension ContiguousArray where Element == Int32 {
    /// The rows below `count` for which the condition holds.
    @inline(__always)
    static func rows(_ count: Int, where holds: (Int) -> Bool) -> ContiguousArray<Int32> {
        ContiguousArray(unsafeUninitializedCapacity: count) { output, kept in
            // Every place is written and the right ones are kept: no branch to mispredict.
            for row in 0..<count {
                output[kept] = Int32(truncatingIfNeeded: row)
                kept += Int(UInt8(flag: holds(row)))
            }
        }
    }
}

/// Puts columns that were computed for parts of a batch together into one. Rows of no part are
/// null.
struct ScatteredColumn {
    private let count: Int
    private var parts: [Column] = []
    /// Where each row's value lies in the concatenation of the parts; negative is null.
    private var places: ContiguousArray<Int32>
    private var size = 0
    /// One part gave all rows.
    private var isComplete = false

    init(count: Int) {
        self.count = count
        places = ContiguousArray(repeating: -1, count: count)
    }

    /// `column[i]` belongs in row `rows[i]`.
    mutating func add(_ column: Column, rows: ContiguousArray<Int32>) {
        if addConstant(column, rows: rows) { return }
        isComplete = rows.count == count
        for (place, row) in rows.enumerated() {
            places[Int(row)] = Int32(truncatingIfNeeded: size + place)
        }
        parts.append(column)
        size += rows.count
    }

    /// A column of all rows, of which only `rows` count.
    mutating func add(whole column: Column, rows: ContiguousArray<Int32>) {
        if rows.count == count { return add(column, rows: rows) }
        if addConstant(column, rows: rows) { return }
        for row in rows { places[Int(row)] = Int32(truncatingIfNeeded: size) + row }
        parts.append(column)
        size += count
    }

    /// A constant is one row, however often it is wanted; null is none.
    private mutating func addConstant(_ column: Column, rows: ContiguousArray<Int32>) -> Bool {
        guard case .constant(let value, _) = column, rows.count < count else { return false }
        if value.isNull { return true }
        for row in rows { places[Int(row)] = Int32(truncatingIfNeeded: size) }
        parts.append(.constant(value, count: 1))
        size += 1
        return true
    }

    func build() -> Column {
        if size == 0 { return .nulls(count) }
        // One part that covers all rows, in their order, is the column itself.
        if parts.count == 1, isComplete { return parts[0] }
        let column = Column.concatenated(parts)
        return places.withUnsafeBufferPointer { column.gatheredOrNull(rows: $0) }
    }
}
