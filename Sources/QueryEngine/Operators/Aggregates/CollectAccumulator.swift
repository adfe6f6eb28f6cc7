import Values

/// Rows with their groups, as they came: a column and a number each. Sorted into groups once, at
/// the end.
struct GroupedRows {
    private var column = Column.nulls(0)
    private var groups: ContiguousArray<Int32> = []
    /// Where each group's rows begin in `order`, after `sort`.
    private var starts: ContiguousArray<Int> = []
    private var order: ContiguousArray<Int32> = []

    /// Memory held, what values point to estimated.
    private(set) var byteCount = 0

    /// The rows that are not null.
    mutating func append(_ rows: GroupRows, _ column: Column) {
        if column.isConstantNull { return }
        var kept = column
        var keptRows = rows
        if let presence = column.presence {
            let places = ContiguousArray.rows(rows.count) { presence[$0] != 0 }
            if places.isEmpty { return }
            if places.count < rows.count {
                kept = column.gathered(rows: places)
                keptRows = rows.gathered(places)
            }
        }
        kept = kept.expanded()
        byteCount += kept.byteCount + kept.count * 4
        self.column.append(contentsOf: kept)
        groups.append(
            contentsOf: keptRows.numbers ?? ContiguousArray(repeating: 0, count: keptRows.count))
        starts = []
    }

    /// Brings each group's rows together, in the order in which they came.
    mutating func sort(groupCount: Int) {
        if starts.count == groupCount + 1 { return }
        starts = ContiguousArray(repeating: 0, count: groupCount + 1)
        for group in groups { starts[Int(group) + 1] += 1 }
        for group in 0..<groupCount { starts[group + 1] += starts[group] }
        var next = starts
        order = ContiguousArray(repeating: 0, count: groups.count)
        for (row, group) in groups.enumerated() {
            order[next[Int(group)]] = Int32(truncatingIfNeeded: row)
            next[Int(group)] += 1
        }
    }

    /// A group's values; `sort` comes first.
    func values(_ group: Int) -> [Value] { places(group).map { column.value(Int($0)) } }

    /// The same where all rows are integers.
    func integers(_ group: Int) -> [Int64]? {
        guard case .integers(let values, _) = column else { return nil }
        return places(group).map { values[Int($0)] }
    }

    /// The same where all rows are floats.
    func floats(_ group: Int) -> [Double]? {
        guard case .floats(let values, _) = column else { return nil }
        return places(group).map { values[Int($0)] }
    }

    private func places(_ group: Int) -> ContiguousArray<Int32>.SubSequence {
        order[starts[group]..<starts[group + 1]]
    }
}

/// `collect(value)`: nulls are left out; the order is that of the rows.
final class CollectAccumulator: Accumulator {
    private var rows = GroupedRows()
    private var groupCount = 0

    var byteCount: Int { rows.byteCount }

    func grow(to groupCount: Int) { self.groupCount = groupCount }

    func update(_ groups: GroupRows, _ column: Column) { rows.append(groups, column) }

    func result(_ groups: Range<Int>) -> Column {
        rows.sort(groupCount: groupCount)
        return .values(ContiguousArray(groups.lazy.map { .list(self.rows.values($0)) }))
    }
}
