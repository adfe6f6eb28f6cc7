import Values

/// Aggregates what comes of each row that was passed into a right side: an aggregation without keys,
/// for a batch of outer rows at once. A row of which nothing comes has its group too: its count is 0.
///
/// The groups are the rows, in their order, so nothing is hashed. Reads all of its child before the
/// first batch goes on.
final class AggregateByRowOperator: Operator {
    private let child: any Operator
    private let context: QueryContext
    private let rows: RowNumbers
    private let aggregates: [AggregateOperator.CompiledAggregate]
    /// Where the number of rows is that each row stands for.
    private let weight: Slot?

    private var running: [RunningAggregate] = []
    private var memory: ReservedMemory
    /// Rows that were passed in; nil before the child is read.
    private var count: Int?
    private var nextRow = 0

    init(
        child: any Operator, rows: RowNumbers, aggregates: [(slot: Slot, call: AggregateCall)],
        weight: Slot?, context: QueryContext
    ) throws {
        let compiler = ExpressionCompiler(context: context)
        self.child = child
        self.context = context
        self.rows = rows
        self.aggregates = try aggregates.map {
            try AggregateOperator.CompiledAggregate($0.slot, $0.call, compiler)
        }
        self.weight = weight
        memory = ReservedMemory(context: context)
    }

    func rewind() {
        child.rewind()
        running = []
        memory.releaseAll()
        count = nil
        nextRow = 0
    }

    func next() throws -> Batch? {
        let count = try count ?? readInput()
        guard nextRow < count else {
            memory.releaseAll()
            return nil
        }
        let range = nextRow..<min(nextRow + context.batchCapacity, count)
        nextRow = range.upperBound
        var batch = Batch(count: range.count, slotCount: context.slotCount)
        batch[rows.slot] = .integers(ContiguousArray(range.lazy.map { Int64($0) }), .allValid)
        for aggregate in running {
            batch.place(try aggregate.result(range, groupCount: count), in: aggregate.slot)
        }
        return batch
    }

    private func readInput() throws -> Int {
        let count = context.arguments[rows.argument]?.count ?? 0
        running = aggregates.map { RunningAggregate($0) }
        while let batch = try child.next() {
            try context.checkpoint()
            var groups = count == 1 ? GroupRows(count: batch.count) : numbers(batch)
            if let weight { groups.weights = batch.weights(in: weight) }
            for aggregate in running { try aggregate.add(batch, groups, groupCount: count) }
            try memory.hold(running.reduce(0) { $0 + $1.byteCount })
        }
        self.count = count
        return count
    }

    private func numbers(_ batch: Batch) -> GroupRows {
        GroupRows(
            ContiguousArray(
                batch.rowNumbers(in: rows.slot).lazy.map { Int32(truncatingIfNeeded: $0) }))
    }
}
