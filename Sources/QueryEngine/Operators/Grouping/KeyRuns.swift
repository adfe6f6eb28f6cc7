import Values

/// Grouping by what depends on several variables, where rows that have the same ones stand side by
/// side: those of an expansion, grouped by what it begins at. Keys are evaluated and looked up once
/// for each run of rows.
struct KeyRuns {
    private let variables: [Slot]

    /// Nil where the keys depend on more than their variables, or on none.
    init?(keys: [BoundExpression]) {
        guard let variables = keys.variables, !variables.isEmpty else { return nil }
        self.variables = variables.sorted
    }

    /// The group of each row, where there are runs; `numberByKeys` numbers one row of each.
    func number(
        _ batch: Batch, _ numberByKeys: (Batch) throws -> ContiguousArray<Int32>
    ) rethrows -> GroupRows? {
        guard let ends = ends(in: batch) else { return nil }
        let heads = ContiguousArray([0] + ends.dropLast())
        return GroupRows(
            runsOf: try numberByKeys(batch.gathered(heads, slots: variables)), endingAt: ends)
    }

    /// The row behind the end of each run of rows in which no variable changes.
    private func ends(in batch: Batch) -> ContiguousArray<Int32>? {
        var ends: ContiguousArray<Int32> = [Int32(truncatingIfNeeded: batch.count)]
        for variable in variables {
            let own: ContiguousArray<Int32>?
            switch batch[variable] {
            case .constant: continue
            case .nodes(let ids), .relationships(let ids): own = RunEnds.find(in: ids)
            case .integers(let values, let validity) where validity.bytes == nil:
                own = RunEnds.find(in: values)
            default: own = nil
            }
            guard let own else { return nil }
            ends = Self.merged(ends, own)
        }
        let isLong = Double(ends.count) * RunEnds.shortestRun <= Double(batch.count)
        return isLong ? ends : nil
    }

    /// Both, in ascending order, each once.
    private static func merged(_ first: ContiguousArray<Int32>, _ second: ContiguousArray<Int32>)
        -> ContiguousArray<Int32>
    {
        var all = ContiguousArray<Int32>()
        all.reserveCapacity(first.count + second.count)
        var place = 0
        for end in first {
            while place < second.count, second[place] < end {
                all.append(second[place])
                place += 1
            }
            if place < second.count, second[place] == end { place += 1 }
            all.append(end)
        }
        return all
    }
}
