internal import Cypher
internal import GraphStore
internal import LMDB
internal import QueryEngine
import Values

extension DatabaseError {
    /// Any room's error, with its place in `text` where it has one.
    init(_ error: any Error, in text: String = "") {
        switch error {
        case let error as DatabaseError: self = error
        case let error as SyntaxError:
            self.init(
                code: "Neo.ClientError.Statement.SyntaxError", message: error.describe(in: text))
        case let error as QueryError:
            var message = error.message
            if let range = error.range, !text.isEmpty {
                message = SyntaxError(message: message, range: range).describe(in: text)
            }
            self.init(code: error.kind.rawValue, message: message)
        case let error as StoreError: self.init(store: error)
        default:
            self.init(code: "Neo.DatabaseError.General.UnknownError", message: "\(error)")
        }
    }

    private init(store error: StoreError) {
        switch error {
        case .storage(let error) where error.isFull:
            self.init(
                code: "Neo.TransientError.General.TransactionOutOfMemoryError",
                message: "The disk or the database's map is full; nothing was written. \(error)")
        case .storage(let error):
            self.init(code: "Neo.DatabaseError.General.UnknownError", message: "\(error)")
        case .unusable(let path, let reason):
            self.init(
                code: "Neo.DatabaseError.General.StorageDamageDetected",
                message: "\(path): \(reason)")
        case .constraintViolation(_, let reason):
            self.init(
                code: "Neo.ClientError.Schema.ConstraintValidationFailed", message: reason)
        case .nodeHasRelationships(let id):
            self.init(
                code: "Neo.ClientError.Schema.ConstraintValidationFailed",
                message: "DeleteConnectedNode: Node \(Value.elementID(node: id)) still has "
                    + "relationships. Delete them first, or use DETACH DELETE.")
        case .notFound(let kind, let id):
            self.init(
                code: "Neo.ClientError.Statement.EntityNotFound",
                message: "There is no \(kind) with the id \(id).")
        case .limitExceeded(let what), .unstorable(let what):
            self.init(code: "Neo.ClientError.Statement.TypeError", message: what)
        case .schemaExists(let what):
            self.init(
                code: "Neo.ClientError.Schema.EquivalentSchemaRuleAlreadyExists", message: what)
        case .schemaMissing(let what):
            self.init(code: "Neo.ClientError.Schema.IndexNotFound", message: what)
        case .writeConflict:
            self.init(
                code: "Neo.TransientError.Transaction.Outdated",
                message: "Somebody committed after this transaction began to read. Run it again.")
        case .writerBusy:
            self.init(
                code: "Neo.TransientError.Transaction.LockAcquisitionTimeout",
                message: "Another transaction held the writer for too long. Run it again.")
        case .cancelled:
            self.init(
                code: "Neo.ClientError.Transaction.Terminated",
                message: "The statement was cancelled.")
        case .transactionEnded(let reason):
            self.init(
                code: "Neo.ClientError.Transaction.TransactionTimedOut", message: reason)
        case .unsupported(let what):
            self.init(code: "Neo.ClientError.Statement.NotSupported", message: what)
        case .closed:
            self.init(
                code: "Neo.TransientError.General.DatabaseUnavailable",
                message: "The database or the transaction is closed.")
        }
    }
}
