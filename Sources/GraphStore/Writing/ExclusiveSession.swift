import Foundation

/// The conversation between an explicit transaction and the writer thread.
///
/// All state is guarded by the writer's `condition`, which both sides wait on.
final class ExclusiveSession: @unchecked Sendable {
    enum State {
        case waiting
        case granted
        case ended(StoreError)
    }

    enum Request {
        /// Runs on the writer thread; says whether it succeeded.
        case perform((GraphWriter) -> Bool)
        case commit
        case rollback
    }

    let writer: WriterThread
    let unlessChangedSince: UInt64?
    fileprivate(set) var state = State.waiting
    fileprivate var request: Request?
    fileprivate var answer: Result<CommitInfo?, StoreError>?

    init(_ writer: WriterThread, unlessChangedSince: UInt64?) {
        self.writer = writer
        self.unlessChangedSince = unlessChangedSince
    }

    // MARK: The caller's side

    func waitForGrant(timeoutMilliseconds: Int?, isCancelled: () -> Bool) throws(StoreError) {
        let deadline = timeoutMilliseconds.map { ContinuousClock.now + .milliseconds($0) }
        let condition = writer.condition
        condition.lock()
        defer { condition.unlock() }
        while true {
            switch state {
            case .granted: return
            case .ended(let error): throw error
            case .waiting: break
            }
            let isLate = deadline.map { ContinuousClock.now >= $0 } ?? false
            if isLate || isCancelled() {
                let error: StoreError = isLate ? .writerBusy : .cancelled
                state = .ended(error)
                throw error
            }
            let slice = Double(WriterLimits.waitSliceMilliseconds) / 1000
            _ = condition.wait(until: Date(timeIntervalSinceNow: slice))
        }
    }

    /// Hands a request to the writer thread and waits for its answer.
    func ask(_ request: Request) throws(StoreError) -> CommitInfo? {
        let condition = writer.condition
        condition.lock()
        defer { condition.unlock() }
        if case .ended(let error) = state { throw error }
        precondition(self.request == nil, "an explicit transaction is used by one thread at a time")
        self.request = request
        answer = nil
        condition.broadcast()
        while answer == nil {
            if case .ended(let error) = state { throw error }
            condition.wait()
        }
        return try answer!.get()
    }

    // MARK: The writer's side, under the lock

    fileprivate func end(_ error: StoreError) {
        state = .ended(error)
        request = nil
    }
}

extension WriterThread {
    /// Holds the writer for an explicit transaction until it commits, rolls back, or has been idle
    /// for too long.
    func serve(_ session: ExclusiveSession) {
        let transaction: WriteTransaction
        do throws(StoreError) {
            if isAbandoned(session) { return }
            transaction = try WriteTransaction(core)
        } catch {
            update { session.end(error) }
            return
        }
        if let snapshot = session.unlessChangedSince, transaction.lastChange > snapshot {
            transaction.abort()
            update { session.end(.writeConflict) }
            return
        }
        let isWanted = update {
            guard case .waiting = session.state, !isStopping else {
                session.end(.closed)
                return false
            }
            session.state = .granted
            return true
        }
        guard isWanted else {
            transaction.abort()
            return
        }
        converse(session, transaction)
    }

    private func converse(_ session: ExclusiveSession, _ transaction: WriteTransaction) {
        let graphWriter = GraphWriter(transaction)
        var hasFailed = false
        while true {
            switch nextRequest(session) {
            case .success(.perform(let body)):
                if !body(graphWriter) { hasFailed = true }
                update { session.answer = .success(nil) }
            case .success(.rollback):
                transaction.abort()
                update {
                    session.answer = .success(nil)
                    session.end(.transactionEnded("it was rolled back"))
                }
                return
            case .success(.commit):
                let outcome = commit(graphWriter, transaction, hasFailed)
                update {
                    session.answer = outcome.map { $0 }
                    session.end(.transactionEnded("it was committed, or its commit has failed"))
                }
                return
            case .failure(let reason):
                transaction.abort()
                update { session.end(reason) }
                return
            }
        }
    }

    private func commit(
        _ writer: GraphWriter, _ transaction: WriteTransaction, _ hasFailed: Bool
    ) -> Result<CommitInfo?, StoreError> {
        do throws(StoreError) {
            if hasFailed {
                throw .transactionEnded("a statement in it has failed, so it was rolled back")
            }
            try writer.checkUnit()
        } catch {
            transaction.abort()
            return .failure(error)
        }
        do throws(StoreError) { return .success(try transaction.commit()) } catch {
            return .failure(error)
        }
    }

    private func nextRequest(_ session: ExclusiveSession) -> Result<
        ExclusiveSession.Request, StoreError
    > {
        condition.lock()
        defer { condition.unlock() }
        let seconds = Double(idleTimeoutMilliseconds) / 1000
        let deadline = Date(timeIntervalSinceNow: seconds)
        while true {
            if let request = session.request {
                session.request = nil
                return .success(request)
            }
            if isStopping { return .failure(.closed) }
            if !condition.wait(until: deadline), session.request == nil {
                return .failure(
                    .transactionEnded(
                        "it held the writer for \(seconds) s without doing anything, so it was "
                            + "rolled back"))
            }
        }
    }

    private func isAbandoned(_ session: ExclusiveSession) -> Bool {
        update {
            if case .waiting = session.state { return false }
            return true
        }
    }

    @discardableResult
    private func update<R>(_ change: () -> R) -> R {
        condition.lock()
        defer { condition.unlock() }
        let result = change()
        condition.broadcast()
        return result
    }
}
