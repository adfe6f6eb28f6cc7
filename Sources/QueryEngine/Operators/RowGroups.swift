import Values

/// Rows that are the same in some slots as one row, whose weight is the sum of theirs. An operator
/// that gives the groups once all rows are in.
final class RowGroups: Operator {
    private let keys: [Slot]
    private let weight: Slot
    private let context: QueryContext
    private var table: GroupTable
    private var weights: ContiguousArray<Int64> = []
    private var memory: ReservedMemory
    private var given = 0

    init(keys: [Slot], weight: Slot, context: QueryContext) {
        self.keys = keys
        self.weight = weight
        self.context = context
        table = GroupTable(keyCount: keys.count)
        memory = ReservedMemory(context: context)
    }

    func rewind() {
        table = GroupTable(keyCount: keys.count)
        weights = []
        given = 0
        memory.releaseAll()
    }

    func add(_ batch: Batch, weights added: ContiguousArray<Int64>) throws {
        var groups = ContiguousArray<Int32>()
        var newRows = ContiguousArray<Int32>()
        table.assign(
            keys.map { batch[$0] }, count: batch.count, groups: &groups, newRows: &newRows)
        weights.grow(to: table.count, with: 0)
        var hasOverflow = false
        for row in 0..<batch.count {
            let group = Int(groups[row])
            let (sum, overflow) = weights[group].addingReportingOverflow(added[row])
            weights[group] = sum
            hasOverflow = hasOverflow || overflow
        }
        if hasOverflow { throw QueryError.tooManyMatches }
        try memory.hold(table.byteCount + weights.count * 8)
    }

    func next() throws -> Batch? {
        guard given < table.count else {
            memory.releaseAll()
            return nil
        }
        let range = given..<min(given + context.batchCapacity, table.count)
        given = range.upperBound
        var batch = Batch(count: range.count, slotCount: context.slotCount)
        for (slot, column) in zip(keys, table.keys(range)) { batch[slot] = column }
        batch[weight] = .integers(ContiguousArray(weights[range]), .allValid)
        return batch
    }
}
