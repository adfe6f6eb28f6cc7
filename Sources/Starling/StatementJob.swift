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
    let start = ContinuousClock.now
    /// When the explicit transaction began that the statement belongs to.
    var transactionStart: ValueClock.Instant?

    /// The plan for the text, from the cache or made now with the view's statistics, for values
    /// like the call's.
    func prepare(_ view: GraphView) throws -> BoundPlan {
        let plans = database.plans
        if let plan = plans.plan(for: text, parameters, view) { return plan }
        let start = ContinuousClock.now
        let lifted = LiftedStatement(try Parser.parse(text))
        let key = lifted.literals.isEmpty ? text : lifted.key(of: text)
        let values = parameters.with(lifted.literals)
        let known = lifted.literals.isEmpty ? nil : plans.plan(for: key, values, view)
        var plan: BoundPlan
        var planningTime: Duration?
        if let known {
            plan = known
        } else {
            plan = BoundPlan(
                statement: try StatementPlanner.prepare(
                    lifted.statement, text: text, view: view, functions: ScalarFunctionCatalog(),
                    procedures: database.procedures, parameters: values))
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

    /// Runs outside an explicit transaction.
    func runAutoCommit(
        _ completion: @escaping @Sendable (Result<QueryResult, DatabaseError>) -> Void
    )
        throws
    {
        if database.plans.isKnownToWrite(text) {
            try refuseWrites()
            return runWrite(completion)
        }
        let view = try database.store.beginRead()
        var closesView = true
        defer { if closesView { view.close() } }
        let bound = try prepare(view)
        let plan = bound.statement
        if plan.mode == .explain {
            completion(.success(explain(bound)))
            return
        }
        if plan.managesTransactions {
            try refuseWrites()
            completion(.success(try runManagingTransactions(bound, view)))
            return
        }
        switch (plan.body, plan.access) {
        case (.schema(let operation), _): completion(.success(try run(operation, of: plan)))
        case (.query, .read):
            closesView = false
            completion(.success(streaming(bound, view, closesView: true)))
        case (.query, _):
            try refuseWrites()
            runWrite(completion)
        }
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
        return buffered(plan, batches, Summary(plan, execution, since: start, text: text))
    }

    /// One transaction of `CALL { … } IN TRANSACTIONS`.
    private func commit(_ body: @escaping @Sendable (GraphWriter) throws -> Void) throws -> UInt64 {
        do {
            return try database.store.write(isCancelled: { (try? cancellation.check()) == nil }) {
                try body($0)
                return $0.view.snapshotID
            }
        } catch StoreError.cancelled {
            // Says which of the two it was: cancelled, or out of time.
            try cancellation.check()
            throw StoreError.cancelled
        }
    }

    /// On the writer thread, as one unit of a group commit.
    private func runWrite(
        _ completion: @escaping @Sendable (Result<QueryResult, DatabaseError>) -> Void
    ) {
        let finished = Box<QueryResult>()
        database.store.write { writer in
            finished.value = try run(in: writer)
        } completion: { outcome in
            switch outcome {
            case .success:
                if let result = finished.value { completion(.success(result)) }
            case .failure(let error): completion(.failure(DatabaseError(error, in: text)))
            }
        }
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
        return buffered(plan, batches, Summary(plan, execution, since: start, text: text))
    }

    /// Runs on a snapshot that somebody else closes.
    func run(on view: GraphView) throws -> QueryResult {
        let bound = try prepare(view)
        let plan = bound.statement
        if plan.mode == .explain { return explain(bound) }
        if plan.managesTransactions { throw QueryError.managesTransactions }
        return streaming(bound, view, closesView: false)
    }

    /// Runs a schema command as a transaction of its own.
    func run(_ operation: SchemaOperation, of plan: PreparedStatement) throws -> QueryResult {
        try refuseWrites()
        let view = try database.store.beginRead()
        let change: SchemaChange
        do {
            defer { view.close() }
            change = try operation.change(in: context(view, nil, BoundPlan(statement: plan)))
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
        _ plan: PreparedStatement, _ batches: [ResultBatch], _ summary: Summary
    ) -> QueryResult {
        QueryResult(
            columns: plan.columns, source: .buffered(batches, next: 0, summary), text: text,
            start: start)
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
