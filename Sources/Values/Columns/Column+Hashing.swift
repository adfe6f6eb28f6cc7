/// Hashing and equality of rows under equivalence: what grouping, DISTINCT and hash joins run on.
extension Column {
    /// Folds every row's hash into `hashes`, one entry a row. Columns folded in turn into zeros
    /// give each row the hash that ``GroupKey`` gives its values.
    ///
    /// Cost: one to two nanoseconds a row for numbers and ids, and the bytes for strings.
    public func foldHashes(into hashes: inout ContiguousArray<UInt64>) {
        precondition(hashes.count == count)
        hashes.withUnsafeMutableBufferPointer { hashes in
            switch self {
            case .nodes(let ids):
                fold(ids, hashes) {
                    $0 == Column.absent ? ValueHash.null : ValueHash.hash(node: $0)
                }
            case .relationships(let ids):
                fold(ids, hashes) {
                    $0 == Column.absent ? ValueHash.null : ValueHash.hash(relationship: $0)
                }
            case .integers(let values, let validity):
                fold(values, validity, hashes) { ValueHash.hash(integer: $0) }
            case .floats(let values, let validity):
                fold(values, validity, hashes) { ValueHash.hash(float: $0) }
            case .booleans(let values):
                fold(values, hashes) {
                    $0 == 2 ? ValueHash.null : ValueHash.hash(boolean: $0 == 1)
                }
            case .strings(let strings): fold(strings, hashes)
            case .values(let values): fold(values, hashes) { $0.equivalenceHash }
            case .constant(let value, _):
                let hash = value.equivalenceHash
                for row in 0..<hashes.count {
                    hashes[row] = ValueHash.combine(hashes[row], hash)
                }
            }
        }
    }

    /// The hash of each row of this column alone.
    public func hashes() -> ContiguousArray<UInt64> {
        var hashes = ContiguousArray<UInt64>(repeating: 0, count: count)
        foldHashes(into: &hashes)
        return hashes
    }

    /// The hash of each row over several columns.
    public static func hashes(of columns: [Column], count: Int) -> ContiguousArray<UInt64> {
        var hashes = ContiguousArray<UInt64>(repeating: 0, count: count)
        for column in columns { column.foldHashes(into: &hashes) }
        return hashes
    }

    @inline(__always)
    private func fold<Element>(
        _ values: ContiguousArray<Element>, _ hashes: UnsafeMutableBufferPointer<UInt64>,
        _ hash: (Element) -> UInt64
    ) {
        values.withUnsafeBufferPointer { values in
            for row in 0..<values.count {
                hashes[row] = ValueHash.combine(hashes[row], hash(values[row]))
            }
        }
    }

    @inline(__always)
    private func fold<Element>(
        _ values: ContiguousArray<Element>, _ validity: Validity,
        _ hashes: UnsafeMutableBufferPointer<UInt64>, _ hash: (Element) -> UInt64
    ) {
        guard let valid = validity.bytes else { return fold(values, hashes, hash) }
        values.withUnsafeBufferPointer { values in
            valid.withUnsafeBufferPointer { valid in
                for row in 0..<values.count {
                    let own = valid[row] == 0 ? ValueHash.null : hash(values[row])
                    hashes[row] = ValueHash.combine(hashes[row], own)
                }
            }
        }
    }

    private func fold(_ strings: StringColumn, _ hashes: UnsafeMutableBufferPointer<UInt64>) {
        strings.withUnsafeContents { bytes, offsets in
            for row in 0..<hashes.count {
                let range = Int(offsets[row])..<Int(offsets[row + 1])
                let own =
                    strings.validity.isValid(row)
                    ? ValueHash.hash(utf8: UnsafeRawBufferPointer(rebasing: bytes[range]))
                    : ValueHash.null
                hashes[row] = ValueHash.combine(hashes[row], own)
            }
        }
    }
}

