import Foundation
import Starling
import Synchronization
import Values

/// One connection's session. Calls that may have to wait for the writer run on a thread of their
/// own: the transaction that holds it may need the server's workers to end.
final class DatabaseSession: BoltSession {
    private let session: Session
    private let isCancelled = Atomic<Bool>(false)

    init(_ session: Session) { self.session = session }

    func run(
        _ statement: String, parameters: ValueMap, options: RunOptions,
        completion: @escaping @Sendable (Result<any BoltCursor, any Error>) -> Void
    ) {
        guard proceed(completion) else { return }
        var runOptions = Session.RunOptions()
        runOptions.timeoutMilliseconds = options.timeoutMilliseconds.map(Int.init)
        runOptions.readOnly = options.accessMode == .read && !session.isInTransaction
        let standsAlone = !session.isInTransaction
        let settings = runOptions
        whereItMayWait { [session] in
            session.run(statement, parameters: parameters, options: settings) { outcome in
                completion(
                    outcome.map { DatabaseCursor($0, standsAlone: standsAlone) as any BoltCursor }
                        .mapError { $0 as any Error })
            }
        }
    }

    func isOnlyQueued(_ statement: String) -> Bool { session.isOnlyQueued(statement) }

    func begin(
        _ options: RunOptions,
        completion: @escaping @Sendable (Result<Void, any Error>) -> Void
    ) {
        guard proceed(completion) else { return }
        var settings = Session.RunOptions()
        settings.readOnly = options.accessMode == .read
        settings.timeoutMilliseconds = options.timeoutMilliseconds.map(Int.init)
        let begun = settings
        whereItMayWait { [session] in
            completion(Result { try session.begin(begun) })
        }
    }

    func commit(completion: @escaping @Sendable (Result<String, any Error>) -> Void) {
        guard proceed(completion) else { return }
        completion(Result { try session.commit() })
    }

    func rollback(completion: @escaping @Sendable (Result<Void, any Error>) -> Void) {
        completion(Result { try session.rollback() })
    }

    func cancel() {
        isCancelled.store(true, ordering: .sequentiallyConsistent)
        session.cancel()
    }

    func reset(completion: @escaping @Sendable (Result<Void, any Error>) -> Void) {
        session.close()
        isCancelled.store(false, ordering: .sequentiallyConsistent)
        completion(.success(()))
    }

    func close() { session.close() }

    /// False, with the completion called, after a cancellation that no reset has taken back.
    private func proceed<Success>(
        _ completion: (Result<Success, any Error>) -> Void
    ) -> Bool {
        guard isCancelled.load(ordering: .sequentiallyConsistent) else { return true }
        completion(
            .failure(
                DatabaseError(
                    code: "Neo.ClientError.Transaction.TransactionTerminated",
                    message: "The client asked to stop.")))
        return false
    }

    private func whereItMayWait(_ work: @escaping @Sendable () -> Void) {
        if session.mayWaitForWriter {
            Thread.detachNewThread(work)
        } else {
            work()
        }
    }
}
