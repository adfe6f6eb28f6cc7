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

    /// The plan for the text, from the cache or made now with the view's statistics.
    func prepare(_ view: GraphView) throws -> PreparedStatement {
        let size = view.nodeCount + view.relationshipCount
        if let plan = database.plans.plan(
            for: text, schemaVersion: view.schemaVersion, graphSize: size)
        {
            return plan
        }
        let statement = try Parser.parse(text)
        let plan = try StatementPlanner.prepare(
            statement, text: text, view: view, functions: ScalarFunctionCatalog(),
            procedures: database.procedures)
        database.plans.store(plan, for: text, graphSize: size)
        return plan
    }

    /// Runs outside an explicit transaction.
    func runAutoCommit(
        _ completion: @escaping @Sendable (Result<QueryResult, DatabaseError>) -> Void
    )
        throws
    {
        let view = try database.store.beginRead()
        var closesView = true
        defer { if closesView { view.close() } }
        let plan = try prepare(view)
        if plan.mode == .explain {
            completion(.success(explain(plan)))
            return
        }
        switch (plan.body, plan.access) {
        case (.schema(let operation), _): completion(.success(try run(operation, of: plan)))
        case (.query, .read):
            closesView = false
            completion(.success(streaming(plan, view, closesView: true)))
        case (.query, _):
            try refuseWrites()
            runWrite(completion)
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
        let plan = try prepare(writer.view)
        if plan.mode == .explain { return explain(plan) }
        guard case .query = plan.body else {
            throw QueryError(
                .semantic,
                "Indexes and constraints are made in transactions of their own, not beside data.")
        }
        if plan.access != .read { try refuseWrites() }
        let id = database.transactions.add(text, cancellation)
        defer { database.transactions.remove(id) }
        let execution = Execution(plan, context: context(writer.view, writer, plan))
        let batches = try execution.runToEnd()
        return buffered(plan, batches, Summary(plan, execution, since: start, text: text))
    }

    /// Runs on a snapshot that somebody else closes.
    func run(on view: GraphView) throws -> QueryResult {
        let plan = try prepare(view)
        if plan.mode == .explain { return explain(plan) }
        return streaming(plan, view, closesView: false)
    }

    /// Runs a schema command as a transaction of its own.
    func run(_ operation: SchemaOperation, of plan: PreparedStatement) throws -> QueryResult {
        try refuseWrites()
        let view = try database.store.beginRead()
        let change: SchemaChange
        do {
            defer { view.close() }
            change = try operation.change(in: context(view, nil, plan))
        }
        return buffered(plan, [], Summary(plan, try run(change), text: text))
    }

    func refuseWrites() throws {
        if readOnly || database.options.readOnly {
            throw QueryError(
                .readOnly, "The statement writes, and this session or database is read-only.")
        }
    }

    private func context(_ view: GraphView, _ writer: GraphWriter?, _ plan: PreparedStatement)
        -> QueryContext
    {
        var limits = QueryLimits()
        limits.memoryBytes = database.options.memoryBytes
        return QueryContext(
            view: view, writer: writer, parameters: parameters, procedures: database.procedures,
            cancellation: cancellation, limits: limits, slotCount: plan.slotCount,
            batchCapacity: database.options.batchCapacity,
            importDirectory: database.options.importDirectory)
    }

    private func explain(_ plan: PreparedStatement) -> QueryResult {
        buffered(plan, [], Summary(plan, WriteCounters(), text: text))
    }

    private func streaming(_ plan: PreparedStatement, _ view: GraphView, closesView: Bool)
        -> QueryResult
    {
        let transactions = database.transactions
        let id = transactions.add(text, cancellation)
        let execution = Execution(plan, context: context(view, nil, plan))
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
