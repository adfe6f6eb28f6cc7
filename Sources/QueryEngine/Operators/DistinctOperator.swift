import Values

/// Rows that are equivalent in some slots stay once: the first of them. Streams: a batch goes on
/// as soon as it holds a new row.
final class DistinctOperator: Operator {
    private let child: any Operator
    private let slots: [Slot]
    private let context: QueryContext
    private var table: GroupTable
    private var memory: ReservedMemory

    init(child: any Operator, slots: [Slot], context: QueryContext) {
        self.child = child
        self.slots = slots
        self.context = context
        table = GroupTable(keyCount: slots.count)
        memory = ReservedMemory(context: context)
    }

    func rewind() {
        child.rewind()
        table = GroupTable(keyCount: slots.count)
        memory.releaseAll()
    }

    func next() throws -> Batch? {
        var groups = ContiguousArray<Int32>()
        var newRows = ContiguousArray<Int32>()
        while let batch = try child.next() {
            try context.checkpoint()
            table.assign(
                slots.map { batch[$0] }, count: batch.count, groups: &groups, newRows: &newRows)
            if newRows.isEmpty { continue }
            try memory.hold(table.byteCount)
            return newRows.count == batch.count
                ? batch : batch.gathered(newRows)
        }
        memory.releaseAll()
        return nil
    }
}
