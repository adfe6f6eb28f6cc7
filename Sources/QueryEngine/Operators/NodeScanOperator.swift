import GraphStore
import Values

/// All nodes, or those with at least one of some labels, in id order.
final class NodeScanOperator: Operator {
    private let node: Slot
    /// nil: all nodes.
    private let labels: [String]?
    private let context: QueryContext
    private var scan: (any IDScan)?
    private var isDone = false

    init(node: Slot, labels: [String]?, context: QueryContext) {
        self.node = node
        self.labels = labels
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

    /// Labels are looked up now and not earlier: a step below may have made them. No such label, no
    /// rows.
    private func open() -> (any IDScan)? {
        guard let labels else { return context.view.nodes(in: context.morsel) }
        let known = labels.compactMap { context.view.label($0) }
        if known.count < 2 {
            return known.first.map { context.view.nodes(label: $0, in: context.morsel) }
        }
        return MergedIDScan(known.map { context.view.nodes(label: $0) })
    }

    func rewind() {
        scan = nil
        isDone = false
    }
}
