import Values

/// Gives each row the number of its group: rows whose keys are equivalent have one number, and
/// numbers are handed out in the order in which groups are first seen.
///
/// Aggregation, DISTINCT and DISTINCT aggregates stand on it. No value is made per row:
/// - one key of ids or numbers goes through an ``IdentifierTable``;
/// - all other keys are hashed column by column, looked up by their hash alone, and what was
///   found is then verified column by column. Keys that share a hash take a slow turn of their own.
struct GroupTable {
    private enum Form {
        case identifiers(IdentifierKind)
        case hashed
    }

    private enum IdentifierKind { case nodes, relationships, integers, floats }

    private let keyCount: Int
    /// Tests shorten hashes, for keys to share them.
    private let hashMask: UInt64
    private var form: Form?
    private(set) var count = 0

    private var identifiers = IdentifierTable()
    private var nullGroup: Int32 = -1
    /// Identifiers count from 0; the null group shifts those after it by one.
    private var shiftedFrom = Int32.max

    /// Hashed: each key's column with one row a group, and the groups' hashes.
    private var keyColumns: [Column] = []
    private var keyByteCount = 0
    private var hashes: ContiguousArray<UInt64> = []
    /// Open addressing from a hash to a group.
    private var slots: ContiguousArray<HashSlot> = []

    init(keyCount: Int, hashMask: UInt64 = .max) {
        self.keyCount = keyCount
        self.hashMask = hashMask
    }

    /// Memory held, what keys point to estimated.
    var byteCount: Int {
        identifiers.byteCount + hashes.capacity * 8 + slots.capacity * 8 + keyByteCount
    }

    /// Numbers the rows of a batch. `newRows` gets the first row of each group that is new.
    mutating func assign(
        _ columns: [Column], count rows: Int, groups: inout ContiguousArray<Int32>,
        newRows: inout ContiguousArray<Int32>
    ) {
        newRows.removeAll(keepingCapacity: true)
        if keyCount == 0 {
            groups = ContiguousArray(repeating: 0, count: rows)
            if count == 0, rows > 0 {
                count = 1
                newRows.append(0)
            }
            return
        }
        if form == nil { form = Self.form(for: columns) }
        if case .identifiers(let kind)? = form {
            if assignIdentifiers(kind, columns[0], rows, &groups, &newRows) { return }
            becomeHashed()
        }
        assignHashed(columns, rows, &groups, &newRows)
    }

    private static func form(for columns: [Column]) -> Form {
        guard columns.count == 1 else { return .hashed }
        switch columns[0] {
        case .nodes: return .identifiers(.nodes)
        case .relationships: return .identifiers(.relationships)
        case .integers: return .identifiers(.integers)
        case .floats: return .identifiers(.floats)
        default: return .hashed
        }
    }

    /// The keys of some groups, one row each.
    func keys(_ range: Range<Int>) -> [Column] {
        switch form {
        case nil: Array(repeating: .nulls(0), count: keyCount)
        case .hashed: keyColumns.map { $0.sliced(range) }
        case .identifiers(let kind): [identifierColumn(kind, range)]
        }
    }

    // MARK: Ids and numbers

    /// False where the column is of another kind.
    private mutating func assignIdentifiers(
        _ kind: IdentifierKind, _ column: Column, _ rows: Int,
        _ groups: inout ContiguousArray<Int32>, _ newRows: inout ContiguousArray<Int32>
    ) -> Bool {
        switch (kind, column) {
        case (.nodes, .nodes(let ids)), (.relationships, .relationships(let ids)):
            if nullGroup < 0, !ids.contains(Column.absent) {
                assignAll(ids, &groups, &newRows)
            } else {
                assignNullable(rows, &groups, &newRows) { row in
                    ids[row] == Column.absent ? nil : ids[row]
                }
            }
        case (.integers, .integers(let values, let validity)):
            if nullGroup < 0, validity.bytes == nil {
                values.withUnsafeBufferPointer { values in
                    values.withMemoryRebound(to: UInt64.self) { keys in
                        assignAll(keys, &groups, &newRows)
                    }
                }
            } else {
                assignNullable(rows, &groups, &newRows) { row in
                    validity.isValid(row) ? UInt64(bitPattern: values[row]) : nil
                }
            }
        case (.floats, .floats(let values, let validity)):
            // Those of which different bits are one value.
            guard values.allSatisfy({ !$0.isNaN && $0.bitPattern != (-0.0).bitPattern }) else {
                return false
            }
            if nullGroup < 0, validity.bytes == nil {
                values.withUnsafeBufferPointer { values in
                    values.withMemoryRebound(to: UInt64.self) { keys in
                        assignAll(keys, &groups, &newRows)
                    }
                }
            } else {
                assignNullable(rows, &groups, &newRows) { row in
                    validity.isValid(row) ? values[row].bitPattern : nil
                }
            }
        default: return false
        }
        return true
    }

