/// Columns made of other columns' rows. Each switches on the kind once and copies in one loop.
extension Column {
    /// The rows at the given places, in that order; a place may occur often.
    ///
    /// Cost: about a nanosecond a row; strings copy their bytes. Every place lies in the column:
    /// nothing checks that in release builds.
    public func gathered(rows: UnsafeBufferPointer<Int32>) -> Column {
        switch self {
        case .nodes(let ids): return .nodes(gather(ids, rows))
        case .relationships(let ids): return .relationships(gather(ids, rows))
        case .integers(let values, let validity):
            return .integers(gather(values, rows), validity.gathered(rows))
        case .floats(let values, let validity):
            return .floats(gather(values, rows), validity.gathered(rows))
        case .booleans(let values): return .booleans(gather(values, rows))
        case .strings(let strings):
            if let gathered = strings.gathered(rows) { return .strings(gathered) }
            return .values(gather(asValues(), rows))
        case .values(let values): return .values(gather(values, rows))
        case .constant(let value, _): return .constant(value, count: rows.count)
        }
    }

    public func gathered(rows: ContiguousArray<Int32>) -> Column {
        rows.withUnsafeBufferPointer { gathered(rows: $0) }
    }

    /// As ``gathered(rows:)``, with null where a place is negative: the rows of an outer join.
    public func gatheredOrNull(rows: UnsafeBufferPointer<Int32>) -> Column {
        guard rows.contains(where: { $0 < 0 }) else { return gathered(rows: rows) }
        switch self {
        case .nodes(let ids): return .nodes(gather(ids, rows, absent: Column.absent))
        case .relationships(let ids):
            return .relationships(gather(ids, rows, absent: Column.absent))
        case .integers(let values, let validity):
            return .integers(gather(values, rows, absent: 0), validity.gatheredOrNull(rows))
        case .floats(let values, let validity):
            return .floats(gather(values, rows, absent: 0), validity.gatheredOrNull(rows))
        case .booleans(let values): return .booleans(gather(values, rows, absent: 2))
        case .values(let values): return .values(gather(values, rows, absent: .null))
        case .strings(let strings):
            if let gathered = strings.gathered(rows) { return .strings(gathered) }
            return .values(gather(asValues(), rows, absent: .null))
        case .constant(.null, _): return .constant(.null, count: rows.count)
        case .constant: return expanded().gatheredOrNull(rows: rows)
        }
    }

    public func sliced(_ range: Range<Int>) -> Column {
        switch self {
        case .nodes(let ids): .nodes(ContiguousArray(ids[range]))
        case .relationships(let ids): .relationships(ContiguousArray(ids[range]))
        case .integers(let values, let validity):
            .integers(ContiguousArray(values[range]), validity.sliced(range))
        case .floats(let values, let validity):
            .floats(ContiguousArray(values[range]), validity.sliced(range))
        case .booleans(let values): .booleans(ContiguousArray(values[range]))
        case .strings(let strings): .strings(strings.sliced(range))
        case .values(let values): .values(ContiguousArray(values[range]))
        case .constant(let value, _): .constant(value, count: range.count)
        }
    }

    /// One column after the other. Columns of one kind stay of that kind.
    public static func concatenated(_ columns: [Column]) -> Column {
        guard var result = columns.first(where: { $0.count > 0 }) else {
            return columns.first ?? .constant(.null, count: 0)
        }
        var isFirst = true
        for column in columns where column.count > 0 {
            if isFirst { isFirst = false } else { result.append(contentsOf: column) }
        }
        return result
    }

    /// Appends the rows of another column. In place where both are of one kind: the cost is then
    /// the other's length.
    public mutating func append(contentsOf other: Column) {
        guard other.count > 0 else { return }
        guard count > 0 else {
            self = other
            return
        }
        if case .constant = self { self = expanded() }
        if !appendInPlace(other.expanded()) {
            var builder = ColumnBuilder(capacity: count + other.count)
            builder.append(contentsOf: self)
            builder.append(contentsOf: other)
            self = builder.build()
        }
    }

    /// False, and nothing changed, where the kinds differ.
    ///
    /// Each payload leaves the enum while it grows: with two owners it would be copied.
    private mutating func appendInPlace(_ other: Column) -> Bool {
        let empty = Column.constant(.null, count: 0)
        switch other {
        case .nodes(let more):
            guard case .nodes(var ids) = self else { break }
            self = empty
            ids.append(contentsOf: more)
            self = .nodes(ids)
            return true
        case .relationships(let more):
            guard case .relationships(var ids) = self else { break }
            self = empty
            ids.append(contentsOf: more)
            self = .relationships(ids)
            return true
        case .integers(let more, let moreValid):
            guard case .integers(var values, var validity) = self else { break }
            self = empty
            validity.append(moreValid, count: more.count, to: values.count)
            values.append(contentsOf: more)
            self = .integers(values, validity)
            return true
        case .floats(let more, let moreValid):
            guard case .floats(var values, var validity) = self else { break }
            self = empty
            validity.append(moreValid, count: more.count, to: values.count)
            values.append(contentsOf: more)
            self = .floats(values, validity)
            return true
        case .booleans(let more):
            guard case .booleans(var values) = self else { break }
            self = empty
            values.append(contentsOf: more)
            self = .booleans(values)
            return true
        case .strings(let more):
            guard case .strings(var strings) = self else { break }
            self = empty
            let fits = strings.append(contentsOf: more)
            self = .strings(strings)
            return fits
        case .values, .constant: break
        }
        guard case .values(var values) = self else { return false }
        self = empty
        values.append(contentsOf: other.asValues())
        self = .values(values)
        return true
    }
}

