import Foundation
import Values

/// Everyday functions over typed columns. Each gives what the function itself gives row by row, and
/// nil for columns that it leaves to that.
enum ScalarKernels {
    typealias Kernel = ([Column]) -> Column?

    static func kernel(for name: String) -> Kernel? {
        if let kernel = ofOneColumn(name) { return { $0.count == 1 ? kernel($0[0]) : nil } }
        return name.lowercased() == "round"
            ? rounded
            : SubstringKernels.kernel(for: name) ?? StringBuildingKernels.kernel(for: name)
    }

    private static func ofOneColumn(_ name: String) -> ((Column) -> Column?)? {
        switch name.lowercased() {
        case "abs": absolute
        case "sqrt": { floats(SquareRoot.self, $0) }
        case "exp": { floats(Exponential.self, $0) }
        case "log": { floats(Logarithm.self, $0) }
        case "ceil": { floats(Ceiling.self, $0) }
        case "floor": { floats(Floor.self, $0) }
        case "tofloat": { floats(Identity.self, $0) }
        case "tointeger": toInteger
        case "size", "char_length", "character_length": size
        case "tolower", "lower": { changeCase($0, from: UInt8(ascii: "A"), to: UInt8(ascii: "Z")) }
        case "toupper", "upper": { changeCase($0, from: UInt8(ascii: "a"), to: UInt8(ascii: "z")) }
        default: nil
        }
    }

    // MARK: Numbers

    private static func floats<Kernel: UnaryKernel>(_ kernel: Kernel.Type, _ column: Column)
        -> Column? where Kernel.Input == Double, Kernel.Output == Double
    {
        switch column {
        case .floats(let values, let validity):
            return .floats(Kernels.map(kernel, values), validity)
        case .integers(let values, let validity):
            return .floats(Kernels.map(OfInteger<Kernel>.self, values), validity)
        default: return nil
        }
    }

    private enum OfInteger<Kernel: UnaryKernel>: UnaryKernel
    where Kernel.Input == Double, Kernel.Output == Double {
        @inline(__always) static func apply(_ input: Int64) -> Double {
            Kernel.apply(Double(input))
        }
    }

    private enum SquareRoot: UnaryKernel {
        @inline(__always) static func apply(_ input: Double) -> Double { input.squareRoot() }
    }
    private enum Exponential: UnaryKernel {
        @inline(__always) static func apply(_ input: Double) -> Double { exp(input) }
    }
    private enum Logarithm: UnaryKernel {
        @inline(__always) static func apply(_ input: Double) -> Double { log(input) }
    }
    private enum Ceiling: UnaryKernel {
        @inline(__always) static func apply(_ input: Double) -> Double { input.rounded(.up) }
    }
    private enum Floor: UnaryKernel {
        @inline(__always) static func apply(_ input: Double) -> Double { input.rounded(.down) }
    }
    private enum Identity: UnaryKernel {
        @inline(__always) static func apply(_ input: Double) -> Double { input }
    }
    private enum Magnitude: UnaryKernel {
        @inline(__always) static func apply(_ input: Double) -> Double { input.magnitude }
    }
    private enum IntegerMagnitude: UnaryKernel {
        @inline(__always) static func apply(_ input: Int64) -> Int64 {
            Int64(bitPattern: UInt64(input.magnitude))
        }
    }

    private static func absolute(_ column: Column) -> Column? {
        switch column {
        case .floats(let values, let validity):
            return .floats(Kernels.map(Magnitude.self, values), validity)
        case .integers(let values, let validity):
            // The smallest integer has no absolute value: the function words the error.
            if values.contains(.min) { return nil }
            return .integers(Kernels.map(IntegerMagnitude.self, values), validity)
        default: return nil
        }
    }

    /// To whole numbers, or to a constant precision; a mode is left to the function.
    private static func rounded(_ columns: [Column]) -> Column? {
        guard case .floats(let values, let validity) = columns[0] else { return nil }
        if columns.count == 1 { return .floats(Kernels.map(Whole.self, values), validity) }
        guard columns.count == 2, case .integer(let precision)? = columns[1].constantValue,
            precision >= 0
        else { return nil }
        let digits = Int(clamping: precision)
        return .floats(
            ContiguousArray(values.lazy.map { $0.rounded(toPrecision: digits) }), validity)
    }

    private enum Whole: UnaryKernel {
        @inline(__always) static func apply(_ input: Double) -> Double { input.roundedToWhole }
    }

    /// Floats are cut towards zero, where every one of them fits.
    private static func toInteger(_ column: Column) -> Column? {
        switch column {
        case .integers: return column
        case .floats(let values, let validity):
            guard values.allSatisfy({ $0 > -0x1p63 && $0 < 0x1p63 }) else { return nil }
            return .integers(Kernels.map(Cut.self, values), validity)
        default: return nil
        }
    }

    private enum Cut: UnaryKernel {
        @inline(__always) static func apply(_ input: Double) -> Int64 { Int64(input) }
    }

    // MARK: Strings

    /// Code points: all bytes but those that continue one.
    private static func size(_ column: Column) -> Column? {
        guard case .strings(let strings) = column else { return nil }
        let sizes = StringKernels.withReader(strings) { reader in
            ContiguousArray<Int64>(unsafeUninitializedCapacity: strings.count) {
                output, initialised in
                for row in 0..<strings.count {
                    var size: Int64 = 0
                    for byte in reader.bytes(row) {
                        size += StringKernels.isContinuation(byte) ? 0 : 1
                    }
                    output[row] = size
                }
                initialised = strings.count
            }
        }
        return .integers(sizes, strings.validity)
    }

    /// ASCII only: other letters may change their length in bytes.
    private static func changeCase(_ column: Column, from first: UInt8, to last: UInt8) -> Column? {
        guard case .strings(var strings) = column else { return nil }
        var isASCII: UInt8 = 0
        for byte in strings.bytes { isASCII |= byte }
        guard isASCII < 0x80 else { return nil }
        strings.bytes.withUnsafeMutableBufferPointer { bytes in
            for place in 0..<bytes.count {
                let byte = bytes[place]
                bytes[place] = byte >= first && byte <= last ? byte ^ 0x20 : byte
            }
        }
        return .strings(strings)
    }
}
