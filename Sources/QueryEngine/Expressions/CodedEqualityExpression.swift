import Values

/// Whether two entities have the same string, as in `a.gender = b.gender`, or not the same. Where the
/// store has codes in place of the strings, these are compared: in one column, strings are the same
/// where their codes are.
final class CodedEqualityExpression: ColumnExpression {
    private let variables: (left: Slot, right: Slot)
    private let reader: PropertyReader
    private let wantsEqual: Bool
    private let ofRows: any ColumnExpression
    private var rowCount = 0

    /// Nil where the operands are not one property of two variables. `rows` is the same condition.
    init?(
        _ left: any ColumnExpression, _ right: any ColumnExpression, wantsEqual: Bool,
        rows: any ColumnExpression
    ) {
        guard let left = left as? PropertyExpression, let right = right as? PropertyExpression,
            let first = left.variable, let second = right.variable,
            left.reader.key.hasSameBytes(as: right.reader.key)
        else { return nil }
        variables = (first, second)
        reader = left.reader
        self.wantsEqual = wantsEqual
        ofRows = rows
    }

    func evaluate(_ batch: Batch) throws -> Column {
        rowCount += batch.count
        guard rowCount >= CodedConditionExpression.fewestRows,
            let (left, strings) = reader.stringCodes(batch[variables.left]),
            let (right, others) = reader.stringCodes(batch[variables.right]), others === strings
        else { return try ofRows.evaluate(batch) }
        let (same, different): (UInt8, UInt8) = wantsEqual ? (1, 0) : (0, 1)
        return .booleans(
            ContiguousArray(unsafeUninitializedCapacity: batch.count) { flags, count in
                for row in 0..<batch.count {
                    // A negative code is null, and a flag of 2.
                    let isNull = left[row] | right[row] < 0
                    let flag = left[row] == right[row] ? same : different
                    flags.initializeElement(at: row, to: isNull ? 2 : flag)
                }
                count = batch.count
            })
    }
}
