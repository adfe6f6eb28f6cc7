/// The one error that leaves the library: a status code as Neo4j's drivers know them, a sentence,
/// and the place in the statement where there is one.
public struct DatabaseError: Error, Sendable, CustomStringConvertible {
    /// `Neo.ClientError.Statement.SyntaxError` and the like; drivers retry
    /// `Neo.TransientError.*`.
    public let code: String
    /// What is wrong and what to do, in one or a few sentences; with line, column, the source line
    /// and a caret where it concerns a place in the statement.
    public let message: String

    public init(code: String, message: String) {
        self.code = code
        self.message = message
    }

    public var description: String { "\(code): \(message)" }
}
