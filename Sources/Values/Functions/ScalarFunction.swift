/// A function from values to a value, with what `SHOW FUNCTIONS` tells about it.
///
/// Aggregates, and functions that look into the graph (`labels`, `properties` of a reference …),
/// are the query engine's.
public struct ScalarFunction: Sendable {
    public struct Parameter: Sendable, Hashable {
        public let name: String
        /// As Cypher writes types: `INTEGER | FLOAT`.
        public let type: String
    }

    public let name: String
    /// Every parameter, the optional ones last.
    public let parameters: [Parameter]
    public let result: String
    public let minimumArguments: Int
    /// `Int.max` for functions that take any number.
    public let maximumArguments: Int
    public let category: String
    public let description: String
    /// Whether equal arguments have equal results: only then may a call be computed once and
    /// reused. Clocks that stand still during a statement count as such.
    public let isDeterministic: Bool
    /// Whether one null argument makes the result null, as for most functions.
    public let propagatesNull: Bool

    private let body: @Sendable (Arguments) throws(ValueError) -> Value

    /// Computes one result. Thread-safe.
    public func evaluate(
        _ arguments: [Value], _ context: FunctionContext
    ) throws(ValueError) -> Value {
        guard arguments.count >= minimumArguments, arguments.count <= maximumArguments else {
            throw .argument(
                .invalidNumberOfArguments,
                "\(name)() takes \(arityText), but got \(arguments.count)")
        }
        if propagatesNull && arguments.contains(where: { $0.isNull }) { return .null }
        return try body(Arguments(function: name, values: arguments, context: context))
    }

    /// `abs(input :: INTEGER | FLOAT) :: INTEGER | FLOAT`; optional parameters with `= …`.
    public var signature: String {
        let list = parameters.enumerated().map { place, parameter in
            let isOptional = place >= minimumArguments
            return "\(parameter.name)\(isOptional ? " = …" : "") :: \(parameter.type)"
        }
        return "\(name)(\(list.joined(separator: ", "))) :: \(result)"
    }

    private var arityText: String {
        if maximumArguments == .max { return "at least \(minimumArguments) arguments" }
        let range =
            minimumArguments == maximumArguments
            ? "\(minimumArguments)" : "\(minimumArguments) to \(maximumArguments)"
        return maximumArguments == 1 ? "\(range) argument" : "\(range) arguments"
    }

    /// `optional` counts the parameters at the end that a call may leave out.
    init(
        _ name: String, _ category: Category, _ parameters: KeyValuePairs<String, String>,
        _ result: String, optional: Int = 0, isVariadic: Bool = false,
        isDeterministic: Bool = true, propagatesNull: Bool = true, _ description: String,
        _ body: @escaping @Sendable (Arguments) throws(ValueError) -> Value
    ) {
        self.name = name
        self.category = category.rawValue
        self.parameters = parameters.map { Parameter(name: $0.key, type: $0.value) }
        self.result = result
        self.minimumArguments = parameters.count - optional
        self.maximumArguments = isVariadic ? .max : parameters.count
        self.isDeterministic = isDeterministic
        self.propagatesNull = propagatesNull
        self.description = description
        self.body = body
    }

    private init(_ original: ScalarFunction, name: String) {
        self.name = name
        parameters = original.parameters
        result = original.result
        minimumArguments = original.minimumArguments
        maximumArguments = original.maximumArguments
        category = original.category
        description = original.description
        isDeterministic = original.isDeterministic
        propagatesNull = original.propagatesNull
        body = original.body
    }

    /// The same function under other names too.
    func alsoNamed(_ names: String...) -> [ScalarFunction] {
        [self] + names.map { ScalarFunction(self, name: $0) }
    }

    enum Category: String {
        case scalar = "Scalar"
        case predicate = "Predicate"
        case list = "List"
        case mathematical = "Numeric"
        case trigonometric = "Trigonometric"
        case logarithmic = "Logarithmic"
        case string = "String"
        case temporal = "Temporal"
        case duration = "Duration"
        case spatial = "Spatial"
        case vector = "Vector"
        case similarity = "Similarity"
    }
}

/// What a function sees besides its arguments.
public struct FunctionContext: Sendable {
    public let clock: ValueClock
    /// Where `rand()` and `randomUUID()` come from; tests inject a seeded source.
    public let randomBits: @Sendable () -> UInt64

    public init(
        clock: ValueClock,
        randomBits: @escaping @Sendable () -> UInt64 = {
            UInt64.random(in: .min ... .max)
        }
    ) {
        self.clock = clock
        self.randomBits = randomBits
    }
}

/// The arguments of one call, with typed access: an argument of another type is a type error that
/// names the function and the value.
struct Arguments {
    let function: String
    let values: [Value]
    let context: FunctionContext

    var count: Int { values.count }

    subscript(_ place: Int) -> Value { values[place] }

    func integer(_ place: Int) throws(ValueError) -> Int64 {
        guard case .integer(let integer) = values[place] else {
            throw wrongType(place, expected: "an integer")
        }
        return integer
    }

    func float(_ place: Int) throws(ValueError) -> Double {
        guard let float = values[place].asDouble else {
            throw wrongType(place, expected: "a number")
        }
        return float
    }

    func string(_ place: Int) throws(ValueError) -> String {
        guard case .string(let string) = values[place] else {
            throw wrongType(place, expected: "a string")
        }
        return string
    }

    func list(_ place: Int) throws(ValueError) -> [Value] {
        guard case .list(let list) = values[place] else {
            throw wrongType(place, expected: "a list")
        }
        return list
    }

    func map(_ place: Int) throws(ValueError) -> ValueMap {
        guard case .map(let map) = values[place] else {
            throw wrongType(place, expected: "a map")
        }
        return map
    }

    /// A count or length: an integer that is not negative.
    func length(_ place: Int) throws(ValueError) -> Int {
        let length = try integer(place)
        guard length >= 0 else {
            throw .outOfRange("\(function)() takes no negative length, but got \(length)")
        }
        return Int(length)
    }

    func wrongType(_ place: Int, expected: String) -> ValueError {
        .wrongType("\(function)()", expected: expected, found: values[place])
    }

    /// For conversions: openCypher calls a value that no conversion takes an invalid value of
    /// class TypeError.
    func notConvertible(_ place: Int) -> ValueError {
        .type(
            .invalidArgumentValue,
            "\(function)() cannot convert \(values[place].excerpt) of type "
                + values[place].typeWord)
    }
}
