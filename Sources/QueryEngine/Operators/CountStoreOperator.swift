import Cypher
import GraphStore
import Values

/// One row with a count that the store keeps up to date by every commit.
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
        try context.checkpoint()
        context.databaseHits += 1
        var batch = Batch(count: 1, slotCount: context.slotCount)
        batch[slot] = .integers([Int64(number())], .allValid)
        return batch
    }

    func rewind() { isDone = false }

    /// A name that the catalogue does not know counts nothing.
    private func number() -> Int {
        let view = context.view
        switch count {
        case .nodes(nil): return view.nodeCount
        case .nodes(let label?): return view.label(label).map(view.nodeCount(label:)) ?? 0
        case .relationships(let types, let label, let direction):
            var ids = types.compactMap(view.type)
            if types.isEmpty { ids = view.typeNames.indices.map { TypeID($0) } }
            return Set(ids).reduce(0) { $0 + relationships(of: $1, label, direction) }
        }
    }

    private func relationships(
        of type: TypeID, _ label: String?, _ direction: Cypher.Direction
    ) -> Int {
        let view = context.view
        guard let label else {
            return view.relationshipCount(type: type) * (direction == .either ? 2 : 1)
        }
        guard let id = view.label(label) else { return 0 }
        var total = 0
        if direction != .incoming {
            total += view.relationshipCount(label: id, type: type, direction: .outgoing)
        }
        if direction != .outgoing {
            total += view.relationshipCount(label: id, type: type, direction: .incoming)
        }
        return total
    }
}
