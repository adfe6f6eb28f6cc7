import Starling

/// A statement that may be answered at once and as a whole, and how this client wants the answer. See
/// ``BoltConnectionStateMachine/wholeStatement(in:)``.
struct WholeStatement {
    let request: RunRequest
    let version: BoltVersion
    let dialect: PackStreamDialect
    let database: String
    let filter: NotificationFilter
    /// The result's number, where it stands in a transaction.
    let number: Int64?
}

extension PackStreamEncoder {
    /// Writes what answers RUN and PULL. False, with nothing written, where it cannot be sent.
    mutating func writes(_ answer: LoopAnswer, to statement: WholeStatement) -> Bool {
        let start = bytes.count
        dialect = statement.dialect
        let version = statement.version
        do {
            try write(
                .opened(
                    OpenedResult(
                        columns: answer.result.columns, availableMilliseconds: answer.milliseconds,
                        number: statement.number,
                        database: version.tellsDatabaseEarly ? statement.database : nil)),
                version: version)
            if let row = answer.result.row { try write(record: row) }
            try write(
                .ended(
                    EndedResult(
                        end: answer.end, database: statement.database, filter: statement.filter,
                        hasColumns: true)), version: version)
            return true
        } catch {
            bytes.removeLast(bytes.count - start)
            return false
        }
    }
}
