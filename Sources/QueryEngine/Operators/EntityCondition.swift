import GraphStore
import Values

/// The condition of `SEARCH … WHERE`, tested for one entity at a time while a search goes on.
final class EntityCondition {
    private let predicate: any ColumnExpression
    private let entity: Slot
    private let isNode: Bool
    /// The row that is searched for, alone.
    private var row: Batch

    init(
        _ predicate: BoundExpression, on entity: Slot, of procedure: any Procedure,
        _ compiler: ExpressionCompiler
    ) throws {
        self.predicate = try compiler.compile(predicate)
        self.entity = entity
        isNode = procedure.signature.outputs.first?.type == .node
        row = Batch(count: 1, slotCount: compiler.context.slotCount)
    }

    /// The search that follows is for this row.
    func begin(_ batch: Batch, row: Int) { self.row = batch.sliced(row..<row + 1) }

    func isMet(_ id: UInt64) throws -> Bool {
        row[entity] = isNode ? .nodes([id]) : .relationships([id])
        let survivors = try predicate.evaluate(row).survivors()
        return survivors.map { !$0.isEmpty } ?? true
    }
}
