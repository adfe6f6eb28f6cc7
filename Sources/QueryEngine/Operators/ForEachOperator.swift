import Values

/// FOREACH: runs updates for each element of a list; the rows pass on unchanged.
///
/// Elements enter the updates together. Where the updates are several steps they enter one by one,
/// because the second step of one element comes before the first step of the next.
final class ForEachOperator: Operator {
    private let child: any Operator
    private let updates: any Operator
    private let runsItemByItem: Bool
    private let item: Slot
    private let list: any ColumnExpression
    private let argument: ArgumentID
    private let output: [Slot]
    private let context: QueryContext

    init(
        child: any Operator, updates: any Operator, runsItemByItem: Bool, item: Slot,
        list: any ColumnExpression, argument: ArgumentID, output: [Slot], context: QueryContext
    ) {
        self.child = child
        self.updates = updates
        self.runsItemByItem = runsItemByItem
        self.item = item
        self.list = list
        self.argument = argument
        self.output = output
        self.context = context
    }

    func next() throws -> Batch? {
        guard let batch = try child.next() else { return nil }
        let lists = try list.evaluate(batch)
        var rows = ContiguousArray<Int32>()
        var items = ColumnBuilder()
        let capacity = runsItemByItem ? 1 : context.batchCapacity
        for row in 0..<batch.count {
            for element in try elements(lists.value(row)) {
                rows.append(Int32(row))
                items.append(element)
                if rows.count == capacity { try run(batch, &rows, &items) }
            }
        }
        if !rows.isEmpty { try run(batch, &rows, &items) }
        return batch.keeping(output)
    }

    private func elements(_ value: Value) throws -> [Value] {
        switch value {
        case .null: return []
        case .list(let values): return values
        default:
            throw QueryError(
                .type,
                "InvalidArgumentType: FOREACH goes through a list, not \(value.excerpt) of type "
                    + value.typeText)
        }
    }

    private func run(
        _ batch: Batch, _ rows: inout ContiguousArray<Int32>, _ items: inout ColumnBuilder
    ) throws {
        try context.checkpoint()
        var arguments = batch.gathered(rows)
        arguments[item] = items.build()
        context.arguments[argument] = arguments
        updates.rewind()
        while try updates.next() != nil {}
        rows.removeAll(keepingCapacity: true)
        items = ColumnBuilder()
    }

    func rewind() { child.rewind() }
}
