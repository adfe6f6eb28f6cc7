import Values

/// Functions that make new strings of strings: `+` and `||`, `replace` and `reverse`. Their bytes go
/// one behind the other into the result's column.
enum StringBuildingKernels {
    typealias Bytes = StringKernels.Bytes

    static func kernel(for name: String) -> ScalarKernels.Kernel? {
        switch name.lowercased() {
        case "reverse": reversed
        case "replace": replaced
        default: nil
        }
    }

    /// `left + right`, null where one of them is. Nil where not both are strings, where both are
    /// constant, and where together they pass what a column holds.
    static func joined(_ left: Column, _ right: Column, count: Int) -> Column? {
        if left.constantValue != nil, right.constantValue != nil { return nil }
        guard let left = StringOperand(left), let right = StringOperand(right) else { return nil }
        let byteCount = left.byteCount(rows: count) + right.byteCount(rows: count)
        let joined = StringKernels.withReader(left) { left in
            StringKernels.withReader(right) { right in
                build(count, byteCount: byteCount) { row, output in
                    output.append(contentsOf: left.bytes(row))
                    output.append(contentsOf: right.bytes(row))
                }
            }
        }
        guard var joined else { return nil }
        joined.validity = Validity.both(left.validity, right.validity)
        return .strings(joined)
    }

    /// `count` rows, each what `append` adds; nil where they pass what a column holds.
    private static func build(
        _ count: Int, byteCount: Int, _ append: (Int, inout ContiguousArray<UInt8>) -> Void
    ) -> StringColumn? {
        guard byteCount <= StringColumn.maximumBytes else { return nil }
        var bytes = ContiguousArray<UInt8>()
        bytes.reserveCapacity(byteCount)
        var offsets: ContiguousArray<Int32> = [0]
        offsets.reserveCapacity(count + 1)
        for row in 0..<count {
            append(row, &bytes)
            guard bytes.count <= StringColumn.maximumBytes else { return nil }
            offsets.append(Int32(truncatingIfNeeded: bytes.count))
        }
        return StringColumn(bytes: bytes, offsets: offsets, validity: .allValid)
    }

    /// By code points; a list is left to the function.
    private static func reversed(_ columns: [Column]) -> Column? {
        guard columns.count == 1, case .strings(let strings) = columns[0] else { return nil }
        let reversed = StringKernels.withReader(strings) { reader in
            build(strings.count, byteCount: strings.bytes.count) { row, output in
                let bytes = reader.bytes(row)
                var end = bytes.count
                while end > 0 {
                    var start = end - 1
                    while start > 0, StringKernels.isContinuation(bytes[start]) { start -= 1 }
                    for byte in bytes[start..<end] { output.append(byte) }
                    end = start
                }
            }
        }
        guard var reversed else { return nil }
        reversed.validity = strings.validity
        return .strings(reversed)
    }

    /// Bytes by which all rows together may grow.
    private static let largestGrowth = 64 << 20

    /// With a constant search, not empty, and a constant replacement, without a limit.
    private static func replaced(_ columns: [Column]) -> Column? {
        guard columns.count == 3, case .strings(let strings) = columns[0],
            case .string(let old)? = columns[1].constantValue, !old.isEmpty,
            case .string(let new)? = columns[2].constantValue
        else { return nil }
        let (search, replacement) = (ContiguousArray(old.utf8), ContiguousArray(new.utf8))
        // Row by row where it could grow large: there each string has its limit.
        let places = strings.bytes.count / search.count
        guard places * replacement.count <= largestGrowth else { return nil }
        let replaced = StringKernels.withReader(strings) { reader in
            search.withUnsafeBufferPointer { search in
                build(strings.count, byteCount: strings.bytes.count) { row, output in
                    var rest = reader.bytes(row)
                    while let place = StringKernels.place(of: search, in: rest) {
                        output.append(contentsOf: rest[..<place])
                        output.append(contentsOf: replacement)
                        rest = Bytes(rebasing: rest[(place + search.count)...])
                    }
                    output.append(contentsOf: rest)
                }
            }
        }
        guard var replaced else { return nil }
        replaced.validity = strings.validity
        return .strings(replaced)
    }
}

extension StringOperand {
    fileprivate func byteCount(rows: Int) -> Int {
        switch self {
        case .rows(let strings): strings.bytes.count
        case .repeated(let bytes): bytes.count * rows
        }
    }
}
