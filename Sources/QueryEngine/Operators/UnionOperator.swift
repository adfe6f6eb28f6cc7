/// The rows of several plans, one plan after the other, under the same slots.
final class UnionOperator: Operator {
    private let children: [any Operator]
    private let renames: [[(from: Slot, to: Slot)]]
    private var current = 0

    init(children: [any Operator], renames: [[(from: Slot, to: Slot)]]) {
        self.children = children
        self.renames = renames
    }

    func next() throws -> Batch? {
        while current < children.count {
            guard let batch = try children[current].next() else {
                current += 1
                continue
            }
            var result = Batch(count: batch.count, slotCount: batch.columns.count)
            for (from, to) in renames[current] { result.columns[to] = batch.columns[from] }
            return result
        }
        return nil
    }

    func rewind() {
        for child in children { child.rewind() }
        current = 0
    }
}
