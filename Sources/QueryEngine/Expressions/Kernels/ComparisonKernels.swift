import Cypher
import Values

/// `=`, `<>`, `<`, `<=`, `>` or `>=` as a type, so that loops are compiled for each.
protocol ComparisonRule {
    static func holds<Element: Comparable>(_ left: Element, _ right: Element) -> Bool
    /// The answer where a number is compared with NaN.
    static var holdsForNaN: Bool { get }
    /// The general path; nil is unknown.
    static func general(_ left: Value, _ right: Value) -> Bool?
}

enum EqualRule: ComparisonRule {
    @inline(__always) static func holds<Element: Comparable>(_ left: Element, _ right: Element)
        -> Bool
    { left == right }
    static var holdsForNaN: Bool { false }
    static func general(_ left: Value, _ right: Value) -> Bool? { Value.equals(left, right) }
}

enum NotEqualRule: ComparisonRule {
    @inline(__always) static func holds<Element: Comparable>(_ left: Element, _ right: Element)
        -> Bool
    { left != right }
    static var holdsForNaN: Bool { true }
    static func general(_ left: Value, _ right: Value) -> Bool? {
        Value.equals(left, right).map { !$0 }
    }
}

enum LessRule: ComparisonRule {
    @inline(__always) static func holds<Element: Comparable>(_ left: Element, _ right: Element)
        -> Bool
    { left < right }
    static var holdsForNaN: Bool { false }
    static func general(_ left: Value, _ right: Value) -> Bool? { Value.isLess(left, right) }
}

enum LessOrEqualRule: ComparisonRule {
    @inline(__always) static func holds<Element: Comparable>(_ left: Element, _ right: Element)
        -> Bool
    { left <= right }
    static var holdsForNaN: Bool { false }
    static func general(_ left: Value, _ right: Value) -> Bool? {
        Value.isLessOrEqual(left, right)
    }
}

enum GreaterRule: ComparisonRule {
    @inline(__always) static func holds<Element: Comparable>(_ left: Element, _ right: Element)
        -> Bool
    { left > right }
    static var holdsForNaN: Bool { false }
    static func general(_ left: Value, _ right: Value) -> Bool? { Value.isGreater(left, right) }
}

enum GreaterOrEqualRule: ComparisonRule {
    @inline(__always) static func holds<Element: Comparable>(_ left: Element, _ right: Element)
        -> Bool
    { left >= right }
    static var holdsForNaN: Bool { false }
    static func general(_ left: Value, _ right: Value) -> Bool? {
        Value.isGreaterOrEqual(left, right)
    }
}

/// Compares two columns row by row, into 0, 1 or 2 (null).
enum Comparing<Rule: ComparisonRule> {
    static func compare(_ left: Column, _ right: Column, count: Int) -> Column {
        if left.isConstantNull || right.isConstantNull { return .nulls(count) }
        if let leftValue = left.constantValue, let rightValue = right.constantValue {
            let result = Rule.general(leftValue, rightValue)
            return .constant(result.map { .boolean($0) } ?? .null, count: count)
        }
        if let leftNumbers = NumericOperand(left), let rightNumbers = NumericOperand(right) {
            return numbers(leftNumbers, rightNumbers, count: count)
        }
        if let result = identifiers(left, right, count: count) { return result }
        if let result = strings(left, right, count: count) { return result }
        return general(left, right, count: count)
    }

    private static func numbers(
        _ left: NumericOperand, _ right: NumericOperand, count: Int
    ) -> Column {
        var flags =
            switch (left.elements, right.elements) {
            case (.integers(let left), .integers(let right)):
                Kernels.map(Same<Int64>.self, left, right, count: count)
            case (.floats(let left), .floats(let right)):
                Kernels.map(Same<Double>.self, left, right, count: count)
            case (.integers(let integers), .floats(let floats)):
                if integers.fitFloats {
                    Kernels.map(Same<Double>.self, left.asFloats, floats, count: count)
                } else {
                    Kernels.map(IntegerFloat.self, integers, floats, count: count)
                }
            case (.floats(let floats), .integers(let integers)):
                if integers.fitFloats {
                    Kernels.map(Same<Double>.self, floats, right.asFloats, count: count)
                } else {
                    Kernels.map(FloatInteger.self, floats, integers, count: count)
                }
            }
        BooleanKernels.markNulls(&flags, Validity.both(left.validity, right.validity))
        return .booleans(flags)
    }

