internal import Values

/// One numeric property of all relationships of a family, in the order of its live lists.
///
/// ```
/// neighbours    │ 12  40   41 │  7   40 │ …   LiveLists
/// relationships │  3   9    0 │  5    8 │ …
/// ratings       │ 4.0 3.5 5.0 │ 2.0 4.0 │ …   what a LiveColumn has at 3, 9, 0, 5, 8, …
/// ```
///
/// A `LiveColumn` is by id, and where relationships were not made in the order of the lists, those of
/// one list lie anywhere in it: each read waits for a cache line of its own. This is a copy of one
/// column for one base of lists, and of no use once either is replaced. Relationships that have
/// changed or come since the column was built are read by id.
final class ListColumn: Sendable {
    private enum Content: Sendable {
        case integers(ContiguousArray<Int64>)
        case floats(ContiguousArray<Double>)
        case codedIntegers(CodedValues<Int64>)
        case codedFloats(CodedValues<Double>)
    }

    private let content: Content
    /// Some of the lists' relationships came after the column by id was built.
    private let hasLater: Bool
    let byteCount: Int

    /// What a copy of the column will take.
    static func byteCount(of column: LiveColumn, over lists: LiveLists) -> Int {
        switch column.content {
        case .codedIntegers, .codedFloats: lists.count
        default: lists.count * 8
        }
    }

    /// Nil where it would gain nothing, as the relationships are few enough to stay in the caches or
    /// follow each other in the lists as their ids do, and where one has no value in the column, or
    /// the column no numbers. Some nanoseconds for each relationship.
    init?(_ column: LiveColumn, over lists: LiveLists, _ limits: LiveLimits) {
        guard lists.count >= limits.fewestListed, !Self.followEachOther(lists, limits) else {
            return nil
        }
        let ids = lists.relationships
        byteCount = Self.byteCount(of: column, over: lists)
        switch column.content {
        case .integers(let values):
            guard let listed = Listed(values, of: column, ids, lists.count) else { return nil }
            content = .integers(listed.values)
            hasLater = listed.hasLater
        case .floats(let values):
            guard let listed = Listed(values, of: column, ids, lists.count) else { return nil }
            content = .floats(listed.values)
            hasLater = listed.hasLater
        case .codedIntegers(let coded):
            guard let codes = Listed(coded.codes, of: column, ids, lists.count) else { return nil }
            content = .codedIntegers(CodedValues(codes: codes.values, values: coded.values))
            hasLater = codes.hasLater
        case .codedFloats(let coded):
            guard let codes = Listed(coded.codes, of: column, ids, lists.count) else { return nil }
            content = .codedFloats(CodedValues(codes: codes.values, values: coded.values))
            hasLater = codes.hasLater
        case .none, .numbers, .booleans, .codedStrings, .strings: return nil
        }
    }

    /// Whether most ids are so close to the one before that a read by id meets the caches.
    private static func followEachOther(_ lists: LiveLists, _ limits: LiveLimits) -> Bool {
        let ids = lists.relationships
        let step = max(1, lists.count / limits.sampledIDs)
        var (near, all) = (0, 0)
        for place in stride(from: 1, to: lists.count, by: step) {
            let (id, last) = (ids[place], ids[place &- 1])
            if max(id, last) &- min(id, last) <= limits.nearbyIDs { near &+= 1 }
            all &+= 1
        }
        return near > all / 2
    }

    /// The rows that are to be read by id: those in no list, and what has changed or come since the
    /// column by id was built. Ascending.
    func rowsByID(
        _ runs: ListRuns, of ids: ContiguousArray<RelationshipID>, _ column: LiveColumn
    ) -> ContiguousArray<Int32> {
        guard hasLater || column.hasChangedIDs else { return runs.elsewhere }
        var rows: ContiguousArray<Int32> = []
        var next = 0
        for (row, id) in ids.enumerated() {
            let row = Int32(truncatingIfNeeded: row)
            let isElsewhere = next < runs.elsewhere.count && runs.elsewhere[next] == row
            if isElsewhere { next &+= 1 }
            if isElsewhere || column.mayHaveChanged(id) { rows.append(row) }
        }
        return rows
    }

