import Values

/// A compiled expression: a column in, a column out, one call a batch.
protocol ColumnExpression: AnyObject {
    /// `batch.count` rows; columns are whatever kind came out (see `Column`).
    func evaluate(_ batch: Batch) throws -> Column
}

/// Makes column expressions for one execution: tokens are looked up, parameters are inlined.
struct ExpressionCompiler {
    let context: QueryContext

    func compile(_ expression: BoundExpression) throws -> any ColumnExpression {
        fatalError("contract")
    }

    /// One value, for expressions without rows: LIMIT, index options.
    func constantValue(_ expression: BoundExpression) throws -> Value { fatalError("contract") }
}
