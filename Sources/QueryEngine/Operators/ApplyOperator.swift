import GraphStore
import Values

/// Each left row with each of its right rows; `optional` keeps left rows without any.
///
/// A whole batch of left rows enters the right side together, each with its number in `rowSlot`; the
/// right rows come out with that number and are joined back by gathering. Rows keep the order of the
/// left side. Where the right side may mix up its arguments (it groups, sorts, unites), its rows for
/// one left batch are collected and put in order; else they are passed on as they come. Where it
/// reads all that comes of its arguments before it gives a row, few rows enter at first, and then
/// more each time: the statement may want only the first ones.
final class ApplyOperator: Operator {
    private let left: any Operator
    private let right: any Operator
    private let apply: Apply
    private let rightKeepsOrder: Bool
    private let rightReadsAll: Bool
    private let output: [Slot]
    private let context: QueryContext
    private let nullSlots: [Slot]?

    /// Left rows of which the rest are still to enter.
    private var waiting = Batch(count: 0, slotCount: 0)
    private var rest = 0..<0
    private var share = FirstRows()
    private var input: Batch?
    private var ready: [Batch] = []
    private var readyNext = 0
    /// With `optional`: left rows below this one have come out.
    private var emitted = 0

    init(
        left: any Operator, right: any Operator, apply: Apply, rightKeepsOrder: Bool,
        rightReadsAll: Bool, output: [Slot], context: QueryContext
    ) {
        self.left = left
        self.right = right
        self.apply = apply
        self.rightKeepsOrder = rightKeepsOrder
        self.rightReadsAll = rightReadsAll
        self.output = output
        self.context = context
        if case .optional(let slots) = apply.kind { nullSlots = slots } else { nullSlots = nil }
    }

    func next() throws -> Batch? {
        while true {
            if readyNext < ready.count {
                readyNext += 1
                return ready[readyNext - 1]
            }
            guard let input = try input ?? pull() else { return nil }
            try context.checkpoint()
            ready = []
            readyNext = 0
            if !rightKeepsOrder {
                try collect(input)
                self.input = nil
            } else if let batch = try right.next() {
                let numbers = rowNumbers(batch)
                ready = join(batch, numbers, of: input, through: Int(numbers.last ?? -1))
            } else {
                ready = join(nil, [], of: input, through: input.count - 1)
                self.input = nil
            }
        }
    }

    private func pull() throws -> Batch? {
        guard let batch = try rightReadsAll ? nextShare() : left.next() else { return nil }
        context.pass(batch, to: apply.argument, rowSlot: apply.rowSlot)
        right.rewind()
        input = batch
        emitted = 0
        return batch
    }

    private func nextShare() throws -> Batch? {
        if rest.isEmpty {
            guard let batch = try left.next() else { return nil }
            waiting = batch
            rest = 0..<batch.count
        }
        let rows = rest.prefix(share.next(atMost: context.batchCapacity))
        rest = rows.upperBound..<rest.upperBound
        return waiting.sliced(rows)
    }

    private func rowNumbers(_ batch: Batch) -> ContiguousArray<Int32> {
        ContiguousArray(
            batch.rowNumbers(in: apply.rowSlot).lazy.map { Int32(truncatingIfNeeded: $0) })
    }

    /// Joins right rows to their left rows; with `optional`, left rows up to `last` that have none
    /// come in between with nulls.
    private func join(
        _ right: Batch?, _ numbers: ContiguousArray<Int32>, of input: Batch, through last: Int
    ) -> [Batch] {
        var leftRows = numbers
        var rightRows: ContiguousArray<Int32>?
        if nullSlots != nil, let gaps = gaps(numbers, through: last) {
            leftRows = gaps.left
            rightRows = gaps.right
        }
        if leftRows.isEmpty { return [] }
        var batch = input.gathered(leftRows, slots: output)
        for slot in output {
            guard let column = right?.columns[slot] else { continue }
            if let rightRows {
                // Imported columns come whole from the left side.
                if batch.columns[slot] == nil {
                    batch[slot] = rightRows.withUnsafeBufferPointer {
                        column.gatheredOrNull(rows: $0)
                    }
                }
            } else {
                batch[slot] = column
            }
        }
        for slot in nullSlots ?? [] where batch.columns[slot] == nil {
            batch[slot] = .constant(.null, count: leftRows.count)
        }
        return [batch]
    }

