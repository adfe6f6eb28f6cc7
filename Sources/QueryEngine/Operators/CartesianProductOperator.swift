import Values

/// Each left row with each right row, in the order of the left rows. The right side is held; it is
/// read once, or again for each rewind where its rows may have changed.
final class CartesianProductOperator: Operator {
    private let left: any Operator
    private let right: any Operator
    private let keepsRight: Bool
    private let drainsLeft: Bool
    private let output: [Slot]
    private let context: QueryContext

    private var table: Batch?
    private var reserved = 0
    private var input: Batch?
    private var leftRow = 0
    private var rightRow = 0

    init(
        left: any Operator, right: any Operator, keepsRight: Bool, drainsLeft: Bool,
        output: [Slot], context: QueryContext
    ) {
        self.left = left
        self.right = right
        self.keepsRight = keepsRight
        self.drainsLeft = drainsLeft
        self.output = output
        self.context = context
    }

    func next() throws -> Batch? {
        while true {
            if let table, table.count == 0, !drainsLeft { return nil }
            guard let input = try input ?? pull() else { return nil }
            let table = try table ?? readRight()
            if table.count == 0 {
                self.input = nil
                if drainsLeft { continue }
                return nil
            }
            try context.checkpoint()
            return pairs(input, table)
        }
    }

    /// A row of the left side that fails does so only if there is a right row to go with it: whether
    /// one before it has had the right side read already is a matter of how rows come in batches.
    private func pull() throws -> Batch? {
        do { input = try left.next() } catch let error as QueryError
            where error.comesFromRow && !drainsLeft
        {
            guard try (table ?? readRight()).count > 0 else { return nil }
            throw error
        }
        leftRow = 0
        rightRow = 0
        return input
    }

    private func readRight() throws -> Batch {
        var batches: [Batch] = []
        while let batch = try right.next() {
            try context.checkpoint()
            reserved += batch.byteCount
            try context.reserve(bytes: batch.byteCount)
            batches.append(batch)
        }
        let all = Batch.concatenated(batches, slots: output, slotCount: context.slotCount)
        table = all
        return all
    }

    /// The next pairs, a batch of them.
    private func pairs(_ input: Batch, _ table: Batch) -> Batch {
        let capacity = context.batchCapacity
        var leftRows = ContiguousArray<Int32>()
        var rightRows = ContiguousArray<Int32>()
        leftRows.reserveCapacity(capacity)
        rightRows.reserveCapacity(capacity)
        while leftRow < input.count && leftRows.count < capacity {
            let end = min(table.count, rightRow + capacity - leftRows.count)
            for row in rightRow..<end {
                leftRows.append(Int32(leftRow))
                rightRows.append(Int32(row))
            }
            rightRow = end
            if end == table.count {
                leftRow += 1
                rightRow = 0
            }
        }
        if leftRow == input.count { self.input = nil }
        var batch = table.gathered(rightRows, slots: output)
        let fromLeft = input.gathered(leftRows, slots: output)
        for slot in output {
            if let column = fromLeft.columns[slot] { batch[slot] = column }
        }
        return batch
    }

    func rewind() {
        left.rewind()
        input = nil
        if keepsRight { return }
        right.rewind()
        context.release(bytes: reserved)
        reserved = 0
        table = nil
    }
}
