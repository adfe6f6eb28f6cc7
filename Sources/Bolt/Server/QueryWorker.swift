import NIOCore
import Starling
import Synchronization
import Values

/// Does one connection's jobs: on the server's worker threads, but for those that neither wait nor
/// work, which the connection's event loop does by itself.
///
/// The state machine asks for one job at a time, so the lock here is never waited for; it only
/// shows the compiler what the order of jobs guarantees.
final class QueryWorker: Sendable {
    private struct Open {
        var session: (any BoltSession)?
        var results: [Int64: ResultReader] = [:]
    }

    private let backend: any BoltBackend
    private let pool: WorkerPool
    private let open = Mutex(Open())

    init(backend: any BoltBackend, pool: WorkerPool) {
        self.backend = backend
        self.pool = pool
    }

    /// What a job has led to: its outcome, and records of a result that was read ahead.
    typealias Completion = @Sendable (JobOutcome, _ readAhead: Turn?) -> Void

    /// Starts a job; completes on any thread. Results are read by ``read(_:dialect:completion:)``.
    ///
    /// What neither waits nor works is done by the caller's thread, an event loop: a statement that
    /// only goes in line for the writer, the begin and the end of a transaction that reads. That is
    /// less work for it than to wake another thread that does it.
    func start(_ job: Job, dialect: PackStreamDialect, completion: @escaping Completion) {
        let work: @Sendable () -> Void = { [self] in
            do {
                try perform(job, dialect, completion)
            } catch {
                completion(.failed(DatabaseError(reporting: error)), nil)
            }
        }
        if isQuick(job) {
            work()
        } else {
            submit(failed: { completion(.failed($0), nil) }, work)
        }
    }

    private func isQuick(_ job: Job) -> Bool {
        guard let session else { return false }
        return switch job {
        case .run(let request, _, _): session.isOnlyQueued(request.statement)
        case .begin, .commit, .rollback: session.beginsAndEndsAtOnce
        default: false
        }
    }

    /// Answers a statement within the call where it takes no more than microseconds; nil where it is
    /// to be started.
    func answer(_ request: RunRequest, in round: LoopRound) throws -> LoopAnswer? {
        guard !request.isLarge, let session else { return nil }
        return try round.answer(request, in: session)
    }

    /// The same for a job of which the records are wanted, and what it comes to.
    func answer(_ job: Job, in round: LoopRound) -> (outcome: JobOutcome, result: Turn?)? {
        guard case .run(let request, _, .some) = job else { return nil }
        do {
            return try answer(request, in: round).map { answer in
                (
                    .opened(
                        columns: answer.result.columns, availableMilliseconds: answer.milliseconds),
                    Turn(row: answer.result.row, end: .last(answer.end))
                )
            }
        } catch {
            return (.failed(DatabaseError(reporting: error)), nil)
        }
    }

    /// Reads one turn's worth of records of an open result; completes on any thread.
    func read(
        _ portion: TurnRequest, dialect: PackStreamDialect,
        completion: @escaping @Sendable (Turn) -> Void
    ) {
        submit(failed: { completion(.failed($0)) }) { [self] in
            completion(turn(portion, dialect))
        }
    }

    /// Makes the session's running call end soon. From any thread.
    func cancel() { session?.cancel() }

    /// The connection is over and no job runs: gives everything back.
    func close(completion: @escaping @Sendable () -> Void) {
        guard let session = takeSession() else { return completion() }
        let work: @Sendable () -> Void = {
            session.close()
            completion()
        }
        submit(failed: { _ in work() }, work)
    }

    private func takeSession() -> (any BoltSession)? {
        open.withLock { open in
            defer { open = Open() }
            return open.session
        }
    }

    private var session: (any BoltSession)? { open.withLock { $0.session } }

    private func submit(
        _ purpose: WorkerPool.Purpose = .reading,
        failed: @escaping @Sendable (DatabaseError) -> Void,
        _ work: @escaping @Sendable () -> Void
    ) {
        if pool.submit(purpose, work) { return }
        failed(DatabaseError(code: .transactionTerminated, message: "The server has stopped."))
    }

