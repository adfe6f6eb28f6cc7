import Values

/// A column expression and what its surroundings may rely on.
struct CompiledExpression {
    let expression: any ColumnExpression
    /// Slots of the batch that it reads: what a lazy evaluation has to gather.
    let slots: SlotSet
    /// Depends on literals and parameters only, and gives the same value each time.
    let isFoldable: Bool
    /// Cheap, and never fails: it may be evaluated for rows that do not need it.
    let isTotal: Bool
    /// Gives booleans and nulls only.
    let isTruth: Bool

    init(
        _ expression: any ColumnExpression, slots: SlotSet = [], isFoldable: Bool = false,
        isTotal: Bool = false, isTruth: Bool = false
    ) {
        self.expression = expression
        self.slots = slots
        self.isFoldable = isFoldable
        self.isTotal = isTotal
        self.isTruth = isTruth
    }

    /// Reads what its parts read, and is as constant as they are.
    init(
        _ expression: any ColumnExpression, of parts: [CompiledExpression],
        without locals: SlotSet = [], isFoldable: Bool = true, isTotal: Bool = false,
        isTruth: Bool = false
    ) {
        var slots = SlotSet()
        for part in parts { slots.formUnion(part.slots) }
        self.init(
            expression, slots: slots.subtracting(locals),
            isFoldable: isFoldable && parts.allSatisfy(\.isFoldable),
            isTotal: isTotal && parts.allSatisfy(\.isTotal), isTruth: isTruth)
    }

    static func constant(_ value: Value) -> CompiledExpression {
        let isTruth =
            switch value {
            case .boolean, .null: true
            default: false
            }
        return CompiledExpression(
            ConstantExpression(value), isFoldable: true, isTotal: true, isTruth: isTruth)
    }

    /// A literal or parameter that is a string, or a list with one.
    var isStrings: Bool {
        switch constantValue {
        case .string: true
        case .list(let values): values.contains { if case .string = $0 { true } else { false } }
        default: false
        }
    }

    var constantValue: Value? { (expression as? ConstantExpression)?.value }

    /// The constant that a foldable expression is. One whose evaluation fails stays as it is: the
    /// error belongs to the rows that reach it, if any does.
    func folded() -> CompiledExpression {
        guard isFoldable, constantValue == nil else { return self }
        let row = Batch(count: 1, slotCount: 0)
        guard let value = try? expression.evaluate(row).value(0) else { return self }
        return .constant(value)
    }
}
