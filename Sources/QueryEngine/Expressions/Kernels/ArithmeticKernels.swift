import Foundation
import Values

/// An operator of arithmetic as a type, so that loops are compiled for each.
///
/// The integers' part says whether it has a result; where it has none, the general path is asked,
/// which words the error.
protocol ArithmeticRule {
    static func integers(_ left: Int64, _ right: Int64) -> (partialValue: Int64, overflow: Bool)
    static func floats(_ left: Double, _ right: Double) -> Double
    static func general(_ left: Value, _ right: Value) throws(ValueError) -> Value
}

enum AddRule: ArithmeticRule {
    @inline(__always) static func integers(_ left: Int64, _ right: Int64)
        -> (partialValue: Int64, overflow: Bool)
    { left.addingReportingOverflow(right) }
    @inline(__always) static func floats(_ left: Double, _ right: Double) -> Double {
        left + right
    }
    static func general(_ left: Value, _ right: Value) throws(ValueError) -> Value {
        try Value.add(left, right)
    }
}

enum SubtractRule: ArithmeticRule {
    @inline(__always) static func integers(_ left: Int64, _ right: Int64)
        -> (partialValue: Int64, overflow: Bool)
    { left.subtractingReportingOverflow(right) }
    @inline(__always) static func floats(_ left: Double, _ right: Double) -> Double {
        left - right
    }
    static func general(_ left: Value, _ right: Value) throws(ValueError) -> Value {
        try Value.subtract(left, right)
    }
}

enum MultiplyRule: ArithmeticRule {
    @inline(__always) static func integers(_ left: Int64, _ right: Int64)
        -> (partialValue: Int64, overflow: Bool)
    { left.multipliedReportingOverflow(by: right) }
    @inline(__always) static func floats(_ left: Double, _ right: Double) -> Double {
        left * right
    }
    static func general(_ left: Value, _ right: Value) throws(ValueError) -> Value {
        try Value.multiply(left, right)
    }
}

enum DivideRule: ArithmeticRule {
    @inline(__always) static func integers(_ left: Int64, _ right: Int64)
        -> (partialValue: Int64, overflow: Bool)
    { left.dividedReportingOverflow(by: right) }
    @inline(__always) static func floats(_ left: Double, _ right: Double) -> Double {
        left / right
    }
    static func general(_ left: Value, _ right: Value) throws(ValueError) -> Value {
        try Value.divide(left, right)
    }
}

enum ModuloRule: ArithmeticRule {
    @inline(__always) static func integers(_ left: Int64, _ right: Int64)
        -> (partialValue: Int64, overflow: Bool)
    {
        // The quotient of the smallest integer and -1 overflows; its remainder is 0.
        right == -1 ? (0, false) : left.remainderReportingOverflow(dividingBy: right)
    }
    @inline(__always) static func floats(_ left: Double, _ right: Double) -> Double {
        fmod(left, right)
    }
    static func general(_ left: Value, _ right: Value) throws(ValueError) -> Value {
        try Value.modulo(left, right)
    }
}

/// Computes with two columns row by row.
enum Computing<Rule: ArithmeticRule> {
    static func compute(_ left: Column, _ right: Column, count: Int) throws(QueryError) -> Column {
        if left.isConstantNull || right.isConstantNull { return .nulls(count) }
        if let leftValue = left.constantValue, let rightValue = right.constantValue {
            let value = try translatingErrors { () throws(ValueError) in
                try Rule.general(leftValue, rightValue)
            }
            return .constant(value, count: count)
        }
        guard let leftNumbers = NumericOperand(left), let rightNumbers = NumericOperand(right)
        else {
            return try general(left, right, count: count)
        }
        let validity = Validity.both(leftNumbers.validity, rightNumbers.validity)
        switch (leftNumbers.elements, rightNumbers.elements) {
        case (.integers(let leftElements), .integers(let rightElements)):
            let (values, hasOverflow) = integers(leftElements, rightElements, count: count)
            // It may stem from a null row: row by row then, which finds the culprit or none.
            if hasOverflow { return try general(left, right, count: count) }
            return .integers(values, validity)
        default:
            let values = Kernels.map(
                Floats.self, leftNumbers.asFloats, rightNumbers.asFloats, count: count)
            return .floats(values, validity)
        }
    }

