import Cypher
import GraphStore
import Values

/// All relationships of some types, with both ends: the lists of all nodes, type by type, which lie
/// one behind the other on disk. `start` is the pattern's left node: for `.incoming` it is where the
/// relationship ends.
final class RelationshipScanOperator: Operator {
    private let relationship: Slot
    private let start: Slot
    private let end: Slot
    private let adjacency: Adjacency
    private let context: QueryContext

    private var nodes: (any IDScan)?
    private var sources: ContiguousArray<NodeID> = []
    private var position = Adjacency.Position()
    private var isDone = false

    init(
        relationship: Slot, start: Slot, end: Slot, types: [String], direction: Cypher.Direction,
        context: QueryContext
    ) {
        self.relationship = relationship
        self.start = start
        self.end = end
        self.context = context
        adjacency = Adjacency(types: types, direction: direction, context: context)
    }

    func next() throws -> Batch? {
        var rows = ExpandedRows()
        while !isDone {
            try context.checkpoint()
            if position.source == sources.count, try !pullNodes() { break }
            sources.withUnsafeBufferPointer {
                adjacency.expand(
                    $0, from: &position, limit: context.batchCapacity, into: &rows)
            }
            if rows.sources.isEmpty { continue }
            var batch = Batch(count: rows.sources.count, slotCount: context.slotCount)
            batch[start] = Column.nodes(sources).gathered(rows: rows.sources)
            batch[end] = .nodes(rows.neighbours)
            batch[relationship] = .relationships(rows.relationships)
            return batch
        }
        return nil
    }

    private func pullNodes() throws -> Bool {
        if nodes == nil {
            nodes = context.view.nodes()
            adjacency.refresh()
        }
        sources.removeAll(keepingCapacity: true)
        position = Adjacency.Position()
        guard let nodes, try nodes.next(context.batchCapacity, into: &sources) > 0 else {
            isDone = true
            return false
        }
        return true
    }

    func rewind() {
        nodes = nil
        sources = []
        position = Adjacency.Position()
        isDone = false
    }
}
