import GraphStore
import Values

/// The labels that a CREATE or SET writes: names known from the text, and `$(expression)`.
struct LabelList {
    private var names: [String] = []
    private var dynamic: [any ColumnExpression] = []

    init(_ labels: [BoundLabels], compiler: ExpressionCompiler) throws {
        for label in labels { try add(label, compiler) }
    }

    private mutating func add(_ labels: BoundLabels, _ compiler: ExpressionCompiler) throws {
        switch labels {
        case .name(let name): names.append(name)
        case .and(let left, let right):
            try add(left, compiler)
            try add(right, compiler)
        case .dynamic(let expression): dynamic.append(try compiler.compile(expression))
        case .or, .not, .wildcard, .dynamicAny:
            throw QueryError(.syntax, "Labels to write are names joined by & or :, nothing else.")
        }
    }

    var isEmpty: Bool { names.isEmpty && dynamic.isEmpty }
    var staticNames: [String]? { dynamic.isEmpty ? names : nil }

    /// The names for each row of a batch: one list for all where nothing is computed.
    func evaluate(_ batch: Batch) throws -> (Int) throws -> [String] {
        if dynamic.isEmpty { return { _ in names } }
        let columns = try dynamic.map { try $0.evaluate(batch) }
        return { row in
            try columns.reduce(into: names) { names, column in
                names += try tokenNames(in: column.value(row), what: "label")
            }
        }
    }
}

/// One or more names that `$(expression)` gives.
func tokenNames(in value: Value, what: String) throws(QueryError) -> [String] {
    switch value {
    case .string(let name): return [name]
    case .list(let values):
        var names: [String] = []
        for value in values { names += try tokenNames(in: value, what: what) }
        return names
    default:
        throw QueryError(
            .type,
            "InvalidArgumentType: a dynamic \(what) is a string or a list of strings, not "
                + "\(value.excerpt) of type \(value.typeText)")
    }
}

/// Numbers of names that are written again and again, looked up once.
struct TokenCache {
    private var labels: [ByteKey: LabelID] = [:]
    private var keys: [ByteKey: KeyID] = [:]
    private var types: [ByteKey: TypeID] = [:]
    let writer: GraphWriter

    init(writer: GraphWriter) { self.writer = writer }

    mutating func label(_ name: String) throws -> LabelID {
        if let id = labels[ByteKey(name)] { return id }
        let id = try writer.label(name)
        labels[ByteKey(name)] = id
        return id
    }

    mutating func key(_ name: String) throws -> KeyID {
        if let id = keys[ByteKey(name)] { return id }
        let id = try writer.key(name)
        keys[ByteKey(name)] = id
        return id
    }

    mutating func type(_ name: String) throws -> TypeID {
        if let id = types[ByteKey(name)] { return id }
        let id = try writer.type(name)
        types[ByteKey(name)] = id
        return id
    }
}
