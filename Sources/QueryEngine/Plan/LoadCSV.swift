/// `LOAD CSV [WITH HEADERS] FROM address AS row [FIELDTERMINATOR …]`
public struct LoadCSV: Sendable {
    public let address: BoundExpression
    /// Where each record goes: a list of strings, or with headers a map.
    public let record: Slot
    /// The line on which the record begins: `linenumber()`.
    public let line: Slot
    /// The file that it is from: `file()`.
    public let file: Slot
    public let withHeaders: Bool
    public let fieldTerminator: BoundExpression?

    public init(
        address: BoundExpression, record: Slot, line: Slot, file: Slot, withHeaders: Bool,
        fieldTerminator: BoundExpression?
    ) {
        self.address = address
        self.record = record
        self.line = line
        self.file = file
        self.withHeaders = withHeaders
        self.fieldTerminator = fieldTerminator
    }

    var made: [Slot] { [record, line, file] }
}
