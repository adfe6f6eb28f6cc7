internal import Cypher
internal import GraphStore
internal import QueryEngine
import Values

/// One statement on its way: text to plan to execution, over whichever view it gets.
struct StatementJob: Sendable {
    let text: String
    let parameters: ValueMap
    let readOnly: Bool
    let cancellation: Cancellation
    let database: Database
    /// What the session knows of the text.
    var known: PlanCache.Known?
    let start = ContinuousClock.now
    /// When the explicit transaction began that the statement belongs to.
    var transactionStart: ValueClock.Instant?

    /// The plan for the text, from the cache or made now with the view's statistics, for values
    /// like the call's.
    func prepare(_ view: GraphView) throws -> BoundPlan {
        let plans = database.plans
        if let plan = known.flatMap({ plans.plan($0, parameters, view) }) { return plan }
        let start = ContinuousClock.now
        let lifted = LiftedStatement(try Parser.parse(text))
        let key = lifted.literals.isEmpty ? text : lifted.key(of: text)
        let values = parameters.with(lifted.literals)
        let alike = lifted.literals.isEmpty ? nil : plans.known(key)
        var plan: BoundPlan
        var planningTime: Duration?
        if let found = alike.flatMap({ plans.plan($0, values, view) }) {
            plan = found
        } else {
            plan = BoundPlan(
                try StatementPlanner.prepare(
                    lifted.statement, view: view, functions: ScalarFunctionCatalog(),
                    procedures: database.procedures, parameters: values), view)
            planningTime = ContinuousClock.now - start
            plans.store(plan, for: key, values, view)
        }
        if !lifted.literals.isEmpty {
            plan.literals = lifted.literals
            plans.store(plan, for: text, values, view)
        }
        plan.planningTime = planningTime
        return plan
    }

    /// Runs outside an explicit transaction. Nil where it writes data: then `completion` is called
    /// later, by the writer's thread.
    func runAutoCommit(
        _ completion: @escaping @Sendable (Result<QueryResult, DatabaseError>) -> Void
    ) throws -> QueryResult? {
        if known?.writesData == true { return try runWrite(completion) }
        let view = try database.store.beginRead()
        var closesView = true
        defer { if closesView { view.close() } }
        let bound = try prepare(view)
        let plan = bound.statement
        if plan.mode == .explain { return explain(bound) }
        if plan.managesTransactions {
            try refuseWrites()
            return try runManagingTransactions(bound, view)
        }
        switch (plan.body, plan.access) {
        case (.schema(let operation), _): return try run(operation, of: plan)
        case (.query, .read):
            if let result = try read(bound, view) { return result }
            closesView = false
            return streaming(bound, view, closesView: true)
        case (.query, _): return try runWrite(completion)
        }
    }

    /// The result of a read by key; nil for other statements.
    private func read(_ bound: BoundPlan, _ view: GraphView) throws -> QueryResult? {
        let plan = bound.statement
        guard let read = plan.pointRead, let reader = try PointReader(read, in: view) else {
            return nil
        }
        var rows: [ResultBatch] = []
        if case .values(let values) = try reader.row(bound.values(parameters)) {
            let columns = values.map { Column.constant($0, count: 1) }
            rows.append(ResultBatch(count: 1, columns: columns))
        }
        try cancellation.check()
        var summary = Summary(plan, WriteCounters(), text: text)
        summary.end(since: start)
        return buffered(plan, rows, summary)
    }

    /// To the end and on this thread, with a snapshot of its own: the transactions inside take
    /// the writer one after the other.
    private func runManagingTransactions(
        _ bound: BoundPlan, _ view: GraphView
    ) throws -> QueryResult {
        let plan = bound.statement
        let id = database.transactions.add(text, cancellation)
        defer { database.transactions.remove(id) }
        let context = context(view, nil, bound)
        context.transactionRunner = commit
        let execution = Execution(plan, context: context)
        let batches = try execution.runToEnd()
        return buffered(
            plan, batches, Summary(plan, execution, since: start, text: text),
            bytes: execution.memoryInUse)
    }

    /// One transaction of `CALL { … } IN TRANSACTIONS`.
    private func commit(_ body: @escaping @Sendable (GraphWriter) throws -> Void) throws -> UInt64 {
        do {
            return try database.store.write(isCancelled: { cancellation.isOver }) {
                try body($0)
                return $0.view.snapshotID
            }
        } catch StoreError.cancelled {
            // Says which of the two it was: cancelled, or out of time.
            try cancellation.check()
            throw StoreError.cancelled
        }
    }

    /// On the writer thread, as one unit of a group commit. Nil, as the result comes later.
    private func runWrite(
        _ completion: @escaping @Sendable (Result<QueryResult, DatabaseError>) -> Void
    ) throws -> QueryResult? {
        try refuseWrites()
        let finished = Box<QueryResult>()
        database.store.write(isCancelled: { cancellation.isOver }) { writer in
            finished.value = try run(in: writer)
        } completion: { outcome in
            switch outcome {
            case .success:
                if let result = finished.value { completion(.success(result)) }
            case .failure(StoreError.cancelled):
                completion(
                    .failure(DatabaseError(cancellation.reason ?? StoreError.cancelled, in: text)))
            case .failure(let error): completion(.failure(DatabaseError(error, in: text)))
            }
        }
        return nil
    }

