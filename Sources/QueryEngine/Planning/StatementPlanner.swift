public import Cypher
public import GraphStore
public import Values

/// From a syntax tree to a plan that is ready to run:
///
///     Statement ──Binder──▶ LogicalQuery ──PlanBuilder──▶ PlanDraft ──PlanFinisher──▶ PlanNode
///
/// Binding resolves names and finds every error that the text alone shows. Planning decides how
/// the graph is read, from the counts and indexes of a ``Catalog``. Finishing decides what each
/// step carries. Nothing here runs anything, and a plan depends on the catalogue and on the values
/// of parameters only for its speed: it stays right when the data changes, and for any values.
public struct StatementPlanner {
    /// Binds and plans. Throws what is wrong with the statement, with its place in the text.
    /// Cost: tens of microseconds for everyday statements.
    public static func prepare(
        _ statement: Statement, catalog: any Catalog,
        functions: any FunctionCatalog = ScalarFunctionCatalog(), procedures: ProcedureRegistry,
        parameters: ValueMap = ValueMap()
    ) throws(QueryError) -> PreparedStatement {
        let context = BindingContext(
            catalog: catalog, functions: functions, procedures: procedures,
            parameters: parameters)
        let binder = Binder(context)
        let logical: LogicalQuery
        switch statement.body {
        case .query(let query): logical = try binder.bind(query)
        case .show(let command): logical = try binder.bind(try binder.query(for: command))
        case .schema(let command):
            let operation = try SchemaBinder(binder: binder).bind(command)
            return PreparedStatement(
                mode: statement.mode, body: .schema(operation), access: .schema, columns: [],
                slotCount: 0, slotNames: [], notifications: [], managesTransactions: false,
                schemaVersion: catalog.schemaVersion)
        }
        if context.managesTransactions, logical.writesItself {
            throw QueryError(
                .semantic,
                "A statement with CALL { … } IN TRANSACTIONS can write in that subquery only.")
        }
        let writes = logical.writes
        context.onlyReads = !writes
        let plan = try PlanBuilder(context, statementWrites: writes).plan(logical)
        let columns = logical.returns ? logical.columns.map(\.name) : []
        return PreparedStatement(
            mode: statement.mode, body: .query(plan),
            access: writes ? (columns.isEmpty ? .write : .readWrite) : .read, columns: columns,
            slotCount: context.slotNames.count, slotNames: context.slotNames,
            // A statement that writes may make the very names that it reads.
            notifications: context.notifications.filter {
                !writes || $0.category != Notification.unknownNames
            },
            managesTransactions: context.managesTransactions,
            schemaVersion: catalog.schemaVersion, estimates: context.estimates,
            steps: context.steps)
    }

    /// The same over a snapshot's own catalogue.
    public static func prepare(
        _ statement: Statement, view: GraphView,
        functions: any FunctionCatalog = ScalarFunctionCatalog(), procedures: ProcedureRegistry,
        parameters: ValueMap = ValueMap()
    ) throws(QueryError) -> PreparedStatement {
        try prepare(
            statement, catalog: GraphViewCatalog(view), functions: functions,
            procedures: procedures, parameters: parameters)
    }
}
