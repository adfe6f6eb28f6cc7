import Values

/// Adds columns computed from the row; a later one may use an earlier one. Columns that nobody needs
/// any more are dropped.
final class ProjectOperator: Operator {
    private let child: any Operator
    private let items: [(slot: Slot, expression: any ColumnExpression)]
    private let output: [Slot]
    private var errors = RowErrors()

    init(
        child: any Operator, items: [(slot: Slot, expression: any ColumnExpression)],
        output: [Slot]
    ) {
        self.child = child
        self.items = items
        self.output = output
    }

    func next() throws -> Batch? {
        try errors.next(of: child) { batch in
            for (slot, expression) in items { batch[slot] = try expression.evaluate(batch) }
            batch.keep(output)
            return true
        }
    }

    func rewind() {
        child.rewind()
        errors.rewind()
    }
}