    /// Entities have equality and no order, for which the general path has the answer.
    private static func identifiers(_ left: Column, _ right: Column, count: Int) -> Column? {
        guard Rule.self == EqualRule.self || Rule.self == NotEqualRule.self else { return nil }
        switch (left, right) {
        case (.nodes(let left), .nodes(let right)),
            (.relationships(let left), .relationships(let right)):
            return .booleans(
                Kernels.map(Identifiers.self, .rows(left), .rows(right), count: count))
        default: return nil
        }
    }

    private static func strings(_ left: Column, _ right: Column, count: Int) -> Column? {
        guard let left = StringOperand(left), let right = StringOperand(right) else { return nil }
        var flags = StringKernels.mapPairs(left, right, count: count) { left, right in
            if Rule.self == EqualRule.self {
                return StringKernels.areEqual(left, right)
            } else if Rule.self == NotEqualRule.self {
                return !StringKernels.areEqual(left, right)
            }
            return Rule.holds(StringKernels.order(left, right), 0)
        }
        BooleanKernels.markNulls(&flags, Validity.both(left.validity, right.validity))
        return .booleans(flags)
    }

    private static func general(_ left: Column, _ right: Column, count: Int) -> Column {
        var flags = ContiguousArray<UInt8>()
        flags.reserveCapacity(count)
        for row in 0..<count {
            let result = Rule.general(left.value(row), right.value(row))
            flags.append(result.map { $0 ? 1 : 0 } ?? 2)
        }
        return .booleans(flags)
    }

    private enum Same<Element: Comparable>: BinaryKernel {
        @inline(__always) static func apply(_ left: Element, _ right: Element) -> UInt8 {
            UInt8(flag: Rule.holds(left, right))
        }
    }

    private enum IntegerFloat: BinaryKernel {
        @inline(__always) static func apply(_ left: Int64, _ right: Double) -> UInt8 {
            guard let order = ExactNumbers.order(left, right) else {
                return Rule.holdsForNaN ? 1 : 0
            }
            return UInt8(flag: Rule.holds(order, 0))
        }
    }

    private enum FloatInteger: BinaryKernel {
        @inline(__always) static func apply(_ left: Double, _ right: Int64) -> UInt8 {
            guard let order = ExactNumbers.order(right, left) else {
                return Rule.holdsForNaN ? 1 : 0
            }
            return UInt8(flag: Rule.holds(-order, 0))
        }
    }

    private enum Identifiers: BinaryKernel {
        @inline(__always) static func apply(_ left: UInt64, _ right: UInt64) -> UInt8 {
            let isNull = left == Column.absent || right == Column.absent
            return isNull ? 2 : UInt8(flag: Rule.holds(left, right))
        }
    }
}

extension TypedOperand<Int64> {
    /// Whether a float holds each of them exactly: up to 2^53 in magnitude.
    fileprivate var fitFloats: Bool {
        let bound: Int64 = 1 << 53
        switch self {
        case .repeated(let value): return value >= -bound && value <= bound
        case .rows(let values):
            var exceeding: UInt64 = 0
            for value in values {
                exceeding |= UInt64(bitPattern: value &+ bound) & ~UInt64(2 * bound - 1)
            }
            return exceeding == 0
        }
    }
}

enum ExactNumbers {
    /// The order of an integer and a float without rounding; nil for NaN.
    ///
    /// Conversion to a float never changes the order of two numbers, it can only make them equal:
    /// so only what looks equal is looked at again.
    @inline(__always)
    static func order(_ integer: Int64, _ float: Double) -> Int? {
        let converted = Double(integer)
        if converted < float { return -1 }
        if converted > float { return 1 }
        guard converted == float else { return nil }
        // 2^63 has no Int64, and every Int64 is below it.
        guard let exact = Int64(exactly: float) else { return -1 }
        return integer == exact ? 0 : (integer < exact ? -1 : 1)
    }
}

extension Cypher.ComparisonOperator {
    /// The kernel for the operator. Resolved once, when an expression is compiled.
    var columnFunction: (Column, Column, Int) -> Column {
        switch self {
        case .equal: { Comparing<EqualRule>.compare($0, $1, count: $2) }
        case .notEqual: { Comparing<NotEqualRule>.compare($0, $1, count: $2) }
        case .less: { Comparing<LessRule>.compare($0, $1, count: $2) }
        case .lessOrEqual: { Comparing<LessOrEqualRule>.compare($0, $1, count: $2) }
        case .greater: { Comparing<GreaterRule>.compare($0, $1, count: $2) }
        case .greaterOrEqual: { Comparing<GreaterOrEqualRule>.compare($0, $1, count: $2) }
        }
    }
}
