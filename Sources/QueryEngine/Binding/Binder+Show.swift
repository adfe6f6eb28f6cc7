public import Cypher
import Values

/// `SHOW …` and `TERMINATE …` are calls of internal procedures, so that YIELD, WHERE and RETURN
/// behind them are what they are everywhere.
extension Binder {
    func query(for command: ShowCommand) throws(QueryError) -> Query {
        let name = Name(ShowProcedure.name(command.kind), command.range)
        let signature = try signature(name)
        var arguments = command.arguments
        if let filter = command.filter, !signature.inputs.isEmpty {
            arguments = [Expression(.string(filter), command.range)]
        }
        if arguments.count > 1 { arguments = [Expression(.list(arguments), command.range)] }
        let columns = signature.outputs.map { Name($0.name, command.range) }
        var clauses = [
            Clause(
                .call(
                    ProcedureCall(
                        name: name, arguments: arguments,
                        yield: Yield(
                            all: false, items: columns.map { YieldItem(name: $0, alias: nil) },
                            predicate: command.predicate), optional: false)), command.range)
        ]
        var shown = columns.map { column in
            ProjectionItem(
                expression: Expression(.variable(column.text), column.range), alias: nil,
                text: column.text)
        }
        if let yield = command.yield {
            if !yield.all {
                shown = yield.items.map { item in
                    ProjectionItem(
                        expression: Expression(.variable(item.name.text), item.name.range),
                        alias: item.alias ?? item.name, text: item.name.text)
                }
            }
            let projection = Projection(
                distinct: false, all: false, items: shown, orderBy: yield.orderBy,
                skip: yield.skip, limit: yield.limit)
            clauses.append(Clause(.with(projection, predicate: yield.predicate), command.range))
            shown = shown.map { item in
                let name = item.alias?.text ?? item.text
                return ProjectionItem(
                    expression: Expression(.variable(name), command.range), alias: nil, text: name)
            }
        }
        let returned =
            command.returns
            ?? Projection(
                distinct: false, all: false, items: shown, orderBy: [], skip: nil, limit: nil)
        clauses.append(Clause(.return(returned), command.range))
        return Query(
            parts: [SingleQuery(clauses: clauses)], unionAll: false, range: command.range)
    }
}

/// The internal procedures behind SHOW and TERMINATE. A selection such as `SHOW RANGE INDEXES`
/// is the first argument, in lower case, where the procedure takes one.
public enum ShowProcedure {
    public static func name(_ kind: ShowCommand.Kind) -> String {
        switch kind {
        case .indexes: "show.indexes"
        case .constraints: "show.constraints"
        case .procedures: "show.procedures"
        case .functions: "show.functions"
        case .transactions: "show.transactions"
        case .terminateTransactions: "terminate.transactions"
        case .databases: "show.databases"
        case .users: "show.users"
        case .currentUser: "show.currentUser"
        case .settings: "show.settings"
        }
    }
}
