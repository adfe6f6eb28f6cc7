// Statements and queries: what may stand first, last and next to each other.

/// Around what kind of braces a query stands, and so how it may end.
enum QueryContext {
    /// No braces at all
    case statement
    /// `CALL { … }`
    case call
    /// `EXISTS { … }`, `COUNT { … }`: it may end anywhere
    case test
    /// `COLLECT { … }`
    case collect
}

extension Parser {
    mutating func statement() throws(SyntaxError) -> Statement {
        skipVersionAndOptions()
        let mode: Statement.Mode =
            take(.explain) ? .explain : take(.profile) ? .profile : .execute
        if mode != .execute { skipVersionAndOptions() }
        if let command = try schemaCommand() {
            return Statement(mode: mode, body: .schema(command))
        }
        if let command = try showCommand() {
            return Statement(mode: mode, body: .show(command))
        }
        return Statement(mode: mode, body: .query(try query(.statement)))
    }

    /// `CYPHER 5 runtime=parallel …`: tools write it; there is one language and one runtime here.
    private mutating func skipVersionAndOptions() {
        guard take(.cypher) else { return }
        _ = take(.number)
        while token.kind == .word, token(ahead: 1).kind == .equal, token(ahead: 2).isName {
            advance()
            advance()
            advance()
        }
    }

    // MARK: Queries

    /// Queries joined by UNION.
    mutating func union(_ context: QueryContext) throws(SyntaxError) -> Query {
        let start = start
        var parts = [try singleQuery(context)]
        var unionAll: Bool?
        while at(.union) {
            let place = token.range
            advance()
            let isAll = take(.all)
            if !isAll { _ = take(.distinct) }
            guard unionAll == nil || unionAll == isAll else {
                throw SyntaxError(
                    .invalidClauseComposition,
                    "UNION and UNION ALL cannot be mixed in one query", place)
            }
            unionAll = isAll
            parts.append(try singleQuery(context))
        }
        if parts.count > 1 || context != .statement {
            for part in parts { try requireExplicitCalls(part) }
        }
        return Query(parts: parts, unionAll: unionAll ?? false, range: range(from: start))
    }

    mutating func singleQuery(
        _ context: QueryContext
    ) throws(SyntaxError) -> SingleQuery {
        guard token.keyword?.startsClause == true else {
            throw unexpectedClause(orEnd: nil)
        }
        var clauses: [Clause] = []
        clauses.reserveCapacity(4)
        while token.keyword?.startsClause == true {
            if let last = clauses.last, last.isFinal {
                throw SyntaxError(
                    .unexpectedSyntax,
                    "Invalid input '\(text(of: token))': nothing but UNION can follow "
                        + last.spelling, token.range)
            }
            try clause(into: &clauses)
        }
        let query = SingleQuery(clauses: clauses)
        switch token.kind {
        case .endOfText, .semicolon: break
        case .rightBrace where context != .statement: break
        default:
            guard at(.union) || at(.next) || at(.when) || at(.else) else {
                throw unexpectedClause(
                    orEnd: context == .statement ? "the end of the statement" : "'}'")
            }
        }
        try requireEnd(query, context)
        if clauses.count > 1 { try requireExplicitCalls(query) }
        return query
    }

    /// A query ends with what it returns or what it changes.
    private func requireEnd(
        _ query: SingleQuery, _ context: QueryContext
    ) throws(SyntaxError) {
        guard let last = query.clauses.last else { return }
        let isComplete =
            switch last.kind {
            case .match, .unwind, .with, .loadCSV, .use, .search: context == .test
            case .return: true
            default: context != .collect
            }
        guard !isComplete else { return }
        let remedy =
            context == .collect
            ? "it must end with RETURN"
            : "it needs a RETURN, a FINISH or an updating clause"
        throw SyntaxError(
            .unexpectedSyntax, "A query cannot end with \(last.spelling): \(remedy)", last.range)
    }

    /// Only a statement of nothing but a CALL may take its arguments from the parameters, or
    /// yield whatever there is.
    func requireExplicitCalls(_ query: SingleQuery) throws(SyntaxError) {
        for clause in query.clauses {
            guard case .call(let call) = clause.kind else { continue }
            guard call.arguments != nil else {
                throw SyntaxError(
                    .invalidArgumentPassingMode,
                    "Within a query, a procedure's arguments are written out: "
                        + "CALL \(call.name.text)(…)", clause.range)
            }
            guard call.yield?.all != true else {
                throw SyntaxError(
                    .unexpectedSyntax, "Within a query, YIELD names what it takes",
                    clause.range)
            }
        }
    }

    // MARK: Subqueries

    /// `{ query }` behind EXISTS, COUNT or COLLECT, or `{ pattern WHERE … }` for short.
    mutating func subqueryBody(_ kind: SubqueryKind) throws(SyntaxError) -> Query {
        try enter(6)
        defer { leave(6) }
        try expect(.leftBrace)
        let query: Query
        if token.keyword?.startsClause == true, token(ahead: 1).kind != .equal {
            query = try self.query(kind == .collect ? .collect : .test)
        } else {
            guard kind != .collect else {
                throw unexpectedClause(orEnd: nil)
            }
            let start = start
            let pattern = try pattern(.match)
            let predicate = take(.where) ? try predicate() : nil
            query = matchQuery(pattern, predicate: predicate, range(from: start))
        }
        try expect(.rightBrace, or: [.thing("another clause")])
        return query
    }

    func matchQuery(_ pattern: Pattern, predicate: Expression?, _ range: SourceRange) -> Query {
        let clause = Clause(
            .match(optional: false, pattern, predicate: predicate, hints: []), range)
        return Query(parts: [SingleQuery(clauses: [clause])], unionAll: false, range: range)
    }
}

extension Clause {
    /// Whether it must be the last of its query.
    var isFinal: Bool {
        switch kind {
        case .return, .finish: true
        default: false
        }
    }

    /// The word or words that begin it.
    var spelling: String {
        switch kind {
        case .match(let optional, _, _, _): optional ? "OPTIONAL MATCH" : "MATCH"
        case .unwind: "UNWIND"
        case .with: "WITH"
        case .return: "RETURN"
        case .create: "CREATE"
        case .merge: "MERGE"
        case .set: "SET"
        case .remove: "REMOVE"
        case .delete(_, let detach): detach ? "DETACH DELETE" : "DELETE"
        case .forEach: "FOREACH"
        case .call(let call): call.optional ? "OPTIONAL CALL" : "CALL"
        case .callSubquery(let call): call.optional ? "OPTIONAL CALL" : "CALL"
        case .loadCSV: "LOAD CSV"
        case .finish: "FINISH"
        case .use: "USE"
        case .search: "SEARCH"
        }
    }
}
