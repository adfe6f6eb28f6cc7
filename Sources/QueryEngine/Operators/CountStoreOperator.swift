import Cypher
import GraphStore
import Values

/// One row with a count that the store keeps.
final class CountStoreOperator: Operator {
    private let count: CountStore
    private let slot: Slot
    private let context: QueryContext
    private var isDone = false

    init(count: CountStore, slot: Slot, context: QueryContext) {
        self.count = count
        self.slot = slot
        self.context = context
    }

    func next() throws -> Batch? {
        if isDone { return nil }
        isDone = true
        var batch = Batch(count: 1, slotCount: context.slotCount)
        batch[slot] = .integers([Int64(try value())], .allValid)
        context.databaseHits += 1
        return batch
    }

    private func value() throws -> Int {
        let view = context.view
        switch count {
        case .nodes(nil): return view.nodeCount
        case .nodes(let label?):
            return view.label(label).map { view.nodeCount(label: $0) } ?? 0
        case .relationships(let types, let label, let direction):
            let names = types.isEmpty ? view.typeNames : types
            let ids = Set(names.compactMap { view.type($0) })
            return try ids.reduce(0) { try $0 + relationships($1, label, direction) }
        }
    }

    private func relationships(_ type: TypeID, _ label: String?, _ direction: Cypher.Direction)
        throws -> Int
    {
        let view = context.view
        guard let label else {
            let count = view.relationshipCount(type: type)
            return direction == .either ? 2 * count - (try loops(type)) : count
        }
        guard let id = view.label(label) else { return 0 }
        let outgoing = view.relationshipCount(label: id, type: type, direction: .outgoing)
        let incoming = view.relationshipCount(label: id, type: type, direction: .incoming)
        switch direction {
        case .outgoing: return outgoing
        case .incoming: return incoming
        case .either: return outgoing + incoming - (try loops(type, at: id))
        }
    }

    /// Relationships from a node to itself: undirected patterns meet them once, so they must be
    /// known, and the store keeps no count of them. Cost: one short look at each node.
    private func loops(_ type: TypeID, at label: LabelID? = nil) throws -> Int {
        let reader = context.view.adjacency(type, .outgoing)
        let scan = context.view.nodes(label: label)
        var nodes = ContiguousArray<NodeID>()
        var loops = 0
        while try scan.next(Batch.defaultCapacity, into: &nodes) > 0 {
            try context.checkpoint()
            var position = ExpandPosition()
            while position.source < nodes.count {
                var rows = ExpandedRows()
                nodes.withUnsafeBufferPointer {
                    reader.expandInto(
                        $0, $0, from: &position, limit: Batch.defaultCapacity, into: &rows,
                        options: .withoutRelationships)
                }
                loops += rows.sources.count
            }
            context.databaseHits += nodes.count
            nodes.removeAll(keepingCapacity: true)
        }
        return loops
    }

    func rewind() { isDone = false }
}
