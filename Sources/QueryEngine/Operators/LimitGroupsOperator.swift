import Values

/// Of rows that come in groups of equal values in a slot, those of the first groups.
final class LimitGroupsOperator: Operator {
    private let child: any Operator
    private let slot: Slot
    private let count: Int
    private var last: Value?
    private var groups = 0

    init(child: any Operator, slot: Slot, count: Int) {
        self.child = child
        self.slot = slot
        self.count = count
    }

    func next() throws -> Batch? {
        guard groups <= count, let batch = try child.next() else { return nil }
        let column = batch[slot]
        for row in 0..<batch.count {
            let value = column.value(row)
            if let last, Value.isEquivalent(last, value) { continue }
            last = value
            groups += 1
            if groups > count { return row == 0 ? nil : batch.sliced(0..<row) }
        }
        return batch
    }

    func rewind() {
        child.rewind()
        last = nil
        groups = 0
    }
}
