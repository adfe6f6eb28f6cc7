import Values

/// Groups rows by their keys and aggregates each group; without keys all rows are one group, also
/// where there are none. Groups come out in the order in which they were first seen.
///
/// Reads all of its child before the first batch goes on. State is kept in arrays indexed by the
/// group's number, accounted against the statement's memory after each batch.
final class AggregateOperator: Operator {
    private let child: any Operator
    private let context: QueryContext
    private var keys: [GroupingKey]
    private let aggregates: [CompiledAggregate]
    /// Where the number of rows is that each row stands for.
    private let weight: Slot?
    /// Where all keys are of one node: as it is before the first row.
    private let noNodeGroups: NodeGroups?
    /// Where they are of several variables.
    private let keyRuns: KeyRuns?
    /// Reads with several threads.
    private let parallel: ParallelAggregation?

    private var table: GroupTable
    private var nodeGroups: NodeGroups?
    private var accumulators: [RunningAggregate] = []
    private var memory: ReservedMemory
    private var isRead = false
    private var nextGroup = 0

    /// An aggregate with its arguments compiled.
    struct CompiledAggregate {
        let slot: Slot
        let call: AggregateCall
        let argument: (any ColumnExpression)?
        let second: (any ColumnExpression)?

        init(_ slot: Slot, _ call: AggregateCall, _ compiler: ExpressionCompiler) throws {
            self.slot = slot
            self.call = call
            argument = try call.argument.map(compiler.compile)
            second = try call.second.map(compiler.compile)
        }
    }

    init(
        child: any Operator, keys: [(slot: Slot, expression: BoundExpression)],
        aggregates: [(slot: Slot, call: AggregateCall)], weight: Slot? = nil,
        nodesRepeat: (Slot) -> Bool = { _ in true }, parallel: ParallelAggregation? = nil,
        context: QueryContext
    ) throws {
        let compiler = ExpressionCompiler(context: context)
        self.child = child
        self.context = context
        self.keys = try keys.map { try GroupingKey($0.slot, $0.expression, compiler) }
        self.aggregates = try aggregates.map { try CompiledAggregate($0.slot, $0.call, compiler) }
        self.weight = weight
        self.parallel = parallel
        // A statement that writes may change a property between two batches.
        noNodeGroups =
            context.writer == nil
            ? NodeGroups(keys: keys.map(\.expression), nodesRepeat: nodesRepeat) : nil
        keyRuns = noNodeGroups == nil ? KeyRuns(keys: keys.map(\.expression)) : nil
        table = GroupTable(keyCount: keys.count)
        memory = ReservedMemory(context: context)
        reset()
    }

    func rewind() {
        child.rewind()
        reset()
    }

    private func reset() {
        table = GroupTable(keyCount: keys.count)
        for place in keys.indices { keys[place].reset() }
        nodeGroups = noNodeGroups
        accumulators = aggregates.map { RunningAggregate($0) }
        memory.releaseAll()
        isRead = false
        nextGroup = 0
    }

    func next() throws -> Batch? {
        if !isRead {
            if try !(parallel?.read(into: self) ?? false) { try readInput() }
            isRead = true
        }
        guard nextGroup < groupCount else {
            memory.releaseAll()
            return nil
        }
        let range = nextGroup..<min(nextGroup + context.batchCapacity, groupCount)
        nextGroup = range.upperBound
        return try output(range, groupCount: groupCount)
    }

    var groupCount: Int { keys.isEmpty ? 1 : table.count }

    /// Adds all rows of the child, which may have been rewound.
    private func readInput() throws {
        while let batch = try child.next() {
            try context.checkpoint()
            try add(batch)
        }
    }

    private func add(_ batch: Batch) throws {
        var rows = keys.isEmpty ? GroupRows(count: batch.count) : try number(batch)
        if let weight { rows.weights = batch.weights(in: weight) }
        for accumulator in accumulators {
            try accumulator.add(batch, rows, groupCount: groupCount)
        }
        try holdMemory()
    }

    private func holdMemory() throws {
        try memory.hold(
            table.byteCount + (nodeGroups?.byteCount ?? 0)
                + keys.reduce(0) { $0 + $1.byteCount }
                + accumulators.reduce(0) { $0 + $1.byteCount })
    }

    /// The keys of some groups, one row each.
    private func keyColumns(_ groups: Range<Int>) -> [Column] {
        table.keys(groups).enumerated().map { keys[$0].values($1) }
    }

    // MARK: Parts

    /// Adds the rows of another part of the input.
    func readMore() throws {
        child.rewind()
        try readInput()
    }

