import Values

/// `count(*)` and `count(value)`
final class CountAccumulator: MergeableAccumulator {
    private let countsNulls: Bool
    private var counts: ContiguousArray<Int64> = []

    init(countsNulls: Bool) { self.countsNulls = countsNulls }

    var byteCount: Int { counts.count * 8 }

    func grow(to groupCount: Int) { counts.grow(to: groupCount, with: 0) }

    func update(_ groups: GroupRows, _ column: Column) throws {
        let isCounted: ContiguousArray<UInt8>? = countsNulls ? nil : column.presence
        if let weights = groups.weights { return try add(weights, groups, isCounted) }
        if groups.numbers == nil {
            counts[0] += isCounted?.reduce(into: 0) { $0 += Int64($1) } ?? Int64(groups.count)
            return
        }
        counts.withUnsafeMutableBufferPointer { counts in
            if isCounted == nil,
                groups.forEachRun({ group, rows in counts[group] += Int64(rows.count) })
            {
                return
            }
            groups.forEach(Validity(isCounted)) { _, group in counts[group] += 1 }
        }
    }

    private func add(
        _ weights: ContiguousArray<Int64>, _ groups: GroupRows, _ isCounted: ContiguousArray<UInt8>?
    ) throws(QueryError) {
        var hasOverflow = false
        counts.withUnsafeMutableBufferPointer { counts in
            weights.withUnsafeBufferPointer { weights in
                groups.forEach(Validity(isCounted)) { row, group in
                    let (sum, overflow) = counts[group].addingReportingOverflow(weights[row])
                    counts[group] = sum
                    hasOverflow = hasOverflow || overflow
                }
            }
        }
        if hasOverflow { throw .tooManyMatches }
    }

    func merge(_ part: any Accumulator, _ numbers: ContiguousArray<Int32>) throws {
        guard let part = part as? CountAccumulator else { preconditionFailure("another kind") }
        try add(part.counts, GroupRows(numbers), nil)
    }

    func result(_ groups: Range<Int>) -> Column {
        .integers(ContiguousArray(counts[groups]), .allValid)
    }
}

extension Column {
    /// 1 where there is a value, 0 where there is null; nil where no row is null.
    var presence: ContiguousArray<UInt8>? {
        switch self {
        case .integers(_, let validity), .floats(_, let validity): return validity.bytes
        case .strings(let strings): return strings.validity.bytes
        case .nodes(let ids), .relationships(let ids):
            guard ids.contains(Column.absent) else { return nil }
            return ContiguousArray(ids.lazy.map { $0 == Column.absent ? 0 : 1 })
        case .booleans(let flags):
            guard flags.contains(2) else { return nil }
            return ContiguousArray(flags.lazy.map { $0 == 2 ? 0 : 1 })
        case .values(let values):
            return ContiguousArray(values.lazy.map { $0.isNull ? 0 : 1 })
        case .constant(let value, let count):
            return value.isNull ? ContiguousArray(repeating: 0, count: count) : nil
        }
    }
}
