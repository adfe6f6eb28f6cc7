import Cypher
import Values

/// A function of `ScalarFunctions`: by a kernel where the columns are of a kind that it knows, else
/// row by row.
final class ScalarFunctionExpression: ColumnExpression {
    private let function: ScalarFunction
    private let arguments: [any ColumnExpression]
    private let context: QueryContext
    private let range: SourceRange
    private let kernel: ScalarKernels.Kernel?

    /// Results of no more than this are not counted.
    private static let smallBytes = 4 << 10

    init(
        _ function: ScalarFunction, _ arguments: [any ColumnExpression],
        context: QueryContext, range: SourceRange
    ) {
        self.function = function
        self.arguments = arguments
        self.context = context
        self.range = range
        kernel = ScalarKernels.kernel(for: function.name)
    }

    func evaluate(_ batch: Batch) throws -> Column {
        let columns = try arguments.map { try $0.evaluate(batch) }
        if let result = kernel?(columns) { return result }
        if function.isDeterministic {
            let constants = columns.compactMap(\.constantValue)
            if constants.count == columns.count {
                return .constant(try call(constants), count: batch.count)
            }
        }
        return try rowByRow(columns, count: batch.count)
    }

    private func rowByRow(_ columns: [Column], count: Int) throws(QueryError) -> Column {
        var output = ColumnBuilder(capacity: count)
        // One array for all calls: constants stay in their places.
        var values = columns.map { $0.constantValue ?? .null }
        let places = columns.indices.filter { columns[$0].constantValue == nil }
        // Of lists and strings that are large: a batch of them may be more than there is memory.
        var held = 0
        defer { context.release(bytes: held) }
        for row in 0..<count {
            for place in places { values[place] = columns[place].value(row) }
            let value = try call(values)
            let bytes = value.approximateByteCount
            if bytes > Self.smallBytes {
                held += bytes
                try context.reserve(bytes: bytes)
                try context.checkpoint()
            }
            output.append(value)
        }
        return output.build()
    }

    private func call(_ values: [Value]) throws(QueryError) -> Value {
        try translatingErrors(at: range) { () throws(ValueError) in
            try function.evaluate(values, context.functionContext)
        }
    }
}

extension ExpressionCompiler {
    func scalar(_ call: ScalarCall) throws -> CompiledExpression {
        guard let function = ScalarFunctions.named(call.name) else { return try library(call) }
        let arguments = try compiled(call.arguments)
        return CompiledExpression(
            ScalarFunctionExpression(
                function, arguments.map(\.expression), context: context, range: call.range),
            of: arguments, isFoldable: function.isDeterministic)
    }

    private func library(_ call: ScalarCall) throws -> CompiledExpression {
        guard let function = context.procedures.function(named: call.name) else {
            throw QueryError(
                .syntax, "UnknownFunction: there is no function \(call.name)()", at: call.range)
        }
        let arguments = try compiled(call.arguments)
        return CompiledExpression(
            LibraryFunctionExpression(
                function, arguments.map(\.expression), context: context, range: call.range),
            of: arguments, isFoldable: false)
    }
}
