internal import Foundation

/// Cypher's operators on values. Null with anything is null; integers that overflow are an error
/// and never wrap; a float never fails.
extension Value {
    /// `left + right`: numbers, strings with anything that has a text, lists with lists and with
    /// elements at either end, and durations with temporal values.
    public static func add(_ left: Value, _ right: Value) throws(ValueError) -> Value {
        switch (left, right) {
        case (.null, _), (_, .null): return .null
        case (.integer(let left), .integer(let right)):
            return .integer(try checked(left.addingReportingOverflow(right), left, "+", right))
        case (.list(let left), .list(let right)):
            try requireLength(left.count + right.count)
            return .list(left + right)
        case (.list(let left), _): return .list(left + [right])
        case (_, .list(let right)): return .list([left] + right)
        case (.string, _), (_, .string):
            guard let leftText = left.plainText, let rightText = right.plainText else {
                throw mismatch("+", left, right)
            }
            try requireLength(leftText.utf8.count + rightText.utf8.count)
            return .string(leftText + rightText)
        case (.duration(let left), .duration(let right)): return .duration(try left.adding(right))
        case (.duration(let duration), _):
            return try adding(duration, to: right, failure: mismatch("+", left, right))
        case (_, .duration(let duration)):
            return try adding(duration, to: left, failure: mismatch("+", left, right))
        default:
            let (left, right) = try floats(left, "+", right)
            return .float(left + right)
        }
    }

    public static func subtract(_ left: Value, _ right: Value) throws(ValueError) -> Value {
        switch (left, right) {
        case (.null, _), (_, .null): return .null
        case (.integer(let left), .integer(let right)):
            return .integer(try checked(left.subtractingReportingOverflow(right), left, "-", right))
        case (.duration(let left), .duration(let right)):
            return .duration(try left.adding(try right.negated()))
        case (_, .duration(let duration)):
            return try adding(
                try duration.negated(), to: left, failure: mismatch("-", left, right))
        default:
            let (left, right) = try floats(left, "-", right)
            return .float(left - right)
        }
    }

    public static func multiply(_ left: Value, _ right: Value) throws(ValueError) -> Value {
        switch (left, right) {
        case (.null, _), (_, .null): return .null
        case (.integer(let left), .integer(let right)):
            return .integer(
                try checked(left.multipliedReportingOverflow(by: right), left, "*", right))
        case (.duration(let duration), .integer(let factor)),
            (.integer(let factor), .duration(let duration)):
            return .duration(try duration.multiplied(by: factor))
        case (.duration(let duration), .float(let factor)),
            (.float(let factor), .duration(let duration)):
            return .duration(try duration.multiplied(by: factor))
        default:
            let (left, right) = try floats(left, "*", right)
            return .float(left * right)
        }
    }

    /// Two integers have an integer quotient, cut towards zero.
    public static func divide(_ left: Value, _ right: Value) throws(ValueError) -> Value {
        switch (left, right) {
        case (.null, _), (_, .null): return .null
        case (.integer(let left), .integer(let right)):
            guard right != 0 else { throw divisionByZero(left) }
            return .integer(try checked(left.dividedReportingOverflow(by: right), left, "/", right))
        case (.duration(let duration), .integer(let divisor)):
            guard divisor != 0 else { throw divisionByZero(left) }
            return .duration(try duration.divided(by: Double(divisor)))
        case (.duration(let duration), .float(let divisor)):
            guard divisor != 0 else { throw divisionByZero(left) }
            return .duration(try duration.divided(by: divisor))
        default:
            let (left, right) = try floats(left, "/", right)
            return .float(left / right)
        }
    }

    /// The remainder has the sign of the dividend.
    public static func modulo(_ left: Value, _ right: Value) throws(ValueError) -> Value {
        switch (left, right) {
        case (.null, _), (_, .null): return .null
        case (.integer(let left), .integer(let right)):
            guard right != 0 else { throw divisionByZero(left) }
            // The quotient of the smallest integer and -1 overflows; its remainder is 0.
            return .integer(right == -1 ? 0 : left % right)
        default:
            let (left, right) = try floats(left, "%", right)
            return .float(fmod(left, right))
        }
    }

    /// Always a float.
    public static func power(_ left: Value, _ right: Value) throws(ValueError) -> Value {
        if left.isNull || right.isNull { return .null }
        let (base, exponent) = try floats(left, "^", right)
        return .float(pow(base, exponent))
    }

    public static func negate(_ value: Value) throws(ValueError) -> Value {
        switch value {
        case .null: return .null
        case .integer(let integer):
            let (result, overflow) = Int64(0).subtractingReportingOverflow(integer)
            guard !overflow else { throw .arithmetic(.integerOverflow, "-(\(integer)) overflows") }
            return .integer(result)
        case .float(let float): return .float(-float)
        case .duration(let duration): return .duration(try duration.negated())
        default: throw .wrongType("-", expected: "a number or a duration", found: value)
        }
    }

    private static func requireLength(_ length: Int) throws(ValueError) {
        guard length > ScalarFunctions.maximumLength else { return }
        throw .outOfRange(
            "+ makes lists of at most \(ScalarFunctions.maximumLength) elements and strings of as "
                + "many bytes")
    }

    /// An integer or a float as a float; nil for every other kind.
    @inlinable public var asDouble: Double? {
        switch self {
        case .integer(let integer): Double(integer)
        case .float(let float): float
        default: nil
        }
    }

    private static func floats(
        _ left: Value, _ sign: String, _ right: Value
    ) throws(ValueError) -> (Double, Double) {
        guard let leftFloat = left.asDouble, let rightFloat = right.asDouble else {
            throw mismatch(sign, left, right)
        }
        return (leftFloat, rightFloat)
    }

    private static func checked(
        _ result: (partialValue: Int64, overflow: Bool), _ left: Int64, _ sign: String,
        _ right: Int64
    ) throws(ValueError) -> Int64 {
        guard !result.overflow else {
            throw .arithmetic(
                .integerOverflow, "\(left) \(sign) \(right) does not fit 64 bits")
        }
        return result.partialValue
    }

    private static func divisionByZero(_ dividend: some Any) -> ValueError {
        .arithmetic(.divisionByZero, "/ by zero: \(dividend) has no quotient by 0")
    }

    private static func mismatch(_ sign: String, _ left: Value, _ right: Value) -> ValueError {
        .type(
            .invalidArgumentType,
            "\(sign) is not defined for \(left.excerpt) of type \(left.typeWord) and "
                + "\(right.excerpt) of type \(right.typeWord)")
    }

    private static func adding(
        _ duration: DurationValue, to value: Value, failure: @autoclosure () -> ValueError
    ) throws(ValueError) -> Value {
        switch value {
        case .date(let date): return .date(try date.adding(duration))
        case .localTime(let time): return .localTime(time.adding(duration))
        case .time(let time): return .time(time.adding(duration))
        case .localDateTime(let value): return .localDateTime(try value.adding(duration))
        case .dateTime(let value): return .dateTime(try value.adding(duration))
        default: throw failure()
        }
    }
}
