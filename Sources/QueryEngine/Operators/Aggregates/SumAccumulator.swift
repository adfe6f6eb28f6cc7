import Cypher
import Values

/// `sum` and `avg` of numbers, or of durations.
///
/// Integers are added in 128 bits: exact, and whether the sum overflows does not depend on the
/// order of the rows. One float makes a group's sum a float.
final class SumAccumulator: Accumulator {
    enum Kind: String {
        case sum
        case average = "avg"
    }

    private let kind: Kind
    private let range: SourceRange
    private var integerSums: ContiguousArray<Int128> = []
    private var floatSums: ContiguousArray<Double> = []
    private var counts: ContiguousArray<Int64> = []
    /// Whether the group has met a float.
    private var isFloat: ContiguousArray<UInt8> = []
    /// A group's sum where it is of durations; `counts` counts them too.
    private var durations: [Int: DurationValue] = [:]
    private var durationCounts: [Int: Int64] = [:]

    init(_ kind: Kind, range: SourceRange) {
        self.kind = kind
        self.range = range
    }

    var byteCount: Int { counts.count * 33 + durations.count * 64 }

    func grow(to groupCount: Int) {
        integerSums.grow(to: groupCount, with: 0)
        floatSums.grow(to: groupCount, with: 0)
        counts.grow(to: groupCount, with: 0)
        isFloat.grow(to: groupCount, with: 0)
    }

    func update(_ groups: GroupRows, _ column: Column) throws {
        switch column {
        case .integers(let values, let validity):
            if groups.numbers == nil, validity.bytes == nil { return addAll(values) }
            add(values, validity, groups)
        case .floats(let values, let validity):
            if groups.numbers == nil, validity.bytes == nil { return addAll(values) }
            add(values, validity, groups)
        case .constant(.null, _): break
        default:
            for row in 0..<groups.count { try add(column.value(row), to: groups.group(row)) }
        }
    }

    // MARK: Columns of numbers

    private func addAll(_ values: ContiguousArray<Int64>) {
        guard !values.isEmpty else { return }
        // A batch's sum of 32-bit halves fits 64 bits, so the loop has no carries.
        var low: UInt64 = 0
        var high: Int64 = 0
        values.withUnsafeBufferPointer { values in
            for value in values {
                low &+= UInt64(truncatingIfNeeded: value) & 0xFFFF_FFFF
                high &+= value >> 32
            }
        }
        integerSums[0] += (Int128(high) << 32) + Int128(low)
        counts[0] += Int64(values.count)
    }

    private func addAll(_ values: ContiguousArray<Double>) {
        guard !values.isEmpty else { return }
        floatSums[0] += values.withUnsafeBufferPointer { Self.sum($0) }
        counts[0] += Int64(values.count)
        isFloat[0] = 1
    }

    /// Four running sums: faster than one, and their rounding errors are smaller.
    private static func sum(_ values: UnsafeBufferPointer<Double>) -> Double {
        var sums = SIMD4<Double>.zero
        var place = 0
        while place + 4 <= values.count {
            sums += SIMD4(
                values[place], values[place + 1], values[place + 2], values[place + 3])
            place += 4
        }
        var total = sums.sum()
        while place < values.count {
            total += values[place]
            place += 1
        }
        return total
    }

    private func add(
        _ values: ContiguousArray<Int64>, _ validity: Validity, _ groups: GroupRows
    ) {
        values.withUnsafeBufferPointer { values in
            integerSums.withUnsafeMutableBufferPointer { sums in
                counts.withUnsafeMutableBufferPointer { counts in
                    groups.forEach(validity) { row, group in
                        sums[group] &+= Int128(values[row])
                        counts[group] &+= 1
                    }
                }
            }
        }
    }

    private func add(
        _ values: ContiguousArray<Double>, _ validity: Validity, _ groups: GroupRows
    ) {
        values.withUnsafeBufferPointer { values in
            floatSums.withUnsafeMutableBufferPointer { sums in
                counts.withUnsafeMutableBufferPointer { counts in
                    isFloat.withUnsafeMutableBufferPointer { isFloat in
                        groups.forEach(validity) { row, group in
                            sums[group] += values[row]
                            counts[group] &+= 1
                            isFloat[group] = 1
                        }
                    }
                }
            }
        }
    }

    // MARK: Single values

    private func add(_ value: Value, to group: Int) throws {
        switch value {
        case .null: return
        case .integer(let value): integerSums[group] += Int128(value)
        case .float(let value):
            floatSums[group] += value
            isFloat[group] = 1
        case .duration(let duration):
            try add(duration, to: group)
        default:
            throw QueryError.wrongType(
                "\(kind.rawValue)()", expected: "numbers or durations", found: value)
        }
        counts[group] += 1
    }

    private func add(_ duration: DurationValue, to group: Int) throws {
        guard let sum = durations[group] else {
            durations[group] = duration
            durationCounts[group] = 1
            return
        }
        let total = try translatingErrors(at: range) { () throws(ValueError) in
            try Value.add(.duration(sum), .duration(duration))
        }
        if case .duration(let total) = total { durations[group] = total }
        durationCounts[group, default: 0] += 1
    }

    // MARK: Results

    func result(_ groups: Range<Int>) throws -> Column {
        var output = ColumnBuilder(capacity: groups.count)
        for group in groups {
            switch kind {
            case .sum: output.append(try sum(group))
            case .average: output.append(try average(group))
            }
        }
        return output.build()
    }

    /// A group's sum of durations; an error where it holds numbers as well.
    private func durationSum(_ group: Int) throws -> DurationValue? {
        guard let sum = durations[group] else { return nil }
        guard durationCounts[group] == counts[group] else {
            throw QueryError(
                .type,
                "InvalidArgumentType: \(kind.rawValue)() expects numbers only or durations only",
                at: range)
        }
        return sum
    }

    private func sum(_ group: Int) throws -> Value {
        if let duration = try durationSum(group) { return .duration(duration) }
        if isFloat[group] != 0 { return .float(floatSums[group] + Double(integerSums[group])) }
        guard let sum = Int64(exactly: integerSums[group]) else {
            throw QueryError(
                .arithmetic,
                "IntegerOverflow: sum() is \(integerSums[group]), which does not fit "
                    + "64 bits", at: range)
        }
        return .integer(sum)
    }

    private func average(_ group: Int) throws -> Value {
        let count = counts[group]
        if count == 0 { return .null }
        if let duration = try durationSum(group) {
            return try translatingErrors(at: range) { () throws(ValueError) in
                try Value.divide(.duration(duration), .integer(count))
            }
        }
        return .float((floatSums[group] + Double(integerSums[group])) / Double(count))
    }
}
