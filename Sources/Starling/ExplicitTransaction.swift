internal import Cypher
internal import GraphStore
internal import QueryEngine
import Synchronization
import Values

/// A transaction between BEGIN and COMMIT: nothing yet, a snapshot, or the writer.
///
/// One that writes first takes the writer before it reads, and cannot conflict. One that has read
/// takes it at its first write, and gets `writeConflict` if somebody committed in between.
final class ExplicitTransaction {
    private enum State {
        case idle
        case reading(GraphView)
        case writing(ExclusiveWrite)
        /// Schema commands only. Each takes effect when it has run, as a transaction of its own.
        case schema
        case failed
    }

    private unowned let session: Session
    let readOnly: Bool
    /// Ends its statements, and what waits for the writer. Its time runs from BEGIN.
    let cancellation: Cancellation
    private var state = State.idle
    /// What `datetime.transaction()` and its like tell in all statements.
    private let start = ValueClock.Instant.now()
    /// Results that the client may still be reading: over the snapshot, or in memory.
    private var open: [Weak] = []
    private static let mostOpenResults = 1_000

    private struct Weak { weak var result: QueryResult? }

    init(session: Session, readOnly: Bool, timeoutMilliseconds: Int?) {
        cancellation = Cancellation(transactionTimeoutMilliseconds: timeoutMilliseconds)
        self.session = session
        self.readOnly = readOnly
    }

    func takeWriter() throws(DatabaseError) {
        do {
            // No statement runs that would have a time.
            let wait = Cancellation(
                timeoutMilliseconds: session.database.options.timeoutMilliseconds, in: cancellation)
            state = .writing(try acquire(unlessChangedSince: nil, wait))
        } catch {
            throw DatabaseError(error)
        }
    }

    func run(_ job: StatementJob) throws -> QueryResult {
        var job = job
        job.transactionStart = start
        try requireRoom()
        let result = try proceed(job)
        open.append(Weak(result: result))
        return result
    }

    /// Errors: too many results are open, or hold as much as one statement may.
    private func requireRoom() throws {
        open.removeAll { $0.result?.isOpen != true }
        let limit = session.database.options.memoryBytes
        let held = open.reduce(0) { $0 + ($1.result?.heldBytes ?? 0) }
        guard held >= limit || open.count >= Self.mostOpenResults else { return }
        throw QueryError(
            .memoryLimit,
            "The transaction has \(open.count) results that are not read to their ends, and they "
                + "hold \(held >> 20) MiB. Read or discard them first: at most "
                + "\(Self.mostOpenResults) may be open, with \(limit >> 20) MiB.")
    }

    private func proceed(_ job: StatementJob) throws -> QueryResult {
        switch state {
        case .failed:
            throw DatabaseError(
                code: "Neo.ClientError.Transaction.TransactionTimedOut",
                message: "The transaction has failed: roll it back and begin another.")
        case .writing(let writer):
            return try writer.perform { try job.run(in: $0) }
        case .idle, .schema:
            let view = try session.database.store.beginRead()
            do {
                let bound = try job.prepare(view)
                if let operation = try schemaOperation(bound.statement) {
                    view.close()
                    return try job.run(operation, of: bound.statement)
                }
                state = .reading(view)
                return try runReading(job, bound, view, hasRead: false)
            } catch {
                view.close()
                throw error
            }
        case .reading(let view):
            return try runReading(job, job.prepare(view), view, hasRead: true)
        }
    }

    /// The answer of a statement that reads one node by its key; nil, with nothing done, where the
    /// transaction does more than that, where the plan is out of date, or the read would take long.
    func answer(_ known: PlanCache.Known, _ parameters: ValueMap) throws -> PointResult? {
        let plans = session.database.plans
        switch state {
        case .reading(let view):
            // What fails it gives everything back.
            guard endsAtOnce else { return nil }
            return try PointStatement(known, plans, view)?.result(parameters)
        case .idle:
            let view = try session.database.store.beginRead()
            var isKept = false
            defer { if !isKept { view.close() } }
            let result = try PointStatement(known, plans, view)?.result(parameters)
            isKept = result != nil
            if isKept { state = .reading(view) }
            return result
        case .writing, .schema, .failed: return nil
        }
    }