    private func perform(
        _ job: Job, _ dialect: PackStreamDialect, _ completion: @escaping Completion
    ) throws {
        switch job {
        case .read(let message, let version):
            do {
                completion(.read(try Request(message, version: version)), nil)
            } catch let error as PackStreamError {
                throw DatabaseError(code: .invalidFormat, message: error.description)
            }
        case .authenticate(let credentials):
            let session = backend.makeSession(for: try backend.authenticate(credentials))
            open.withLock { $0.session = session }
            completion(.done, nil)
        case .endSession:
            takeSession()?.close()
            completion(.done, nil)
        case .run(let request, let result, let readAhead):
            try run(request, result: result, readAhead: readAhead, dialect, completion)
        case .begin(let options):
            try needSession().begin(options) { completion(JobOutcome($0) { .done }, nil) }
        case .commit:
            forgetResults()
            try needSession().commit { outcome in
                completion(JobOutcome(outcome) { .committed(bookmark: $0) }, nil)
            }
        case .rollback:
            forgetResults()
            try needSession().rollback { completion(JobOutcome($0) { .done }, nil) }
        case .reset:
            forgetResults()
            try needSession().reset { completion(JobOutcome($0) { .done }, nil) }
        case .pull: preconditionFailure("results are read in turns")
        }
    }

    private func needSession() throws -> any BoltSession {
        guard let session else {
            throw DatabaseError(code: .unauthorized, message: "Nobody has logged on.")
        }
        return session
    }

    private func forgetResults() { open.withLock { $0.results = [:] } }

    private func run(
        _ request: RunRequest, result: Int64, readAhead: Request.Portion?,
        _ dialect: PackStreamDialect,
        _ completion: @escaping Completion
    ) throws {
        let start = NIODeadline.now()
        // On the writer's thread, which must not be kept: it sees to results that have no rows.
        let cursor = try needSession().run(
            request.statement, parameters: request.parameters, options: request.options
        ) { [self] outcome in
            switch outcome {
            case .failure(let error):
                completion(.failed(DatabaseError(reporting: error)), nil)
            case .success(let cursor) where cursor.columns.isEmpty:
                opened(cursor, start, result, readAhead, dialect, completion)
            case .success(let cursor):
                submit(.writing, failed: { completion(.failed($0), nil) }) { [self] in
                    opened(cursor, start, result, readAhead, dialect, completion)
                }
            }
        }
        if let cursor { opened(cursor, start, result, readAhead, dialect, completion) }
    }

    /// Goes on to read ahead.
    private func opened(
        _ cursor: any BoltCursor, _ start: NIODeadline, _ result: Int64,
        _ readAhead: Request.Portion?, _ dialect: PackStreamDialect, _ completion: Completion
    ) {
        let outcome = JobOutcome.opened(
            columns: cursor.columns, availableMilliseconds: start.millisecondsAgo)
        var reader = ResultReader(cursor)
        let ahead = readAhead.map { portion in
            reader.read(
                TurnRequest(result: result, limit: portion.count, keep: true), dialect: dialect)
        }
        if ahead?.isLast != true { open.withLock { $0.results[result] = reader } }
        completion(outcome, ahead)
    }

    private func turn(_ request: TurnRequest, _ dialect: PackStreamDialect) -> Turn {
        guard var reader = open.withLock({ $0.results[request.result] }) else {
            return .failed(
                DatabaseError(code: .transactionTerminated, message: "The result is closed."))
        }
        let turn = reader.read(request, dialect: dialect)
        open.withLock { $0.results[request.result] = turn.isLast ? nil : reader }
        return turn
    }
}

extension JobOutcome {
    fileprivate init<Success>(
        _ result: Result<Success, any Error>, success: (Success) -> JobOutcome
    ) {
        switch result {
        case .success(let value): self = success(value)
        case .failure(let error): self = .failed(DatabaseError(reporting: error))
        }
    }
}
