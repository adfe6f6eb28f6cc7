public import Cypher

/// Why a statement cannot be run or stopped running. The library above turns the kind into a
/// Neo4j status code and the range into line, column and caret.
public struct QueryError: Error, Sendable {
    /// Named after the status code that each becomes.
    public enum Kind: String, Sendable {
        case syntax = "Neo.ClientError.Statement.SyntaxError"
        case semantic = "Neo.ClientError.Statement.SemanticError"
        case type = "Neo.ClientError.Statement.TypeError"
        case argument = "Neo.ClientError.Statement.ArgumentError"
        case arithmetic = "Neo.ClientError.Statement.ArithmeticError"
        case parameterMissing = "Neo.ClientError.Statement.ParameterMissing"
        case entityNotFound = "Neo.ClientError.Statement.EntityNotFound"
        case constraintValidation = "Neo.ClientError.Schema.ConstraintValidationFailed"
        case procedureNotFound = "Neo.ClientError.Procedure.ProcedureNotFound"
        case procedureFailed = "Neo.ClientError.Procedure.ProcedureCallFailed"
        case externalResource = "Neo.ClientError.Statement.ExternalResourceFailed"
        case cancelled = "Neo.ClientError.Transaction.Terminated"
        case timedOut = "Neo.ClientError.Transaction.TransactionTimedOut"
        case memoryLimit = "Neo.TransientError.General.MemoryPoolOutOfMemoryError"
        case transactionStart = "Neo.DatabaseError.Transaction.TransactionStartFailed"
        case readOnly = "Neo.ClientError.Statement.AccessMode"
        case unsupported = "Neo.ClientError.Statement.NotSupported"
    }

    public let kind: Kind
    /// Begins with the openCypher TCK's detail word where there is one: `UndefinedVariable: …`.
    public let message: String
    public let range: SourceRange?

    public init(_ kind: Kind, _ message: String, at range: SourceRange? = nil) {
        self.kind = kind
        self.message = message
        self.range = range
    }
}
