import Cypher
import Values

/// Queries and patterns inside expressions, and `CALL { … }`.
extension Binder {
    // MARK: In expressions

    func bindSubquery(_ kind: SubqueryKind, _ query: Query) throws(QueryError) -> Bound {
        let logical = try nested { () throws(QueryError) in try self.bind(query) }
        if logical.writes {
            throw .syntax(
                "InvalidClauseComposition", "A subquery in an expression cannot write.",
                at: query.range)
        }
        switch kind {
        case .exists:
            return Bound(.subquery(try planned(logical, .exists)), .boolean)
        case .count:
            return Bound(.subquery(try planned(logical, .count)), .integer)
        case .collect:
            guard logical.returns, logical.columns.count == 1 else {
                throw QueryError(
                    .syntax, "COLLECT { … } needs a RETURN with exactly one column.",
                    at: query.range)
            }
            let column = logical.columns[0]
            return Bound(
                .subquery(try planned(logical, .collect(column.slot))), .list(column.type))
        }
    }

    func bindPatternPredicate(_ pattern: PathPattern) throws(QueryError) -> Bound {
        let graph = try nested { () throws(QueryError) in
            try self.bindPattern([pattern], use: .predicate)
        }
        return Bound(.subquery(try planned(graph, steps: [], .exists)), .boolean)
    }

    func bindPatternComprehension(
        _ path: Name?, _ pattern: PathPattern, _ predicate: Expression?, _ projection: Expression
    ) throws(QueryError) -> Bound {
        var named = pattern
        named.variable = path ?? pattern.variable
        let (graph, value) = try nested {
            () throws(QueryError) -> (QueryGraph, Bound) in
            var graph = try self.bindPattern([named], use: .match)
            if let predicate {
                for conjunct in try self.bindPredicate(predicate).conjuncts {
                    graph.predicates.append(Predicate(conjunct))
                }
            }
            return (graph, try self.bind(projection))
        }
        let slot = context.makeTemporary()
        var step = LogicalProjection()
        step.items = [(slot: slot, expression: value.expression)]
        return Bound(
            .subquery(try planned(graph, steps: [.project(step)], .collect(slot))),
            .list(value.type))
    }

    /// The first path that a shortest-path pattern finds, or all as a list.
    func bindShortestPathExpression(_ pattern: PathPattern) throws(QueryError) -> Bound {
        let (graph, parts) = try nested {
            () throws(QueryError) -> (QueryGraph, [PathPart]) in
            var named = pattern
            named.variable = Name(Binder.hiddenPathName, pattern.range)
            let graph = try self.bindPattern([named], use: .match)
            guard case .path(let parts)? = self.scope[Binder.hiddenPathName]?.definition else {
                return (graph, [])
            }
            return (graph, parts)
        }
        let slot = context.makeTemporary()
        var step = LogicalProjection()
        step.items = [(slot: slot, expression: .path(parts))]
        let list = BoundExpression.subquery(
            try planned(graph, steps: [.project(step)], .collect(slot)))
        if pattern.selector == .allShortestPaths { return Bound(list, .list(.path)) }
        return Bound(.element(list, .constant(.integer(0))), .path)
    }

    /// No variable of a text can have this name: it begins with spaces.
    static let hiddenPathName = "  path"

    /// Binds over a copy of the scope, with aggregates of its own.
    private func nested<Result>(_ body: () throws(QueryError) -> Result) throws(QueryError)
        -> Result
    {
        let saved = (scope, aggregates)
        aggregates = []
        defer { (scope, aggregates) = saved }
        return try isolated(body)
    }

    private func planned(_ query: LogicalQuery, _ kind: BoundSubquery.Kind) throws(QueryError)
        -> BoundSubquery
    {
        try PlanBuilder(context).subquery(query, kind, available: scope.slots)
    }

    private func planned(
        _ graph: QueryGraph, steps: [LogicalStep], _ kind: BoundSubquery.Kind
    ) throws(QueryError) -> BoundSubquery {
        let part = LogicalPart(
            steps: [.match(graph, optional: false)] + steps, columns: [], returns: false)
        let query = LogicalQuery(
            parts: [part], union: [], distinct: false, columns: [], returns: false)
        return try planned(query, kind)
    }

    // MARK: CALL { … }

