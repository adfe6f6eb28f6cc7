import Starling
import Values

/// What a connection does, without the connection: events in, actions out, no I/O, no clock. After
/// each event ``nextAction()`` tells what is to be done.
///
///     NEGOTIATION ──HELLO──▶ AUTHENTICATION ──LOGON──▶ READY ──RUN──▶ STREAMING ──last PULL──▶ READY
///                                                        │
///                                                      BEGIN──▶ TX_READY ◀──RUN/PULL──▶ TX_STREAMING
///                                                        ▲          └─COMMIT, ROLLBACK─┐
///                                                        └─────────────────────────────┘
///     any ──error──▶ FAILED ──RESET──▶ READY          any ──GOODBYE, nonsense──▶ DEFUNCT
///
/// Clients send requests ahead of the answers. They queue here: one job runs at a time, and
/// requests are answered in the order in which they came. RESET alone jumps the queue: it cancels
/// what runs, and what waits before it is ignored.
struct BoltConnectionStateMachine {
    struct Settings: Sendable {
        var agent: String
        var databaseName: String
        var connectionID: String
        /// Where clients reach this server, when they do not say how they did.
        var address: String
        /// The address that routing tables always show, where the operator has named one.
        var advertisedAddress: String?
    }

    /// Past one of these the client is not read from until its requests are answered.
    enum QueueLimits {
        static let requests = 1_000
        static let bytes = 16 << 20
    }

    /// A job on its way, and for whom.
    enum Running {
        case reading
        case authentication(helloFirst: Bool)
        case logoff
        case run(result: Int64, NotificationFilter)
        case begin(NotificationFilter)
        case commit
        case rollback
        case pull(result: Int64)
        case reset
        /// Rolls back a failed or abandoned transaction; nobody is told.
        case silentReset
    }

    struct OpenResult {
        var filter: NotificationFilter
        var hasColumns: Bool
    }

    let version: BoltVersion
    let settings: Settings
    private(set) var dialect: PackStreamDialect
    private(set) var state = ConnectionState.negotiation
    private(set) var running: Running?

    private var queue = RequestQueue()
    /// What is to be done, of which all before `nextPlace` has been told.
    private var actions: [ConnectionAction] = []
    private var nextPlace = 0
    /// Memory for actions that is kept: one event seldom leads to more.
    private static let keptActions = 16
    private var resetsWaiting = 0
    private var isCancelled = false
    private var isReading = true
    private var isDraining = false
    /// The session holds something that must be given back before anything new begins.
    private var sessionIsDirty = false
    /// A failure that happened between two requests; the next one hears it.
    private var untoldFailure: DatabaseError?

    private var hello = Request.Hello()
    private var transactionFilter = NotificationFilter()
    private var results: [Int64: OpenResult] = [:]
    private var nextResult: Int64 = 0

    init(version: BoltVersion, settings: Settings) {
        self.version = version
        self.settings = settings
        dialect = version.dialect
    }

    /// Nothing runs and nothing waits.
    var isIdle: Bool { running == nil && queue.isEmpty }

    /// Requests that have come and not been looked at.
    var requestsWaiting: Int { queue.count }

    /// Somebody has come in, so that larger messages are taken.
    var isAuthenticated: Bool {
        switch state {
        case .negotiation, .authentication, .defunct: false
        default: true
        }
    }

    /// A transaction or a result is open: a snapshot or the writer may be held.
    var holdsTransaction: Bool {
        state == .streaming || state == .txReady || state == .txStreaming
    }

    /// What is to be done next. What is done may be an event that adds to it.
    mutating func nextAction() -> ConnectionAction? {
        guard nextPlace < actions.count else { return nil }
        let action = actions[nextPlace]
        nextPlace += 1
        if nextPlace == actions.count {
            actions.removeAll(keepingCapacity: nextPlace <= Self.keptActions)
            nextPlace = 0
        }
        return action
    }

    // MARK: Events

    /// A request has come, of so many bytes.
    mutating func receive(_ request: Request, bytes: Int = 0) {
        receive([(request, bytes)])
    }

