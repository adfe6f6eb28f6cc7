import Cypher
import Values

/// WITH and RETURN.
extension Binder {
    /// One column to be: a variable that goes on under a name, or an expression.
    private struct Item {
        let name: String
        let expression: Expression
        let range: SourceRange
        let isAggregating: Bool

        init(_ name: String, _ expression: Expression, _ range: SourceRange) {
            self.name = name
            self.expression = expression
            self.range = range
            isAggregating = expression.containsAggregate
        }
    }

    func bindProjection(
        _ projection: Projection, predicate: Expression?, isReturn: Bool, at range: SourceRange
    ) throws(QueryError) -> (LogicalProjection, [LogicalColumn]) {
        let items = try items(of: projection, isReturn: isReturn, at: range)
        let before = scope
        var step = LogicalProjection()
        step.isAggregating = items.contains { $0.isAggregating }
        aggregates = []
        var columns: [LogicalColumn?] = items.map { _ in nil }
        var entries: [Grouping.Entry] = []
        entries.reserveCapacity(items.count * (step.isAggregating ? 2 : 1))
        for (place, item) in items.enumerated() where !item.isAggregating {
            let column = try bindPlain(item, into: &step)
            columns[place] = column
            entries.append(entry(item.expression, column))
        }
        if step.isAggregating {
            grouping = Grouping(
                entries: entries, scopeCount: scope.variables.count, isBehindProjection: false,
                containsAggregate: true, before: before)
            for (place, item) in items.enumerated() where item.isAggregating {
                let column = try bindAggregating(item, into: &step)
                columns[place] = column
                entries.append(entry(item.expression, column))
            }
            grouping = nil
            for aggregate in aggregates {
                entries.append(
                    Grouping.Entry(
                        expression: aggregate.expression,
                        bound: Bound(.slot(aggregate.slot), aggregate.type)))
            }
        }
        let result = columns.compactMap { $0 }
        if projection.distinct { step.distinct = result.map(\.slot) }

        var after = Scope()
        after.reserve(result.count)
        for column in result {
            after.declare(Variable(column.name, slot: column.slot, type: column.type))
        }
        scope = visibleBehind(
            after, before, isClosed: step.isAggregating || projection.distinct)
        try bindOrder(
            projection, entries, before,
            isClosed: step.isAggregating || projection.distinct, into: &step)
        if let predicate {
            try bindBehind(
                predicate, entries, before, isClosed: step.isAggregating || projection.distinct
            ) { (expression) throws(QueryError) in
                step.predicates = try self.bindPredicate(expression).conjuncts
            }
        }
        step.aggregates = aggregates.map { (slot: $0.slot, call: $0.call) }
        aggregates = []
        step.skip = try bindRowCount(projection.skip, "SKIP")
        step.limit = try bindRowCount(projection.limit, "LIMIT")
        scope = after
        return (step, result)
    }

    private func entry(_ expression: Expression, _ column: LogicalColumn) -> Grouping.Entry {
        Grouping.Entry(
            expression: expression, bound: Bound(.slot(column.slot), column.type))
    }

    // MARK: Items

