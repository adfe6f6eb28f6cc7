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

    /// A row's properties by their keys' numbers, without nulls.
    typealias Numbered = [(key: KeyID, value: Value)]

    /// The properties of a batch of rows.
    struct Evaluated {
        let columns: [(name: String, column: Column)]
        private let maps: Column?
        /// The keys' numbers, each from its first value on that is not null: a key that is only
        /// null is not made.
        private var keys: [KeyID?]

        fileprivate init(columns: [(name: String, column: Column)], maps: Column?) {
            self.columns = columns
            self.maps = maps
            keys = Array(repeating: nil, count: columns.count)
        }

        /// Replaces `result` by the row's properties.
        mutating func number(
            _ row: Int, _ tokens: inout TokenCache, into result: inout Numbered
        ) throws {
            result.removeAll(keepingCapacity: true)
            if let maps {
                for (name, value) in try Self.map(maps.value(row)) where !value.isNull {
                    result.append((try tokens.key(name), value))
                }
                return
            }
            for place in columns.indices {
                let value = columns[place].column.value(row)
                if value.isNull { continue }
                let key = try keys[place] ?? tokens.key(columns[place].name)
                keys[place] = key
                result.append((key, value))
            }
        }

        /// The key of a null that one of the first rows has.
        func keyOfNull(count: Int) throws(QueryError) -> String? {
            guard let maps else {
                return columns.first { _, column in
                    (0..<count).contains { column.isNull($0) }
                }?.name
            }
            for row in 0..<count {
                for (name, value) in try Self.map(maps.value(row)) where value.isNull {
                    return name
                }
            }
            return nil
        }

        private static func map(_ value: Value) throws(QueryError) -> ValueMap {
            switch value {
            case .null: return ValueMap()
            case .map(let map): return map
            default:
                throw QueryError(
                    .type,
                    "InvalidArgumentType: properties are a map, not \(value.excerpt) of type "
                        + value.typeText)
            }
        }
    }
}
