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
    ) throws -> (any BoltCursor)? {
        try checkCancellation()
        let standsAlone = !session.isInTransaction
        var settings = Session.RunOptions()
        settings.timeoutMilliseconds = options.timeoutMilliseconds.map(Int.init)
        settings.readOnly = options.accessMode == .read && standsAlone
        let run: @Sendable () throws -> (any BoltCursor)? = { [session, settings] in
            try session.run(statement, parameters: parameters, options: settings) { outcome in
                completion(
                    outcome.map { DatabaseCursor($0, standsAlone: standsAlone) as any BoltCursor }
                        .mapError { $0 as any Error })
            }.map { DatabaseCursor($0, standsAlone: standsAlone) }
        }
        if !session.mayWaitForWriter { return try run() }
        Thread.detachNewThread {
            do {
                if let cursor = try run() { completion(.success(cursor)) }
            } catch {
                completion(.failure(error))
            }
        }
        return nil
    }

    fileprivate func answer(
        _ statement: String, _ parameters: ValueMap, by reads: PointReads
    ) throws -> PointResult? {
        try checkCancellation()
        return try reads.answer(statement, parameters, in: session)
    }

    func isOnlyQueued(_ statement: String) -> Bool { session.isOnlyQueued(statement) }

    var beginsAndEndsAtOnce: Bool { session.beginsAndEndsAtOnce }

    func begin(
        _ options: RunOptions,
        completion: @escaping @Sendable (Result<Void, any Error>) -> Void
    ) {
        var settings = Session.RunOptions()
        settings.readOnly = options.accessMode == .read
        settings.timeoutMilliseconds = options.timeoutMilliseconds.map(Int.init)
        let begin: @Sendable () -> Void = { [self, settings] in
            completion(
                Result {
                    try checkCancellation()
                    try session.begin(settings)
                })
        }
        if session.mayWaitForWriter {
            Thread.detachNewThread(begin)
        } else {
            begin()
        }
    }

    func commit(completion: @escaping @Sendable (Result<String, any Error>) -> Void) {
        completion(
            Result {
                try checkCancellation()
                return try session.commit()
            })
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

    /// Throws after a cancellation that no reset has taken back.
    private func checkCancellation() throws {
        guard isCancelled.load(ordering: .sequentiallyConsistent) else { return }
        throw DatabaseError(
            code: "Neo.ClientError.Transaction.TransactionTerminated",
            message: "The client asked to stop.")
    }
}

/// The point reads of all connections of one event loop.
final class DatabasePointReads: BoltPointReads {
    private let reads: PointReads

    init(_ reads: PointReads) { self.reads = reads }

    func answer(_ statement: String, _ parameters: ValueMap, in session: any BoltSession) throws
        -> PointResult?
    {
        guard let session = session as? DatabaseSession else { return nil }
        return try session.answer(statement, parameters, by: reads)
    }

    func endRound() { reads.endRound() }
}
