public import LMDB

/// Why the store refused or failed. Closed: the library above turns each into a status code.
public enum StoreError: Error, Sendable {
    /// LMDB or the operating system failed; the transaction is gone.
    case storage(LMDBError)
    /// The directory holds no database, or one of another format, or a damaged one.
    case unusable(path: String, reason: String)
    /// A uniqueness, existence, key or type constraint says no.
    case constraintViolation(constraint: String, reason: String)
    /// A node that still has relationships was deleted.
    case nodeHasRelationships(NodeID)
    case notFound(EntityKind, id: UInt64)
    /// A key, value or token that the format cannot hold, and its limit.
    case limitExceeded(String)
    /// A value that no property can hold (a map, a node, a list of mixed kinds …).
    case unstorable(String)
    case schemaExists(String)
    case schemaMissing(String)
    /// Somebody committed between this transaction's read and its first write: try again.
    case writeConflict
    /// Waiting for the writer took longer than allowed, or was cancelled.
    case writerBusy
    case cancelled
    /// An explicit transaction that is over, and why.
    case transactionEnded(String)
    /// What this version of the store does not do.
    case unsupported(String)
    case closed
}
