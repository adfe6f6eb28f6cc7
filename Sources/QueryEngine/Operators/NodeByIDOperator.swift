import GraphStore
import Values

/// For each row the nodes with some ids, as far as they exist.
final class NodeByIDOperator: Operator {
    private let child: any Operator
    private let node: Slot
    private let ids: EntityIDs
    private let carried: [Slot]
    private let context: QueryContext

    init(
        child: any Operator, node: Slot, ids: EntityIDs, output: [Slot], context: QueryContext
    ) {
        self.child = child
        self.node = node
        self.ids = ids
        self.context = context
        carried = output.filter { $0 != node }
    }

    func next() throws -> Batch? {
        while let input = try child.next() {
            try context.checkpoint()
            let wanted = try ids.column(input)
            var sources = ContiguousArray<Int32>()
            var found = ContiguousArray<NodeID>()
            for row in 0..<input.count {
                for id in try ids.ids(in: wanted.value(row))
                where context.view.nodeExists(id) {
                    sources.append(Int32(row))
                    found.append(id)
                }
            }
            context.databaseHits += found.count
            if found.isEmpty { continue }
            var batch = input.gathered(sources, slots: carried)
            batch[node] = .nodes(found)
            return batch
        }
        return nil
    }

    func rewind() { child.rewind() }
}
