import Values

/// An operand of a kernel: an array with an element for each row, or one value for all rows.
enum TypedOperand<Element> {
    case rows(ContiguousArray<Element>)
    case repeated(Element)
}

/// How a kernel's loop reads an operand. Both readers are structs, so the loop is compiled for
/// each pair of them and reads memory or a register.
protocol OperandReader<Element> {
    associatedtype Element
    func read(_ row: Int) -> Element
}

struct RowReader<Element>: OperandReader {
    let base: UnsafePointer<Element>

    @inline(__always) func read(_ row: Int) -> Element { base[row] }
}

struct RepeatedReader<Element>: OperandReader {
    let value: Element

    @inline(__always) func read(_ row: Int) -> Element { value }
}

/// A function of one element of each operand. A type and not a closure, for the loops to be
/// compiled for it.
protocol BinaryKernel {
    associatedtype Left
    associatedtype Right
    associatedtype Output
    static func apply(_ left: Left, _ right: Right) -> Output
}

protocol UnaryKernel {
    associatedtype Input
    associatedtype Output
    static func apply(_ input: Input) -> Output
}

enum Kernels {
    /// Applies a kernel to all rows, those whose operands are null included.
    @inline(__always)
    static func map<Kernel: BinaryKernel>(
        _ kernel: Kernel.Type, _ left: TypedOperand<Kernel.Left>,
        _ right: TypedOperand<Kernel.Right>, count: Int
    ) -> ContiguousArray<Kernel.Output> {
        switch (left, right) {
        case (.rows(let left), .rows(let right)):
            left.withUnsafeBufferPointer { left in
                right.withUnsafeBufferPointer { right in
                    guard let left = left.baseAddress, let right = right.baseAddress else {
                        return []
                    }
                    return loop(
                        kernel, RowReader(base: left), RowReader(base: right), count: count)
                }
            }
        case (.rows(let left), .repeated(let right)):
            left.withUnsafeBufferPointer { left in
                guard let left = left.baseAddress else { return [] }
                return loop(
                    kernel, RowReader(base: left), RepeatedReader(value: right), count: count)
            }
        case (.repeated(let left), .rows(let right)):
            right.withUnsafeBufferPointer { right in
                guard let right = right.baseAddress else { return [] }
                return loop(
                    kernel, RepeatedReader(value: left), RowReader(base: right), count: count)
            }
        case (.repeated(let left), .repeated(let right)):
            ContiguousArray(repeating: kernel.apply(left, right), count: count)
        }
    }

    @inline(__always)
    private static func loop<Kernel: BinaryKernel, Left: OperandReader, Right: OperandReader>(
        _ kernel: Kernel.Type, _ left: Left, _ right: Right, count: Int
    ) -> ContiguousArray<Kernel.Output>
    where Left.Element == Kernel.Left, Right.Element == Kernel.Right {
        ContiguousArray(unsafeUninitializedCapacity: count) { output, initialised in
            guard let base = output.baseAddress else { return }
            for row in 0..<count {
                (base + row).initialize(to: kernel.apply(left.read(row), right.read(row)))
            }
            initialised = count
        }
    }

    @inline(__always)
    static func map<Kernel: UnaryKernel>(
        _ kernel: Kernel.Type, _ input: ContiguousArray<Kernel.Input>
    ) -> ContiguousArray<Kernel.Output> {
        ContiguousArray(unsafeUninitializedCapacity: input.count) { output, initialised in
            guard let base = output.baseAddress else { return }
            input.withUnsafeBufferPointer { input in
                for row in 0..<input.count {
                    (base + row).initialize(to: kernel.apply(input[row]))
                }
            }
            initialised = input.count
        }
    }
}

/// A column of numbers as kernels take it.
struct NumericOperand {
    enum Elements {
        case integers(TypedOperand<Int64>)
        case floats(TypedOperand<Double>)
    }

    let elements: Elements
    let validity: Validity

    /// nil where the column holds anything but numbers and nulls, or is the constant null.
    init?(_ column: Column) {
        switch column {
        case .integers(let values, let validity):
            elements = .integers(.rows(values))
            self.validity = validity
        case .floats(let values, let validity):
            elements = .floats(.rows(values))
            self.validity = validity
        case .constant(.integer(let value), _):
            elements = .integers(.repeated(value))
            validity = .allValid
        case .constant(.float(let value), _):
            elements = .floats(.repeated(value))
            validity = .allValid
        default: return nil
        }
    }

    /// The elements as floats: what arithmetic of an integer and a float computes with.
    var asFloats: TypedOperand<Double> {
        switch elements {
        case .floats(let floats): floats
        case .integers(.repeated(let value)): .repeated(Double(value))
        case .integers(.rows(let values)): .rows(Kernels.map(ToFloat.self, values))
        }
    }

    private enum ToFloat: UnaryKernel {
        @inline(__always) static func apply(_ input: Int64) -> Double { Double(input) }
    }
}

extension UInt8 {
    /// 1 for true and 0 for false, without the branch that `condition ? 1 : 0` becomes: half of all
    /// rows would mispredict it.
    @inline(__always) init(flag: Bool) {
        // A Bool is one byte that holds 0 or 1.
        self = unsafeBitCast(flag, to: UInt8.self)
    }
}

extension Validity {
    /// Rows that are valid in both.
    static func both(_ left: Validity, _ right: Validity) -> Validity {
        guard let leftBytes = left.bytes else { return right }
        guard let rightBytes = right.bytes else { return left }
        return Validity(
            Kernels.map(
                BitwiseAnd.self, .rows(leftBytes), .rows(rightBytes), count: leftBytes.count))
    }

    private enum BitwiseAnd: BinaryKernel {
        @inline(__always) static func apply(_ left: UInt8, _ right: UInt8) -> UInt8 {
            left & right
        }
    }
}

extension Column {
    /// The constant's value where the column is one, else nil.
    var constantValue: Value? {
        if case .constant(let value, _) = self { value } else { nil }
    }

    var isConstant: Bool {
        if case .constant = self { true } else { false }
    }

    var isConstantNull: Bool {
        if case .constant(.null, _) = self { true } else { false }
    }

    static func nulls(_ count: Int) -> Column { .constant(.null, count: count) }
}
