internal import Foundation

extension ScalarFunctions {
    static let mathematical: [ScalarFunction] = numeric + logarithmic + trigonometric

    private static let numeric: [ScalarFunction] = [
        ScalarFunction(
            "abs", .mathematical, ["input": "INTEGER | FLOAT"], "INTEGER | FLOAT",
            "The absolute value."
        ) { arguments throws(ValueError) in
            guard case .integer(let integer) = arguments[0] else {
                return .float(abs(try arguments.float(0)))
            }
            guard integer != .min else {
                throw .arithmetic(.integerOverflow, "abs(\(integer)) does not fit 64 bits")
            }
            return .integer(abs(integer))
        },
        ScalarFunction(
            "sign", .mathematical, ["input": "INTEGER | FLOAT"], "INTEGER",
            "-1, 0 or 1: the sign of a number."
        ) { arguments throws(ValueError) in
            let number = try arguments.float(0)
            return .integer(number > 0 ? 1 : (number < 0 ? -1 : 0))
        },
        onFloat("ceil", .mathematical, "The smallest whole number that is not less.") {
            $0.rounded(.up)
        },
        onFloat("floor", .mathematical, "The largest whole number that is not greater.") {
            $0.rounded(.down)
        },
        ScalarFunction(
            "round", .mathematical,
            ["value": "INTEGER | FLOAT", "precision": "INTEGER", "mode": "STRING"], "FLOAT",
            optional: 2,
            "The nearest number with that many digits behind the point (0), ties upwards; or by a "
                + "mode: UP, DOWN, CEILING, FLOOR, HALF_UP, HALF_DOWN, HALF_EVEN."
        ) { arguments throws(ValueError) in .float(try round(arguments)) },
        ScalarFunction(
            "isNaN", .mathematical, ["input": "INTEGER | FLOAT"], "BOOLEAN",
            "Whether a number is NaN."
        ) { arguments throws(ValueError) in .boolean(try arguments.float(0).isNaN) },
    ]

    private static func round(_ arguments: Arguments) throws(ValueError) -> Double {
        let number = try arguments.float(0)
        if arguments.count == 1 { return number.roundedToWhole }
        let precision = try arguments.integer(1)
        guard precision >= 0 else {
            throw .outOfRange("round() takes no negative precision, but got \(precision)")
        }
        let mode = arguments.count > 2 ? try roundingMode(arguments.string(2)) : .halfUp
        return number.rounded(toPrecision: Int(clamping: precision), mode)
    }

    private static func roundingMode(_ name: String) throws(ValueError) -> DecimalDigits.Mode {
        guard let mode = DecimalDigits.Mode(rawValue: name.uppercased()) else {
            throw .badValue("round() knows no mode '\(name)'")
        }
        return mode
    }

    private static let logarithmic: [ScalarFunction] = [
        constant("e", .logarithmic, M_E, "The base of the natural logarithm."),
        onFloat("exp", .logarithmic, "e to the power of the number.") { exp($0) },
        onFloat("log", .logarithmic, "The natural logarithm.") { log($0) },
        onFloat("log10", .logarithmic, "The logarithm to base 10.") { log10($0) },
        onFloat("sqrt", .logarithmic, "The square root.") { $0.squareRoot() },
    ]

    private static let trigonometric: [ScalarFunction] = [
        constant("pi", .trigonometric, .pi, "A circle's circumference over its diameter."),
        onFloat("sin", .trigonometric, "The sine.") { sin($0) },
        onFloat("cos", .trigonometric, "The cosine.") { cos($0) },
        onFloat("tan", .trigonometric, "The tangent.") { tan($0) },
        onFloat("cot", .trigonometric, "The cotangent.") { 1 / tan($0) },
        onFloat("sinh", .trigonometric, "The hyperbolic sine.") { sinh($0) },
        onFloat("cosh", .trigonometric, "The hyperbolic cosine.") { cosh($0) },
        onFloat("tanh", .trigonometric, "The hyperbolic tangent.") { tanh($0) },
        onFloat("coth", .trigonometric, "The hyperbolic cotangent.") { 1 / tanh($0) },
        onFloat("asin", .trigonometric, "The arcsine in radians.") { asin($0) },
        onFloat("acos", .trigonometric, "The arccosine in radians.") { acos($0) },
        onFloat("atan", .trigonometric, "The arctangent in radians.") { atan($0) },
        ScalarFunction(
            "atan2", .trigonometric, ["y": "INTEGER | FLOAT", "x": "INTEGER | FLOAT"], "FLOAT",
            "The angle in radians from the x axis to the point (x, y)."
        ) { arguments throws(ValueError) in
            .float(atan2(try arguments.float(0), try arguments.float(1)))
        },
        onFloat("degrees", .trigonometric, "Radians as degrees.") { $0 * 180 / .pi },
        onFloat("radians", .trigonometric, "Degrees as radians.") { $0 * .pi / 180 },
        onFloat("haversin", .trigonometric, "Half the versine.") { (1 - cos($0)) / 2 },
    ]

    private static func onFloat(
        _ name: String, _ category: ScalarFunction.Category, _ description: String,
        _ function: @escaping @Sendable (Double) -> Double
    ) -> ScalarFunction {
        ScalarFunction(name, category, ["input": "INTEGER | FLOAT"], "FLOAT", description) {
            arguments throws(ValueError) in
            .float(function(try arguments.float(0)))
        }
    }

    private static func constant(
        _ name: String, _ category: ScalarFunction.Category, _ value: Double,
        _ description: String
    ) -> ScalarFunction {
        ScalarFunction(name, category, [:], "FLOAT", description) { _ throws(ValueError) in
            .float(value)
        }
    }
}
