import Values

/// `UNWIND range(…) AS i`: the numbers are counted out batch by batch, and no list is ever made.
final class UnwindRangeOperator: Operator {
    private struct Range {
        var next: Int64 = 0
        var step: Int64 = 1
        var left: UInt64 = 0
    }

    private let child: any Operator
    /// Start, end, and perhaps the step.
    private let bounds: [any ColumnExpression]
    /// The whole call: what it says is wrong where the bounds are no integers.
    private let call: any ColumnExpression
    private let slot: Slot
    private let carried: [Slot]
    private let context: QueryContext
    private var errors = RowErrors()

    private var input: Batch?
    private var ranges: ContiguousArray<Range> = []
    private var row = 0

    init(
        child: any Operator, bounds: [any ColumnExpression], call: any ColumnExpression,
        slot: Slot, output: [Slot], context: QueryContext
    ) {
        self.child = child
        self.bounds = bounds
        self.call = call
        self.slot = slot
        self.context = context
        carried = output.filter { $0 != slot }
    }

    func next() throws -> Batch? {
        while true {
            guard let input = try input ?? pull() else { return nil }
            try context.checkpoint()
            var sources = ContiguousArray<Int32>()
            var numbers = ContiguousArray<Int64>()
            numbers.reserveCapacity(context.batchCapacity)
            while row < input.count && numbers.count < context.batchCapacity {
                count(&sources, &numbers)
            }
            if row == input.count { self.input = nil }
            if numbers.isEmpty { continue }
            var batch = input.gathered(sources, slots: carried)
            batch[slot] = .integers(numbers, .allValid)
            return batch
        }
    }

    /// Appends numbers of the current row, as many as there is room for.
    private func count(
        _ sources: inout ContiguousArray<Int32>, _ numbers: inout ContiguousArray<Int64>
    ) {
        var range = ranges[row]
        let room = UInt64(context.batchCapacity - numbers.count)
        let taken = min(range.left, room)
        sources.append(contentsOf: repeatElement(Int32(row), count: Int(taken)))
        for _ in 0..<taken {
            numbers.append(range.next)
            // Past the last number the sum may leave the type; nobody looks at it.
            range.next &+= range.step
        }
        range.left -= taken
        ranges[row] = range
        if range.left == 0 { row += 1 }
    }

    private func pull() throws -> Batch? {
        input = try errors.next(of: child) { batch in
            ranges = try evaluate(batch)
            return true
        }
        row = 0
        return input
    }

    private func evaluate(_ batch: Batch) throws -> ContiguousArray<Range> {
        let columns = try bounds.map { try $0.evaluate(batch) }
        var ranges = ContiguousArray<Range>()
        ranges.reserveCapacity(batch.count)
        for row in 0..<batch.count {
            let values = columns.map { $0.value(row) }
            guard case .integer(let start) = values[0], case .integer(let end) = values[1],
                case .integer(let step) = values.count > 2 ? values[2] : .integer(1), step != 0
            else {
                // The function itself knows what to say.
                _ = try call.evaluate(batch)
                preconditionFailure("range() takes nothing but integers and a step")
            }
            let left = try translatingErrors { () throws(ValueError) in
                try ScalarFunctions.rangeCount(from: start, to: end, by: step)
            }
            ranges.append(Range(next: start, step: step, left: left))
        }
        return ranges
    }

    func rewind() {
        child.rewind()
        errors.rewind()
        input = nil
    }
}
