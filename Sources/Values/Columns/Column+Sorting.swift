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
        case .strings(let strings): return strings.orderPrefixes()
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
    /// A limit much smaller than the count needs one pass and the memory of twice the limit.
    public static func sortedRows(
        _ keys: [SortKey], count: Int, limit: Int? = nil
    ) -> ContiguousArray<Int32> {
        let limit = min(limit ?? count, count)
        guard let first = keys.first, limit > 0 else {
            return ContiguousArray(0..<Int32(max(0, limit)))
        }
        let (bits, isExact) = first.column.orderPrefixes()
        let flip: UInt64 = first.isDescending ? .max : 0
        let ties = isExact ? Array(keys.dropFirst()) : keys
        func precedes(_ left: Entry, _ right: Entry) -> Bool {
            if left.bits != right.bits { return left.bits < right.bits }
            for key in ties {
                let order = key.column.order(Int(left.row), key.column, Int(right.row))
                if order != 0 { return (order < 0) != key.isDescending }
            }
            return left.row < right.row
        }
        let room = limit < count / 4 ? 2 * limit : count
        var entries: ContiguousArray<Entry> = []
        entries.reserveCapacity(room)
        // What lies behind the worst of `limit` rows that are known needs no further look.
        var worst = UInt64.max
        for row in 0..<count {
            let entry = Entry(bits: bits[row] ^ flip, row: Int32(truncatingIfNeeded: row))
            guard entry.bits <= worst else { continue }
            if entries.count == room {
                entries.sort(by: precedes)
                entries.removeLast(room - limit)
                worst = entries[limit - 1].bits
                guard entry.bits <= worst else { continue }
            }
            entries.append(entry)
        }
        entries.sort(by: precedes)
        return ContiguousArray(entries.prefix(limit).lazy.map(\.row))
    }

    private struct Entry {
        let bits: UInt64
        let row: Int32
    }
}

extension StringColumn {
    /// What follows the beginning that all strings share: eight bytes, or, where no string has
    /// more than seven left, those and how many they are, which is then the whole string.
    fileprivate func orderPrefixes() -> (bits: ContiguousArray<UInt64>, isExact: Bool) {
        withUnsafeContents { bytes, offsets in
            let shared = sharedPrefixLength(bytes, offsets)
            let longest = (0..<count).reduce(0) { max($0, byteCount($1) - shared) }
            let isExact = longest <= 7
            let taken = isExact ? 7 : 8
            var bits = ContiguousArray<UInt64>(repeating: .max, count: count)
            for row in 0..<count where validity.isValid(row) {
                let start = Int(offsets[row]) + shared
                let end = Int(offsets[row + 1])
                var prefix: UInt64 = 0
                var shift: UInt64 = 64
                for place in start..<min(end, start + taken) {
                    shift -= 8
                    prefix |= UInt64(bytes[place]) << shift
                }
                bits[row] = isExact ? prefix | UInt64(end - start) : prefix
            }
            return (bits, isExact)
        }
    }

    private func sharedPrefixLength(
        _ bytes: UnsafeRawBufferPointer, _ offsets: UnsafeBufferPointer<Int32>
    ) -> Int {
        var first: Int?
        var shared = 0
        for row in 0..<count where validity.isValid(row) {
            let start = Int(offsets[row])
            let length = Int(offsets[row + 1]) - start
            guard let first else {
                first = start
                shared = length
                continue
            }
            shared = min(shared, length)
            var same = 0
            while same < shared, bytes[first + same] == bytes[start + same] { same += 1 }
            shared = same
            if shared == 0 { break }
        }
        return shared
    }
}