    private mutating func assignAll(
        _ ids: ContiguousArray<UInt64>, _ groups: inout ContiguousArray<Int32>,
        _ newRows: inout ContiguousArray<Int32>
    ) {
        ids.withUnsafeBufferPointer { assignAll($0, &groups, &newRows) }
    }

    private mutating func assignAll(
        _ keys: UnsafeBufferPointer<UInt64>, _ groups: inout ContiguousArray<Int32>,
        _ newRows: inout ContiguousArray<Int32>
    ) {
        let before = count
        groups = ContiguousArray(unsafeUninitializedCapacity: keys.count) { output, initialised in
            identifiers.insert(keys, into: output)
            initialised = keys.count
        }
        count = identifiers.count
        if count > before { findFirstRows(groups, from: before, &newRows) }
    }

    /// New numbers ascend, so the first row of each is the first that reaches it.
    private func findFirstRows(
        _ groups: ContiguousArray<Int32>, from before: Int, _ newRows: inout ContiguousArray<Int32>
    ) {
        var next = Int32(truncatingIfNeeded: before)
        for row in 0..<groups.count where groups[row] == next {
            newRows.append(Int32(truncatingIfNeeded: row))
            next += 1
        }
    }

    private mutating func assignNullable(
        _ rows: Int, _ groups: inout ContiguousArray<Int32>,
        _ newRows: inout ContiguousArray<Int32>, _ key: (Int) -> UInt64?
    ) {
        let before = count
        groups = ContiguousArray(repeating: 0, count: rows)
        for row in 0..<rows {
            if let key = key(row) {
                let number = identifiers.insert(key)
                groups[row] = number >= shiftedFrom ? number + 1 : number
            } else {
                if nullGroup < 0 {
                    nullGroup = Int32(truncatingIfNeeded: identifiers.count)
                    shiftedFrom = nullGroup
                }
                groups[row] = nullGroup
            }
        }
        count = identifiers.count + (nullGroup >= 0 ? 1 : 0)
        if count > before { findFirstRows(groups, from: before, &newRows) }
    }

    private func identifierColumn(_ kind: IdentifierKind, _ range: Range<Int>) -> Column {
        var keys = ContiguousArray<UInt64>()
        keys.reserveCapacity(range.count)
        var valid: ContiguousArray<UInt8>?
        for group in range {
            let number = Int32(truncatingIfNeeded: group)
            if number == nullGroup {
                if valid == nil { valid = ContiguousArray(repeating: 1, count: keys.count) }
                valid?.append(0)
                keys.append(Column.absent)
            } else {
                valid?.append(1)
                keys.append(identifiers.keys[number > shiftedFrom ? group - 1 : group])
            }
        }
        switch kind {
        case .nodes: return .nodes(keys)
        case .relationships: return .relationships(keys)
        case .integers:
            return .integers(
                ContiguousArray(keys.lazy.map { Int64(bitPattern: $0) }), Validity(valid))
        case .floats:
            return .floats(
                ContiguousArray(keys.lazy.map { Double(bitPattern: $0) }), Validity(valid))
        }
    }

    /// A key of another kind has come: what is there is hashed anew.
    private mutating func becomeHashed() {
        keyColumns = keys(0..<count)
        keyByteCount = keyColumns.reduce(0) { $0 + $1.byteCount }
        hashes = maskedHashes(keyColumns, count)
        identifiers = IdentifierTable()
        form = .hashed
        rebuildSlots()
    }

    // MARK: Hashed keys

    private mutating func assignHashed(
        _ columns: [Column], _ rows: Int, _ groups: inout ContiguousArray<Int32>,
        _ newRows: inout ContiguousArray<Int32>
    ) {
        let rowHashes = maskedHashes(columns, rows)
        if (count + rows) * 2 > slots.count { rebuildSlots(for: count + rows) }
        groups = ContiguousArray(repeating: 0, count: rows)
        findOrAdd(rowHashes, &groups, &newRows)
        append(columns, newRows)
        verify(columns, rows, rowHashes, &groups, &newRows)
    }

    private func maskedHashes(_ columns: [Column], _ rows: Int) -> ContiguousArray<UInt64> {
        let hashes = Column.hashes(of: columns, count: rows)
        return hashMask == .max ? hashes : ContiguousArray(hashes.lazy.map { $0 & self.hashMask })
    }

