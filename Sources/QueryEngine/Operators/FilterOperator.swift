import Values

/// Keeps the rows for which every condition is true. Conditions are evaluated one after the other,
/// each for the rows that are left; a batch that survives whole is passed on without a copy.
final class FilterOperator: Operator {
    private let child: any Operator
    private let conjuncts: [any ColumnExpression]
    private let output: [Slot]
    private var errors = RowErrors()

    init(child: any Operator, conjuncts: [any ColumnExpression], output: [Slot]) {
        self.child = child
        self.conjuncts = conjuncts
        self.output = output
    }

    func next() throws -> Batch? { try errors.next(of: child, filter) }

    private func filter(_ batch: inout Batch) throws -> Bool {
        for (place, conjunct) in conjuncts.enumerated() {
            guard let rows = try conjunct.evaluate(batch).survivors() else { continue }
            if rows.isEmpty { return false }
            batch =
                place == conjuncts.count - 1
                ? batch.gathered(rows, slots: output) : batch.gathered(rows)
        }
        return true
    }

    func rewind() {
        child.rewind()
        errors.rewind()
    }
}
