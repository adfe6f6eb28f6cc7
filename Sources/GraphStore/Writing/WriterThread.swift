import Foundation
internal import LMDB
import Values

/// The one thread that writes. LMDB ties a write transaction to the thread that began it, so all
/// write transactions of a store begin, run and end here.
///
/// ```
///  write ──┐                        ┌ alone:     one transaction, one sync
///  write ──┼─► queue, in order ─────┼ group:     a nested transaction each, one sync for all
///  begin ──┤                        ├ explicit:  the writer is held until commit or rollback
///  schema ─┘                        └ idle:      pending adjacency is merged
/// ```
///
/// A statement that finds nobody waiting behind it runs alone, at once. While it syncs, others
/// queue up, and the next round takes them all: the busier the store, the larger its groups. After
/// a group the writer lets the next one gather for a moment: what a group costs beside its
/// statements, two writes to the disk and the waking of threads on all sides, is more than twenty
/// statements cost, and readers want those processors too.
///
/// `@unchecked Sendable`: the mutable state is touched only between `condition.lock()` and
/// `unlock()`, except what is marked as the writer thread's own.
final class WriterThread: @unchecked Sendable {
    /// A statement: its body, and whom to tell.
    struct Unit {
        let body: (GraphWriter) throws -> Void
        let completion: (Result<CommitInfo, any Error>) -> Void
        /// Whether nobody wants it any more, while it waits.
        let isCancelled: (@Sendable () -> Bool)?
        /// Its group's transaction was too small for it.
        var needsWholeTransaction = false
    }

    enum Job {
        case unit(Unit)
        case exclusive(ExclusiveSession)
        /// Work with transactions of its own.
        case alone((StoreCore) -> Void)
    }

    /// Let go when the thread ends, so that a closed store's file is closed when `close` returns.
    private var openCore: StoreCore?
    let idleTimeoutMilliseconds: Int
    private let gatherMicroseconds: Int
    let condition = NSCondition()
    private var jobs: [Job] = []
    /// Whether a look at jobs that may be cancelled is due.
    private var isWatched = false
    private var isClosing = false
    private var hasEnded = false
    private var thread: Thread?
    /// Statements wait for others until so many are there or the moment is over; nil: they do not.
    private var gathering: (count: Int, until: Date)?
    /// The writer thread's own: a merge failed, so the next one waits for a commit.
    private var mergeHasFailed = false

    init(_ core: StoreCore, idleTimeoutMilliseconds: Int, gatherMicroseconds: Int) {
        openCore = core
        self.idleTimeoutMilliseconds = idleTimeoutMilliseconds
        self.gatherMicroseconds = gatherMicroseconds
        let thread = Thread { [self] in run() }
        thread.stackSize = CallStack.bytes
        self.thread = thread
        thread.start()
        // Before the start it would not reach the system.
        thread.name = "starling-writer"
    }

    /// The writer thread's own.
    var core: StoreCore { openCore! }

    var isCurrent: Bool { Thread.current === thread }

    /// Errors: `closed`.
    func enqueue(_ job: Job) throws(StoreError) {
        condition.lock()
        defer { condition.unlock() }
        guard !isClosing else { throw .closed }
        jobs.append(job)
        if case .unit(let unit) = job, unit.isCancelled != nil { watch() }
        if case .unit = job, let gathering, jobs.count < gathering.count { return }
        gathering = nil
        condition.broadcast()
    }

    // MARK: Jobs that are given up

    /// Under the lock: looks soon, and again while such jobs wait.
    private func watch() {
        guard !isWatched else { return }
        isWatched = true
        let pause = DispatchTimeInterval.milliseconds(WriterLimits.waitSliceMilliseconds)
        DispatchQueue.global().asyncAfter(deadline: .now() + pause) { [self] in dropCancelled() }
    }

    private func dropCancelled() {
        condition.lock()
        isWatched = false
        var dropped: [Unit] = []
        var mayBeCancelled = false
        jobs.removeAll { job in
            guard case .unit(let unit) = job, let isCancelled = unit.isCancelled else {
                return false
            }
            if isCancelled() {
                dropped.append(unit)
                return true
            }
            mayBeCancelled = true
            return false
        }
        if mayBeCancelled { watch() }
        condition.unlock()
        for unit in dropped { unit.completion(.failure(StoreError.cancelled)) }
    }

    /// Runs what is queued, ends what is explicit, and waits for the thread's end.
    func close() {
        condition.lock()
        defer { condition.unlock() }
        isClosing = true
        gathering = nil
        condition.broadcast()
        if isCurrent { return }
        while !hasEnded { condition.wait() }
    }

    /// Under the lock.
    var isStopping: Bool { isClosing }

    // MARK: The loop

    private func run() {
        // On Linux this is about the calling thread alone.
        _ = nice(WriterLimits.niceness)
        while let job = nextJob() {
            switch job {
            case .unit(let unit): run(unit)
            case .exclusive(let session): serve(session)
            case .alone(let work): work(core)
            }
        }
        condition.lock()
        openCore = nil
        thread = nil
        hasEnded = true
        condition.broadcast()
        condition.unlock()
    }

