import Values

/// All rows in order (`Value`'s orderability, null last), rows that are equal in every key in the
/// order in which they came.
///
/// Reads all of its child; columns are put together once, places are sorted, and output batches
/// are gathered from them.
final class SortOperator: Operator {
    private let child: any Operator
    private let keys: [SortKey]
    private let context: QueryContext
    private var rows: StoredRows
    private var order: ContiguousArray<Int32>?
    private var place = 0

    init(child: any Operator, keys: [SortKey], context: QueryContext) {
        self.child = child
        self.keys = keys
        self.context = context
        rows = StoredRows(context: context)
    }

    func rewind() {
        child.rewind()
        rows.removeAll()
        order = nil
        place = 0
    }

    func next() throws -> Batch? {
        let order = try sorted()
        guard place < order.count else {
            rows.removeAll()
            return nil
        }
        let end = min(place + context.batchCapacity, order.count)
        defer { place = end }
        return rows.batch.gathered(
            ContiguousArray(order[place..<end]))
    }

    private func sorted() throws -> ContiguousArray<Int32> {
        if let order { return order }
        while let batch = try child.next() {
            try context.checkpoint()
            try rows.append(batch)
        }
        let order = Values.SortKey.sortedRows(keys.columns(of: rows.batch), count: rows.batch.count)
        self.order = order
        return order
    }
}

extension [SortKey] {
    /// The keys' columns, as the room Values sorts by them.
    func columns(of batch: Batch) -> [Values.SortKey] {
        if batch.count == 0 { return [] }
        return map { Values.SortKey(batch[$0.slot], isDescending: $0.descending) }
    }
}

/// Rows that an operator keeps: each slot's columns put together into one, accounted against the
/// statement's memory.
struct StoredRows {
    private let context: QueryContext
    private(set) var batch: Batch
    private var memory: ReservedMemory
    /// Of the columns, what values point to estimated.
    private var byteCount = 0
    /// What sorting needs for each row: its place and the beginning of its key.
    private static let bytesPerRow = 16

    init(context: QueryContext) {
        self.context = context
        batch = Batch(count: 0, slotCount: context.slotCount)
        memory = ReservedMemory(context: context)
    }

    mutating func append(_ more: Batch) throws(QueryError) {
        try append(more, slots: more.columns.indices)
    }

    mutating func append(_ more: Batch, slots: some Sequence<Slot>) throws(QueryError) {
        guard batch.count + more.count < Int(Int32.max) else {
            throw QueryError(.memoryLimit, "An operator cannot hold more than 2^31 rows.")
        }
        for slot in slots {
            guard let column = more.columns[slot]?.expanded() else {
                // A step below passes some batches on whole and others with what is needed above:
                // what is not in all of them is not needed.
                batch.columns[slot] = nil
                continue
            }
            byteCount += column.byteCount
            if batch.count == 0 {
                batch.place(column, in: slot)
            } else {
                batch.columns[slot]?.append(contentsOf: column)
            }
        }
        batch.count += more.count
        try memory.hold(byteCount + batch.count * Self.bytesPerRow)
    }

    mutating func removeAll() {
        batch = Batch(count: 0, slotCount: context.slotCount)
        byteCount = 0
        memory.releaseAll()
    }

    /// Keeps these rows alone, in this order.
    mutating func keep(_ rows: ContiguousArray<Int32>) throws(QueryError) {
        batch = batch.gathered(rows)
        byteCount = batch.byteCount
        try memory.hold(byteCount + batch.count * Self.bytesPerRow)
    }
}
