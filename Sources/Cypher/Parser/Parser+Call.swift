// CALL of procedures and of subqueries.

extension Parser {
    mutating func call() throws(SyntaxError) -> Clause.Kind {
        let optional = take(.optional)
        try expect(.call)
        if at(.leftBrace) || at(.leftParenthesis) {
            return .callSubquery(try callSubquery(optional: optional))
        }
        let name = try dottedName("a procedure")
        var arguments: [Expression]?
        if take(.leftParenthesis) {
            var given: [Expression] = []
            if !at(.rightParenthesis) {
                repeat { given.append(try expression()) } while take(.comma)
            }
            try expect(.rightParenthesis, or: [.sign(.comma)])
            arguments = given
        }
        let yield = at(.yield) ? try yield(sorted: false) : nil
        return .call(
            ProcedureCall(name: name, arguments: arguments, yield: yield, optional: optional))
    }

    /// `YIELD a AS x, b WHERE …`, `YIELD *`, `YIELD -`; behind SHOW with an order and limits.
    mutating func yield(sorted: Bool) throws(SyntaxError) -> Yield {
        try expect(.yield)
        var yield = Yield(all: false, items: [], predicate: nil)
        if take(.star) {
            yield.all = true
        } else if sorted || !take(.minus) {
            repeat {
                let name = try name("a column")
                let alias = take(.as) ? try self.name("a variable") : nil
                yield.items.append(YieldItem(name: name, alias: alias))
            } while take(.comma)
        }
        if sorted {
            yield.orderBy = try sortItems()
            if take(.skip) || take(.offset) { yield.skip = try expression() }
            if take(.limit) { yield.limit = try expression() }
        }
        if take(.where) { yield.predicate = try predicate() }
        return yield
    }

    private mutating func callSubquery(optional: Bool) throws(SyntaxError) -> CallSubquery {
        try enter(6)
        defer { leave(6) }
        let scope = try scope()
        try expect(.leftBrace)
        let query = try query(.call)
        try expect(.rightBrace, or: [.thing("another clause")])
        let transactions = at(.in) ? try transactions() : nil
        return CallSubquery(
            scope: scope, query: query, transactions: transactions, optional: optional)
    }

    /// `(a, b)`, `(*)`, or nothing in front of the braces.
    private mutating func scope() throws(SyntaxError) -> CallSubquery.Scope {
        guard take(.leftParenthesis) else { return .importingWith }
        if take(.star) {
            try expect(.rightParenthesis)
            return .all
        }
        var variables: [Name] = []
        if !at(.rightParenthesis) {
            repeat { variables.append(try name("a variable")) } while take(.comma)
        }
        try expect(.rightParenthesis, or: [.sign(.comma)])
        return .variables(variables)
    }

    /// `IN [n] [CONCURRENT] TRANSACTIONS [OF n ROWS] [ON ERROR …] [REPORT STATUS AS s]`.
    /// Transactions run one after another whatever concurrency is asked for: there is one writer.
    private mutating func transactions() throws(SyntaxError) -> CallSubquery.Transactions {
        try expect(.in)
        if !at(.transactions), !at(.concurrent) { _ = try expression() }
        _ = take(.concurrent)
        guard take(.transactions) || take(.transaction) else {
            throw unexpected(.keyword(.transactions))
        }
        var options = CallSubquery.Transactions(rows: nil, onError: .fail, report: nil)
        var seen: Set<Keyword> = []
        while let keyword = token.keyword, [.of, .on, .report].contains(keyword) {
            guard seen.insert(keyword).inserted else { throw unexpectedClause(orEnd: nil) }
            advance()
            switch keyword {
            case .of:
                options.rows = try expression()
                guard take(.rows) || take(.row) else { throw unexpected(.keyword(.rows)) }
            case .on:
                try expect(.error)
                options.onError = try errorPolicy()
            default:
                try expect(.status)
                try expect(.as)
                options.report = try name("a variable")
            }
        }
        return options
    }

    /// RETRY is for transactions that fail because of others, which with one writer none does: what
    /// it falls back to holds at once.
    private mutating func errorPolicy() throws(SyntaxError) -> CallSubquery.Transactions.OnError {
        if take(.retry) {
            if take(.for) || at(.number) || at(.parameter) {
                _ = try expression()
                guard take(.sec) || take(.second) || take(.seconds) else {
                    throw unexpected(.keyword(.seconds))
                }
            }
            return take(.then) ? try fallbackPolicy() : .fail
        }
        return try fallbackPolicy()
    }

    private mutating func fallbackPolicy() throws(SyntaxError)
        -> CallSubquery.Transactions.OnError
    {
        if take(.continue) { return .continue }
        if take(.break) { return .break }
        if take(.fail) { return .fail }
        throw unexpected(
            .keyword(.continue), .keyword(.break), .keyword(.fail), .keyword(.retry))
    }
}