extension Column {
    /// Whether two rows are in one group.
    public func isEquivalent(_ row: Int, to other: Column, _ otherRow: Int) -> Bool {
        switch (self, other) {
        case (.nodes(let left), .nodes(let right)),
            (.relationships(let left), .relationships(let right)):
            left[row] == right[otherRow]
        case (.integers(let left, let leftValid), .integers(let right, let rightValid)):
            leftValid.isValid(row)
                ? rightValid.isValid(otherRow) && left[row] == right[otherRow]
                : !rightValid.isValid(otherRow)
        case (.booleans(let left), .booleans(let right)): left[row] == right[otherRow]
        case (.strings(let left), .strings(let right)):
            left.isEquivalent(row, to: right, otherRow)
        default: Value.isEquivalent(value(row), other.value(otherRow))
        }
    }

    /// Clears `matches[i]` where row `rows[i]` of this column and row `otherRows[i]` of the other
    /// are not in one group. Called for each key column in turn, it leaves the rows that match in
    /// all of them. The three have one length.
    public func keepEquivalent(
        _ rows: UnsafeBufferPointer<Int32>, to other: Column,
        _ otherRows: UnsafeBufferPointer<Int32>, in matches: inout ContiguousArray<UInt8>
    ) {
        precondition(rows.count == otherRows.count && rows.count == matches.count)
        matches.withUnsafeMutableBufferPointer { matches in
            switch (self, other) {
            case (.nodes(let left), .nodes(let right)),
                (.relationships(let left), .relationships(let right)):
                keepEqual(left, rows, right, otherRows, matches)
            case (.integers(let left, let leftValid), .integers(let right, let rightValid))
            where leftValid.bytes == nil && rightValid.bytes == nil:
                keepEqual(left, rows, right, otherRows, matches)
            case (.booleans(let left), .booleans(let right)):
                keepEqual(left, rows, right, otherRows, matches)
            case (.strings(let left), .strings(let right)):
                for place in 0..<rows.count where matches[place] != 0 {
                    let isMatch = left.isEquivalent(
                        Int(rows[place]), to: right, Int(otherRows[place]))
                    matches[place] = isMatch ? 1 : 0
                }
            default:
                for place in 0..<rows.count where matches[place] != 0 {
                    let isMatch = isEquivalent(
                        Int(rows[place]), to: other, Int(otherRows[place]))
                    matches[place] = isMatch ? 1 : 0
                }
            }
        }
    }

    @inline(__always)
    private func keepEqual<Element: Equatable>(
        _ left: ContiguousArray<Element>, _ rows: UnsafeBufferPointer<Int32>,
        _ right: ContiguousArray<Element>, _ otherRows: UnsafeBufferPointer<Int32>,
        _ matches: UnsafeMutableBufferPointer<UInt8>
    ) {
        left.withUnsafeBufferPointer { left in
            right.withUnsafeBufferPointer { right in
                for place in 0..<rows.count {
                    let isMatch = left[Int(rows[place])] == right[Int(otherRows[place])]
                    matches[place] &= isMatch ? 1 : 0
                }
            }
        }
    }
}

extension StringColumn {
    func isEquivalent(_ row: Int, to other: StringColumn, _ otherRow: Int) -> Bool {
        let isValid = validity.isValid(row)
        guard isValid == other.validity.isValid(otherRow) else { return false }
        return !isValid
            || (byteCount(row) == other.byteCount(otherRow)
                && order(row, other, otherRow) == 0)
    }

    /// The order of two rows that hold strings.
    func order(_ row: Int, _ other: StringColumn, _ otherRow: Int) -> Int {
        bytes.withUnsafeBufferPointer { left in
            other.bytes.withUnsafeBufferPointer { right in
                orderOfBytes(
                    UnsafeBufferPointer(
                        rebasing: left[Int(offsets[row])..<Int(offsets[row + 1])]),
                    UnsafeBufferPointer(
                        rebasing: right[
                            Int(other.offsets[otherRow])..<Int(other.offsets[otherRow + 1])]))
            }
        }
    }
}
