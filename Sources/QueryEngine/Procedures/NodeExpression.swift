import Cypher
public import GraphStore
public import Values

/// A Cypher expression over one variable that runs through nodes, for procedures whose options are
/// expressions: `filter: 'item.price < $max AND NOT item:Retired'`.
///
/// Everything that an expression can say may be in it, patterns and subqueries too; `$parameters`
/// are the statement's. Parsed and compiled once, evaluated by the batch, at some 50 to 100 ns a
/// node. One thread, for the life of a call.
public final class NodeExpression {
    private let expression: any ColumnExpression
    private let context: QueryContext
    private let slot: Int
    private let constants: [(slot: Int, node: NodeID)]
    private let what: String

    /// `variable` runs through nodes; `constants` are other names that stand for one node each.
    /// `what` names the option in errors.
    init(
        _ text: String, over variable: String, constants: [(name: String, node: NodeID)],
        isPredicate: Bool, what: String, view: GraphView, parameters: ValueMap,
        procedures: ProcedureRegistry, cancellation: Cancellation, limits: QueryLimits
    ) throws {
        self.what = what
        let tree: Expression
        do { tree = try Parser.parseExpression(text) } catch {
            throw QueryError(.argument, "\(what): \(error.describe(in: text))")
        }
        let binding = BindingContext(
            catalog: GraphViewCatalog(view), functions: ScalarFunctionCatalog(),
            procedures: procedures)
        let binder = Binder(binding)
        slot = binder.declare(variable, type: .node)
        var slots: [(slot: Int, node: NodeID)] = []
        for constant in constants {
            slots.append((binder.declare(constant.name, type: .node), constant.node))
        }
        self.constants = slots
        do {
            let bound =
                isPredicate ? try binder.bindPredicate(tree) : try binder.bind(tree).expression
            context = QueryContext(
                view: view, writer: nil, parameters: parameters, procedures: procedures,
                cancellation: cancellation, limits: limits,
                slotCount: binding.slotNames.count)
            expression = try ExpressionCompiler(context: context).compile(bound)
        } catch let error as QueryError {
            throw Self.named(error, what, text)
        }
    }

    /// The range is one of the option's text, not of the statement's.
    private static func named(_ error: QueryError, _ what: String, _ text: String) -> QueryError {
        let message =
            error.range.map { SourceExcerpt(text: text, range: $0).describe(error.message) }
            ?? error.message
        return QueryError(error.kind, "\(what): \(message)")
    }

    /// The expression's value for each node.
    public func values(_ nodes: [NodeID]) throws -> [Value] {
        var values: [Value] = []
        values.reserveCapacity(nodes.count)
        try forEachBatch(nodes) { column in
            for row in 0..<column.count { values.append(column.value(row)) }
        }
        return values
    }

    /// Whether a predicate holds, for each node: null is no.
    public func holds(_ nodes: [NodeID]) throws -> [Bool] {
        var holds: [Bool] = []
        holds.reserveCapacity(nodes.count)
        try forEachBatch(nodes) { column in
            for row in 0..<column.count {
                if case .boolean(true) = column.value(row) {
                    holds.append(true)
                } else {
                    holds.append(false)
                }
            }
        }
        return holds
    }

    private func forEachBatch(_ nodes: [NodeID], _ body: (Column) throws -> Void) throws {
        var begin = 0
        while begin < nodes.count {
            try context.checkpoint()
            let end = min(nodes.count, begin + Batch.defaultCapacity)
            var batch = Batch(count: end - begin, slotCount: context.slotCount)
            batch[slot] = .nodes(ContiguousArray(nodes[begin..<end]))
            for constant in constants {
                batch[constant.slot] = .constant(
                    .nodeReference(constant.node), count: end - begin)
            }
            do { try body(try expression.evaluate(batch)) } catch let error as QueryError {
                throw QueryError(error.kind, "\(what): \(error.message)")
            }
            begin = end
        }
    }
}

extension ProcedureContext {
    /// A predicate over `item`, where `user` is there too.
    public func predicate(_ text: String, user: NodeID?, what: String) throws -> NodeExpression {
        try expression(text, user: user, isPredicate: true, what: what)
    }

    /// An expression of any value over the same names.
    public func expression(_ text: String, user: NodeID?, what: String) throws -> NodeExpression {
        try expression(text, user: user, isPredicate: false, what: what)
    }

    private func expression(_ text: String, user: NodeID?, isPredicate: Bool, what: String) throws
        -> NodeExpression
    {
        try NodeExpression(
            text, over: "item", constants: user.map { [("user", $0)] } ?? [],
            isPredicate: isPredicate, what: what, view: view, parameters: parameters,
            procedures: procedures, cancellation: cancellation, limits: limits)
    }
}
