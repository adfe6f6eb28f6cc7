// Queries made of queries: NEXT passes the rows of one on to another, WHEN chooses among several.
// Both come out as clauses that there are without them:
//
//     q₁ NEXT q₂               q₁ with WITH in place of RETURN, then q₂
//
//     WHEN a THEN q₁ ELSE q₂   WITH *, CASE WHEN a THEN 0 ELSE 1 END AS `branch`
//                              CALL (*) {
//                                WITH * WHERE `branch` = 0 q₁ UNION ALL WITH * WHERE `branch` = 1 q₂
//                              }
//                              RETURN the columns of q₁
//
// The names of such helpers begin with a space, and with their place in the text to be unique.

extension Parser {
    mutating func query(_ context: QueryContext) throws(SyntaxError) -> Query {
        let start = start
        var query = try segment(context)
        while at(.next) {
            let place = token.range
            advance()
            let next = try segment(context)
            var clauses = try passedOn(query, place)
            if next.parts.count == 1 {
                try requireExplicitCalls(next.parts[0])
                clauses += next.parts[0].clauses
            } else {
                clauses += try embedded(next, place)
            }
            query = Query(
                parts: [SingleQuery(clauses: clauses)], unionAll: false, range: range(from: start))
        }
        return query
    }

    /// What stands between two NEXTs.
    private mutating func segment(_ context: QueryContext) throws(SyntaxError) -> Query {
        at(.when) ? try conditional(context) : try union(context)
    }

    // MARK: NEXT

    /// The query with its rows going on instead of out. One that returns nothing goes on with one
    /// row.
    private func passedOn(_ query: Query, _ place: SourceRange) throws(SyntaxError) -> [Clause] {
        for part in query.parts { try requireExplicitCalls(part) }
        guard query.returns else { return [query.called(place)] }
        let clauses =
            query.parts.count == 1 ? query.parts[0].clauses : try embedded(query, place)
        return clauses.passingOn
    }

    // MARK: WHEN

    private mutating func conditional(_ context: QueryContext) throws(SyntaxError) -> Query {
        try enter(6)
        defer { leave(6) }
        let start = start
        let place = token.range
        let branch = Name(" \(start)", place)
        var conditions: [CaseBranch] = []
        var parts: [SingleQuery] = []
        func add(_ body: Query, _ parser: Parser) throws(SyntaxError) {
            for part in body.parts { try parser.requireExplicitCalls(part) }
            let chosen = Expression(
                .comparison(
                    [
                        Expression(.variable(branch.text), place),
                        Expression(.integer(Int64(parts.count)), place),
                    ], [.equal]), place)
            let filter = Clause(.with(.everything, predicate: chosen), place)
            let clauses =
                body.parts.count == 1 ? body.parts[0].clauses : try parser.embedded(body, place)
            parts.append(SingleQuery(clauses: [filter] + clauses))
        }
        while take(.when) {
            let condition = try predicate()
            try expect(.then)
            conditions.append(
                CaseBranch(
                    conditions: [.value(condition)],
                    result: Expression(.integer(Int64(conditions.count)), place)))
            try add(try branchBody(context), self)
        }
        var otherwise: Expression?
        if take(.else) {
            otherwise = Expression(.integer(Int64(parts.count)), place)
            try add(try branchBody(context), self)
        }
        var choice = Projection.everything
        choice.items = [
            ProjectionItem(
                expression: Expression(
                    .caseWhen(subject: nil, branches: conditions, otherwise: otherwise), place),
                alias: branch, text: branch.text)
        ]
        let whole = range(from: start)
        let body = Query(parts: parts, unionAll: true, range: whole)
        let clauses = [Clause(.with(choice, predicate: nil), place)] + (try embedded(body, whole))
        return Query(parts: [SingleQuery(clauses: clauses)], unionAll: false, range: whole)
    }

    /// `{ query }`, or clauses up to the next branch.
    private mutating func branchBody(_ context: QueryContext) throws(SyntaxError) -> Query {
        if take(.leftBrace) {
            let query = try query(.call)
            try expect(.rightBrace, or: [.thing("another clause")])
            return query
        }
        let start = start
        let part = try singleQuery(context)
        return Query(parts: [part], unionAll: false, range: range(from: start))
    }

    // MARK: Queries as clauses

    /// The query as a subquery of all variables, and the RETURN of its columns. They leave the
    /// subquery under other names, since variables outside may have theirs.
    private func embedded(_ query: Query, _ place: SourceRange) throws(SyntaxError) -> [Clause] {
        guard query.returns else { return [query.called(place)] }
        guard let columns = query.parts[0].columns else {
            throw SyntaxError(
                .unexpectedSyntax,
                "RETURN * cannot end a part of a composed query: name its columns", place)
        }
        let hidden = columns.indices.map { Name(" \(query.range.start).\($0)", place) }
        var inner = query
        for part in inner.parts.indices {
            let own = inner.parts[part].columns?.map(\.text)
            guard let own, own.sorted() == columns.map(\.text).sorted() else {
                throw SyntaxError(
                    .invalidClauseComposition,
                    "All parts of a composed query must return the same columns", place)
            }
            inner.parts[part].clauses =
                inner.parts[part].clauses.passingOn
                + [.returning(zip(columns, hidden).map { ($0, as: $1) }, place)]
        }
        return [
            inner.called(place), .returning(zip(hidden, columns).map { ($0, as: $1) }, place),
        ]
    }
}

extension Query {
    fileprivate var returns: Bool { parts.contains { $0.projection != nil } }

    /// `CALL (*) { query }`
    fileprivate func called(_ place: SourceRange) -> Clause {
        Clause(
            .callSubquery(
                CallSubquery(scope: .all, query: self, transactions: nil, optional: false)),
            place)
    }
}

extension SingleQuery {
    /// What it returns; nil where it does not.
    fileprivate var projection: Projection? {
        if case .return(let projection)? = clauses.last?.kind { projection } else { nil }
    }

    /// nil where they are not written out.
    fileprivate var columns: [Name]? {
        guard let projection, !projection.all else { return nil }
        return projection.items.map(\.column)
    }
}

extension ProjectionItem {
    fileprivate var column: Name { alias ?? Name(text, expression.range) }
}

extension Clause {
    fileprivate static func returning(_ names: [(Name, as: Name)], _ place: SourceRange) -> Clause {
        let items = names.map { name, alias in
            ProjectionItem(
                expression: Expression(.variable(name.text), name.range), alias: alias,
                text: alias.text)
        }
        let projection = Projection(
            distinct: false, all: false, items: items, orderBy: [], skip: nil, limit: nil)
        return Clause(.return(projection), place)
    }
}

extension [Clause] {
    /// With WITH in place of the RETURN at the end.
    fileprivate var passingOn: [Clause] {
        guard let last, case .return(var projection) = last.kind else { return self }
        for place in projection.items.indices {
            projection.items[place].alias = projection.items[place].column
        }
        return dropLast() + [Clause(.with(projection, predicate: nil), last.range)]
    }
}
