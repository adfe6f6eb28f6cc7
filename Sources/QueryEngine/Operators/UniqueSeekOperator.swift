import GraphStore
import Values

/// For each row the node or relationship that a unique index holds for all of its properties: so few
/// that nothing is kept from one batch to the next.
final class UniqueSeekOperator: Operator {
    private let child: any Operator
    private let entity: Slot
    private let kind: EntityKind
    private let lookup: UniqueLookup
    private let values: [any ColumnExpression]
    private let carried: [Slot]
    private let context: QueryContext

    /// `values` are in the order of the index's properties.
    init(
        child: any Operator, entity: Slot, kind: EntityKind, lookup: UniqueLookup,
        values: [any ColumnExpression], output: [Slot], context: QueryContext
    ) {
        self.child = child
        self.entity = entity
        self.kind = kind
        self.lookup = lookup
        self.values = values
        self.context = context
        carried = output.filter { $0 != entity }
    }

    func next() throws -> Batch? {
        while var batch = try child.next() {
            try context.checkpoint()
            if batch.count == 0 { continue }
            let wanted = try values.map { try $0.evaluate(batch) }
            var ids = ContiguousArray<UInt64>()
            ids.reserveCapacity(batch.count)
            var sources: ContiguousArray<Int32>?
            try find(wanted, 0, &ids)
            if ids.count == 1, wanted.allSatisfy(\.isConstant) {
                ids.grow(to: batch.count, with: ids[0])
            } else {
                sources = try find(wanted, in: batch.count, &ids)
            }
            if ids.isEmpty { continue }
            context.databaseHits += ids.count
            if let sources {
                batch = batch.gathered(sources, slots: carried)
            } else {
                batch.keep(carried)
            }
            batch[entity] = kind == .node ? .nodes(ids) : .relationships(ids)
            return batch
        }
        return nil
    }

    /// Goes on behind the first of `count` rows. Gives the row of each match where that is not
    /// simply one for each.
    private func find(
        _ wanted: [Column], in count: Int, _ ids: inout ContiguousArray<UInt64>
    ) throws -> ContiguousArray<Int32>? {
        var sources: ContiguousArray<Int32>?
        for row in 0..<count {
            if row > 0 { try find(wanted, row, &ids) }
            if sources == nil, ids.count != row + 1 {
                sources = ContiguousArray((0..<row).map(Int32.init))
            }
            sources?.grow(to: ids.count, with: Int32(row))
        }
        return sources
    }

    private func find(_ wanted: [Column], _ row: Int, _ ids: inout ContiguousArray<UInt64>) throws {
        context.databaseHits += 1
        try lookup.find(into: &ids) { wanted[$0].value(row) }
    }

    func rewind() { child.rewind() }
}