    /// Requests that came together are looked at together: a RUN knows of the PULL behind it.
    mutating func receive(_ requests: [(request: Request, bytes: Int)]) {
        for (request, bytes) in requests where state != .defunct {
            switch request {
            case .goodbye:
                processQueue()
                end()
                return
            case .reset where isAuthenticated:
                resetsWaiting += 1
                state = .interrupted
                cancelRunning()
            default: break
            }
            queue.append(request, bytes: bytes)
        }
        guard state != .defunct else { return }
        if isReading, queue.count >= QueueLimits.requests || queue.bytes >= QueueLimits.bytes {
            isReading = false
            actions.append(.setReading(false))
        }
        processQueue()
    }

    /// Bytes have come that are no message: the connection ends.
    mutating func receiveNonsense(_ reason: String) {
        guard state != .defunct else { return }
        actions.append(.send(.failure(DatabaseError(code: .invalidFormat, message: reason))))
        end()
    }

    /// The job that ran has ended.
    mutating func finish(_ outcome: JobOutcome) {
        guard let ended = running else { return }
        running = nil
        guard state != .defunct else { return }
        conclude(ended, outcome)
        processQueue()
    }

    /// The client has been silent for long. A transaction is taken from it, so that nobody waits
    /// for it; without one the connection ends.
    mutating func idleLimitReached() {
        guard state != .defunct, isIdle else { return }
        if holdsTransaction {
            state = .failed
            untoldFailure = DatabaseError(
                code: .transactionTimedOut,
                message: "The transaction was rolled back: the client left it idle for too long.")
            resetSilently()
        } else {
            end()
        }
    }

    /// The client takes what it asked for too slowly: the connection ends.
    mutating func stalled() {
        guard state != .defunct else { return }
        end()
    }

    /// The server stops: the connection ends as soon as nothing is open.
    mutating func drain() {
        isDraining = true
        endIfDrained()
    }

    /// The client is gone.
    mutating func disconnected() {
        guard state != .defunct else { return }
        cancelRunning()
        state = .defunct
        queue.removeAll()
    }

    // MARK: Whole statements

    /// A statement that has come together with the request for its records, while no other result is
    /// open and nothing else waits. Whoever has its whole answer at hand sends it, and the machine,
    /// which would be where it is again, hears no more than ``answered(_:)``. That saves a third of
    /// what such a statement costs here.
    ///
    /// Changes nothing; declared as if it did, for the machine not to be copied on the way.
    mutating func wholeStatement(in requests: [(request: Request, bytes: Int)]) -> WholeStatement? {
        guard requests.count == 2, isIdle, !isDraining, resetsWaiting == 0,
            case .run(let statement) = requests[0].request,
            case .pull(let portion) = requests[1].request, portion.result == nil
        else { return nil }
        var number: Int64?
        let filter: NotificationFilter
        switch state {
        case .ready where !sessionIsDirty && isOwn(statement.options.database):
            filter = statement.filter.orElse(hello.notifications)
        case .txReady where results.isEmpty:
            number = nextResult
            filter = transactionFilter
        default: return nil
        }
        return WholeStatement(
            request: statement, version: version, dialect: dialect,
            database: settings.databaseName, filter: filter, number: number)
    }

    /// Its answer has been sent.
    mutating func answered(_ statement: WholeStatement) {
        if statement.number != nil { nextResult += 1 }
    }

    // MARK: Queue

    private mutating func processQueue() {
        while running == nil, state != .defunct, let request = queue.popFirst() {
            process(request)
        }
        if !isReading, state != .defunct, queue.count < QueueLimits.requests / 2,
            queue.bytes < QueueLimits.bytes / 2
        {
            isReading = true
            actions.append(.setReading(true))
        }
        endIfDrained()
    }

    private mutating func endIfDrained() {
        if isDraining, isIdle, !holdsTransaction, state != .defunct { end() }
    }

    private mutating func end() {
        cancelRunning()
        state = .defunct
        queue.removeAll()
        actions.append(.close)
    }

    private mutating func cancelRunning() {
        switch running {
        case nil, .reading?, .reset?, .silentReset?, .authentication?, .logoff?: return
        default: break
        }
        guard !isCancelled else { return }
        isCancelled = true
        sessionIsDirty = true
        actions.append(.cancel)
    }

    private mutating func perform(_ job: Job, for running: Running) {
        self.running = running
        actions.append(.perform(job))
    }

    // MARK: Requests

