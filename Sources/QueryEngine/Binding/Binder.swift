import Cypher
import GraphStore
import Values

/// Binding gives every name of a statement its meaning: variables become slots, functions their
/// implementations, patterns a query graph, projections a list of steps in the order in which they
/// take effect. Whatever can be known to be wrong without looking at data is an error here, with
/// the openCypher TCK's word for it in front.
///
/// A binder walks the tree once, clause by clause. Its `scope` is what the next expression may
/// mention. Subqueries inside expressions are bound by the same binder over a copy of the scope
/// and planned at once, since a bound expression holds its finished plan.
final class Binder {
    let context: BindingContext
    /// Not checked for overlapping accesses: one thread has the binder, and no scope calls back.
    @exclusivity(unchecked)
    var scope = Scope()
    /// Whether an aggregate may stand here, and what has been collected.
    var aggregation = Aggregation.forbidden
    var aggregates: [BoundAggregate] = []
    /// Set while an expression around aggregates, or behind them, is bound.
    var grouping: Grouping?

    enum Aggregation { case forbidden, allowed, inside }

    init(_ context: BindingContext) {
        self.context = context
        scope.reserve(8)
    }

    // MARK: Queries

    /// Every part of a union starts in the same scope, unless `startingScope` says otherwise.
    func bind(_ query: Query, startingScope: ((SingleQuery) -> Scope)? = nil) throws(QueryError)
        -> LogicalQuery
    {
        context.depth += 1
        defer { context.depth -= 1 }
        if context.depth > BindingContext.maximumDepth { throw tooDeep(query.range) }
        let outer = scope
        var parts: [LogicalPart] = []
        for single in query.parts {
            scope = startingScope?(single) ?? outer
            parts.append(try bind(single, isStandalone: query.parts.count == 1))
        }
        if parts.count == 1 {
            let part = parts[0]
            return LogicalQuery(
                parts: parts, union: [], distinct: false, columns: part.columns,
                returns: part.returns)
        }
        scope = outer
        return try bindUnion(parts, query)
    }

    /// Columns of a union are matched by name, and become slots of their own.
    private func bindUnion(_ parts: [LogicalPart], _ query: Query) throws(QueryError)
        -> LogicalQuery
    {
        let first = parts[0]
        var columns: [LogicalColumn] = []
        for column in first.columns {
            var type = column.type
            for part in parts.dropFirst() {
                guard let other = part.columns.first(where: { sameName($0.name, column.name) })
                else { throw differentColumns(query.range) }
                type = type.joined(with: other.type)
            }
            let slot = context.makeSlot(column.name)
            columns.append(LogicalColumn(name: column.name, slot: slot, type: type))
        }
        var renames: [[(from: Slot, to: Slot)]] = []
        for part in parts {
            if part.columns.count != columns.count || part.returns != first.returns {
                throw differentColumns(query.range)
            }
            var pairs: [(from: Slot, to: Slot)] = []
            for column in columns {
                for own in part.columns where sameName(own.name, column.name) {
                    pairs.append((from: own.slot, to: column.slot))
                }
            }
            renames.append(pairs)
        }
        return LogicalQuery(
            parts: parts, union: renames, distinct: !query.unionAll, columns: columns,
            returns: first.returns)
    }

    private func differentColumns(_ range: SourceRange) -> QueryError {
        .syntax(
            "DifferentColumnsInUnion", "All parts of a UNION must return the same column names.",
            at: range)
    }

    /// `isStandalone`: not one of several parts, so that a single CALL may stand alone.
    private func bind(_ single: SingleQuery, isStandalone: Bool) throws(QueryError) -> LogicalPart {
        try context.check(single.clauses)
        var part = LogicalPart()
        part.steps.reserveCapacity(single.clauses.count)
        /// Whether this clause was bound before the one in front of it.
        var isBound = false
        for (place, clause) in single.clauses.enumerated() {
            let isLast = place == single.clauses.count - 1
            if isBound {
                isBound = false
                continue
            }
            isBound = try bindSearch(behind: place, of: single.clauses, into: &part)
            if case .call(let call) = clause.kind, single.clauses.count == 1, isStandalone {
                try bindStandalone(call, clause.range, into: &part)
                continue
            }
            try bind(clause, isLast: isLast, into: &part)
        }
        return part
    }

    // MARK: Clauses

