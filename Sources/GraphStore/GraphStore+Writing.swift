import Foundation
import Synchronization

extension GraphStore {
    /// Runs `body` on the writer thread as one atomic unit of a group commit, and calls
    /// `completion` after the group is synced to disk (or `body` has thrown: then nothing of it is
    /// left). `completion` runs on the writer thread: hand work on, do not do it there.
    ///
    /// `body` may run more than once, where its group's transaction turns out too small for it:
    /// what it does besides writing must be as if it had run once.
    ///
    /// `isCancelled` is asked now and then while the body waits in line: true ends that with the
    /// error `cancelled`, on a thread of the system's.
    public func write(
        isCancelled: (@Sendable () -> Bool)? = nil,
        _ body: @escaping @Sendable (GraphWriter) throws -> Void,
        completion: @escaping @Sendable (Result<CommitInfo, any Error>) -> Void
    ) {
        do throws(StoreError) {
            try writer().enqueue(
                .unit(
                    WriterThread.Unit(
                        body: body, completion: completion, isCancelled: isCancelled)))
        } catch { completion(.failure(error)) }
    }

    /// The same, waiting. Not to be called on an event loop, nor on the writer thread itself.
    ///
    /// `isCancelled` ends the wait in line, with the error `cancelled`; once `body` has begun it is
    /// no longer asked.
    @discardableResult
    public func write<R: Sendable>(
        isCancelled: () -> Bool = { false },
        _ body: @escaping @Sendable (GraphWriter) throws -> R
    ) throws -> R {
        let isOnWriter = try writer().isCurrent
        precondition(!isOnWriter, "the writer thread cannot wait for itself")
        let outcome = Outcome<R>()
        let commit = Outcome<CommitInfo>()
        let ended = DispatchSemaphore(value: 0)
        let turn = Turn()
        write({ writer in
            guard turn.begin() else { throw StoreError.cancelled }
            outcome.result = .success(try body(writer))
        }) { result in
            commit.result = result
            ended.signal()
        }
        let slice = DispatchTimeInterval.milliseconds(WriterLimits.waitSliceMilliseconds)
        while ended.wait(timeout: .now() + slice) == .timedOut {
            if isCancelled(), turn.giveUp() { throw StoreError.cancelled }
        }
        _ = try commit.result!.get()
        return try outcome.result!.get()
    }

    /// Takes the writer for an explicit transaction, waiting in line for at most
    /// `timeoutMilliseconds`. With `unlessChangedSince`, fails with `writeConflict` if anything
    /// was committed after that snapshot.
    ///
    /// Errors: also `writerBusy` after the time, `cancelled`, `closed`.
    public func beginExclusiveWrite(
        unlessChangedSince snapshot: UInt64? = nil, timeoutMilliseconds: Int? = nil,
        isCancelled: @escaping @Sendable () -> Bool = { false }
    ) throws(StoreError) -> ExclusiveWrite {
        let writer = try writer()
        let session = ExclusiveSession(writer, unlessChangedSince: snapshot)
        try writer.enqueue(.exclusive(session))
        try session.waitForGrant(
            timeoutMilliseconds: timeoutMilliseconds, isCancelled: isCancelled)
        return ExclusiveWrite(session)
    }

    /// Runs work with transactions of its own on the writer thread, in line with the others, and
    /// waits for it.
    func onWriterThread<R: Sendable>(
        _ work: @escaping @Sendable (StoreCore) throws(StoreError) -> R
    ) throws(StoreError) -> R {
        let outcome = StoreOutcome<R>()
        let ended = DispatchSemaphore(value: 0)
        try writer().enqueue(
            .alone { core in
                do throws(StoreError) {
                    outcome.result = .success(try work(core))
                } catch { outcome.result = .failure(error) }
                ended.signal()
            })
        ended.wait()
        return try outcome.result!.get()
    }
}

/// Of a caller in line for the writer: it begins, or gives up, but not both.
private final class Turn: Sendable {
    private enum State { case waiting, begun, givenUp }
    private let state = Mutex(State.waiting)

    /// May be asked again: a body can run more than once.
    func begin() -> Bool {
        state.withLock { state in
            if state == .waiting { state = .begun }
            return state == .begun
        }
    }

    func giveUp() -> Bool {
        state.withLock { state in
            if state == .waiting { state = .givenUp }
            return state == .givenUp
        }
    }
}

/// As ``Outcome``, for the store's own errors.
private final class StoreOutcome<R>: @unchecked Sendable {
    var result: Result<R, StoreError>?
}
