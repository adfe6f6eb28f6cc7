internal import Foundation

extension ScalarFunctions {
    /// `toInteger`, `toFloat`, `toBoolean` and `toString`, each in three forms: the plain one
    /// fails for types that it cannot take, `…OrNull` gives null there, and `…List` converts the
    /// elements of a list as `…OrNull` does. Text that says nothing converts to null in all.
    static let conversion: [ScalarFunction] =
        family("toInteger", from: "BOOLEAN | STRING | INTEGER | FLOAT", to: "INTEGER", toInteger)
        + family("toFloat", from: "STRING | INTEGER | FLOAT", to: "FLOAT", toFloat)
        + family("toBoolean", from: "BOOLEAN | STRING | INTEGER", to: "BOOLEAN", toBoolean)
        + family("toString", from: "ANY", to: "STRING", toString)

    private static func family(
        _ name: String, from: String, to type: String,
        _ convert: @escaping @Sendable (Value) throws(ValueError) -> Value?
    ) -> [ScalarFunction] {
        [
            ScalarFunction(
                name, .scalar, ["input": from], type, "Converts a value to \(type)."
            ) { arguments throws(ValueError) in
                guard let converted = try convert(arguments[0]) else {
                    throw arguments.notConvertible(0)
                }
                return converted
            },
            ScalarFunction(
                name + "OrNull", .scalar, ["input": "ANY"], type,
                "Converts a value to \(type), or gives null where that is not possible."
            ) { arguments throws(ValueError) in orNull(arguments[0], convert) },
            ScalarFunction(
                name + "List", .list, ["input": "LIST<ANY>"], "LIST<\(type)>",
                "Converts a list's elements to \(type); null stands for those that are not \(type)."
            ) { arguments throws(ValueError) in
                .list(try arguments.list(0).map { orNull($0, convert) })
            },
        ]
    }

    private static func orNull(
        _ value: Value, _ convert: (Value) throws(ValueError) -> Value?
    ) -> Value {
        if value.isNull { return .null }
        do throws(ValueError) {
            return try convert(value) ?? .null
        } catch {
            return .null
        }
    }

    private static func toInteger(_ value: Value) throws(ValueError) -> Value? {
        switch value {
        case .integer: return value
        case .float(let float): return .integer(try integer(float))
        case .boolean(let boolean): return .integer(boolean ? 1 : 0)
        case .string(let string):
            let text = trimmed(string)
            if let integer = Int64(text) { return .integer(integer) }
            guard let float = number(text) else { return .null }
            return .integer(try integer(float))
        default: return nil
        }
    }

    private static func integer(_ float: Double) throws(ValueError) -> Int64 {
        guard let integer = Int64(exactly: float.rounded(.towardZero)) else {
            throw .outOfRange("\(float.cypherText) is not within the 64 bits of an integer")
        }
        return integer
    }

    private static func toFloat(_ value: Value) throws(ValueError) -> Value? {
        switch value {
        case .float: value
        case .integer(let integer): .float(Double(integer))
        case .string(let string): number(trimmed(string)).map { .float($0) } ?? .null
        default: nil
        }
    }

    private static func toBoolean(_ value: Value) throws(ValueError) -> Value? {
        switch value {
        case .boolean: value
        case .integer(let integer): .boolean(integer != 0)
        case .string(let string):
            switch trimmed(string).lowercased() {
            case "true": .boolean(true)
            case "false": .boolean(false)
            default: .null
            }
        default: nil
        }
    }

    private static func toString(_ value: Value) throws(ValueError) -> Value? {
        value.plainText.map { .string($0) }
    }

    /// A decimal number, `NaN` or an infinity as Cypher spells them; no hexadecimal floats, which
    /// Swift would read.
    private static func number(_ text: String) -> Double? {
        switch text {
        case "NaN": return .nan
        case "Infinity": return .infinity
        case "-Infinity": return -.infinity
        default:
            let isDecimal = text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"),
                    UInt8(ascii: "+"), UInt8(ascii: "e"), UInt8(ascii: "E"):
                    true
                default: false
                }
            }
            return isDecimal ? Double(text) : nil
        }
    }

    private static func trimmed(_ string: String) -> String {
        // Mostly there is nothing to trim, which the ends tell.
        let visible: ClosedRange<UInt8> = 0x21...0x7E
        if let first = string.utf8.first, let last = string.utf8.last, visible.contains(first),
            visible.contains(last)
        {
            return string
        }
        return string.trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
