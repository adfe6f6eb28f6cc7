import Values

/// An apply whose right side limits rows itself, or writes what the next row's may read: left rows
/// enter one by one. What comes of them goes on in batches, of few rows at first.
final class ApplyPerRowOperator: Operator {
    private let left: any Operator
    private let right: any Operator
    private let apply: Apply
    private let output: [Slot]
    private let context: QueryContext

    private var share = FirstRows()
    private var input: Batch?
    private var row = 0
    private var isInside = false
    private var hadRows = false
    /// An error of a row behind some that are good: they go first.
    private var failure: (any Error)?

    init(
        left: any Operator, right: any Operator, apply: Apply, output: [Slot],
        context: QueryContext
    ) {
        self.left = left
        self.right = right
        self.apply = apply
        self.output = output
        self.context = context
    }

    func next() throws -> Batch? {
        if let failure { throw failure }
        var parts: [Batch] = []
        var count = 0
        let enough = share.next(atMost: context.batchCapacity)
        do {
            while count < enough, let part = try nextPart() {
                parts.append(part)
                count += part.count
            }
        } catch {
            if parts.isEmpty { throw error }
            failure = error
        }
        if parts.isEmpty { return nil }
        return Batch.concatenated(parts, slots: output, slotCount: context.slotCount)
    }

    /// Rows of one left row.
    private func nextPart() throws -> Batch? {
        while true {
            guard let input = try input ?? pull() else { return nil }
            if row == input.count {
                self.input = nil
                continue
            }
            if !isInside { enter(input) }
            if let part = try partOfRow(input) { return part }
        }
    }

    private func pull() throws -> Batch? {
        input = try left.next()
        row = 0
        isInside = false
        return input
    }

    private func enter(_ input: Batch) {
        context.pass(input.sliced(row..<row + 1), to: apply.argument, rowSlot: apply.rowSlot)
        right.rewind()
        isInside = true
        hadRows = false
    }

    private func leave() {
        row += 1
        isInside = false
    }

    private func partOfRow(_ input: Batch) throws -> Batch? {
        try context.checkpoint()
        switch apply.kind {
        case .inner, .optional:
            if let batch = try right.next() {
                hadRows = true
                return join(batch, input)
            }
            let hadRows = hadRows
            let alone = input.sliced(row..<row + 1).keeping(output)
            leave()
            guard !hadRows, case .optional(let slots) = apply.kind else { return nil }
            var batch = alone
            for slot in slots { batch[slot] = .constant(.null, count: 1) }
            return batch
        case .semi, .antiSemi, .unit:
            let passes: Bool
            switch apply.kind {
            case .semi: passes = try right.next() != nil
            case .antiSemi: passes = try right.next() == nil
            default:
                while try right.next() != nil { try context.checkpoint() }
                passes = true
            }
            let alone = input.sliced(row..<row + 1).keeping(output)
            leave()
            return passes ? alone : nil
        }
    }

    private func join(_ batch: Batch, _ input: Batch) -> Batch {
        let rows = ContiguousArray(repeating: Int32(row), count: batch.count)
        var joined = input.gathered(rows, slots: output)
        for slot in output {
            if let column = batch.columns[slot] { joined[slot] = column }
        }
        return joined
    }

    func rewind() {
        left.rewind()
        input = nil
        failure = nil
    }
}
