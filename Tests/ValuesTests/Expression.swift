import Values

/// Just enough of an expression reader for tables of cases: calls, literals, one operator at a
/// time from left to right, and `.component` behind a value.
struct Expression {
    private var rest: Substring.UnicodeScalarView
    private let context: FunctionContext

    static let clock = ValueClock(
        transaction: .init(epochSecond: 1_000), statement: .init(epochSecond: 2_000, nanosecond: 5),
        realtime: { .init(epochSecond: 3_000) })

    static func evaluate(_ text: String) throws -> Value {
        var expression = Expression(
            rest: text[...].unicodeScalars,
            context: FunctionContext(clock: clock, randomBits: { 0x0123_4567_89AB_CDEF }))
        let value = try expression.readOperation()
        guard expression.rest.isEmpty else { throw Unreadable(text: String(expression.rest)) }
        return value
    }

    struct Unreadable: Error {
        let text: String
    }

    private mutating func readOperation() throws -> Value {
        var left = try readValue()
        while true {
            if take("+") {
                left = try Value.add(left, try readValue())
            } else if take("-") {
                left = try Value.subtract(left, try readValue())
            } else if take("*") {
                left = try Value.multiply(left, try readValue())
            } else if take("/") {
                left = try Value.divide(left, try readValue())
            } else if take("%") {
                left = try Value.modulo(left, try readValue())
            } else if take("^") {
                left = try Value.power(left, try readValue())
            } else {
                return left
            }
        }
    }

    private mutating func readValue() throws -> Value {
        var value = try readPrimary()
        while take(".") {
            let name = readName()
            guard let component = try value.component(name) else { throw Unreadable(text: name) }
            value = component
        }
        return value
    }

    private mutating func readPrimary() throws -> Value {
        if take("-") { return try Value.negate(try readPrimary()) }
        if take("[") { return .list(try readItems("]") { try $0.readOperation() }) }
        if take("{") {
            return .map(
                ValueMap(
                    try readItems("}") { reader in
                        _ = reader.take(" ")
                        let key = reader.readName()
                        guard reader.take(":") else { throw Unreadable(text: key) }
                        return (key, try reader.readOperation())
                    }))
        }
        if take("'") {
            let text = rest.prefix { $0 != "'" }
            rest = rest.dropFirst(text.count + 1)
            return .string(String(text))
        }
        let word = rest.prefix {
            $0.properties.isAlphabetic || $0 == "." || $0 == "_" || ("0"..."9").contains($0)
        }
        rest = rest.dropFirst(word.count)
        let text = String(word)
        switch text {
        case "null": return .null
        case "true", "false": return .boolean(text == "true")
        default: break
        }
        if let integer = Int64(text) { return .integer(integer) }
        if let float = Double(text) { return .float(float) }
        guard take("("), let function = ScalarFunctions.named(text) else {
            throw Unreadable(text: text)
        }
        return try function.evaluate(try readItems(")") { try $0.readOperation() }, context)
    }

    private mutating func readItems<Item>(
        _ end: Unicode.Scalar, _ read: (inout Expression) throws -> Item
    ) throws -> [Item] {
        var items: [Item] = []
        if take(end) { return items }
        repeat { items.append(try read(&self)) } while take(",")
        guard take(end) else { throw Unreadable(text: String(rest)) }
        return items
    }

    private mutating func readName() -> String {
        let name = rest.prefix { $0.properties.isAlphabetic }
        rest = rest.dropFirst(name.count)
        return String(name)
    }

    private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        rest = rest.drop { $0 == " " }
        guard rest.first == scalar else { return false }
        rest.removeFirst()
        return true
    }
}
