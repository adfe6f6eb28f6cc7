/// The writer, held by one explicit transaction. All work runs on the writer thread.
///
/// One that does nothing for `GraphStore.Options.idleWriterTimeoutMilliseconds` is rolled back,
/// and its next use throws `transactionEnded`. One that is dropped is rolled back.
public final class ExclusiveWrite: Sendable {
    private let session: ExclusiveSession

    init(_ session: ExclusiveSession) { self.session = session }

    deinit { rollback() }

    /// Runs `body` on the writer thread, checks what must hold after a statement, and waits for
    /// it. After a throw the transaction is open, but can only be rolled back.
    @discardableResult
    public func perform<R: Sendable>(_ body: @escaping @Sendable (GraphWriter) throws -> R) throws
        -> R
    {
        let outcome = Outcome<R>()
        _ = try session.ask(
            .perform { writer in
                do {
                    let result = try body(writer)
                    try writer.checkStatement()
                    try writer.checkDeletions()
                    outcome.result = .success(result)
                    return true
                } catch {
                    outcome.result = .failure(error)
                    return false
                }
            })
        guard let result = outcome.result else { throw StoreError.closed }
        return try result.get()
    }

    /// Commits and syncs.
    public func commit() throws(StoreError) -> CommitInfo {
        guard let info = try session.ask(.commit) else { throw .closed }
        return info
    }

    /// Rolling back what has ended does nothing.
    public func rollback() { _ = try? session.ask(.rollback) }
}

/// A result on its way from the writer thread to the one that waits for it: written before the
/// lock that publishes it is released, read after.
final class Outcome<R>: @unchecked Sendable {
    var result: Result<R, any Error>?
}