    private func items(of projection: Projection, isReturn: Bool, at range: SourceRange)
        throws(QueryError) -> [Item]
    {
        var items: [Item] = []
        items.reserveCapacity(projection.items.count)
        if projection.all {
            if isReturn, scope.variables.isEmpty {
                throw .syntax(
                    "NoVariablesInScope", "RETURN * needs a variable, and there is none.",
                    at: range)
            }
            var names: [String] = []
            for name in scope.names where !names.contains(where: { sameName($0, name) }) {
                names.append(name)
            }
            for name in names.sorted(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) }) {
                items.append(Item(name, Expression(.variable(name), range), range))
            }
        }
        for item in projection.items {
            var name = item.alias?.text ?? item.text
            if item.alias == nil, case .variable(let own) = item.expression.kind {
                name = own
            } else if item.alias == nil, !isReturn {
                throw .syntax(
                    "NoExpressionAlias", "An expression in WITH needs a name: `… AS name`.",
                    at: item.expression.range)
            }
            if items.contains(where: { sameName($0.name, name) }) {
                throw .syntax(
                    "ColumnNameConflict", "There are two columns with the name `\(name)`.",
                    at: item.alias?.range ?? item.expression.range)
            }
            items.append(
                Item(name, item.expression, item.alias?.range ?? item.expression.range))
        }
        return items
    }

    private func bindPlain(_ item: Item, into step: inout LogicalProjection)
        throws(QueryError) -> LogicalColumn
    {
        aggregation = .forbidden
        let bound = try bind(item.expression)
        if case .slot(let slot) = bound.expression {
            if step.isAggregating { step.items.append((slot: slot, expression: .slot(slot))) }
            return LogicalColumn(name: item.name, slot: slot, type: bound.type)
        }
        let slot = context.makeSlot(item.name)
        step.items.append((slot: slot, expression: bound.expression))
        return LogicalColumn(name: item.name, slot: slot, type: bound.type)
    }

    private func bindAggregating(_ item: Item, into step: inout LogicalProjection)
        throws(QueryError) -> LogicalColumn
    {
        aggregation = .allowed
        defer { aggregation = .forbidden }
        let bound = try bind(item.expression)
        if case .slot(let slot) = bound.expression {
            context.name(slot, item.name)
            return LogicalColumn(name: item.name, slot: slot, type: bound.type)
        }
        let slot = context.makeSlot(item.name)
        step.afterAggregation.append((slot: slot, expression: bound.expression))
        return LogicalColumn(name: item.name, slot: slot, type: bound.type)
    }

    // MARK: What stands behind the items

    /// Behind DISTINCT and aggregates only the columns are left; else the old variables are still
    /// there, hidden by columns of their names.
    private func visibleBehind(_ after: Scope, _ before: Scope, isClosed: Bool) -> Scope {
        if isClosed { return after }
        var both = before
        for variable in after.variables { both.declare(variable) }
        return both
    }

    private func bindBehind(
        _ expression: Expression, _ entries: [Grouping.Entry], _ before: Scope, isClosed: Bool,
        _ body: (Expression) throws(QueryError) -> Void
    ) throws(QueryError) {
        let hasAggregate = expression.containsAggregate
        if isClosed {
            grouping = Grouping(
                entries: entries, scopeCount: scope.variables.count, isBehindProjection: true,
                containsAggregate: hasAggregate, before: before)
        }
        let mayAggregate =
            isClosed && hasAggregate && entries.contains { $0.expression.containsAggregate }
        aggregation = mayAggregate ? .allowed : .forbidden
        defer {
            grouping = nil
            aggregation = .forbidden
        }
        try body(expression)
    }

    private func bindOrder(
        _ projection: Projection, _ entries: [Grouping.Entry], _ before: Scope, isClosed: Bool,
        into step: inout LogicalProjection
    ) throws(QueryError) {
        for item in projection.orderBy {
            try bindBehind(item.expression, entries, before, isClosed: isClosed) {
                (expression) throws(QueryError) in
                let bound: Bound
                if !isClosed,
                    let column = self.column(repeatedBy: expression, entries, before)
                {
                    bound = column
                } else {
                    bound = try self.bind(expression)
                }
                if case .slot(let slot) = bound.expression {
                    step.sortKeys.append(SortKey(slot: slot, descending: item.descending))
                    return
                }
                let slot = self.context.makeTemporary()
                step.sortItems.append((slot: slot, expression: bound.expression))
                step.sortKeys.append(SortKey(slot: slot, descending: item.descending))
            }
        }
    }

    /// `RETURN n.name ORDER BY n.name` sorts by its column, unless a column has taken the name that
    /// the expression begins with.
    private func column(
        repeatedBy expression: Expression, _ entries: [Grouping.Entry], _ before: Scope
    ) -> Bound? {
        guard let entry = entries.first(where: { $0.expression.matches(expression) }) else {
            return nil
        }
        let isHidden = scope.variables.contains { variable in
            expression.mentions(variable.name) && before[variable.name]?.slot != variable.slot
        }
        return isHidden ? nil : entry.bound
    }

    /// SKIP and LIMIT: an expression without variables that is not known to be wrong.
    func bindRowCount(_ expression: Expression?, _ word: String) throws(QueryError)
        -> BoundExpression?
    {
        guard let expression else { return nil }
        let saved = scope
        scope = Scope()
        defer { scope = saved }
        for variable in saved.names where expression.mentions(variable) {
            throw .syntax(
                "NonConstantExpression",
                "\(word) cannot depend on the rows: `\(variable)` is a variable.",
                at: expression.range)
        }
        let bound = try bind(expression)
        if !bound.type.mayBe(.integer) {
            throw .syntax(
                "InvalidArgumentType",
                "\(word) needs an integer, but this is \(bound.type.description).",
                at: expression.range)
        }
        if case .constant(.integer(let count)) = bound.expression, count < 0 {
            throw .syntax(
                "NegativeIntegerArgument", "\(word) cannot be negative, and this is \(count).",
                at: expression.range)
        }
        return bound.expression
    }
}