    func bindCallSubquery(_ call: CallSubquery, _ range: SourceRange) throws(QueryError)
        -> LogicalSubquery
    {
        let outer = scope
        let managedOutside = context.managesTransactions
        context.managesTransactions = false
        var query = try bindBody(of: call, outer)
        if context.managesTransactions {
            throw QueryError(
                .semantic,
                "CALL { … } IN TRANSACTIONS, and a procedure that commits by itself, cannot stand "
                    + "inside another subquery.", at: range)
        }
        context.managesTransactions = managedOutside
        scope = outer
        renameImported(&query, outer)
        for column in query.columns {
            if outer[column.name] != nil {
                throw .syntax(
                    "VariableAlreadyBound",
                    "The subquery returns `\(column.name)`, which is a variable outside already.",
                    at: range)
            }
            scope.declare(Variable(column.name, slot: column.slot, type: column.type))
        }
        var transactions: Apply.Transactions?
        if let options = call.transactions {
            transactions = try bind(options, range)
        }
        return LogicalSubquery(
            query: query, isCorrelated: call.isCorrelated && !outer.variables.isEmpty,
            optional: call.optional, transactions: transactions)
    }

    private func bindBody(of call: CallSubquery, _ outer: Scope) throws(QueryError) -> LogicalQuery
    {
        switch call.scope {
        case .all: return try bind(call.query)
        case .variables(let names):
            var inner = Scope()
            for name in names { inner.declare(try variable(name)) }
            scope = inner
            return try bind(call.query)
        case .importingWith:
            return try bind(call.query) { part in
                // Only a WITH in front may look outside.
                if case .with? = part.clauses.first?.kind { return outer }
                return Scope()
            }
        }
    }

    /// A returned variable of the outer row gets a slot of its own, so that no column is both
    /// what came in and what comes out.
    private func renameImported(_ query: inout LogicalQuery, _ outer: Scope) {
        guard query.parts.count == 1 else { return }
        let imported = outer.slots
        var step = LogicalProjection()
        for (place, column) in query.columns.enumerated() where imported.contains(column.slot) {
            let slot = context.makeSlot(column.name)
            step.items.append((slot: slot, expression: .slot(column.slot)))
            query.columns[place].slot = slot
        }
        if !step.items.isEmpty { query.parts[0].steps.append(.project(step)) }
    }

    private func bind(_ options: CallSubquery.Transactions, _ range: SourceRange)
        throws(QueryError) -> Apply.Transactions
    {
        context.managesTransactions = true
        if options.report != nil, options.onError == .fail {
            throw QueryError(
                .syntax, "REPORT STATUS needs ON ERROR CONTINUE or ON ERROR BREAK.", at: range)
        }
        let rows = try bindRowCount(options.rows, "OF … ROWS")
        var report: Slot?
        if let name = options.report {
            try requireNew(name)
            report = declare(name.text, type: .map)
        }
        return Apply.Transactions(
            rows: rows ?? .constant(.integer(Binder.defaultTransactionRows)),
            onError: options.onError, report: report)
    }

    /// What `IN TRANSACTIONS` takes together without `OF n ROWS`.
    static let defaultTransactionRows: Int64 = 1000
}

extension CallSubquery {
    fileprivate var isCorrelated: Bool {
        switch scope {
        case .all: true
        case .variables(let names): !names.isEmpty
        case .importingWith:
            query.parts.contains {
                if case .with? = $0.clauses.first?.kind { return true }
                return false
            }
        }
    }
}

extension LogicalQuery {
    var writes: Bool { parts.contains { $0.steps.contains { $0.writes } } }

    /// Whether it writes outside of `CALL { … } IN TRANSACTIONS`.
    var writesItself: Bool {
        parts.contains { part in
            part.steps.contains { step in
                if case .subquery(let subquery) = step, subquery.transactions != nil {
                    return false
                }
                return step.writes
            }
        }
    }
}

extension LogicalStep {
    var writes: Bool {
        switch self {
        case .create, .merge, .set, .delete, .forEach: true
        case .procedure(_, let access): access != .read && access != .dbms
        case .subquery(let subquery): subquery.query.writes
        case .match, .project, .unwind, .filter, .loadCSV, .finish: false
        }
    }
}
