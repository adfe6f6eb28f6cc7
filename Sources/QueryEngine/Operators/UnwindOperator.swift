import Values

/// One row for each element of a list. Null gives no row; a value that is no list, itself.
final class UnwindOperator: Operator {
    private let child: any Operator
    private let list: any ColumnExpression
    private let slot: Slot
    private let carried: [Slot]
    private let context: QueryContext
    private var errors = RowErrors()

    private var input: Batch?
    private var lists: Column = .constant(.null, count: 0)
    private var row = 0
    /// The next element of the current row's list.
    private var element = 0

    init(
        child: any Operator, list: any ColumnExpression, slot: Slot, output: [Slot],
        context: QueryContext
    ) {
        self.child = child
        self.list = list
        self.slot = slot
        self.context = context
        carried = output.filter { $0 != slot }
    }

    func next() throws -> Batch? {
        while true {
            guard let input = try input ?? pull() else { return nil }
            try context.checkpoint()
            var sources = ContiguousArray<Int32>()
            var elements = ColumnBuilder(capacity: context.batchCapacity)
            while row < input.count && sources.count < context.batchCapacity {
                unwindRow(&sources, &elements)
            }
            if row == input.count { self.input = nil }
            if sources.isEmpty { continue }
            var batch = input.gathered(sources, slots: carried)
            batch[slot] = elements.build()
            return batch
        }
    }

    private func pull() throws -> Batch? {
        input = try errors.next(of: child) { batch in
            lists = try list.evaluate(batch)
            return true
        }
        row = 0
        element = 0
        return input
    }

    /// Appends the current row's elements, as many as there is room for.
    private func unwindRow(
        _ sources: inout ContiguousArray<Int32>, _ elements: inout ColumnBuilder
    ) {
        switch lists.value(row) {
        case .null: row += 1
        case .list(let values):
            let end = min(values.count, element + context.batchCapacity - sources.count)
            for value in values[element..<end] {
                elements.append(value)
                sources.append(Int32(row))
            }
            element = end
            if end == values.count {
                row += 1
                element = 0
            }
        case let value:
            elements.append(value)
            sources.append(Int32(row))
            row += 1
        }
    }

    func rewind() {
        child.rewind()
        errors.rewind()
        input = nil
    }
}
