// Writing clauses.

extension Parser {
    mutating func create() throws(SyntaxError) -> Clause.Kind {
        advance()
        return .create(try pattern(.create))
    }

    mutating func merge() throws(SyntaxError) -> Clause.Kind {
        try expect(.merge)
        let path = try path(.merge)
        var onCreate: [SetItem] = []
        var onMatch: [SetItem] = []
        while take(.on) {
            let creates = at(.create)
            guard take(.create) || take(.match) else {
                throw unexpected(.keyword(.create), .keyword(.match))
            }
            try expect(.set)
            let items = try setItems()
            if creates { onCreate += items } else { onMatch += items }
        }
        return .merge(path, onCreate: onCreate, onMatch: onMatch)
    }

    mutating func set() throws(SyntaxError) -> Clause.Kind {
        try expect(.set)
        return .set(try setItems())
    }

    private mutating func setItems() throws(SyntaxError) -> [SetItem] {
        var items: [SetItem] = []
        repeat { items.append(try setItem()) } while take(.comma)
        return items
    }

    private mutating func setItem() throws(SyntaxError) -> SetItem {
        let target = try target()
        switch target.kind {
        case .property(let base, let key):
            try expect(.equal)
            return .property(base, key, try expression())
        case .element(let base, let key):
            try expect(.equal)
            return .dynamicProperty(base, key: key, try expression())
        case .variable(let text):
            let name = Name(text, target.range)
            if take(.equal) { return .replace(name, try expression()) }
            if take(.plusEqual) { return .merge(name, try expression()) }
            if let labels = try labelsToChange() { return .labels(name, labels) }
            throw unexpected(
                .sign(.dot), .sign(.equal), .sign(.plusEqual), .thing("labels ':Label'"))
        default:
            throw SyntaxError(
                .unexpectedSyntax, "SET needs a property, a variable or labels to set",
                target.range)
        }
    }

    mutating func remove() throws(SyntaxError) -> Clause.Kind {
        try expect(.remove)
        var items: [RemoveItem] = []
        repeat { items.append(try removeItem()) } while take(.comma)
        return .remove(items)
    }

    private mutating func removeItem() throws(SyntaxError) -> RemoveItem {
        let target = try target()
        switch target.kind {
        case .property(let base, let key):
            return .property(base, key)
        case .element(let base, let key):
            return .dynamicProperty(base, key: key)
        case .variable(let text):
            if let labels = try labelsToChange() {
                return .labels(Name(text, target.range), labels)
            }
            throw unexpected(.sign(.dot), .thing("labels ':Label'"))
        default:
            throw SyntaxError(
                .unexpectedSyntax, "REMOVE needs a property or labels to remove", target.range)
        }
    }

    /// `:A:B` or `IS A` behind a variable.
    private mutating func labelsToChange() throws(SyntaxError) -> LabelExpression? {
        guard take(.colon) || take(.is) else { return nil }
        let start = start
        let labels = try labelExpression()
        try requireWritable(labels, range(from: start))
        return labels
    }

    mutating func delete() throws(SyntaxError) -> Clause.Kind {
        let detach = take(.detach)
        if !detach { _ = take(.nodetach) }
        try expect(.delete)
        var targets: [Expression] = []
        repeat { targets.append(try expression()) } while take(.comma)
        return .delete(targets, detach: detach)
    }

    mutating func forEach() throws(SyntaxError) -> Clause.Kind {
        try enter(2)
        defer { leave(2) }
        try expect(.foreach)
        try expect(.leftParenthesis)
        let variable = try name("a variable")
        try expect(.in)
        let list = try expression()
        try expect(.bar)
        var updates: [Clause] = []
        repeat {
            switch token.keyword {
            case .create, .insert, .merge, .set, .remove, .delete, .detach, .nodetach, .foreach:
                try clause(into: &updates)
            default:
                throw unexpected(
                    .keyword(.create), .keyword(.merge), .keyword(.set), .keyword(.remove),
                    .keyword(.delete), .keyword(.foreach))
            }
        } while !at(.rightParenthesis)
        advance()
        return .forEach(variable: variable, list: list, updates: updates)
    }
}