    /// The numbers that some groups of a part have here; new ones where they are new.
    func number(_ groups: Range<Int>, of part: AggregateOperator) -> ContiguousArray<Int32> {
        var numbers = ContiguousArray<Int32>()
        var newRows = ContiguousArray<Int32>()
        table.assign(
            part.keyColumns(groups), count: groups.count, groups: &numbers, newRows: &newRows)
        return numbers
    }

    /// Takes over the state of a part, whose groups have these numbers here.
    func merge(_ part: AggregateOperator, _ numbers: ContiguousArray<Int32>) throws {
        for (own, other) in zip(accumulators, part.accumulators) {
            try own.merge(other, numbers, groupCount: groupCount)
        }
        try holdMemory()
    }

    /// The group of each row. Where all keys are properties of one node, they are read once for
    /// each node or run of its rows, as long as nodes come again and again.
    private func number(_ batch: Batch) throws -> GroupRows {
        guard var nodeGroups else {
            return try keyRuns?.number(batch) { try numberByKeys($0) }
                ?? GroupRows(try numberByKeys(batch))
        }
        self.nodeGroups = nil
        defer { self.nodeGroups = nodeGroups }
        return try nodeGroups.number(batch) { try numberByKeys($0) }
    }

    private func numberByKeys(_ batch: Batch) throws -> ContiguousArray<Int32> {
        let columns = try keys.indices.map { try keys[$0].read(batch) }
        var groups = ContiguousArray<Int32>()
        var newRows = ContiguousArray<Int32>()
        table.assign(columns, count: batch.count, groups: &groups, newRows: &newRows)
        return groups
    }

    private func output(_ range: Range<Int>, groupCount: Int) throws -> Batch {
        var batch = Batch(count: range.count, slotCount: context.slotCount)
        if !keys.isEmpty {
            for (key, column) in zip(keys, keyColumns(range)) {
                batch.place(column, in: key.slot)
            }
        }
        for accumulator in accumulators {
            batch.place(
                try accumulator.result(range, groupCount: groupCount), in: accumulator.slot)
        }
        return batch
    }
}

/// An aggregate while rows come: evaluates its arguments, keeps what DISTINCT has seen, and feeds
/// its accumulator.
final class RunningAggregate {
    let slot: Slot
    private let aggregate: AggregateOperator.CompiledAggregate
    private let accumulator: any Accumulator
    /// With DISTINCT.
    private var seen = DistinctValues()

    init(_ aggregate: AggregateOperator.CompiledAggregate) {
        self.aggregate = aggregate
        slot = aggregate.slot
        accumulator = aggregate.call.function.makeAccumulator(aggregate.call)
    }

    var byteCount: Int { accumulator.byteCount + seen.byteCount }

    func add(_ batch: Batch, _ rows: GroupRows, groupCount: Int) throws {
        accumulator.grow(to: groupCount)
        var column = try aggregate.argument?.evaluate(batch) ?? .nulls(batch.count)
        var rows = rows
        if let percentile = accumulator as? PercentileAccumulator, let second = aggregate.second {
            try percentile.setPercentiles(rows, second.evaluate(batch))
        }
        if aggregate.call.distinct, aggregate.argument != nil {
            rows = rows.unweighted
            let new = seen.newRows(rows, column, groupCount: groupCount)
            if new.isEmpty { return }
            if new.count < rows.count {
                column = column.gathered(rows: new)
                rows = rows.gathered(new)
            }
        }
        try accumulator.update(rows, column)
    }

    func merge(
        _ part: RunningAggregate, _ numbers: ContiguousArray<Int32>, groupCount: Int
    ) throws {
        accumulator.grow(to: groupCount)
        part.accumulator.grow(to: numbers.count)
        guard let accumulator = accumulator as? any MergeableAccumulator else {
            preconditionFailure(
                "\(aggregate.call.function.rawValue) is not put together from parts")
        }
        try accumulator.merge(part.accumulator, numbers)
    }

    func result(_ range: Range<Int>, groupCount: Int) throws -> Column {
        accumulator.grow(to: groupCount)
        return try accumulator.result(range)
    }
}

/// What an operator has reserved of the statement's memory, given back as a whole.
struct ReservedMemory {
    private let context: QueryContext
    private var held = 0

    init(context: QueryContext) { self.context = context }

    /// The operator now holds this much.
    mutating func hold(_ bytes: Int) throws(QueryError) {
        let growth = bytes - held
        if growth == 0 { return }
        held = bytes
        if growth > 0 {
            try context.reserve(bytes: growth)
        } else {
            context.release(bytes: -growth)
        }
    }

    mutating func releaseAll() {
        context.release(bytes: held)
        held = 0
    }
}
