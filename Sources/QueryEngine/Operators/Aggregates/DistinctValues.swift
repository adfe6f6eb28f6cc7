import Values

/// The values that a DISTINCT aggregate has seen, of each group its own.
///
/// Ids and small integers are looked up as one key together with their group's number; once
/// anything else comes, values and groups are two keys of a hashed table.
///
///     key = value (40 bits) · group (24 bits)
struct DistinctValues {
    private enum Form {
        case undecided, pairs
        case packed(Kind)
    }

    private enum Kind { case nodes, relationships, integers }

    private static let groupBits = 24
    private static let valueBits = 40
    private static let mostGroups = 1 << groupBits
    /// Values are below it; it stands for null.
    private static let nullValue = (UInt64(1) << valueBits) - 1

    private var form = Form.undecided
    private var table = GroupTable(keyCount: 1)

    var byteCount: Int { table.byteCount }

    /// The rows whose value is new in their group. One look-up a row.
    mutating func newRows(_ groups: GroupRows, _ column: Column, groupCount: Int)
        -> ContiguousArray<Int32>
    {
        // All rows are of one group, throughout.
        guard let numbers = groups.numbers else { return assign([column], groups.count) }
        if case .undecided = form {
            form = Self.kind(of: column).map { .packed($0) } ?? .pairs
            if case .pairs = form { table = GroupTable(keyCount: 2) }
        }
        if case .packed(let kind) = form {
            if groupCount <= Self.mostGroups, let keys = Self.pack(kind, column, numbers) {
                return assign([.integers(keys, .allValid)], groups.count)
            }
            unpack(kind)
        }
        return assign([column, Self.column(numbers)], groups.count)
    }

    private mutating func assign(_ columns: [Column], _ count: Int) -> ContiguousArray<Int32> {
        var groups = ContiguousArray<Int32>()
        var newRows = ContiguousArray<Int32>()
        table.assign(columns, count: count, groups: &groups, newRows: &newRows)
        return newRows
    }

    private static func column(_ numbers: ContiguousArray<Int32>) -> Column {
        .integers(ContiguousArray(numbers.lazy.map { Int64($0) }), .allValid)
    }

    // MARK: One key

    private static func kind(of column: Column) -> Kind? {
        switch column {
        case .nodes: .nodes
        case .relationships: .relationships
        case .integers: .integers
        default: nil
        }
    }

    /// Nil where the column is of another kind, or a value is too large.
    private static func pack(_ kind: Kind, _ column: Column, _ numbers: ContiguousArray<Int32>)
        -> ContiguousArray<Int64>?
    {
        switch (kind, column) {
        case (.nodes, .nodes(let ids)), (.relationships, .relationships(let ids)):
            return pack(numbers) { row in ids[row] == Column.absent ? nil : ids[row] }
        case (.integers, .integers(let values, let validity)):
            guard validity.bytes == nil else {
                return pack(numbers) { row in
                    validity.isValid(row) ? UInt64(bitPattern: values[row]) : nil
                }
            }
            return pack(numbers) { row in UInt64(bitPattern: values[row]) }
        default: return nil
        }
    }

    @inline(__always)
    private static func pack(_ numbers: ContiguousArray<Int32>, _ value: (Int) -> UInt64?)
        -> ContiguousArray<Int64>?
    {
        var largest: UInt64 = 0
        let keys = ContiguousArray<Int64>(unsafeUninitializedCapacity: numbers.count) {
            keys, count in
            for row in 0..<numbers.count {
                let known = value(row)
                largest = max(largest, known ?? 0)
                let value = known ?? nullValue
                let group = UInt64(truncatingIfNeeded: numbers[row])
                keys[row] = Int64(bitPattern: value << UInt64(groupBits) | group)
            }
            count = numbers.count
        }
        return largest < nullValue ? keys : nil
    }

    // MARK: Two keys

    /// What is there goes into a table of two keys.
    private mutating func unpack(_ kind: Kind) {
        var values = ColumnBuilder(capacity: table.count)
        var numbers = ContiguousArray<Int32>()
        numbers.reserveCapacity(table.count)
        if case .integers(let keys, _)? = table.keys(0..<table.count).first {
            for key in keys {
                let key = UInt64(bitPattern: key)
                let value = key >> UInt64(Self.groupBits)
                numbers.append(Int32(truncatingIfNeeded: key & UInt64(Self.mostGroups - 1)))
                switch kind {
                case _ where value == Self.nullValue: values.appendNull()
                case .nodes: values.append(.nodeReference(value))
                case .relationships: values.append(.relationshipReference(value))
                case .integers: values.append(.integer(Int64(value)))
                }
            }
        }
        form = .pairs
        table = GroupTable(keyCount: 2)
        _ = assign([values.build(), Self.column(numbers)], numbers.count)
    }
}