    /// The left and right row of each row that comes out, -1 for no right row; nil where no left
    /// row is missing. Counts the rows as given out.
    private func gaps(_ numbers: ContiguousArray<Int32>, through last: Int)
        -> (left: ContiguousArray<Int32>, right: ContiguousArray<Int32>)?
    {
        var left = ContiguousArray<Int32>()
        var right = ContiguousArray<Int32>()
        var missing = false
        for (row, number) in numbers.enumerated() {
            while emitted < Int(number) {
                left.append(Int32(emitted))
                right.append(-1)
                emitted += 1
                missing = true
            }
            emitted = Int(number) + 1
            left.append(number)
            right.append(Int32(row))
        }
        while emitted <= last {
            left.append(Int32(emitted))
            right.append(-1)
            emitted += 1
            missing = true
        }
        return missing ? (left, right) : nil
    }

    /// Reads all right rows of one left batch and puts them into the left side's order.
    private func collect(_ input: Batch) throws {
        var batches: [Batch] = []
        var reserved = 0
        defer { context.release(bytes: reserved) }
        while let batch = try right.next() {
            try context.checkpoint()
            reserved += batch.byteCount
            try context.reserve(bytes: batch.byteCount)
            batches.append(batch)
        }
        guard !batches.isEmpty else {
            ready = join(nil, [], of: input, through: input.count - 1)
            return
        }
        let slots = Array(Set(output + [apply.rowSlot]))
        let all = Batch.concatenated(batches, slots: slots, slotCount: context.slotCount)
        let numbers = rowNumbers(all)
        let order = Self.stableOrder(of: numbers, count: input.count)
        let capacity = context.batchCapacity
        for start in stride(from: 0, to: order.count, by: capacity) {
            let rows = ContiguousArray(order[start..<min(order.count, start + capacity)])
            let part = all.gathered(rows, slots: slots)
            let partNumbers = rowNumbers(part)
            let isLast = start + capacity >= order.count
            ready += join(
                part, partNumbers, of: input,
                through: isLast ? input.count - 1 : Int(partNumbers.last ?? -1))
        }
    }

    /// Places sorted by number, equal numbers in their order: a counting sort.
    private static func stableOrder(of numbers: ContiguousArray<Int32>, count: Int)
        -> ContiguousArray<Int32>
    {
        var starts = ContiguousArray(repeating: 0, count: count + 1)
        for number in numbers { starts[Int(number) + 1] += 1 }
        for row in 0..<count { starts[row + 1] += starts[row] }
        var order = ContiguousArray<Int32>(repeating: 0, count: numbers.count)
        for (row, number) in numbers.enumerated() {
            order[starts[Int(number)]] = Int32(row)
            starts[Int(number)] += 1
        }
        return order
    }

    func rewind() {
        left.rewind()
        rest = 0..<0
        input = nil
        ready = []
        readyNext = 0
    }
}

/// How many rows to take at once where each may be much work and the statement may want only the
/// first few: one, and four times as many each time, so that at most a few times the work that was
/// wanted is done. Rows that take long go on one by one: then there is nothing to be won by taking
/// them together, and rows of one group are the fastest to aggregate.
struct FirstRows {
    /// A round takes a few microseconds beside its rows.
    private static let longRow = Duration.microseconds(100)

    private var share = 0
    private var begin: ContinuousClock.Instant?

    mutating func next(atMost most: Int) -> Int {
        let now = ContinuousClock.now
        let isLong = begin.map { now - $0 >= Self.longRow * share } ?? false
        share = min(max(1, isLong ? share / 4 : share * 4), most)
        begin = now
        return share
    }
}

extension QueryContext {
    /// Puts rows where an `.argument` leaf finds them, each with its number.
    func pass(_ batch: Batch, to argument: ArgumentID, rowSlot: Slot) {
        var rows = batch
        rows[rowSlot] = .integers(ContiguousArray(0..<Int64(batch.count)), .allValid)
        arguments[argument] = rows
    }
}

extension Batch {
    /// The numbers that `QueryContext.pass` gave to the rows' arguments.
    func rowNumbers(in slot: Slot) -> ContiguousArray<Int64> {
        guard case .integers(let numbers, _) = self[slot].expanded() else {
            preconditionFailure("row numbers are integers")
        }
        return numbers
    }
}