    /// Waits; merges where there is nothing else to do. Nil is the end.
    private func nextJob() -> Job? {
        condition.lock()
        defer { condition.unlock() }
        while jobs.isEmpty || gathering != nil {
            if jobs.isEmpty, isClosing { return nil }
            if core.adjacency.wantsMerge, !mergeHasFailed {
                gathering = nil
                condition.unlock()
                merge()
                condition.lock()
            } else if let gathering {
                if !condition.wait(until: gathering.until) { self.gathering = nil }
            } else {
                condition.wait()
            }
        }
        return jobs.removeFirst()
    }

    /// Before a group's statements are acknowledged, whose senders send more: the next group may
    /// wait until it is as large.
    private func gather(_ count: Int) {
        guard count >= WriterLimits.crowd else { return }
        condition.lock()
        defer { condition.unlock() }
        // What waits already is a group.
        let count = min(count, WriterLimits.fullGroup)
        guard !isClosing, jobs.count < count else { return }
        for job in jobs { guard case .unit = job else { return } }
        gathering = (count, Date(timeIntervalSinceNow: Double(gatherMicroseconds) / 1e6))
    }

    /// The next job where it is a statement that may join a group.
    private func nextOfGroup() -> Unit? {
        condition.lock()
        defer { condition.unlock() }
        guard case .unit(let unit)? = jobs.first, !unit.needsWholeTransaction else { return nil }
        jobs.removeFirst()
        return unit
    }

    private var isGroupWaiting: Bool {
        condition.lock()
        defer { condition.unlock() }
        guard case .unit(let unit)? = jobs.first else { return false }
        return !unit.needsWholeTransaction
    }

    /// Back to the head of the queue, each to run alone.
    private func retryAlone(_ units: [Unit]) {
        condition.lock()
        defer { condition.unlock() }
        let again = units.map { unit -> Job in
            var unit = unit
            unit.needsWholeTransaction = true
            return .unit(unit)
        }
        jobs.insert(contentsOf: again, at: 0)
    }

    // MARK: Statements

    private func run(_ unit: Unit) {
        mergeHasFailed = false
        if unit.needsWholeTransaction || !isGroupWaiting {
            runAlone(unit)
        } else {
            runGroup(unit)
        }
    }

    private func runAlone(_ unit: Unit) {
        do {
            let transaction = try WriteTransaction(core)
            do {
                let writer = GraphWriter(transaction)
                try unit.body(writer)
                try writer.checkUnit()
            } catch {
                transaction.abort()
                throw error
            }
            unit.completion(.success(try transaction.commit()))
        } catch { unit.completion(.failure(error)) }
    }

    private func runGroup(_ first: Unit) {
        let transaction: WriteTransaction
        do throws(StoreError) { transaction = try WriteTransaction(core) } catch {
            first.completion(.failure(error))
            return
        }
        let deadline = ContinuousClock.now + .milliseconds(WriterLimits.groupMilliseconds)
        var done: [Unit] = []
        var failed: [(Unit, any Error)] = []
        var next: Unit? = first
        while let unit = next {
            switch runNested(unit, transaction) {
            case .done: done.append(unit)
            case .failed(let error): failed.append((unit, error))
            case .full: retryAlone([unit])
            case .lost:
                transaction.abort()
                retryAlone(done + [unit])
                for (unit, error) in failed { unit.completion(.failure(error)) }
                return
            }
            let isOver =
                transaction.work > WriterLimits.groupWork
                || done.count + failed.count >= WriterLimits.groupStatements
                || ContinuousClock.now > deadline
            next = isOver ? nil : nextOfGroup()
        }
        commit(transaction, done)
        for (unit, error) in failed { unit.completion(.failure(error)) }
    }

    private enum Outcome {
        case done
        case failed(any Error)
        /// It does not fit beside the others.
        case full
        /// The group's transaction cannot go on.
        case lost
    }

    private func runNested(_ unit: Unit, _ transaction: WriteTransaction) -> Outcome {
        let savepoint: WriteTransaction.Savepoint
        do throws(StoreError) { savepoint = try transaction.beginStatement() } catch {
            return error.isTransactionFull ? .full : .lost
        }
        do {
            let writer = GraphWriter(transaction)
            try unit.body(writer)
            try writer.checkUnit()
        } catch {
            transaction.rollBack(to: savepoint)
            let isFull = (error as? StoreError)?.isTransactionFull ?? false
            return isFull ? .full : .failed(error)
        }
        do throws(StoreError) { try transaction.endStatement() } catch { return .lost }
        return .done
    }

    private func commit(_ transaction: WriteTransaction, _ units: [Unit]) {
        if units.isEmpty {
            transaction.abort()
            return
        }
        do throws(StoreError) {
            let info = try transaction.commit()
            gather(units.count)
            for unit in units { unit.completion(.success(info)) }
        } catch {
            if error.isTransactionFull {
                retryAlone(units)
            } else {
                for unit in units { unit.completion(.failure(error)) }
            }
        }
    }

    // MARK: Merging

    private func merge() {
        do throws(StoreError) {
            let transaction = try lmdb { () throws(LMDBError) in
                try core.environment.beginWrite()
            }
            do throws(StoreError) {
                _ = try core.adjacency.merge(transaction)
            } catch {
                transaction.abort()
                throw error
            }
            try lmdb { () throws(LMDBError) in try transaction.commit() }
            core.adjacency.didMerge(transactionID: transaction.id)
        } catch {
            // Nothing is lost: the changes stay pending, and are read from there.
            mergeHasFailed = true
        }
    }
}

extension StoreError {
    var isTransactionFull: Bool {
        if case .storage(let error) = self { return error.isTransactionFull }
        return false
    }
}
