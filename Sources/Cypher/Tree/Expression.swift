/// An expression and where it stands in the text.
public struct Expression: Sendable {
    public var kind: Kind
    public var range: SourceRange

    public init(_ kind: Kind, _ range: SourceRange) {
        self.kind = kind
        self.range = range
    }

    public indirect enum Kind: Sendable {
        case null
        case boolean(Bool)
        case integer(Int64)
        case float(Double)
        case string(String)
        case parameter(String)
        case variable(String)
        case list([Expression])
        case map([MapEntry])

        /// `n.name`
        case property(Expression, Name)
        /// `list[i]`, `map[key]`, `node[key]`
        // swift-format-ignore: AlwaysUseLowerCamelCase
        case subscript_(Expression, index: Expression)
        /// `list[from..to]`
        case slice(Expression, from: Expression?, to: Expression?)

        case unary(UnaryOperator, Expression)
        case binary(BinaryOperator, Expression, Expression)
        /// A chain such as `1 < a <= b`: operators.count == operands.count - 1, at least 1.
        case comparison([Expression], [ComparisonOperator])
        case isNull(Expression, negated: Bool)
        /// `expression IS [NOT] :: type`
        case isType(Expression, ValueType, negated: Bool)
        /// `n:Label` or `n IS Label`, `r:TYPE`
        case hasLabels(Expression, LabelExpression)

        case function(FunctionCall)
        /// `count(*)`
        case countStar
        /// `CASE [subject] WHEN … THEN … [ELSE …] END`
        case caseWhen(subject: Expression?, branches: [CaseBranch], otherwise: Expression?)

        /// `[variable IN list WHERE predicate | projection]`
        case listComprehension(
            variable: Name, list: Expression, predicate: Expression?, projection: Expression?)
        /// `all(variable IN list WHERE predicate)` and its kin
        case quantifier(Quantifier, variable: Name, list: Expression, predicate: Expression)
        /// `reduce(accumulator = initial, variable IN list | step)`
        case reduce(
            accumulator: Name, initial: Expression, variable: Name, list: Expression,
            step: Expression)

        /// A pattern used as a predicate: `WHERE (a)-[:KNOWS]->()`
        case patternPredicate(PathPattern)
        /// `[path = (a)-->(b) WHERE predicate | projection]`
        case patternComprehension(
            path: Name?, pattern: PathPattern, predicate: Expression?, projection: Expression)
        /// `EXISTS { … }`, `COUNT { … }`, `COLLECT { … }`
        case subquery(SubqueryKind, Query)
        /// `shortestPath(pattern)`, `allShortestPaths(pattern)` as an expression
        case shortestPath(PathPattern)

        /// `n { .name, .*, key: expression, variable }`
        case mapProjection(Name, [MapProjectionItem])
    }
}

/// An identifier and where it stands; backticks are already taken off.
public struct Name: Hashable, Sendable {
    public var text: String
    public var range: SourceRange

    public init(_ text: String, _ range: SourceRange) {
        self.text = text
        self.range = range
    }
}

public struct MapEntry: Sendable {
    public var key: Name
    public var value: Expression

    public init(key: Name, value: Expression) {
        self.key = key
        self.value = value
    }
}

public enum MapProjectionItem: Sendable {
    /// `.name`
    case property(Name)
    /// `.*`
    case allProperties(SourceRange)
    /// `key: expression`
    case entry(Name, Expression)
    /// `variable`
    case variable(Name)
}

public enum UnaryOperator: String, Sendable { case not = "NOT", plus = "+", minus = "-" }

public enum BinaryOperator: String, Sendable {
    case or = "OR"
    case xor = "XOR"
    case and = "AND"
    case add = "+"
    case subtract = "-"
    case multiply = "*"
    case divide = "/"
    case modulo = "%"
    case power = "^"
    case concatenate = "||"
    // swift-format-ignore: AlwaysUseLowerCamelCase
    case in_ = "IN"
    case startsWith = "STARTS WITH"
    case endsWith = "ENDS WITH"
    case contains = "CONTAINS"
    case matches = "=~"
}

public enum ComparisonOperator: String, Sendable {
    case equal = "="
    case notEqual = "<>"
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
}

public enum Quantifier: String, Sendable { case all, any, none, single }
public enum SubqueryKind: String, Sendable {
    case exists = "EXISTS", count = "COUNT", collect = "COLLECT"
}

public struct FunctionCall: Sendable {
    /// As written, with its namespace: `duration.between`, `toUpper`.
    public var name: Name
    public var arguments: [Expression]
    /// `count(DISTINCT x)`
    public var distinct: Bool

    public init(name: Name, arguments: [Expression], distinct: Bool) {
        self.name = name
        self.arguments = arguments
        self.distinct = distinct
    }
}

public struct CaseBranch: Sendable {
    /// One or more alternatives: with a subject values (or open comparisons), else predicates.
    public var conditions: [CaseCondition]
    public var result: Expression

    public init(conditions: [CaseCondition], result: Expression) {
        self.conditions = conditions
        self.result = result
    }
}

public enum CaseCondition: Sendable {
    /// `WHEN value` (compared with the subject) or `WHEN predicate` (no subject)
    case value(Expression)
    /// `CASE x WHEN > 5 THEN …`
    case comparison(ComparisonOperator, Expression)
    /// `CASE x WHEN IS NULL THEN …`
    case isNull(negated: Bool)
    /// `CASE x WHEN IS :: INTEGER THEN …`
    case isType(ValueType, negated: Bool)
}

/// A type as written behind `IS ::` or in a type constraint.
public indirect enum ValueType: Hashable, Sendable {
    case null, boolean, integer, float, string, date, localTime, zonedTime, localDateTime
    case zonedDateTime, duration, point, node, relationship, path, map, any, propertyValue, nothing
    case list(ValueType)
    case union([ValueType])
    case notNull(ValueType)
}
