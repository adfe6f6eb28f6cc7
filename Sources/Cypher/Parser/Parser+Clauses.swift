// Reading clauses, and what WITH and RETURN project.

extension Parser {
    /// Takes one clause; some forms stand for two.
    mutating func clause(into clauses: inout [Clause]) throws(SyntaxError) {
        let start = start
        let kind: Clause.Kind
        switch token.keyword {
        case .match: kind = try match()
        case .optional: kind = token(ahead: 1).keyword == .call ? try call() : try match()
        case .unwind: kind = try unwind()
        case .with: kind = try with()
        case .return: kind = try returns()
        case .create, .insert: kind = try create()
        case .merge: kind = try merge()
        case .set: kind = try set()
        case .remove: kind = try remove()
        case .delete, .detach, .nodetach: kind = try delete()
        case .foreach: kind = try forEach()
        case .call: kind = try call()
        case .load: kind = try loadCSV()
        case .finish:
            advance()
            kind = .finish
        case .use:
            guard clauses.isEmpty else {
                throw SyntaxError(
                    .unexpectedSyntax, "USE must be the first clause of its query", token.range)
            }
            kind = try use()
        case .search: kind = try search()
        case .let: kind = try letClause()
        case .filter: kind = try filter()
        case .order, .skip, .offset, .limit: kind = try sortingClause()
        default: throw unexpectedClause(orEnd: nil)
        }
        clauses.append(Clause(kind, range(from: start)))
        if case .search = kind, at(.where) {
            let place = self.start
            advance()
            let filter = Clause.Kind.with(Projection.everything, predicate: try predicate())
            clauses.append(Clause(filter, range(from: place)))
        }
    }

    // MARK: MATCH

    private mutating func match() throws(SyntaxError) -> Clause.Kind {
        let optional = take(.optional)
        try expect(.match)
        // How relationships repeat: this is how they do anyway.
        _ = take(.different, .relationships)
        let pattern = try pattern(.match)
        var hints: [IndexHint] = []
        while take(.using) { try hint(into: &hints) }
        let predicate = take(.where) ? try predicate() : nil
        return .match(optional: optional, pattern, predicate: predicate, hints: hints)
    }

    /// What follows USING.
    private mutating func hint(into hints: inout [IndexHint]) throws(SyntaxError) {
        if take(.join) {
            try expect(.on)
            repeat {
                let variable = try name("a variable")
                hints.append(
                    IndexHint(kind: .join, variable: variable, label: nil, properties: []))
            } while take(.comma)
            return
        }
        if take(.scan) {
            let variable = try name("a variable")
            try expect(.colon)
            let label = try name("a label or type")
            hints.append(
                IndexHint(kind: .scan, variable: variable, label: label, properties: []))
            return
        }
        switch token.keyword {
        case .range, .text, .point, .btree: advance()
        default: break
        }
        guard take(.index) else {
            throw unexpected(.keyword(.index), .keyword(.scan), .keyword(.join))
        }
        if at(.seek), token(ahead: 1).isName { advance() }
        let variable = try name("a variable")
        try expect(.colon)
        let label = try name("a label or type")
        try expect(.leftParenthesis)
        var properties: [Name] = []
        repeat { properties.append(try name("a property key")) } while take(.comma)
        try expect(.rightParenthesis, or: [.sign(.comma)])
        hints.append(
            IndexHint(kind: .index, variable: variable, label: label, properties: properties))
    }

    // MARK: Other reading clauses

    private mutating func unwind() throws(SyntaxError) -> Clause.Kind {
        try expect(.unwind)
        let list = try expression()
        try expect(.as)
        return .unwind(list, as: try name("a variable"))
    }

    private mutating func loadCSV() throws(SyntaxError) -> Clause.Kind {
        try expect(.load)
        try expect(.csv)
        var withHeaders = false
        if take(.with) {
            try expect(.headers)
            withHeaders = true
        }
        try expect(.from)
        let source = try expression()
        try expect(.as)
        let variable = try name("a variable")
        let terminator = take(.fieldterminator) ? try expression() : nil
        return .loadCSV(
            withHeaders: withHeaders, from: source, as: variable, fieldTerminator: terminator)
    }

    /// `USE name`, `USE graph.byName('name')`
    private mutating func use() throws(SyntaxError) -> Clause.Kind {
        try expect(.use)
        let start = start
        var graph = try dottedName("a graph")
        if graph.text.lowercased() == "graph.byname", take(.leftParenthesis) {
            guard at(.string) else { throw unexpected(.sign(.string)) }
            graph.text = try stringLiteral()
            try expect(.rightParenthesis)
            graph.range = range(from: start)
        }
        return .use(graph)
    }

