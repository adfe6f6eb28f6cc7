import GraphStore
import Values

/// The condition that each step of a walk must meet, tested for a handful of steps at once: the
/// row's own columns stand still while relationship and node change.
final class StepPredicate {
    private let predicate: any ColumnExpression
    private let relationship: Slot?
    private let node: Slot?
    private let context: QueryContext
    private var row: [(slot: Slot, value: Value)] = []

    /// nil where the pattern has no condition.
    init?(_ pattern: VariableExpand, compiler: ExpressionCompiler) throws {
        guard let expression = pattern.stepPredicate else { return nil }
        predicate = try compiler.compile(expression)
        relationship = pattern.stepRelationship
        node = pattern.stepNode
        context = compiler.context
    }

    /// The walks that follow belong to this row.
    func begin(_ batch: Batch, row: Int) {
        self.row = batch.columns.enumerated().compactMap { slot, column in
            column.map { (slot, $0.value(row)) }
        }
    }

    /// Keeps the steps that meet the condition. `nodes` are the nodes that each step reaches.
    func filter(_ steps: inout ExpandedRows, reaching nodes: ContiguousArray<NodeID>) throws {
        if nodes.isEmpty { return }
        var batch = Batch(count: nodes.count, slotCount: context.slotCount)
        for (slot, value) in row { batch[slot] = .constant(value, count: nodes.count) }
        if let relationship { batch[relationship] = .relationships(steps.relationships) }
        if let node { batch[node] = .nodes(nodes) }
        if let kept = try predicate.evaluate(batch).survivors() { steps.keep(rows: kept) }
    }
}