    private mutating func process(_ request: Request) {
        switch (state, request) {
        case (.interrupted, .reset): reset()
        case (.interrupted, _): actions.append(.send(.ignored))
        case (.failed, _):
            if let failure = untoldFailure {
                untoldFailure = nil
                actions.append(.send(.failure(failure)))
            } else {
                actions.append(.send(.ignored))
            }
        case (_, .unread(let message)):
            perform(.read(message, version), for: .reading)
        case (_, .refused(let error)):
            if isAuthenticated {
                fail(error)
            } else {
                actions.append(.send(.failure(error)))
                end()
            }
        case (.negotiation, .hello(let hello)): greet(hello)
        case (.authentication, .logon(let credentials)):
            perform(
                .authenticate(credentials), for: .authentication(helloFirst: false))
        case (.authentication, .reset), (.ready, .telemetry), (.txReady, .telemetry),
            (.streaming, .telemetry), (.txStreaming, .telemetry):
            actions.append(.send(.success([:])))
        case (.ready, .logoff):
            state = .authentication
            perform(.endSession, for: .logoff)
        case (.ready, .route(let route)): answer(route)
        case (.ready, .run(let statement)):
            guard serves(statement.options.database) else { return }
            nextResult = 0
            run(statement, statement.filter.orElse(hello.notifications))
        case (.ready, .begin(let options, let filter)):
            guard serves(options.database) else { return }
            perform(
                .begin(options), for: .begin(filter.orElse(hello.notifications)))
        case (.txReady, .run(let statement)), (.txStreaming, .run(let statement)):
            run(statement, transactionFilter)
        case (.streaming, .pull(let portion)), (.txStreaming, .pull(let portion)),
            (.txReady, .pull(let portion)):
            pull(portion, keep: true)
        case (.streaming, .discard(let portion)), (.txStreaming, .discard(let portion)),
            (.txReady, .discard(let portion)):
            pull(portion, keep: false)
        case (.txReady, .commit), (.txStreaming, .commit):
            perform(.commit, for: .commit)
        case (.txReady, .rollback), (.txStreaming, .rollback):
            perform(.rollback, for: .rollback)
        default:
            let error = DatabaseError(
                code: .invalidRequest,
                message: "\(request.name) cannot be handled in the state \(state.rawValue).")
            actions.append(.send(.failure(error)))
            end()
        }
    }

    private mutating func greet(_ hello: Request.Hello) {
        self.hello = hello
        if version.major == 4, hello.wantsUTCDateTimes { dialect.usesUTCDateTimes = true }
        if let credentials = hello.credentials {
            perform(.authenticate(credentials), for: .authentication(helloFirst: true))
        } else {
            state = .authentication
            actions.append(.send(.success(helloMetadata)))
        }
    }

    private mutating func run(_ statement: RunRequest, _ filter: NotificationFilter) {
        let result = nextResult
        nextResult += 1
        var readAhead: Request.Portion?
        if case .pull(let portion)? = queue.first, (portion.result ?? result) == result {
            readAhead = portion
        }
        perform(
            .run(statement, result: result, readAhead: readAhead),
            for: .run(result: result, filter))
    }

    private mutating func pull(_ portion: Request.Portion, keep: Bool) {
        let result = portion.result ?? nextResult - 1
        guard results[result] != nil else {
            let error = DatabaseError(
                code: .invalidRequest, message: "There is no open result with the qid \(result).")
            return fail(error)
        }
        perform(
            .pull(result: result, count: portion.count, keep: keep), for: .pull(result: result))
    }

    private mutating func reset() {
        resetsWaiting -= 1
        if resetsWaiting > 0 {
            actions.append(.send(.ignored))
        } else if sessionIsDirty {
            perform(.reset, for: .reset)
        } else {
            becomeReady()
            actions.append(.send(.success([:])))
        }
    }

    private mutating func answer(_ route: Request.Route) {
        guard serves(route.database) else { return }
        let address =
            settings.advertisedAddress ?? route.address ?? hello.routingAddress ?? settings.address
        actions.append(.send(.success(routingTable(address: address))))
    }

    /// Fails the request where it names a database that is not here.
    private mutating func serves(_ name: String?) -> Bool {
        if isOwn(name) { return true }
        let error = DatabaseError(
            code: .databaseNotFound,
            message: "There is no database '\(name ?? "")' here; the one there is has the name "
                + "'\(settings.databaseName)'.")
        fail(error)
        return false
    }

