public import Values

/// Rows of a result: columns in the statement's order. Entities are whole copies; no reference
/// leaves the query engine, so a result may outlive its transaction.
public struct ResultBatch: Sendable {
    public let count: Int
    public let columns: [Column]

    public init(count: Int, columns: [Column]) {
        self.count = count
        self.columns = columns
    }

    /// One row as values.
    public func row(_ row: Int) -> [Value] { columns.map { $0.value(row) } }
}
