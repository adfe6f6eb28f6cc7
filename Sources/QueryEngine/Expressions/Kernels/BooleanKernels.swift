import Values

/// Three-valued logic on bytes: 0 false, 1 true, 2 null.
enum BooleanKernels {
    /// Puts null where a row is not valid.
    static func markNulls(_ flags: inout ContiguousArray<UInt8>, _ validity: Validity) {
        guard let valid = validity.bytes else { return }
        flags.withUnsafeMutableBufferPointer { flags in
            valid.withUnsafeBufferPointer { valid in
                for row in 0..<flags.count where valid[row] == 0 { flags[row] = 2 }
            }
        }
    }

    /// The flags of a column that must hold booleans and nulls only.
    static func flags(_ column: Column, count: Int, for operation: String) throws(QueryError)
        -> ContiguousArray<UInt8>
    {
        switch column {
        case .booleans(let flags): return flags
        case .constant(let value, _):
            return ContiguousArray(repeating: try flag(value, for: operation), count: count)
        default:
            var flags = ContiguousArray<UInt8>()
            flags.reserveCapacity(count)
            for row in 0..<count { flags.append(try flag(column.value(row), for: operation)) }
            return flags
        }
    }

    private static func flag(_ value: Value, for operation: String) throws(QueryError) -> UInt8 {
        switch value {
        case .boolean(let value): return value ? 1 : 0
        case .null: return 2
        default: throw .wrongType(operation, expected: "a boolean", found: value)
        }
    }

    static func and(_ left: ContiguousArray<UInt8>, _ right: ContiguousArray<UInt8>)
        -> ContiguousArray<UInt8>
    { Kernels.map(And.self, .rows(left), .rows(right), count: left.count) }

    static func or(_ left: ContiguousArray<UInt8>, _ right: ContiguousArray<UInt8>)
        -> ContiguousArray<UInt8>
    { Kernels.map(Or.self, .rows(left), .rows(right), count: left.count) }

    static func xor(_ left: ContiguousArray<UInt8>, _ right: ContiguousArray<UInt8>)
        -> ContiguousArray<UInt8>
    { Kernels.map(Xor.self, .rows(left), .rows(right), count: left.count) }

    static func not(_ flags: ContiguousArray<UInt8>) -> ContiguousArray<UInt8> {
        Kernels.map(Not.self, flags)
    }

    // Each without a branch, so that the loops become vector instructions: the truth is in bit 0,
    // null in bit 1.

    /// Not false on both sides makes 2, null; true on both takes 1 off.
    private enum And: BinaryKernel {
        @inline(__always) static func apply(_ left: UInt8, _ right: UInt8) -> UInt8 {
            let bothKnown = left & right & 1
            let areNotFalse = UInt8(flag: left != 0) & UInt8(flag: right != 0)
            return (areNotFalse << 1) &- bothKnown
        }
    }

    /// Bit 1 stays only where no side has bit 0.
    private enum Or: BinaryKernel {
        @inline(__always) static func apply(_ left: UInt8, _ right: UInt8) -> UInt8 {
            let either = left | right
            return either & (1 | ((either & 1 ^ 1) << 1))
        }
    }

    private enum Xor: BinaryKernel {
        @inline(__always) static func apply(_ left: UInt8, _ right: UInt8) -> UInt8 {
            (left | right) & 2 != 0 ? 2 : left ^ right
        }
    }

    private enum Not: UnaryKernel {
        @inline(__always) static func apply(_ input: UInt8) -> UInt8 {
            input == 2 ? 2 : input ^ 1
        }
    }
}
