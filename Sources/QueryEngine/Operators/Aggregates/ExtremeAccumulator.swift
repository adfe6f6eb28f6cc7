import Values

/// `min` and `max` in the order of ORDER BY, over values of every kind.
///
/// While all that comes is integers, or all is floats, the state is an array of such.
final class ExtremeAccumulator: MergeableAccumulator {
    enum Kind { case smallest, largest }

    private enum State {
        case undecided
        case integers(ContiguousArray<Int64>)
        case floats(ContiguousArray<Double>)
        case values(ContiguousArray<Value>)
    }

    private let kind: Kind
    private var state: State = .undecided
    /// Whether the group has a value, for arrays of numbers.
    private var isPresent: ContiguousArray<UInt8> = []

    init(_ kind: Kind) { self.kind = kind }

    var byteCount: Int {
        switch state {
        case .undecided: isPresent.count
        case .integers, .floats: isPresent.count * 9
        case .values: isPresent.count * (1 + MemoryLayout<Value>.stride)
        }
    }

    func grow(to groupCount: Int) {
        isPresent.grow(to: groupCount, with: 0)
        switch state {
        case .undecided: break
        case .integers(var values):
            state = .undecided
            values.grow(to: groupCount, with: 0)
            state = .integers(values)
        case .floats(var values):
            state = .undecided
            values.grow(to: groupCount, with: 0)
            state = .floats(values)
        case .values(var values):
            state = .undecided
            values.grow(to: groupCount, with: .null)
            state = .values(values)
        }
    }

    func update(_ groups: GroupRows, _ column: Column) {
        if column.isConstantNull { return }
        if case .undecided = state { decide(for: column) }
        // The state gives its array away while it changes: held twice, it would be copied whole.
        if case .integers(let values, let validity) = column, case .integers(var best) = state {
            state = .undecided
            take(values, validity, groups, into: &best) { $0 < $1 }
            state = .integers(best)
        } else if case .floats(let values, let validity) = column, case .floats(var best) = state {
            state = .undecided
            // NaN is the largest float.
            take(values, validity, groups, into: &best) { $0 < $1 || ($1.isNaN && !$0.isNaN) }
            state = .floats(best)
        } else {
            var best = values()
            state = .undecided
            takeValues(column, groups, into: &best)
            state = .values(best)
        }
    }

    private func decide(for column: Column) {
        switch column {
        case .integers: state = .integers(ContiguousArray(repeating: 0, count: isPresent.count))
        case .floats: state = .floats(ContiguousArray(repeating: 0, count: isPresent.count))
        default: state = .values(ContiguousArray(repeating: .null, count: isPresent.count))
        }
    }

    @inline(__always)
    private func take<Element>(
        _ values: ContiguousArray<Element>, _ validity: Validity, _ groups: GroupRows,
        into best: inout ContiguousArray<Element>, _ isLess: (Element, Element) -> Bool
    ) {
        let wantsSmallest = kind == .smallest
        values.withUnsafeBufferPointer { values in
            best.withUnsafeMutableBufferPointer { best in
                isPresent.withUnsafeMutableBufferPointer { isPresent in
                    if validity.bytes == nil,
                        groups.forEachRun({ group, rows in
                            var own = isPresent[group] == 0 ? values[rows.lowerBound] : best[group]
                            // One loop for each kind: what is asked for every value stays out of it.
                            if wantsSmallest {
                                for row in rows where isLess(values[row], own) { own = values[row] }
                            } else {
                                for row in rows where isLess(own, values[row]) { own = values[row] }
                            }
                            best[group] = own
                            isPresent[group] = 1
                        })
                    {
                        return
                    }
                    groups.forEach(validity) { row, group in
                        let value = values[row]
                        let isBetter =
                            wantsSmallest ? isLess(value, best[group]) : isLess(best[group], value)
                        if isPresent[group] == 0 || isBetter {
                            best[group] = value
                            isPresent[group] = 1
                        }
                    }
                }
            }
        }
    }

    private func takeValues(
        _ column: Column, _ groups: GroupRows, into best: inout ContiguousArray<Value>
    ) {
        func take(_ row: Int, _ group: Int) {
            let value = column.value(row)
            if value.isNull { return }
            let order = best[group].isNull ? 0 : Value.order(value, best[group])
            let isBetter = kind == .smallest ? order < 0 : order > 0
            if best[group].isNull || isBetter { best[group] = value }
        }
        // Of a run's strings one becomes a value.
        if case .strings(let strings) = column,
            groups.forEachRun({ group, rows in
                if let row = strings.extreme(in: rows, largest: kind == .largest) {
                    take(row, group)
                }
            })
        {
            return
        }
        for row in 0..<groups.count { take(row, groups.group(row)) }
    }

    func merge(_ part: any Accumulator, _ numbers: ContiguousArray<Int32>) {
        guard let part = part as? ExtremeAccumulator else { preconditionFailure("another kind") }
        update(
            GroupRows(numbers), part.result(0..<numbers.count))
    }

    /// The state as values, whatever it is.
    private func values() -> ContiguousArray<Value> {
        switch state {
        case .undecided: ContiguousArray(repeating: .null, count: isPresent.count)
        case .values(let values): values
        case .integers(let values):
            ContiguousArray(
                values.indices.lazy.map { self.isPresent[$0] == 0 ? .null : .integer(values[$0]) })
        case .floats(let values):
            ContiguousArray(
                values.indices.lazy.map { self.isPresent[$0] == 0 ? .null : .float(values[$0]) })
        }
    }

    func result(_ groups: Range<Int>) -> Column {
        switch state {
        case .undecided: .nulls(groups.count)
        case .integers(let values):
            .integers(ContiguousArray(values[groups]), presence(groups))
        case .floats(let values): .floats(ContiguousArray(values[groups]), presence(groups))
        case .values(let values): Column.values(ContiguousArray(values[groups])).narrowed()
        }
    }

    private func presence(_ groups: Range<Int>) -> Validity {
        let bytes = isPresent[groups]
        return bytes.contains(0) ? Validity(ContiguousArray(bytes)) : .allValid
    }
}
