import Values

/// The rows that an apply, a merge or a subquery has put into the context: all at once, each time
/// after a rewind.
final class ArgumentOperator: Operator {
    private let id: ArgumentID
    private let slots: [Slot]
    private let context: QueryContext
    private var isDone = false

    init(id: ArgumentID, slots: [Slot], rowSlot: Slot?, context: QueryContext) {
        self.id = id
        self.slots = slots + (rowSlot.map { [$0] } ?? [])
        self.context = context
    }

    func next() throws -> Batch? {
        if isDone { return nil }
        isDone = true
        guard let rows = context.arguments[id] else {
            preconditionFailure("argument \(id) has not been passed")
        }
        return rows.count == 0 ? nil : rows.keeping(slots)
    }

    func rewind() { isDone = false }
}
