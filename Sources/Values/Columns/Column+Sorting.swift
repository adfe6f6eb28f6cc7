/// The order of rows under orderability: what ORDER BY, top-k and merges run on.
extension Column {
    /// The order of two rows: negative, zero or positive; null is last.
    public func order(_ row: Int, _ other: Column, _ otherRow: Int) -> Int {
        switch (self, other) {
        case (.integers(let left, let leftValid), .integers(let right, let rightValid)):
            if leftValid.isValid(row) && rightValid.isValid(otherRow) {
                return Numbers.order(left[row], right[otherRow])
            }
        case (.floats(let left, let leftValid), .floats(let right, let rightValid)):
            if leftValid.isValid(row) && rightValid.isValid(otherRow) {
                return Numbers.totalOrder(left[row], right[otherRow])
            }
        case (.nodes(let left), .nodes(let right)),
            (.relationships(let left), .relationships(let right)):
            // The absent id is the largest: null comes last by itself.
            return Numbers.order(left[row], right[otherRow])
        case (.booleans(let left), .booleans(let right)):
            return Numbers.order(left[row], right[otherRow])
        case (.strings(let left), .strings(let right)):
            if left.validity.isValid(row) && right.validity.isValid(otherRow) {
                return left.order(row, right, otherRow)
            }
        default: return Value.order(value(row), other.value(otherRow))
        }
        return Numbers.order(isNull(row) ? 1 : 0, other.isNull(otherRow) ? 1 : 0)
    }

    /// 64 bits a row that never contradict the order: where they differ, they decide. `isExact`
    /// tells that equal bits mean equal rows.
    fileprivate func orderPrefixes() -> (bits: ContiguousArray<UInt64>, isExact: Bool) {
        switch self {
        case .nodes(let ids), .relationships(let ids): return (ids, true)
        case .booleans(let values): return (ContiguousArray(values.lazy.map { UInt64($0) }), true)
        case .integers(let values, let validity):
            var bits = ContiguousArray(
                values.lazy.map { UInt64(bitPattern: $0) ^ (1 << 63) })
            validity.writeLast(into: &bits)
            return (bits, validity.bytes == nil)
        case .floats(let values, let validity):
            var bits = ContiguousArray(values.lazy.map { Self.orderedBits($0) })
            validity.writeLast(into: &bits)
            return (bits, true)
        case .strings(let strings):
            var bits = ContiguousArray<UInt64>(repeating: 0, count: strings.count)
            strings.withUnsafeContents { bytes, offsets in
                for row in 0..<bits.count {
                    let end = min(offsets[row + 1], offsets[row] + 8)
                    var shift: UInt64 = 64
                    for place in offsets[row]..<end {
                        shift -= 8
                        bits[row] |= UInt64(bytes[Int(place)]) << shift
                    }
                }
            }
            strings.validity.writeLast(into: &bits)
            return (bits, false)
        case .constant: return (ContiguousArray(repeating: 0, count: count), true)
        case .values: return (ContiguousArray(repeating: 0, count: count), false)
        }
    }

    /// Negative floats upside down, NaN above infinity, -0.0 as 0.0.
    private static func orderedBits(_ value: Double) -> UInt64 {
        if value.isNaN { return UInt64.max - 1 }
        let bits = (value == 0 ? 0.0 : value).bitPattern
        return bits >> 63 == 1 ? ~bits : bits | (1 << 63)
    }
}

extension Validity {
    fileprivate func writeLast(into bits: inout ContiguousArray<UInt64>) {
        guard let bytes else { return }
        for row in 0..<bytes.count where bytes[row] == 0 { bits[row] = UInt64.max }
    }
}

/// One expression of ORDER BY, computed for every row.
public struct SortKey: Sendable {
    public var column: Column
    public var isDescending: Bool

    public init(_ column: Column, isDescending: Bool = false) {
        self.column = column
        self.isDescending = isDescending
    }

    /// The places of the rows in order, at most `limit` of them. Rows that are equal in every key
    /// keep their order. All columns have one length; no key leaves the rows as they are.
    ///
    /// Cost: the first 64 bits of the first key sort most rows; only ties look at columns again.
    public static func sortedRows(
        _ keys: [SortKey], count: Int, limit: Int? = nil
    ) -> ContiguousArray<Int32> {
        guard let first = keys.first else {
            return ContiguousArray(0..<Int32(min(count, limit ?? count)))
        }
        let (bits, isExact) = first.column.orderPrefixes()
        let flip: UInt64 = first.isDescending ? .max : 0
        var entries = ContiguousArray<Entry>(unsafeUninitializedCapacity: count) { buffer, filled in
            for row in 0..<count {
                buffer.initializeElement(
                    at: row, to: Entry(bits: bits[row] ^ flip, row: Int32(row)))
            }
            filled = count
        }
        let ties = isExact ? Array(keys.dropFirst()) : keys
        entries.sort { left, right in
            if left.bits != right.bits { return left.bits < right.bits }
            for key in ties {
                let order = key.column.order(Int(left.row), key.column, Int(right.row))
                if order != 0 { return (order < 0) != key.isDescending }
            }
            return left.row < right.row
        }
        return ContiguousArray(entries.prefix(limit ?? count).lazy.map(\.row))
    }

    private struct Entry {
        let bits: UInt64
        let row: Int32
    }
}
