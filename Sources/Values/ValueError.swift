/// Why an operation on values has no result.
///
/// The kinds are Cypher's error classes; the detail is the word by which openCypher names the
/// cause. Both survive to the client: the room `Starling` maps the kind to a Neo4j status code.
public enum ValueError: Error, Sendable, Hashable {
    /// An operand or argument has a type for which the operation is not defined.
    case type(Detail, String)
    /// An argument has the right type and an impossible value.
    case argument(Detail, String)
    /// A number has no representation, or a division has no quotient.
    case arithmetic(Detail, String)

    public enum Kind: String, Sendable {
        case typeError = "TypeError"
        case argumentError = "ArgumentError"
        case arithmeticError = "ArithmeticError"
    }

    /// openCypher's words for causes, as its conformance kit spells them.
    public enum Detail: String, Sendable {
        case invalidArgumentType = "InvalidArgumentType"
        case invalidArgumentValue = "InvalidArgumentValue"
        case invalidNumberOfArguments = "InvalidNumberOfArguments"
        case numberOutOfRange = "NumberOutOfRange"
        case integerOverflow = "IntegerOverflow"
        case divisionByZero = "DivisionByZero"
        case listElementAccessByNonInteger = "ListElementAccessByNonInteger"
        case mapElementAccessByNonString = "MapElementAccessByNonString"
        case invalidJSON = "InvalidJSON"
    }

    public var kind: Kind {
        switch self {
        case .type: .typeError
        case .argument: .argumentError
        case .arithmetic: .arithmeticError
        }
    }

    public var detail: Detail {
        switch self {
        case .type(let detail, _), .argument(let detail, _), .arithmetic(let detail, _): detail
        }
    }

    /// One sentence for people, without the detail's word.
    public var message: String {
        switch self {
        case .type(_, let text), .argument(_, let text), .arithmetic(_, let text): text
        }
    }
}

extension ValueError: CustomStringConvertible {
    public var description: String { "\(detail.rawValue): \(message)" }
}

extension ValueError {
    /// `expected` as in "a number or a string"; the found value is named by its type.
    static func wrongType(_ place: String, expected: String, found: Value) -> ValueError {
        .type(
            .invalidArgumentType,
            "\(place) expects \(expected), but got \(found.excerpt) of type \(found.typeWord)")
    }

    static func badValue(_ message: String) -> ValueError {
        .argument(.invalidArgumentValue, message)
    }

    static func outOfRange(_ message: String) -> ValueError {
        .argument(.numberOutOfRange, message)
    }
}