    /// `SEARCH n IN (VECTOR INDEX name FOR vector [WHERE …] LIMIT k) [SCORE AS score]`
    private mutating func search() throws(SyntaxError) -> Clause.Kind {
        try expect(.search)
        let variable = try name("a variable")
        try expect(.in)
        try expect(.leftParenthesis)
        try expect(.vector)
        try expect(.index)
        let index = try name("an index")
        try expect(.for)
        let vector = try expression()
        let predicate = take(.where) ? try predicate() : nil
        try expect(.limit)
        let limit = try expression()
        try expect(.rightParenthesis)
        var score: Name?
        if take(.score) {
            try expect(.as)
            score = try name("a variable")
        }
        return .search(
            SearchClause(
                variable: variable, index: index, vector: vector, predicate: predicate,
                limit: limit, score: score))
    }

    // MARK: Projections

    private mutating func with() throws(SyntaxError) -> Clause.Kind {
        try expect(.with)
        let projection = try projection()
        for item in projection.items where item.alias == nil {
            if case .variable = item.expression.kind { continue }
            throw SyntaxError(
                .noExpressionAlias, "An expression in WITH needs a name: \(item.text) AS name",
                item.expression.range)
        }
        let predicate = take(.where) ? try predicate() : nil
        return .with(projection, predicate: predicate)
    }

    private mutating func returns() throws(SyntaxError) -> Clause.Kind {
        try expect(.return)
        return .return(try projection())
    }

    /// What follows WITH and RETURN.
    mutating func projection() throws(SyntaxError) -> Projection {
        let distinct = take(.distinct)
        var projection = Projection.everything
        projection.distinct = distinct
        projection.all = take(.star)
        if !projection.all || take(.comma) {
            projection.items.reserveCapacity(4)
            repeat { projection.items.append(try projectionItem()) } while take(.comma)
        }
        try sorting(into: &projection)
        return projection
    }

    private mutating func projectionItem() throws(SyntaxError) -> ProjectionItem {
        let first = Int(token.start)
        let expression = try expression()
        let end = range(from: first).end
        let text = String(decoding: bytes[first..<end], as: UTF8.self)
        let alias = take(.as) ? try name("a column name") : nil
        return ProjectionItem(expression: expression, alias: alias, text: text)
    }

    /// `ORDER BY … SKIP … LIMIT …`
    private mutating func sorting(into projection: inout Projection) throws(SyntaxError) {
        projection.orderBy = try sortItems()
        if take(.skip) || take(.offset) { projection.skip = try expression() }
        if take(.limit) { projection.limit = try expression() }
    }

    mutating func sortItems() throws(SyntaxError) -> [SortItem] {
        guard take(.order) else { return [] }
        try expect(.by)
        var items: [SortItem] = []
        repeat {
            let expression = try expression()
            let descending = take(.desc) || take(.descending)
            if !descending { _ = take(.asc) || take(.ascending) }
            items.append(SortItem(expression: expression, descending: descending))
        } while take(.comma)
        return items
    }

    /// ORDER BY, SKIP or LIMIT as a clause of its own: `WITH *` with that.
    private mutating func sortingClause() throws(SyntaxError) -> Clause.Kind {
        var projection = Projection.everything
        try sorting(into: &projection)
        return .with(projection, predicate: nil)
    }

    /// `FILTER [WHERE] predicate`: `WITH * WHERE predicate`.
    private mutating func filter() throws(SyntaxError) -> Clause.Kind {
        try expect(.filter)
        _ = take(.where)
        return .with(Projection.everything, predicate: try predicate())
    }

    /// `LET a = 1, b = 2`: `WITH *, 1 AS a, 2 AS b`.
    private mutating func letClause() throws(SyntaxError) -> Clause.Kind {
        try expect(.let)
        var projection = Projection.everything
        repeat {
            let name = try name("a variable")
            try expect(.equal)
            let first = start
            let expression = try expression()
            let text = String(decoding: bytes[first..<range(from: first).end], as: UTF8.self)
            projection.items.append(
                ProjectionItem(expression: expression, alias: name, text: text))
        } while take(.comma)
        return .with(projection, predicate: nil)
    }
}

extension Projection {
    /// `*`
    static var everything: Projection {
        Projection(distinct: false, all: true, items: [], orderBy: [], skip: nil, limit: nil)
    }
}