/// Filtering.
extension Column {
    /// The places of the rows that are true. Null and every other kind of value are not.
    public func trueRows() -> ContiguousArray<Int32> {
        switch self {
        case .booleans(let values):
            return ContiguousArray(unsafeUninitializedCapacity: values.count) { buffer, count in
                // Writes every place and keeps the true ones: no branch to predict.
                var kept = 0
                values.withUnsafeBufferPointer { values in
                    for row in 0..<values.count {
                        buffer.initializeElement(at: kept, to: Int32(truncatingIfNeeded: row))
                        kept += values[row] == 1 ? 1 : 0
                    }
                }
                count = kept
            }
        case .constant(.boolean(true), let count):
            return ContiguousArray(0..<Int32(count))
        case .values(let values):
            var rows: ContiguousArray<Int32> = []
            for (row, value) in values.enumerated() {
                if case .boolean(true) = value { rows.append(Int32(row)) }
            }
            return rows
        default: return []
        }
    }

    /// The rows at which the predicate is true.
    public func filtered(by predicate: Column) -> Column {
        let rows = predicate.trueRows()
        return rows.count == count ? self : gathered(rows: rows)
    }
}

/// Conversions.
extension Column {
    /// Every row as a value.
    public func asValues() -> ContiguousArray<Value> {
        switch self {
        case .values(let values): values
        case .constant(let value, let count): ContiguousArray(repeating: value, count: count)
        default: ContiguousArray((0..<count).lazy.map { value($0) })
        }
    }

    /// The narrowest column with the same rows.
    public func narrowed() -> Column {
        guard case .values(let values) = self else { return self }
        var builder = ColumnBuilder(capacity: values.count)
        for value in values { builder.append(value) }
        return builder.build()
    }

    /// A constant written out row by row in the narrowest kind; other columns as they are.
    public func expanded() -> Column {
        guard case .constant(let value, let count) = self else { return self }
        switch value {
        case .integer(let value):
            return .integers(ContiguousArray(repeating: value, count: count), .allValid)
        case .float(let value):
            return .floats(ContiguousArray(repeating: value, count: count), .allValid)
        case .boolean(let value):
            return .booleans(ContiguousArray(repeating: value ? 1 : 0, count: count))
        case .nodeReference(let id):
            return .nodes(ContiguousArray(repeating: id, count: count))
        case .relationshipReference(let id):
            return .relationships(ContiguousArray(repeating: id, count: count))
        case .string(let value):
            var builder = ColumnBuilder(capacity: count)
            for _ in 0..<count { builder.append(.string(value)) }
            return builder.build()
        default: return .values(ContiguousArray(repeating: value, count: count))
        }
    }

    /// Numbers as floats, as arithmetic of mixed kinds wants them; nil where a row holds anything
    /// but a number or null.
    public func asFloats() -> (values: ContiguousArray<Double>, validity: Validity)? {
        switch self {
        case .floats(let values, let validity): return (values, validity)
        case .integers(let values, let validity):
            return (ContiguousArray(values.lazy.map { Double($0) }), validity)
        default:
            var floats: ContiguousArray<Double> = []
            var valid: ContiguousArray<UInt8> = []
            floats.reserveCapacity(count)
            valid.reserveCapacity(count)
            for row in 0..<count {
                let value = value(row)
                guard value.isNull || value.asDouble != nil else { return nil }
                floats.append(value.asDouble ?? 0)
                valid.append(value.isNull ? 0 : 1)
            }
            return (floats, valid.contains(0) ? Validity(valid) : .allValid)
        }
    }
}

private func gather<Element>(
    _ source: ContiguousArray<Element>, _ rows: UnsafeBufferPointer<Int32>, absent: Element
) -> ContiguousArray<Element> {
    ContiguousArray(unsafeUninitializedCapacity: rows.count) { buffer, count in
        source.withUnsafeBufferPointer { source in
            for place in 0..<rows.count {
                let row = Int(rows[place])
                buffer.initializeElement(at: place, to: row < 0 ? absent : source[row])
            }
        }
        count = rows.count
    }
}
