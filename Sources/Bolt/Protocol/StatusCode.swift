import Starling

/// The status codes that this room gives itself; all others come from the database.
enum StatusCode: String {
    case invalidRequest = "Neo.ClientError.Request.Invalid"
    case invalidFormat = "Neo.ClientError.Request.InvalidFormat"
    case unauthorized = "Neo.ClientError.Security.Unauthorized"
    case forbidden = "Neo.ClientError.Security.Forbidden"
    case databaseNotFound = "Neo.ClientError.Database.DatabaseNotFound"
    case transactionTerminated = "Neo.ClientError.Transaction.TransactionTerminated"
    case transactionTimedOut = "Neo.ClientError.Transaction.TransactionTimedOut"
    case unknownError = "Neo.DatabaseError.General.UnknownError"
}

extension DatabaseError {
    init(code: StatusCode, message: String) {
        self.init(code: code.rawValue, message: message)
    }

    /// Any error as the client hears it.
    init(reporting error: any Error) {
        switch error {
        case let error as DatabaseError: self = error
        case let error as PackStreamError:
            self.init(code: .unknownError, message: "The result cannot be sent: \(error)")
        default:
            self.init(code: .unknownError, message: "An unexpected error occurred: \(error)")
        }
    }

    /// The GQL status that goes with the code, and how it is described.
    ///
    /// Most codes have none of their own and take the general one, as Neo4j's do.
    var gqlStatus: (status: String, description: String) {
        let known: (String, String) =
            switch code {
            case "Neo.ClientError.Statement.SyntaxError":
                ("42001", "syntax error or access rule violation - invalid syntax")
            case "Neo.ClientError.Statement.ParameterMissing":
                ("42N51", "syntax error or access rule violation - invalid parameter")
            case "Neo.ClientError.Statement.TypeError":
                ("22G03", "data exception - invalid value type")
            case "Neo.ClientError.Statement.ArithmeticError":
                ("22000", "data exception")
            case "Neo.ClientError.Security.Unauthorized":
                ("42NFF", "syntax error or access rule violation - permission/access denied")
            case "Neo.ClientError.Database.DatabaseNotFound":
                ("22N51", "data exception - database not found")
            case "Neo.ClientError.Request.Invalid", "Neo.ClientError.Request.InvalidFormat":
                ("08N06", "connection exception - protocol error")
            case "Neo.ClientError.Transaction.TransactionTimedOut":
                ("25N14", "invalid transaction state - transaction termination client error")
            default: ("50N42", "general processing exception - unexpected error")
            }
        return (known.0, "error: \(known.1). \(message)")
    }

    /// `CLIENT_ERROR`, `TRANSIENT_ERROR` or `DATABASE_ERROR`, from the code's second part.
    var classification: String {
        if code.hasPrefix("Neo.ClientError.") { return "CLIENT_ERROR" }
        if code.hasPrefix("Neo.TransientError.") { return "TRANSIENT_ERROR" }
        return "DATABASE_ERROR"
    }
}
