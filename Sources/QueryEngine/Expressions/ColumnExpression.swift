import Values

// Expressions: from a bound tree to columns.
//
// `ExpressionCompiler` turns a `BoundExpression` into a tree of `ColumnExpression` objects, once
// for each execution. An object takes a batch and gives a column of as many rows, so the costs of
// dispatch, reference counting and allocation are paid once a batch; the loops themselves are
// generic functions over plain memory (`Kernels/`), specialised for each operator and kind.
//
//     BoundExpression ──ExpressionCompiler──▶ ColumnExpression ──evaluate(batch)──▶ Column
//                        constants folded        │
//                                                ├─ typed columns: kernels
//                                                └─ all else: `Value`'s operation row by row
//
// The general path defines what is right: a kernel gives what `Value`'s operation gives, row by
// row, errors included, and the tests hold them against each other over random columns.
//
// Invariants
// - A column has `batch.count` rows, whatever its kind. The memory behind a null row may hold
//   anything: kernels never raise an error because of it.
// - AND, OR, CASE and coalesce evaluate an operand only for the rows that reach it: the columns
//   which it reads are gathered, evaluated and scattered back (`LazyRows`). Operands which are
//   cheap and cannot fail are evaluated for all rows instead, for which nothing needs moving.
// - Errors are `QueryError`s; `ValueError`s become such in one place (`QueryError+Values`).

/// A compiled expression: a column in, a column out, one call a batch.
protocol ColumnExpression: AnyObject {
    /// `batch.count` rows; columns are whatever kind came out (see `Column`).
    func evaluate(_ batch: Batch) throws -> Column
}

extension Batch {
    /// This batch with one more column; its rows are the batch's.
    func with(_ column: Column, in slot: Slot) -> Batch {
        var copy = self
        copy.place(column, in: slot)
        return copy
    }

    mutating func place(_ column: Column, in slot: Slot) {
        while columns.count <= slot { columns.append(nil) }
        self[slot] = column
    }
}
