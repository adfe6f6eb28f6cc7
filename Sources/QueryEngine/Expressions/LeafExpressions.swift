import Values

/// A literal, a parameter, or what was computed from such when the expression was compiled.
final class ConstantExpression: ColumnExpression {
    let value: Value

    init(_ value: Value) { self.value = value }

    func evaluate(_ batch: Batch) throws -> Column { .constant(value, count: batch.count) }
}

/// A variable: the batch's own column.
final class SlotExpression: ColumnExpression {
    let slot: Slot

    init(_ slot: Slot) { self.slot = slot }

    func evaluate(_ batch: Batch) throws -> Column { batch[slot] }
}

/// `value` computed once into a slot for `body`.
final class LetExpression: ColumnExpression {
    private let slot: Slot
    private let value: any ColumnExpression
    private let body: any ColumnExpression

    init(slot: Slot, value: any ColumnExpression, body: any ColumnExpression) {
        self.slot = slot
        self.value = value
        self.body = body
    }

    func evaluate(_ batch: Batch) throws -> Column {
        try body.evaluate(batch.with(value.evaluate(batch), in: slot))
    }
}