    private static func integers(
        _ left: TypedOperand<Int64>, _ right: TypedOperand<Int64>, count: Int
    ) -> (ContiguousArray<Int64>, hasOverflow: Bool) {
        switch (left, right) {
        case (.rows(let left), .rows(let right)):
            left.withUnsafeBufferPointer { left in
                right.withUnsafeBufferPointer { right in
                    guard let left = left.baseAddress, let right = right.baseAddress else {
                        return ([], false)
                    }
                    return loop(RowReader(base: left), RowReader(base: right), count: count)
                }
            }
        case (.rows(let left), .repeated(let right)):
            left.withUnsafeBufferPointer { left in
                guard let left = left.baseAddress else { return ([], false) }
                return loop(RowReader(base: left), RepeatedReader(value: right), count: count)
            }
        case (.repeated(let left), .rows(let right)):
            right.withUnsafeBufferPointer { right in
                guard let right = right.baseAddress else { return ([], false) }
                return loop(RepeatedReader(value: left), RowReader(base: right), count: count)
            }
        case (.repeated(let left), .repeated(let right)):
            loop(RepeatedReader(value: left), RepeatedReader(value: right), count: count)
        }
    }

    @inline(__always)
    private static func loop<Left: OperandReader<Int64>, Right: OperandReader<Int64>>(
        _ left: Left, _ right: Right, count: Int
    ) -> (ContiguousArray<Int64>, hasOverflow: Bool) {
        var hasOverflow = false
        let values = ContiguousArray<Int64>(unsafeUninitializedCapacity: count) {
            output, initialised in
            for row in 0..<count {
                let (value, overflow) = Rule.integers(left.read(row), right.read(row))
                output[row] = value
                hasOverflow = hasOverflow || overflow
            }
            initialised = count
        }
        return (values, hasOverflow)
    }

    private static func general(_ left: Column, _ right: Column, count: Int) throws(QueryError)
        -> Column
    {
        var output = ColumnBuilder(capacity: count)
        for row in 0..<count {
            output.append(
                try translatingErrors { () throws(ValueError) in
                    try Rule.general(left.value(row), right.value(row))
                })
        }
        return output.build()
    }

    private enum Floats: BinaryKernel {
        @inline(__always) static func apply(_ left: Double, _ right: Double) -> Double {
            Rule.floats(left, right)
        }
    }
}

/// `base ^ exponent`: always a float.
enum PowerKernel: BinaryKernel {
    @inline(__always) static func apply(_ left: Double, _ right: Double) -> Double {
        pow(left, right)
    }
}

extension ArithmeticOperator {
    /// The kernel for the operator. Resolved once, when an expression is compiled.
    var columnFunction: (Column, Column, Int) throws(QueryError) -> Column {
        switch self {
        case .add: sum
        case .subtract: Computing<SubtractRule>.compute
        case .multiply: Computing<MultiplyRule>.compute
        case .divide: Computing<DivideRule>.compute
        case .modulo: Computing<ModuloRule>.compute
        case .power: raise
        case .concatenate: join
        }
    }
}

private func sum(_ left: Column, _ right: Column, count: Int) throws(QueryError) -> Column {
    if let joined = StringBuildingKernels.joined(left, right, count: count) { return joined }
    return try Computing<AddRule>.compute(left, right, count: count)
}

private func raise(_ left: Column, _ right: Column, count: Int) throws(QueryError) -> Column {
    if let leftNumbers = NumericOperand(left), let rightNumbers = NumericOperand(right) {
        return .floats(
            Kernels.map(
                PowerKernel.self, leftNumbers.asFloats, rightNumbers.asFloats, count: count),
            Validity.both(leftNumbers.validity, rightNumbers.validity))
    }
    return try rowByRow(left, right, count: count) { left, right throws(ValueError) in
        try Value.power(left, right)
    }
}

/// `||`: strings with strings and lists with lists, and nothing else.
private func join(_ left: Column, _ right: Column, count: Int) throws(QueryError) -> Column {
    if let joined = StringBuildingKernels.joined(left, right, count: count) { return joined }
    var output = ColumnBuilder(capacity: count)
    for row in 0..<count {
        switch (left.value(row), right.value(row)) {
        case (.null, _), (_, .null): output.appendNull()
        case (.string(let left), .string(let right)): output.append(.string(left + right))
        case (.list(let left), .list(let right)): output.append(.list(left + right))
        case (.string, let other), (.list, let other), (let other, _):
            throw .wrongType("||", expected: "two strings or two lists", found: other)
        }
    }
    return output.build()
}

/// The general path of an operator on two columns.
func rowByRow(
    _ left: Column, _ right: Column, count: Int,
    _ operation: (Value, Value) throws(ValueError) -> Value
) throws(QueryError) -> Column {
    if let left = left.constantValue, let right = right.constantValue {
        return .constant(
            try translatingErrors { () throws(ValueError) in try operation(left, right) },
            count: count)
    }
    var output = ColumnBuilder(capacity: count)
    for row in 0..<count {
        output.append(
            try translatingErrors { () throws(ValueError) in
                try operation(left.value(row), right.value(row))
            })
    }
    return output.build()
}
