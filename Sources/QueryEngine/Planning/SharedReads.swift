import Cypher

/// Properties that several aggregates look at, as in `sum(a.x * b.x), sum(a.x * a.x)`: read once
/// for each row, into a column of their own.
struct SharedReads {
    private let context: BindingContext
    private var reads: [(slot: Slot, key: String, count: Int, column: Slot?)] = []

    init(_ context: BindingContext) { self.context = context }

    /// The aggregates over the new columns, and what has to be projected below them.
    mutating func share(_ aggregates: [(slot: Slot, call: AggregateCall)])
        -> (
            aggregates: [(slot: Slot, call: AggregateCall)],
            columns: [(slot: Slot, expression: BoundExpression)]
        )
    {
        for aggregate in aggregates { aggregate.call.argument.map { count($0) } }
        guard reads.contains(where: { $0.count > 1 }) else { return (aggregates, []) }
        let shared = aggregates.map { aggregate in
            (slot: aggregate.slot, call: aggregate.call.mapArgument { replaced($0) })
        }
        let columns = reads.compactMap { read in
            read.column.map {
                (slot: $0, expression: BoundExpression.property(.slot(read.slot), read.key))
            }
        }
        return (shared, columns)
    }

    /// Only inside arithmetic, all of which is evaluated for every row.
    private mutating func count(_ expression: BoundExpression) {
        switch expression {
        case .property(.slot(let slot), let key):
            if let place = place(slot, key) {
                reads[place].count += 1
            } else {
                reads.append((slot, key, 1, nil))
            }
        case .arithmetic(_, let left, let right):
            count(left)
            count(right)
        case .negate(let operand): count(operand)
        default: break
        }
    }

    private mutating func replaced(_ expression: BoundExpression) -> BoundExpression {
        switch expression {
        case .property(.slot(let slot), let key):
            guard let place = place(slot, key), reads[place].count > 1 else { return expression }
            let column = reads[place].column ?? context.makeTemporary()
            reads[place].column = column
            return .slot(column)
        case .arithmetic(let operation, let left, let right):
            return .arithmetic(operation, replaced(left), replaced(right))
        case .negate(let operand): return .negate(replaced(operand))
        default: return expression
        }
    }

    private func place(_ slot: Slot, _ key: String) -> Int? {
        reads.firstIndex { $0.slot == slot && sameName($0.key, key) }
    }
}

extension AggregateCall {
    fileprivate func mapArgument(_ change: (BoundExpression) -> BoundExpression) -> AggregateCall {
        AggregateCall(
            function: function, argument: argument.map(change), second: second,
            distinct: distinct, range: range)
    }
}
