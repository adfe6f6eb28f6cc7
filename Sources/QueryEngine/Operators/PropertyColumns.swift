import GraphStore
import Values

/// The property map of a created or merged entity. A map written out is one column for each key; any
/// other expression gives whole maps.
struct PropertyColumns {
    private enum Source {
        case none
        case columns([(name: String, expression: any ColumnExpression)])
        case maps(any ColumnExpression)
    }

    private let source: Source

    init(_ properties: BoundExpression?, compiler: ExpressionCompiler) throws {
        switch properties {
        case nil: source = .none
        case .map(let entries)?:
            source = .columns(
                try entries.map { ($0.key, try compiler.compile($0.value)) })
        case let expression?: source = .maps(try compiler.compile(expression))
        }
    }

    /// The keys, where the text says them.
    var names: [String]? {
        switch source {
        case .none: []
        case .columns(let columns): columns.map(\.name)
        case .maps: nil
        }
    }

    func evaluate(_ batch: Batch) throws -> Evaluated {
        switch source {
        case .none: Evaluated(columns: [], maps: nil)
        case .columns(let columns):
            Evaluated(
                columns: try columns.map { ($0.name, try $0.expression.evaluate(batch)) },
                maps: nil)
        case .maps(let maps): Evaluated(columns: [], maps: try maps.evaluate(batch))
        }
    }

    /// The properties of a batch of rows.
    struct Evaluated {
        let columns: [(name: String, column: Column)]
        fileprivate let maps: Column?

        func properties(_ row: Int) throws(QueryError) -> [(name: String, value: Value)] {
            guard let maps else { return columns.map { ($0.name, $0.column.value(row)) } }
            switch maps.value(row) {
            case .null: return []
            case .map(let map): return map.map { ($0, $1) }
            case let value:
                throw QueryError(
                    .type,
                    "InvalidArgumentType: properties are a map, not \(value.excerpt) of type "
                        + value.typeText)
            }
        }
    }
}
