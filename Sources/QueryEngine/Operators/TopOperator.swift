import Values

/// The first `limit` rows in order, after `skip` of them: what SortOperator and the two cuts would
/// give, at the price of one comparison for nearly every row.
///
/// The best rows so far are kept in order; the last of them is the threshold. A batch's rows are
/// held against its first key in one typed loop, and only those that may beat it are stored. When
/// as many have gathered as are kept, both are sorted together and cut.
final class TopOperator: Operator {
    private let child: any Operator
    private let keys: [SortKey]
    private let skip: Int
    /// Rows to keep: `limit` + `skip`.
    private let size: Int
    private let context: QueryContext

    private var rows: StoredRows
    private var sortedCount = 0
    private var threshold: TopThreshold?
    private var isRead = false
    private var place: Int

    init(child: any Operator, keys: [SortKey], limit: Int, skip: Int, context: QueryContext) {
        self.child = child
        self.keys = keys
        self.skip = skip
        self.context = context
        let (size, overflow) = limit.addingReportingOverflow(skip)
        self.size = limit == 0 ? 0 : overflow ? Int.max : size
        rows = StoredRows(context: context)
        place = skip
    }

    func rewind() {
        child.rewind()
        rows.removeAll()
        sortedCount = 0
        threshold = nil
        isRead = false
        place = skip
    }

    func next() throws -> Batch? {
        if !isRead {
            try read()
            isRead = true
        }
        guard place < rows.batch.count else {
            rows.removeAll()
            return nil
        }
        let end = min(place + context.batchCapacity, rows.batch.count)
        let range = Int32(truncatingIfNeeded: place)..<Int32(truncatingIfNeeded: end)
        place = end
        return rows.batch.gathered(ContiguousArray(range))
    }

    private func read() throws {
        // Nobody asks for a row: only the effects of a child that writes are left to wait for.
        if size == 0 && context.writer == nil { return }
        while let batch = try child.next() {
            try context.checkpoint()
            if size == 0 { continue }
            try add(batch)
        }
        try sortAndCut()
    }

    private func add(_ batch: Batch) throws {
        if let threshold {
            let candidates = threshold.candidates(in: batch)
            if candidates.isEmpty { return }
            try rows.append(
                candidates.count == batch.count
                    ? batch : batch.gathered(candidates))
        } else {
            try rows.append(batch)
        }
        let unsorted = rows.batch.count - sortedCount
        if rows.batch.count > size, unsorted >= max(size, context.batchCapacity) || threshold == nil
        {
            try sortAndCut()
        }
    }

    private func sortAndCut() throws {
        if rows.batch.count == sortedCount { return }
        // What was kept stands before what came later: ties stay in the order of arrival.
        let order = Values.SortKey.sortedRows(
            keys.columns(of: rows.batch), count: rows.batch.count,
            limit: min(size, rows.batch.count))
        try rows.keep(order)
        sortedCount = rows.batch.count
        if sortedCount == size { threshold = TopThreshold(keys, lastRowOf: rows.batch) }
    }
}

/// The last row that is kept: a row comes in only if it stands before it.
struct TopThreshold {
    private let keys: [SortKey]
    /// The row's keys.
    private let last: [Column]

    /// nil without keys: then no later row comes in, which a threshold cannot say.
    init?(_ keys: [SortKey], lastRowOf batch: Batch) {
        if keys.isEmpty { return nil }
        self.keys = keys
        let row: ContiguousArray<Int32> = [Int32(truncatingIfNeeded: batch.count - 1)]
        last = keys.map { batch[$0.slot].gathered(rows: row) }
    }

    /// The rows that stand before the threshold.
    func candidates(in batch: Batch) -> ContiguousArray<Int32> {
        let rows = candidatesByFirstKey(batch[keys[0].slot])
        if keys.count == 1 || rows.isEmpty { return rows }
        let columns = keys.map { batch[$0.slot] }
        return rows.filter { row in
            for (place, key) in keys.enumerated() {
                let order = columns[place].order(Int(row), last[place], 0)
                if order != 0 { return (order < 0) != key.descending }
            }
            return false
        }
    }

    /// Those that the first key does not rule out, in one typed loop where there is one.
    private func candidatesByFirstKey(_ values: Column) -> ContiguousArray<Int32> {
        let isDescending = keys[0].descending
        // Later keys decide between rows that are equal in the first one.
        let hasTies = keys.count > 1
        switch (values, last[0].value(0)) {
        case (.integers(let values, let validity), .integer(let limit)):
            return typed(values, validity) { value in
                isDescending
                    ? value > limit || (hasTies && value == limit)
                    : value < limit || (hasTies && value == limit)
            }
        case (.floats(let values, let validity), .float(let limit)) where !limit.isNaN:
            return typed(values, validity) { value in
                // NaN stands above all numbers.
                isDescending
                    ? !(value <= limit) || (hasTies && value == limit)
                    : value < limit || (hasTies && value == limit)
            }
        default:
            return ContiguousArray.rows(values.count) { place in
                let order = values.order(place, last[0], 0)
                if order == 0 { return hasTies }
                return (order < 0) != isDescending
            }
        }
    }

    /// Null is last: before every number where the order descends.
    @inline(__always)
    private func typed<Element>(
        _ values: ContiguousArray<Element>, _ validity: Validity, _ beats: (Element) -> Bool
    ) -> ContiguousArray<Int32> {
        values.withUnsafeBufferPointer { values in
            guard let valid = validity.bytes else {
                return ContiguousArray.rows(values.count) { beats(values[$0]) }
            }
            return ContiguousArray.rows(values.count) {
                valid[$0] == 0 ? keys[0].descending : beats(values[$0])
            }
        }
    }
}
