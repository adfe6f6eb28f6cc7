import Cypher
import Values

/// `sum` and `avg` of numbers, or of durations.
///
/// Integers are added in 128 bits: exact, and whether the sum overflows does not depend on the
/// order of the rows. One float makes a group's sum a float.
final class SumAccumulator: MergeableAccumulator {
    enum Kind: String {
        case sum
        case average = "avg"
    }

    /// A group's integers; one cache line holds sum and count. What overflows is carried apart.
    private struct IntegerSum {
        var low: Int64 = 0
        var count: Int64 = 0
    }

    private struct FloatSum {
        var sum = 0.0
        var count: Int64 = 0
    }

    private let kind: Kind
    private let range: SourceRange
    private var integers: ContiguousArray<IntegerSum> = []
    /// How often a group's sum of integers went round 2^64 upwards, less how often downwards.
    private var carries: [Int: Int] = [:]
    /// Empty until the first float comes.
    private var floats: ContiguousArray<FloatSum> = []
    private var durations: [Int: (sum: DurationValue, count: Int64)] = [:]

    init(_ kind: Kind, range: SourceRange) {
        self.kind = kind
        self.range = range
    }

    var byteCount: Int { (integers.count + floats.count) * 16 + durations.count * 64 }

    func grow(to groupCount: Int) {
        integers.grow(to: groupCount, with: IntegerSum())
        if !floats.isEmpty { floats.grow(to: groupCount, with: FloatSum()) }
    }

    func update(_ groups: GroupRows, _ column: Column) throws {
        if let weights = groups.weights { return try add(column, weights, groups) }
        switch column {
        case .integers(let values, let validity): add(values, validity, groups)
        case .floats(let values, let validity):
            floats.grow(to: integers.count, with: FloatSum())
            add(values, validity, groups)
        case .constant(.null, _): break
        case .values(let values):
            guard let numbers = MixedNumbers(values) else { fallthrough }
            add(numbers.integers, numbers.areIntegers, groups)
            floats.grow(to: integers.count, with: FloatSum())
            add(numbers.floats, numbers.areFloats, groups)
        default:
            for row in 0..<groups.count { try add(column.value(row), 1, to: groups.group(row)) }
        }
    }

    /// Rows that stand for several: each value counts as often.
    private func add(_ column: Column, _ weights: ContiguousArray<Int64>, _ groups: GroupRows)
        throws
    {
        for row in 0..<groups.count {
            try add(column.value(row), weights[row], to: groups.group(row))
        }
    }

    // MARK: Columns of numbers

    private func add(_ values: UnsafeBufferPointer<Int64>, to group: Int) {
        // A batch's sum of 32-bit halves fits 64 bits, so the loop has no carries.
        var low: UInt64 = 0
        var high: Int64 = 0
        for value in values {
            low &+= UInt64(truncatingIfNeeded: value) & 0xFFFF_FFFF
            high &+= value >> 32
        }
        store(exactSum(group) + (Int128(high) << 32) + Int128(low), in: group)
        integers[group].count += Int64(values.count)
    }

    private func exactSum(_ group: Int) -> Int128 {
        let low = Int128(integers[group].low)
        return carries.isEmpty ? low : (Int128(carries[group] ?? 0) << 64) + low
    }

    /// The group's integers as a float.
    private func approximateSum(_ group: Int) -> Double {
        carries.isEmpty ? Double(integers[group].low) : Double(exactSum(group))
    }

