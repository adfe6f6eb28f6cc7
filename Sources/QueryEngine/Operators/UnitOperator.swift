import Values

/// One row without columns: where plans that read nothing begin.
final class UnitOperator: Operator {
    private let context: QueryContext
    private var isDone = false

    init(context: QueryContext) { self.context = context }

    func next() throws -> Batch? {
        if isDone { return nil }
        isDone = true
        return Batch(count: 1, slotCount: context.slotCount)
    }

    func rewind() { isDone = false }
}