    /// Groups by hash alone; rows of unknown hashes begin new ones.
    private mutating func findOrAdd(
        _ rowHashes: ContiguousArray<UInt64>, _ groups: inout ContiguousArray<Int32>,
        _ newRows: inout ContiguousArray<Int32>
    ) {
        var next = count
        slots.withUnsafeMutableBufferPointer { slots in
            groups.withUnsafeMutableBufferPointer { groups in
                let mask = slots.count - 1
                for row in 0..<groups.count {
                    let hash = rowHashes[row]
                    var slot = Int(truncatingIfNeeded: hash) & mask
                    while slots[slot].isTaken, !slots[slot].mayHold(hash) {
                        slot = (slot + 1) & mask
                    }
                    if !slots[slot].isTaken {
                        slots[slot] = HashSlot(hash, group: next)
                        newRows.append(Int32(truncatingIfNeeded: row))
                        next += 1
                    }
                    groups[row] = slots[slot].group
                }
            }
        }
        for row in newRows { hashes.append(rowHashes[Int(row)]) }
        count = next
    }

    /// The new groups' keys join the stored ones.
    private mutating func append(_ columns: [Column], _ rows: ContiguousArray<Int32>) {
        if rows.isEmpty { return }
        let isFirst = keyColumns.isEmpty
        for place in columns.indices {
            let keys = columns[place].gathered(rows: rows).expanded()
            keyByteCount += keys.byteCount
            if isFirst {
                keyColumns.append(keys)
            } else {
                keyColumns[place].append(contentsOf: keys)
            }
        }
    }

    /// Rows that were found by half of their hash are compared with their groups' keys; the few that
    /// only share a hash look further.
    private mutating func verify(
        _ columns: [Column], _ rows: Int, _ rowHashes: ContiguousArray<UInt64>,
        _ groups: inout ContiguousArray<Int32>, _ newRows: inout ContiguousArray<Int32>
    ) {
        var matches = ContiguousArray<UInt8>(repeating: 1, count: rows)
        let all = ContiguousArray(0..<Int32(truncatingIfNeeded: rows))
        all.withUnsafeBufferPointer { all in
            groups.withUnsafeBufferPointer { groups in
                for (column, stored) in zip(columns, keyColumns) {
                    column.expanded().keepEquivalent(all, to: stored, groups, in: &matches)
                }
            }
        }
        for row in 0..<rows where matches[row] == 0 {
            groups[row] = resolve(columns, row, rowHashes[row], &newRows)
        }
    }

    private mutating func resolve(
        _ columns: [Column], _ row: Int, _ hash: UInt64, _ newRows: inout ContiguousArray<Int32>
    ) -> Int32 {
        let mask = slots.count - 1
        var slot = Int(truncatingIfNeeded: hash) & mask
        while slots[slot].isTaken {
            let group = Int(slots[slot].group)
            let isSame =
                hashes[group] == hash
                && zip(columns, keyColumns).allSatisfy { $0.isEquivalent(row, to: $1, group) }
            if isSame { return slots[slot].group }
            slot = (slot + 1) & mask
        }
        let rows: ContiguousArray<Int32> = [Int32(truncatingIfNeeded: row)]
        append(columns, rows)
        newRows.append(contentsOf: rows)
        slots[slot] = HashSlot(hash, group: count)
        hashes.append(hash)
        count += 1
        return slots[slot].group
    }

    private mutating func rebuildSlots(for expected: Int? = nil) {
        let wanted = max(64, (expected ?? count) * 2)
        let size = 1 << (Int.bitWidth - (wanted - 1).leadingZeroBitCount)
        slots = ContiguousArray(repeating: HashSlot(), count: size)
        for group in 0..<count {
            var slot = Int(truncatingIfNeeded: hashes[group]) & (size - 1)
            while slots[slot].isTaken { slot = (slot + 1) & (size - 1) }
            slots[slot] = HashSlot(hashes[group], group: group)
        }
    }
}

/// A place of the hash table: a group and, beside it, half of its hash, so that a look-up touches
/// one cache line. The other half chose the place.
private struct HashSlot {
    private var tag: UInt32 = 0
    private(set) var group: Int32 = -1

    init() {}

    init(_ hash: UInt64, group: Int) {
        tag = UInt32(truncatingIfNeeded: hash >> 32)
        self.group = Int32(truncatingIfNeeded: group)
    }

    @inline(__always) var isTaken: Bool { group >= 0 }

    @inline(__always) func mayHold(_ hash: UInt64) -> Bool {
        tag == UInt32(truncatingIfNeeded: hash >> 32)
    }
}
