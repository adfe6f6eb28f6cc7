import GraphStore

/// The one place where the store's errors become errors of a statement. What is not the
/// statement's fault (a damaged file, a conflict between writers) passes through unchanged.
extension QueryError {
    /// What to throw in place of `error`.
    static func translating(_ error: any Error) -> any Error {
        guard let error = error as? StoreError else { return error }
        switch error {
        case .constraintViolation(_, let reason):
            return QueryError(.constraintValidation, reason)
        case .nodeHasRelationships(let id):
            return QueryError(
                .constraintValidation,
                "DeleteConnectedNode: Cannot delete node<\(id)>, because it still has "
                    + "relationships. To delete this node, you must first delete its "
                    + "relationships, or use DETACH DELETE.")
        case .notFound(let kind, let id):
            let what = kind == .node ? "Node" : "Relationship"
            return QueryError(
                .entityNotFound,
                "DeletedEntityAccess: \(what) \(id) does not exist or was deleted in this "
                    + "transaction.")
        case .limitExceeded(let reason): return QueryError(.argument, reason)
        case .unstorable(let reason):
            return QueryError(.type, "InvalidPropertyType: \(reason)")
        case .cancelled: return QueryError(.cancelled, "The statement was cancelled.")
        case .schemaMissing(let name):
            return QueryError(.argument, "There is no index or constraint named \(name).")
        case .unsupported(let reason): return QueryError(.unsupported, reason)
        case .storage, .unusable, .schemaExists, .writeConflict, .writerBusy, .transactionEnded,
            .closed:
            return error
        }
    }

    /// Whether the error comes from the data of some row, and not from a limit of the statement.
    var comesFromRow: Bool {
        switch kind {
        case .cancelled, .timedOut, .memoryLimit: false
        default: true
        }
    }
}