    /// Whether it is the name of the database, or none.
    private func isOwn(_ name: String?) -> Bool {
        guard let name, !name.isEmpty else { return true }
        return name.lowercased().utf8.elementsEqual(settings.databaseName.lowercased().utf8)
    }

    // MARK: Outcomes

    private mutating func conclude(_ ended: Running, _ outcome: JobOutcome) {
        if case .failed(let error) = outcome {
            return conclude(failed: ended, error)
        }
        switch (ended, outcome) {
        case (.reading, .read(let request)): process(request)
        case (.silentReset, _):
            sessionIsDirty = false
            isCancelled = false
        case (.reset, _):
            sessionIsDirty = false
            isCancelled = false
            if resetsWaiting > 0 {
                actions.append(.send(.ignored))
            } else {
                becomeReady()
                actions.append(.send(.success([:])))
            }
        case (.authentication(let helloFirst), _):
            state = .ready
            actions.append(.send(.success(helloFirst ? helloMetadata : [:])))
        case (.logoff, _): actions.append(.send(.success([:])))
        case (.run(let result, let filter), .opened(let columns, let available)):
            results[result] = OpenResult(filter: filter, hasColumns: !columns.isEmpty)
            sessionIsDirty = true
            let isInTransaction = state == .txReady || state == .txStreaming
            actions.append(
                .send(
                    .opened(
                        OpenedResult(
                            columns: columns, availableMilliseconds: available,
                            number: isInTransaction ? result : nil,
                            database: version.tellsDatabaseEarly ? settings.databaseName : nil))))
            enter(isInTransaction ? .txStreaming : .streaming)
        case (.begin(let filter), _):
            transactionFilter = filter
            nextResult = 0
            sessionIsDirty = true
            enter(.txReady)
            actions.append(.send(.success(databaseMetadata)))
        case (.commit, .committed(let bookmark)):
            endTransaction()
            actions.append(.send(.success(["bookmark": .string(bookmark)])))
        case (.rollback, _):
            endTransaction()
            actions.append(.send(.success([:])))
        case (.pull, .streamed): actions.append(.send(.success(["has_more": .boolean(true)])))
        case (.pull(let result), .finished(let end)):
            close(result, end)
        default: preconditionFailure("the outcome \(outcome) does not belong to its job")
        }
    }

    private mutating func conclude(failed ended: Running, _ error: DatabaseError) {
        switch ended {
        case .reading, .authentication, .logoff, .reset, .silentReset:
            // After a message that is none, without a user, or with a session that cannot be
            // cleaned, nothing can go on.
            if case .silentReset = ended {} else { actions.append(.send(.failure(error))) }
            end()
        case .run, .begin, .pull:
            if case .pull(let result) = ended { results[result] = nil }
            if state == .ready || state == .streaming, !isCancelled { sessionIsDirty = false }
            fail(error)
        case .commit, .rollback: fail(error)
        }
    }

    private mutating func close(_ result: Int64, _ end: ResultEnd) {
        let open = results.removeValue(forKey: result)
        if state == .streaming {
            sessionIsDirty = isCancelled
            state = .ready
        } else if results.isEmpty {
            enter(.txReady)
        }
        actions.append(
            .send(
                .ended(
                    EndedResult(
                        end: end, database: settings.databaseName,
                        filter: open?.filter ?? NotificationFilter(),
                        hasColumns: open?.hasColumns ?? true))))
    }

    /// A request has failed: its transaction, if it had one, is given up at once.
    private mutating func fail(_ error: DatabaseError) {
        actions.append(.send(.failure(error)))
        guard state != .interrupted else { return }
        state = .failed
        results = [:]
        if sessionIsDirty { resetSilently() }
    }

    private mutating func resetSilently() {
        results = [:]
        perform(.reset, for: .silentReset)
    }

    private mutating func endTransaction() {
        results = [:]
        sessionIsDirty = isCancelled
        enter(.ready)
    }

    private mutating func becomeReady() {
        results = [:]
        nextResult = 0
        untoldFailure = nil
        state = .ready
    }

    /// Moves on, unless a RESET has come meanwhile.
    private mutating func enter(_ next: ConnectionState) {
        if state != .interrupted { state = next }
    }
}
