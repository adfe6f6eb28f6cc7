import Cypher
import GraphStore
import Values

/// MERGE: for each row finds the pattern, or creates it where there is none.
///
/// Row after row: a later row finds what an earlier one has created. Patterns of a single node with
/// an index, and of a single relationship between bound nodes, are looked up directly (see
/// ``MergedPattern``); others run the plan that looks for them, once for each row.
final class MergeOperator: Operator {
    private let child: any Operator
    private let match: any Operator
    private let merge: Merge
    private let rowSlot: Slot?
    private let direct: (any MergedPattern)?
    private let creator: PatternCreator
    private let onCreate: Setter
    private let onMatch: Setter
    private let output: [Slot]
    private let context: QueryContext

    private var input: Batch?
    /// The input's next row.
    private var row = 0
    /// Whether the pattern has been told of the whole input.
    private var isPrepared = false
    private var mayWait = false

    init(
        child: any Operator, matchPlan: PlanNode, match: any Operator, merge: Merge,
        output: [Slot], writer: GraphWriter, compiler: ExpressionCompiler
    ) throws {
        self.child = child
        self.match = match
        self.merge = merge
        self.output = output
        context = compiler.context
        rowSlot = Self.rowSlot(of: merge.argument, in: matchPlan)
        creator = try PatternCreator(merge.pattern, writer: writer, compiler: compiler)
        onCreate = try Setter(merge.onCreate, writer: writer, compiler: compiler)
        onMatch = try Setter(merge.onMatch, writer: writer, compiler: compiler)
        direct = try MergedPatterns.pattern(
            for: merge, plan: matchPlan, writer: writer, compiler: compiler)
    }

    private static func rowSlot(of argument: ArgumentID, in plan: PlanNode) -> Slot? {
        if case .argument(argument, _, let rowSlot) = plan.operation { return rowSlot }
        for child in plan.children {
            if let slot = rowSlot(of: argument, in: child) { return slot }
        }
        return nil
    }

    func next() throws -> Batch? {
        while let input = try input ?? pull() {
            let batch = try direct.map { try merged(input, $0) } ?? matched(input)
            if row == input.count { self.input = nil }
            if let batch { return batch }
        }
        return nil
    }

    private func pull() throws -> Batch? {
        guard let batch = try child.next() else { return nil }
        row = 0
        if let direct {
            // Else what a row sets may be what the next one's properties look at.
            let setsNothing = onCreate.isEmpty && onMatch.isEmpty
            isPrepared = setsNothing || direct.reads.isGraphFree(on: batch)
            if isPrepared { try direct.prepare(batch) }
            mayWait =
                isPrepared
                && [onCreate, onMatch].allSatisfy { $0.facts.mayWait(forSearchesBy: direct.names) }
        }
        input = batch
        return batch
    }

    /// What the next rows become, until it is a batch: a row may have many matches.
    private func matched(_ batch: Batch) throws -> Batch? {
        var parts: [Batch] = []
        var count = 0
        while row < batch.count, count < context.batchCapacity {
            try context.checkpoint()
            let found = try rows(of: batch.sliced(row..<row + 1))
            row += 1
            count += found.reduce(0) { $0 + $1.count }
            parts += found
        }
        if parts.isEmpty { return nil }
        return Batch.concatenated(parts, slots: output, slotCount: context.slotCount)
    }

    /// The same: each row once for each match, or once with what was created.
    private func merged(_ batch: Batch, _ pattern: any MergedPattern) throws -> Batch {
        var sources = ContiguousArray<Int32>()
        var ids = ContiguousArray<UInt64>()
        // Places of rows that are to be set, all by one setter.
        var waiting = ContiguousArray<Int>()
        var waitingFor = onCreate
        func setWaiting() throws {
            if waiting.isEmpty { return }
            var rows = batch.gathered(
                ContiguousArray(waiting.map { sources[$0] }), slots: waitingFor.slots)
            rows[pattern.slot] = pattern.column(ContiguousArray(waiting.map { ids[$0] }))
            try waitingFor.apply(rows)
            waiting.removeAll(keepingCapacity: true)
        }
        while row < batch.count, ids.count < context.batchCapacity {
            try context.checkpoint()
            if !isPrepared { try pattern.prepare(batch.sliced(row..<row + 1)) }
            let place = isPrepared ? row : 0
            let first = ids.count
            try pattern.find(place, into: &ids)
            let setter = ids.count == first ? onCreate : onMatch
            if ids.count == first { ids.append(try pattern.create(place)) }
            sources.grow(to: ids.count, with: Int32(row))
            row += 1
            if setter.isEmpty { continue }
            if setter !== waitingFor { try setWaiting() }
            waitingFor = setter
            waiting.append(contentsOf: first..<ids.count)
            if !mayWait { try setWaiting() }
        }
        try setWaiting()
        var result = batch.gathered(sources, slots: output.filter { $0 != pattern.slot })
        result[pattern.slot] = pattern.column(ids)
        return result
    }

    /// What one row becomes: one row for each match, or one with what was created.
    private func rows(of row: Batch) throws -> [Batch] {
        try creator.rejectNulls(row)
        let matches = try search(row)
        if matches.isEmpty {
            var created = row
            try creator.create(&created)
            try onCreate.apply(created)
            return [created]
        }
        for match in matches { try onMatch.apply(match) }
        return matches
    }

    private func search(_ row: Batch) throws -> [Batch] {
        if let rowSlot {
            context.pass(row, to: merge.argument, rowSlot: rowSlot)
        } else {
            context.arguments[merge.argument] = row
        }
        match.rewind()
        var matches: [Batch] = []
        while let found = try match.next() {
            try context.checkpoint()
            var joined = row.gathered(ContiguousArray(repeating: 0, count: found.count))
            for (slot, column) in found.columns.enumerated() {
                if let column { joined[slot] = column }
            }
            matches.append(joined)
        }
        return matches
    }

    func rewind() {
        child.rewind()
        input = nil
    }
}