    /// The values of all rows; 0 for those that are in no run.
    func values(_ runs: ListRuns) -> Column {
        switch content {
        case .integers(let values): .integers(Self.copy(runs, values), .allValid)
        case .floats(let values): .floats(Self.copy(runs, values), .allValid)
        case .codedIntegers(let values): .integers(Self.decode(runs, values), .allValid)
        case .codedFloats(let values): .floats(Self.decode(runs, values), .allValid)
        }
    }

    private static func copy<Number: AdditiveArithmetic & BitwiseCopyable>(
        _ runs: ListRuns, _ values: ContiguousArray<Number>
    ) -> ContiguousArray<Number> {
        values.withUnsafeBufferPointer { values in
            fill(runs) { target, run in
                target.initialize(from: values.baseAddress! + run.place, count: run.count)
            }
        }
    }

    private static func decode<Number: CodedNumber & BitwiseCopyable>(
        _ runs: ListRuns, _ coded: CodedValues<Number>
    ) -> ContiguousArray<Number> {
        coded.codes.withUnsafeBufferPointer { codes in
            coded.values.withUnsafeBufferPointer { values in
                fill(runs) { target, run in
                    let codes = codes.baseAddress! + run.place
                    for row in 0..<run.count { target[row] = values[Int(codes[row])] }
                }
            }
        }
    }

    @inline(__always)
    private static func fill<Number: AdditiveArithmetic & BitwiseCopyable>(
        _ runs: ListRuns, _ write: (UnsafeMutablePointer<Number>, ListRuns.Run) -> Void
    ) -> ContiguousArray<Number> {
        ContiguousArray(unsafeUninitializedCapacity: runs.count) { buffer, count in
            if let start = buffer.baseAddress {
                for row in runs.elsewhere { (start + Int(row)).initialize(to: .zero) }
                for run in runs.runs { write(start + run.row, run) }
            }
            count = runs.count
        }
    }
}

/// A column's values in the order of the ids.
private struct Listed<Number: AdditiveArithmetic & BitwiseCopyable> {
    private(set) var values: ContiguousArray<Number> = []
    /// Some ids came after the column was built.
    private(set) var hasLater = false

    /// Ids that are looked at together.
    private static var blockEntries: Int { 1_024 }

    /// 0 for what readers will take by id; nil where another id has no value.
    init?(
        _ all: ContiguousArray<Number>, of column: LiveColumn, _ ids: PackedColumn, _ count: Int
    ) {
        values.reserveLargePages(count)
        let block = UnsafeMutablePointer<UInt64>.allocate(capacity: Self.blockEntries)
        let found = UnsafeMutablePointer<Number>.allocate(capacity: Self.blockEntries)
        defer {
            block.deallocate()
            found.deallocate()
        }
        for start in stride(from: 0, to: count, by: Self.blockEntries) {
            let size = min(Self.blockEntries, count - start)
            ids.decode(start, size, into: block)
            if column.holdsAll(UnsafeBufferPointer(start: block, count: size)) {
                // Without a branch, so that the processor waits for many cache lines at once.
                all.withUnsafeBufferPointer { all in
                    for place in 0..<size { found[place] = all[Int(block[place] &- column.first)] }
                }
            } else {
                for place in 0..<size {
                    let id = block[place]
                    if column.state(id) == LiveColumn.State.here {
                        found[place] = all[Int(id &- column.first)]
                    } else if column.mayHaveChanged(id) {
                        found[place] = .zero
                        if id >= column.end { hasLater = true }
                    } else {
                        return nil
                    }
                }
            }
            values.append(contentsOf: UnsafeBufferPointer(start: found, count: size))
        }
    }
}

/// What tells a cached thing from all others, for as long as somebody remembers it.
final class Identity: Sendable {}
