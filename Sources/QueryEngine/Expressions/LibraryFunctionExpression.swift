import Cypher
import GraphStore
import Values

/// A function of the library above: row by row, on the graph as it is now.
final class LibraryFunctionExpression: ColumnExpression {
    private let function: LibraryFunction
    private let arguments: [any ColumnExpression]
    private let context: QueryContext
    private let range: SourceRange

    init(
        _ function: LibraryFunction, _ arguments: [any ColumnExpression], context: QueryContext,
        range: SourceRange
    ) {
        self.function = function
        self.arguments = arguments
        self.context = context
        self.range = range
    }

    func evaluate(_ batch: Batch) throws -> Column {
        let columns = try arguments.map { try $0.evaluate(batch) }
        var output = ColumnBuilder(capacity: batch.count)
        for row in 0..<batch.count {
            try context.checkpoint()
            output.append(try call(columns.map { $0.value(row) }))
        }
        return output.build()
    }

    private func call(_ values: [Value]) throws -> Value {
        do {
            return try function.body(values, context.view)
        } catch let error as QueryError {
            throw QueryError(error.kind, error.message, at: error.range ?? range)
        } catch let error as StoreError {
            throw QueryError.translating(error)
        }
    }
}
