import GraphStore
import Values

/// A condition on one string property, such as `u.gender = 'F'` or `c.name STARTS WITH 'A'`. Where
/// the store has codes in place of the strings, each different string is looked at once, however
/// many rows have it.
final class CodedConditionExpression: ColumnExpression {
    private let variable: Slot
    private let reader: PropertyReader
    private let ofRows: any ColumnExpression
    /// The same condition, on the strings in slot 0.
    private let ofStrings: any ColumnExpression

    private var strings: CodedStrings?
    /// What holds of each string, by code; behind them, of null.
    private var flags: ContiguousArray<UInt8> = []
    private var rowCount = 0
    /// Codes are not asked for before so many rows: point queries stay free of it.
    static let fewestRows = 16

    init(
        of variable: Slot, _ reader: PropertyReader, rows: any ColumnExpression,
        strings: any ColumnExpression
    ) {
        self.variable = variable
        self.reader = reader
        ofRows = rows
        ofStrings = strings
    }

    func evaluate(_ batch: Batch) throws -> Column {
        rowCount += batch.count
        // For fewer rows than there are strings it is not worth it.
        guard rowCount >= Self.fewestRows,
            let (codes, strings) = reader.stringCodes(batch[variable]),
            strings.strings.count < rowCount
        else { return try ofRows.evaluate(batch) }
        if strings !== self.strings {
            flags = try evaluate(strings.strings)
            self.strings = strings
        }
        let null = flags.count - 1
        return .booleans(
            flags.withUnsafeBufferPointer { flags in
                ContiguousArray(codes.lazy.map { flags[$0 < 0 ? null : Int($0)] })
            })
    }

    private func evaluate(_ strings: StringColumn) throws -> ContiguousArray<UInt8> {
        var operands = strings
        operands.appendNull()
        var batch = Batch(count: operands.count, slotCount: 1)
        batch[0] = .strings(operands)
        return try BooleanKernels.flags(
            ofStrings.evaluate(batch), count: batch.count, for: "a condition")
    }
}
