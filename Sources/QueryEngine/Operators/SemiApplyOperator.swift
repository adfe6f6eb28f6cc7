import Values

/// The left rows that have a right row, or have none; or, for a unit subquery, all of them once the
/// right side has run for them. Rows enter the right side a batch at a time.
final class SemiApplyOperator: Operator {
    private let left: any Operator
    private let right: any Operator
    private let apply: Apply
    private let output: [Slot]
    private let context: QueryContext

    init(
        left: any Operator, right: any Operator, apply: Apply, output: [Slot],
        context: QueryContext
    ) {
        self.left = left
        self.right = right
        self.apply = apply
        self.output = output
        self.context = context
    }

    func next() throws -> Batch? {
        while let input = try left.next() {
            try context.checkpoint()
            context.pass(input, to: apply.argument, rowSlot: apply.rowSlot)
            right.rewind()
            if case .unit = apply.kind {
                while try right.next() != nil { try context.checkpoint() }
                return input.keeping(output)
            }
            let rows = try selected(input.count)
            if rows.isEmpty { continue }
            return rows.count == input.count
                ? input.keeping(output) : input.gathered(rows, slots: output)
        }
        return nil
    }

    /// Stops reading the right side once every left row has been seen.
    private func selected(_ count: Int) throws -> ContiguousArray<Int32> {
        var seen = ContiguousArray(repeating: false, count: count)
        var left = count
        while left > 0, let batch = try right.next() {
            for number in batch.rowNumbers(in: apply.rowSlot) where !seen[Int(number)] {
                seen[Int(number)] = true
                left -= 1
            }
        }
        var wanted = true
        if case .antiSemi = apply.kind { wanted = false }
        return ContiguousArray((0..<Int32(count)).lazy.filter { seen[Int($0)] == wanted })
    }

    func rewind() { left.rewind() }
}