    /// Runs to the end inside a write transaction; the rows wait in memory, within the limit.
    func run(in writer: GraphWriter) throws -> QueryResult {
        let bound = try prepare(writer.view)
        let plan = bound.statement
        if plan.mode == .explain { return explain(bound) }
        guard case .query = plan.body else {
            throw QueryError(
                .semantic,
                "Indexes and constraints are made in transactions of their own, not beside data.")
        }
        if plan.managesTransactions { throw QueryError.managesTransactions }
        if plan.access != .read { try refuseWrites() }
        let id = database.transactions.add(text, cancellation)
        defer { database.transactions.remove(id) }
        let execution = Execution(plan, context: context(writer.view, writer, bound))
        let batches = try execution.runToEnd()
        return buffered(
            plan, batches, Summary(plan, execution, since: start, text: text),
            bytes: execution.memoryInUse)
    }

    /// Runs a plan that reads on a snapshot that somebody else closes.
    func run(_ bound: BoundPlan, on view: GraphView) throws -> QueryResult {
        if bound.statement.mode == .explain { return explain(bound) }
        if bound.statement.managesTransactions { throw QueryError.managesTransactions }
        return try read(bound, view) ?? streaming(bound, view, closesView: false)
    }

    /// Runs a schema command as a transaction of its own.
    func run(_ operation: SchemaOperation, of plan: PreparedStatement) throws -> QueryResult {
        try refuseWrites()
        let view = try database.store.beginRead()
        let change: SchemaChange
        do {
            defer { view.close() }
            change = try operation.change(in: context(view, nil, BoundPlan(plan, view)))
        }
        return buffered(plan, [], Summary(plan, try run(change), text: text))
    }

    func refuseWrites() throws {
        if readOnly || database.options.readOnly {
            throw QueryError(
                .readOnly, "The statement writes, and this session or database is read-only.")
        }
    }

    private func context(_ view: GraphView, _ writer: GraphWriter?, _ plan: BoundPlan)
        -> QueryContext
    {
        var limits = QueryLimits()
        limits.memoryBytes = database.options.memoryBytes
        limits.parallel = database.options.parallelLimits
        let context = QueryContext(
            view: view, writer: writer, parameters: plan.values(parameters),
            procedures: database.procedures,
            cancellation: cancellation, limits: limits, slotCount: plan.statement.slotCount,
            batchCapacity: database.options.batchCapacity,
            importDirectory: database.options.importDirectory)
        if let transactionStart {
            context.functionContext = FunctionContext(
                clock: ValueClock(transaction: transactionStart, statement: .now()))
        }
        return context
    }

    private func explain(_ bound: BoundPlan) -> QueryResult {
        var summary = Summary(bound.statement, WriteCounters(), text: text)
        summary.planningTime = bound.planningTime
        return buffered(bound.statement, [], summary)
    }

    private func streaming(_ bound: BoundPlan, _ view: GraphView, closesView: Bool)
        -> QueryResult
    {
        let plan = bound.statement
        let transactions = database.transactions
        let id = transactions.add(text, cancellation)
        let execution = Execution(plan, context: context(view, nil, bound))
        return QueryResult(
            columns: plan.columns,
            source: .streaming(execution, plan, view, closesView: closesView), text: text,
            start: start, onEnd: { transactions.remove(id) })
    }

    private func buffered(
        _ plan: PreparedStatement, _ batches: [ResultBatch], _ summary: Summary, bytes: Int = 0
    ) -> QueryResult {
        QueryResult(
            columns: plan.columns, source: .buffered(batches, next: 0, bytes: bytes), text: text,
            start: start, summary: summary)
    }

    private func run(_ change: SchemaChange) throws -> WriteCounters {
        var counters = WriteCounters()
        let store = database.store
        switch change {
        case .createIndex(let definition, let ifNotExists):
            if try store.createIndex(definition, ifNotExists: ifNotExists) {
                counters.indexesAdded = 1
            }
        case .dropIndex(let name, let ifExists):
            if try store.dropIndex(name: name, ifExists: ifExists) { counters.indexesRemoved = 1 }
        case .createConstraint(let definition, let ifNotExists):
            if try store.createConstraint(definition, ifNotExists: ifNotExists) {
                counters.constraintsAdded = 1
            }
        case .dropConstraint(let name, let ifExists):
            if try store.dropConstraint(name: name, ifExists: ifExists) {
                counters.constraintsRemoved = 1
            }
        }
        return counters
    }
}

/// Carries a value out of a closure that another thread runs before this one looks.
final class Box<Value>: @unchecked Sendable {
    // Written by the writer thread before its completion, read after it.
    var value: Value?
}
