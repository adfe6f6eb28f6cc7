extension Printer {
    mutating func write(_ query: Query, separator: String) {
        write(
            query.parts, separator: separator + (query.unionAll ? "UNION ALL" : "UNION") + separator
        ) { printer, part in
            printer.write(part.clauses, separator: separator) { $0.write($1) }
        }
    }

    mutating func write(_ clause: Clause) {
        write(clause.spelling)
        switch clause.kind {
        case .match(_, let pattern, let predicate, let hints):
            write(" ")
            write(pattern)
            for hint in hints { write(hint) }
            write(where: predicate)
        case .unwind(let list, let variable):
            write(" ")
            write(list)
            write(as: variable)
        case .with(let projection, let predicate):
            write(projection)
            write(where: predicate)
        case .return(let projection): write(projection)
        case .create(let pattern):
            write(" ")
            write(pattern)
        case .merge(let path, let onCreate, let onMatch):
            write(" ")
            write(path)
            write(items: onCreate, behind: " ON CREATE SET ")
            write(items: onMatch, behind: " ON MATCH SET ")
        case .set(let items): write(items: items, behind: " ")
        case .remove(let items):
            write(" ")
            write(items) { $0.write($1) }
        case .delete(let targets, _):
            write(" ")
            write(targets) { $0.write($1) }
        case .forEach(let variable, let list, let updates):
            write(" (")
            write(variable: variable)
            write(" IN ")
            write(list)
            write(" | ")
            write(updates, separator: " ") { $0.write($1) }
            write(")")
        case .call(let call): write(call)
        case .callSubquery(let call): write(call)
        case .loadCSV(let withHeaders, let source, let variable, let terminator):
            write(withHeaders ? " WITH HEADERS FROM " : " FROM ")
            write(source)
            write(as: variable)
            if let terminator {
                write(" FIELDTERMINATOR ")
                write(terminator)
            }
        case .finish: break
        case .use(let graph):
            write(" ")
            write(dotted: graph)
        case .search(let search): write(search)
        }
    }

    mutating func write(as variable: Name) {
        write(" AS ")
        write(variable: variable)
    }

    private mutating func write(_ hint: IndexHint) {
        switch hint.kind {
        case .join: write(" USING JOIN ON ")
        case .scan: write(" USING SCAN ")
        case .index: write(" USING INDEX ")
        }
        write(variable: hint.variable)
        guard let label = hint.label else { return }
        write(":")
        write(name: label)
        guard hint.kind == .index else { return }
        write("(")
        write(hint.properties) { $0.write(name: $1) }
        write(")")
    }

    // MARK: Projections

    mutating func write(_ projection: Projection) {
        write(projection.distinct ? " DISTINCT " : " ")
        if projection.all {
            write("*")
            if !projection.items.isEmpty { write(", ") }
        }
        write(projection.items) { printer, item in
            printer.write(item.expression)
            if let alias = item.alias { printer.write(as: alias) }
        }
        write(sorting: projection.orderBy, projection.skip, projection.limit)
    }

    private mutating func write(
        sorting items: [SortItem], _ skip: Expression?, _ limit: Expression?
    ) {
        if !items.isEmpty {
            write(" ORDER BY ")
            write(items) { printer, item in
                printer.write(item.expression)
                if item.descending { printer.write(" DESC") }
            }
        }
        if let skip {
            write(" SKIP ")
            write(skip)
        }
        if let limit {
            write(" LIMIT ")
            write(limit)
        }
    }

    // MARK: Updates

    private mutating func write(items: [SetItem], behind head: String) {
        guard !items.isEmpty else { return }
        write(head)
        write(items) { $0.write($1) }
    }

    private mutating func write(_ item: SetItem) {
        switch item {
        case .property(let base, let key, let value):
            write(property: key, of: base)
            write(" = ")
            write(value)
        case .dynamicProperty(let base, let key, let value):
            write(dynamicProperty: key, of: base)
            write(" = ")
            write(value)
        case .replace(let variable, let value):
            write(variable: variable)
            write(" = ")
            write(value)
        case .merge(let variable, let value):
            write(variable: variable)
            write(" += ")
            write(value)
        case .labels(let variable, let labels):
            write(variable: variable)
            write(":")
            write(labels)
        }
    }

    private mutating func write(_ item: RemoveItem) {
        switch item {
        case .property(let base, let key): write(property: key, of: base)
        case .dynamicProperty(let base, let key): write(dynamicProperty: key, of: base)
        case .labels(let variable, let labels):
            write(variable: variable)
            write(":")
            write(labels)
        }
    }

    private mutating func write(property key: Name, of base: Expression) {
        write(Expression(.property(base, key), base.range))
    }

    private mutating func write(dynamicProperty key: Expression, of base: Expression) {
        write(Expression(.element(base, index: key), base.range))
    }

    // MARK: Calls

    private mutating func write(_ call: ProcedureCall) {
        write(" ")
        write(dotted: call.name)
        if let arguments = call.arguments {
            write("(")
            write(arguments) { $0.write($1) }
            write(")")
        }
        if let yield = call.yield { write(yield) }
    }

    mutating func write(_ yield: Yield) {
        write(" YIELD ")
        if yield.all {
            write("*")
        } else if yield.items.isEmpty {
            write("-")
        }
        write(yield.items) { printer, item in
            printer.write(variable: item.name)
            if let alias = item.alias { printer.write(as: alias) }
        }
        write(sorting: yield.orderBy, yield.skip, yield.limit)
        write(where: yield.predicate)
    }

    private mutating func write(_ call: CallSubquery) {
        switch call.scope {
        case .importingWith: write(" { ")
        case .all: write(" (*) { ")
        case .variables(let variables):
            write(" (")
            write(variables) { $0.write(variable: $1) }
            write(") { ")
        }
        write(call.query, separator: " ")
        write(" }")
        guard let transactions = call.transactions else { return }
        write(" IN TRANSACTIONS")
        if let rows = transactions.rows {
            write(" OF ")
            write(rows)
            write(" ROWS")
        }
        switch transactions.onError {
        case .fail: break
        case .break: write(" ON ERROR BREAK")
        case .continue: write(" ON ERROR CONTINUE")
        }
        if let report = transactions.report {
            write(" REPORT STATUS")
            write(as: report)
        }
    }

    private mutating func write(_ search: SearchClause) {
        write(" ")
        write(variable: search.variable)
        write(" IN (VECTOR INDEX ")
        write(name: search.index)
        write(" FOR ")
        write(search.vector)
        write(where: search.predicate)
        write(" LIMIT ")
        write(search.limit)
        write(")")
        if let score = search.score {
            write(" SCORE")
            write(as: score)
        }
    }
}
