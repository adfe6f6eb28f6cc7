import Cypher
import Values

/// `[item IN list WHERE predicate | projection]`
final class ComprehensionExpression: ColumnExpression {
    private let list: any ColumnExpression
    private let item: Slot
    private let predicate: CompiledExpression?
    private let projection: CompiledExpression?
    private let context: QueryContext
    private let outerSlots: [Slot]

    init(
        list: any ColumnExpression, item: Slot, predicate: CompiledExpression?,
        projection: CompiledExpression?, context: QueryContext
    ) {
        self.list = list
        self.item = item
        self.predicate = predicate
        self.projection = projection
        self.context = context
        outerSlots =
            (predicate?.slots ?? []).union(projection?.slots ?? []).subtracting([item]).sorted
    }

    func evaluate(_ batch: Batch) throws -> Column {
        var lists = try UnrolledLists(
            list.evaluate(batch), count: batch.count, capacity: context.batchCapacity,
            for: "a list comprehension")
        var results = [[Value]](repeating: [], count: batch.count)
        while let chunk = lists.next() {
            try context.checkpoint()
            var inner = batch.gathered(chunk.origins, slots: outerSlots)
            inner.place(chunk.items, in: item)
            var origins = chunk.origins
            if let predicate {
                let flags = try BooleanKernels.flags(
                    predicate.expression.evaluate(inner), count: inner.count, for: "WHERE")
                let kept = ContiguousArray.rows(inner.count) { flags[$0] == 1 }
                if kept.count < inner.count {
                    inner = inner.gathered(kept, slots: outerSlots + [item])
                    origins = origins.elements(atAscending: kept)
                }
            }
            if inner.count == 0 { continue }
            let column = try projection?.expression.evaluate(inner) ?? inner[item]
            for (place, row) in origins.enumerated() {
                results[Int(row)].append(column.value(place))
            }
        }
        return .values(
            ContiguousArray(
                (0..<batch.count).lazy.map { lists.lists[$0] == nil ? .null : .list(results[$0]) }))
    }
}

/// `all`, `any`, `none` and `single`, with three values: null where an unknown item could change
/// the answer.
final class QuantifierExpression: ColumnExpression {
    private let quantifier: Quantifier
    private let list: any ColumnExpression
    private let item: Slot
    private let predicate: CompiledExpression
    private let context: QueryContext
    private let outerSlots: [Slot]

    init(
        _ quantifier: Quantifier, list: any ColumnExpression, item: Slot,
        predicate: CompiledExpression, context: QueryContext
    ) {
        self.quantifier = quantifier
        self.list = list
        self.item = item
        self.predicate = predicate
        self.context = context
        outerSlots = predicate.slots.subtracting([item]).sorted
    }

    /// How many items of a row's list answered what.
    private struct Tally {
        var trues = 0
        var falses = 0
        var unknowns = 0
    }

    func evaluate(_ batch: Batch) throws -> Column {
        var lists = try UnrolledLists(
            list.evaluate(batch), count: batch.count, capacity: context.batchCapacity,
            for: "\(quantifier.rawValue)()")
        var tallies = ContiguousArray(repeating: Tally(), count: batch.count)
        while let chunk = lists.next() {
            try context.checkpoint()
            var inner = batch.gathered(chunk.origins, slots: outerSlots)
            inner.place(chunk.items, in: item)
            let flags = try BooleanKernels.flags(
                predicate.expression.evaluate(inner), count: inner.count, for: "WHERE")
            for (place, row) in chunk.origins.enumerated() {
                switch flags[place] {
                case 0: tallies[Int(row)].falses += 1
                case 1: tallies[Int(row)].trues += 1
                default: tallies[Int(row)].unknowns += 1
                }
            }
        }
        return .booleans(
            ContiguousArray(
                (0..<batch.count).lazy.map {
                    lists.lists[$0] == nil ? 2 : self.answer(tallies[$0])
                }))
    }

    private func answer(_ tally: Tally) -> UInt8 {
        switch quantifier {
        case .all: tally.falses > 0 ? 0 : tally.unknowns > 0 ? 2 : 1
        case .any: tally.trues > 0 ? 1 : tally.unknowns > 0 ? 2 : 0
        case .none: tally.trues > 0 ? 0 : tally.unknowns > 0 ? 2 : 1
        case .single: tally.trues > 1 ? 0 : tally.unknowns > 0 ? 2 : UInt8(tally.trues)
        }
    }
}

/// `reduce(accumulator = initial, item IN list | step)`: step by step, each for all rows whose
/// lists are long enough.
final class ReduceExpression: ColumnExpression {
    private let accumulator: Slot
    private let initial: any ColumnExpression
    private let item: Slot
    private let list: any ColumnExpression
    private let step: CompiledExpression
    private let context: QueryContext
    private let outerSlots: [Slot]

    init(
        accumulator: Slot, initial: any ColumnExpression, item: Slot,
        list: any ColumnExpression, step: CompiledExpression, context: QueryContext
    ) {
        self.accumulator = accumulator
        self.initial = initial
        self.item = item
        self.list = list
        self.step = step
        self.context = context
        outerSlots = step.slots.subtracting([accumulator, item]).sorted
    }

    func evaluate(_ batch: Batch) throws -> Column {
        let unrolled = try UnrolledLists(
            list.evaluate(batch), count: batch.count, capacity: context.batchCapacity,
            for: "reduce()")
        let lists = unrolled.lists
        var result = ScatteredColumn(count: batch.count)
        var open = ContiguousArray.rows(batch.count) { lists[$0] != nil }
        var current = try initial.evaluate(batch)
        if open.count < batch.count { current = current.gathered(rows: open) }
        var outer = batch.gathered(open, slots: outerSlots)
        var held = 0
        defer { context.release(bytes: held) }
        for place in 0..<unrolled.longest {
            try context.checkpoint()
            // What has come together so far may double with each step.
            context.release(bytes: held)
            held = current.byteCount
            try context.reserve(bytes: held)
            // Rows whose lists end here are done.
            let going = ContiguousArray.rows(open.count) {
                (lists[Int(open[$0])]?.count ?? 0) > place
            }
            if going.count < open.count {
                let done = ContiguousArray.rows(open.count) {
                    (lists[Int(open[$0])]?.count ?? 0) <= place
                }
                result.add(current.gathered(rows: done), rows: open.elements(atAscending: done))
                current = current.gathered(rows: going)
                outer = outer.gathered(going, slots: outerSlots)
                open = open.elements(atAscending: going)
            }
            var items = ColumnBuilder(capacity: open.count)
            for row in open { items.append(lists[Int(row)]?[place] ?? .null) }
            outer.place(items.build(), in: item)
            outer.place(current, in: accumulator)
            current = try step.expression.evaluate(outer)
        }
        result.add(current, rows: open)
        return result.build()
    }
}