    private func store(_ sum: Int128, in group: Int) {
        integers[group].low = Int64(truncatingIfNeeded: sum)
        let carry = Int(truncatingIfNeeded: (sum - Int128(integers[group].low)) >> 64)
        if carry != 0 || !carries.isEmpty { carries[group] = carry }
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
            if validity.bytes == nil,
                groups.forEachRun({ add(UnsafeBufferPointer(rebasing: values[$1]), to: $0) })
            {
                return
            }
            integers.withUnsafeMutableBufferPointer { sums in
                groups.forEach(validity) { row, group in
                    let value = values[row]
                    let (sum, overflow) = sums[group].low.addingReportingOverflow(value)
                    sums[group].low = sum
                    sums[group].count &+= 1
                    if overflow { carries[group, default: 0] += value < 0 ? -1 : 1 }
                }
            }
        }
    }

    private func add(
        _ values: ContiguousArray<Double>, _ validity: Validity, _ groups: GroupRows
    ) {
        values.withUnsafeBufferPointer { values in
            floats.withUnsafeMutableBufferPointer { sums in
                if validity.bytes == nil,
                    groups.forEachRun({ group, rows in
                        sums[group].sum += Self.sum(UnsafeBufferPointer(rebasing: values[rows]))
                        sums[group].count &+= Int64(rows.count)
                    })
                {
                    return
                }
                groups.forEach(validity) { row, group in
                    sums[group].sum += values[row]
                    sums[group].count &+= 1
                }
            }
        }
    }

    /// Integers beside floats, as `CASE … THEN r.rating ELSE 0 END` gives them: each kind as a column
    /// in which the other is missing.
    private struct MixedNumbers {
        var integers: ContiguousArray<Int64>
        var floats: ContiguousArray<Double>
        let areIntegers: Validity
        let areFloats: Validity

        /// Nil where there is anything else.
        init?(_ values: ContiguousArray<Value>) {
            integers = ContiguousArray(repeating: 0, count: values.count)
            floats = ContiguousArray(repeating: 0, count: values.count)
            var isInteger = ContiguousArray<UInt8>(repeating: 0, count: values.count)
            var isFloat = isInteger
            for row in 0..<values.count {
                switch values[row] {
                case .null: break
                case .integer(let value):
                    integers[row] = value
                    isInteger[row] = 1
                case .float(let value):
                    floats[row] = value
                    isFloat[row] = 1
                default: return nil
                }
            }
            areIntegers = Validity(isInteger)
            areFloats = Validity(isFloat)
        }
    }

    // MARK: Single values

    private func add(_ value: Value, _ weight: Int64, to group: Int) throws {
        switch value {
        case .null: return
        case .integer(let value):
            let sum = exactSum(group) + Int128(value) * Int128(weight)
            store(sum, in: group)
            integers[group].count += weight
        case .float(let value):
            floats.grow(to: integers.count, with: FloatSum())
            floats[group].sum += value * Double(weight)
            floats[group].count += weight
        case .duration(let duration): try add(duration, weight, to: group)
        default:
            throw QueryError.wrongType(
                "\(kind.rawValue)()", expected: "numbers or durations", found: value)
        }
    }

    private func add(_ duration: DurationValue, _ weight: Int64, to group: Int) throws {
        let known = durations[group]
        let total = try translatingErrors(at: range) { () throws(ValueError) in
            var part = Value.duration(duration)
            if weight != 1 { part = try Value.multiply(part, .integer(weight)) }
            guard let known else { return part }
            return try Value.add(.duration(known.sum), part)
        }
        if case .duration(let total) = total {
            durations[group] = (total, (known?.count ?? 0) + weight)
        }
    }

    func merge(_ part: any Accumulator, _ numbers: ContiguousArray<Int32>) throws {
        guard let part = part as? SumAccumulator else { preconditionFailure("another kind") }
        if !part.floats.isEmpty { floats.grow(to: integers.count, with: FloatSum()) }
        for (place, number) in numbers.enumerated() {
            let group = Int(number)
            if part.integers[place].count > 0 {
                store(exactSum(group) + part.exactSum(place), in: group)
                integers[group].count += part.integers[place].count
            }
            if let found = part.floatSum(place) {
                floats[group].sum += found.sum
                floats[group].count += found.count
            }
            if let found = part.durations[place] {
                let count = (durations[group]?.count ?? 0) + found.count
                try add(found.sum, 1, to: group)
                durations[group]?.count = count
            }
        }
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

    private func sum(_ group: Int) throws -> Value {
        if let duration = try durationSum(group) { return .duration(duration.sum) }
        if let floats = floatSum(group) { return .float(floats.sum + approximateSum(group)) }
        if carries.isEmpty { return .integer(integers[group].low) }
        let integers = exactSum(group)
        guard let sum = Int64(exactly: integers) else {
            throw QueryError(
                .arithmetic,
                "IntegerOverflow: sum() is \(integers), which does not fit 64 bits", at: range)
        }
        return .integer(sum)
    }

    private func average(_ group: Int) throws -> Value {
        if let duration = try durationSum(group) {
            return try translatingErrors(at: range) { () throws(ValueError) in
                try Value.divide(.duration(duration.sum), .integer(duration.count))
            }
        }
        let floats = floatSum(group) ?? FloatSum()
        let count = floats.count + integers[group].count
        if count == 0 { return .null }
        return .float((floats.sum + approximateSum(group)) / Double(count))
    }

    private func floatSum(_ group: Int) -> FloatSum? {
        guard !floats.isEmpty, floats[group].count > 0 else { return nil }
        return floats[group]
    }

    /// A group's sum of durations; an error where it holds numbers as well.
    private func durationSum(_ group: Int) throws -> (sum: DurationValue, count: Int64)? {
        guard !durations.isEmpty, let duration = durations[group] else { return nil }
        guard integers[group].count == 0, floatSum(group) == nil else {
            throw QueryError(
                .type,
                "InvalidArgumentType: \(kind.rawValue)() expects numbers only or durations only",
                at: range)
        }
        return duration
    }
}
