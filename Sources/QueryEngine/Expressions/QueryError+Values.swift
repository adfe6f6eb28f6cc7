import Cypher
import Values

/// The one place where errors of operations on values become errors of a statement.
extension QueryError {
    init(_ error: ValueError, at range: SourceRange? = nil) {
        let kind: Kind =
            switch error.kind {
            case .typeError: .type
            case .argumentError: .argument
            case .arithmeticError: .arithmetic
            }
        self.init(kind, error.description, at: range)
    }

    /// An operand of a kind for which the operation is not defined.
    static func wrongType(_ operation: String, expected: String, found: Value) -> QueryError {
        QueryError(
            .type,
            "InvalidArgumentType: \(operation) expects \(expected), but got "
                + "\(found.excerpt) of type \(found.typeWord)")
    }

    static func deletedEntity(_ what: String) -> QueryError {
        QueryError(
            .entityNotFound,
            "DeletedEntityAccess: \(what) was deleted in this transaction and has no more data")
    }
}

/// Runs an operation on values; its error becomes a `QueryError`.
@inline(__always)
func translatingErrors<Result>(
    at range: SourceRange? = nil, _ body: () throws(ValueError) -> Result
) throws(QueryError) -> Result {
    do {
        return try body()
    } catch {
        throw QueryError(error, at: range)
    }
}
