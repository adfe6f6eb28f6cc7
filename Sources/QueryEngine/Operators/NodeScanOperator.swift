import GraphStore
import Values

/// All nodes, or those with a label, in id order.
final class NodeScanOperator: Operator {
    private let node: Slot
    private let label: String?
    private let context: QueryContext
    private var scan: (any IDScan)?
    private var isDone = false

    init(node: Slot, label: String?, context: QueryContext) {
        self.node = node
        self.label = label
        self.context = context
    }

    func next() throws -> Batch? {
        if isDone { return nil }
        try context.checkpoint()
        guard let scan = scan ?? open() else {
            isDone = true
            return nil
        }
        self.scan = scan
        var ids = ContiguousArray<UInt64>()
        ids.reserveCapacity(context.batchCapacity)
        let count = try scan.next(context.batchCapacity, into: &ids)
        context.databaseHits += count
        if count == 0 {
            isDone = true
            self.scan = nil
            return nil
        }
        var batch = Batch(count: count, slotCount: context.slotCount)
        batch[node] = .nodes(ids)
        return batch
    }

    /// The label is looked up now and not earlier: a step below may have made it. No such label, no
    /// rows.
    private func open() -> (any IDScan)? {
        guard let label else { return context.view.nodes() }
        guard let id = context.view.label(label) else { return nil }
        return context.view.nodes(label: id)
    }

    func rewind() {
        scan = nil
        isDone = false
    }
}