    func bind(_ clause: Clause, isLast: Bool, into part: inout LogicalPart) throws(QueryError) {
        switch clause.kind {
        case .match(let optional, let pattern, let predicate, _):
            let graph = try bindMatch(pattern, predicate: predicate)
            part.steps.append(.match(graph, optional: optional))
        case .unwind(let list, let name):
            let bound = try bind(list)
            try requireList(bound.type, in: "UNWIND", at: list.range)
            try requireNew(name)
            let slot = declare(name.text, type: bound.type.element)
            part.steps.append(.unwind(bound.expression, into: slot))
        case .with(let projection, let predicate):
            let (step, _) = try bindProjection(
                projection, predicate: predicate, isReturn: false, at: clause.range)
            part.steps.append(.project(step))
        case .return(let projection):
            if !isLast {
                throw .syntax(
                    "InvalidClauseComposition", "RETURN can only stand at the end of a query.",
                    at: clause.range)
            }
            let (step, columns) = try bindProjection(
                projection, predicate: nil, isReturn: true, at: clause.range)
            part.steps.append(.project(step))
            part.columns = columns
            part.returns = true
        case .create, .merge, .set, .remove, .delete, .forEach:
            part.steps += try bindUpdate(clause)
        case .call(let call):
            try bindCall(call, clause.range, into: &part)
        case .callSubquery(let subquery):
            part.steps.append(.subquery(try bindCallSubquery(subquery, clause.range)))
        case .loadCSV(let withHeaders, let from, let name, let terminator):
            let source = try bind(from)
            let separator = try bindOptional(terminator)
            try requireNew(name)
            part.steps.append(
                .loadCSV(
                    LoadCSV(
                        address: source.expression,
                        record: declare(name.text, type: withHeaders ? .map : .list(.string)),
                        line: declare(Binder.lineVariable, type: .integer),
                        file: declare(Binder.fileVariable, type: .string),
                        withHeaders: withHeaders, fieldTerminator: separator?.expression)))
        case .finish:
            part.steps.append(.finish)
        case .use(let name):
            let known = ["neo4j", "starling"]
            if !known.contains(name.text.lowercased()) {
                throw QueryError(
                    .semantic,
                    "There is one database, `neo4j` (also called `starling`); `\(name.text)` is "
                        + "not there.", at: name.range)
            }
        case .search(let search):
            try bindSearch(search, clause.range, matching: nil, into: &part)
        }
    }

    // MARK: Names

    /// What `linenumber()` and `file()` read behind LOAD CSV. No variable of a text can have these
    /// names: they begin with spaces.
    static let lineVariable = "  line"
    static let fileVariable = "  file"

    @discardableResult
    func declare(_ name: String, type: StaticType) -> Slot {
        let slot = context.makeSlot(name)
        scope.declare(Variable(name, slot: slot, type: type))
        return slot
    }

    func requireNew(_ name: Name) throws(QueryError) {
        if scope[name.text] != nil { throw alreadyBound(name) }
    }

    func alreadyBound(_ name: Name) -> QueryError {
        .syntax(
            "VariableAlreadyBound", "Variable `\(name.text)` is already declared.", at: name.range)
    }

    func undefined(_ name: String, at range: SourceRange) -> QueryError {
        .syntax(
            "UndefinedVariable",
            "Variable `\(name)` is not defined."
                + NearestName.hint(for: name, among: scope.names), at: range)
    }

    func variable(_ name: Name) throws(QueryError) -> Variable {
        guard let variable = scope[name.text] else { throw undefined(name.text, at: name.range) }
        return variable
    }

    // MARK: Small helpers

    func bindOptional(_ expression: Expression?) throws(QueryError) -> Bound? {
        guard let expression else { return nil }
        return try bind(expression)
    }

    /// Runs `body` where no aggregate may stand and no grouping is in force.
    func isolated<Result>(_ body: () throws(QueryError) -> Result) throws(QueryError) -> Result {
        let saved = (aggregation, grouping)
        aggregation = .forbidden
        grouping = nil
        defer { (aggregation, grouping) = saved }
        return try body()
    }

    func tooDeep(_ range: SourceRange) -> QueryError {
        QueryError(
            .syntax,
            "The statement is nested more than \(BindingContext.maximumDepth) levels deep.",
            at: range)
    }
}

/// An expression and what is known of its value.
struct Bound {
    var expression: BoundExpression
    var type: StaticType

    init(_ expression: BoundExpression, _ type: StaticType = .any) {
        self.expression = expression
        self.type = type
    }
}

extension QueryError {
    /// An error that the statement's text alone shows.
    static func syntax(_ detail: String, _ message: String, at range: SourceRange?) -> QueryError {
        QueryError(.syntax, "\(detail): \(message)", at: range)
    }
}