    /// Whether committing and rolling back would neither wait nor give much back.
    var endsAtOnce: Bool {
        switch state {
        case .idle, .schema, .failed: true
        case .reading(let view): view.holdsLittle && open.allSatisfy { $0.result == nil }
        case .writing: false
        }
    }

    /// A schema command as the transaction's first statement, or after other ones: drivers wrap
    /// those in transactions too. nil where the statement is none.
    private func schemaOperation(_ plan: PreparedStatement) throws -> SchemaOperation? {
        guard case .schema(let operation) = plan.body, plan.mode != .explain else {
            if case .schema = state { throw Self.mixed }
            return nil
        }
        if readOnly {
            throw QueryError(.readOnly, "The statement writes, and the transaction is read-only.")
        }
        state = .schema
        return operation
    }

    private static let mixed = QueryError(
        .semantic,
        "Indexes and constraints are made in transactions of their own, not beside data.")

    private func runReading(
        _ job: StatementJob, _ bound: BoundPlan, _ view: GraphView, hasRead: Bool
    ) throws -> QueryResult {
        let plan = bound.statement
        if plan.access == .read || plan.mode == .explain {
            return try job.run(bound, on: view)
        }
        if readOnly {
            throw QueryError(.readOnly, "The statement writes, and the transaction is read-only.")
        }
        try job.refuseWrites()
        if plan.managesTransactions { throw QueryError.managesTransactions }
        if plan.access == .schema { throw Self.mixed }
        let snapshot = view.snapshotID
        closeSnapshot(view)
        state = .idle
        let writer = try acquire(unlessChangedSince: hasRead ? snapshot : nil, job.cancellation)
        state = .writing(writer)
        return try writer.perform { try job.run(in: $0) }
    }

    private func acquire(unlessChangedSince snapshot: UInt64?, _ cancellation: Cancellation) throws
        -> ExclusiveWrite
    {
        do throws(StoreError) {
            let writer = try session.database.store.beginExclusiveWrite(
                unlessChangedSince: snapshot, isCancelled: { cancellation.isOver })
            session.queuesForWriter = false
            return writer
        } catch {
            if case .writeConflict = error { session.queuesForWriter = true }
            // Says which of the two it was: cancelled, or out of time.
            if case .cancelled = error { try cancellation.check() }
            throw error
        }
    }

    /// A statement failed: nothing of the transaction will be kept.
    func fail() {
        end()
        state = .failed
    }

    func commit() throws(DatabaseError) -> String {
        switch state {
        case .failed:
            throw DatabaseError(
                code: "Neo.ClientError.Transaction.TransactionCommitFailed",
                message: "A statement of the transaction has failed: nothing was committed.")
        case .writing(let writer):
            state = .idle
            do {
                try cancellation.check()
            } catch {
                writer.rollback()
                throw DatabaseError(error)
            }
            do {
                return Database.bookmark(try writer.commit().transactionID)
            } catch {
                throw DatabaseError(error)
            }
        case .reading(let view):
            let bookmark = Database.bookmark(view.snapshotID)
            closeSnapshot(view)
            state = .idle
            return bookmark
        case .idle, .schema: return Database.bookmark(0)
        }
    }

    func rollback() { end() }

    private func end() {
        switch state {
        case .reading(let view): closeSnapshot(view)
        case .writing(let writer): writer.rollback()
        case .idle, .schema, .failed: break
        }
        state = .idle
    }

    /// Results still being read would read freed pages: they end first.
    private func closeSnapshot(_ view: GraphView) {
        for entry in open { entry.result?.discard() }
        open = []
        view.close()
    }
}

extension Database {
    /// What drivers pass back to see at least this commit. Readers always see the last one.
    static func bookmark(_ transactionID: UInt64) -> String { "starling:\(transactionID)" }
}
