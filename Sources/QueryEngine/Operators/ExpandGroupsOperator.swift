import Cypher
import GraphStore
import Values

/// Groups the rows that come in, expands each group once, and adds up what leads to one end: see
/// ``ExpandGroups``.
///
///     rows ──┬─▶ groups by keys and source ─▶ neighbours ──▶ ＋ Σ of the group's rows ─┐
///            ├─▶ what each row may not reach ──────────────▶ － the row's own          ├─▶ ends
///            └─▶ rows that cannot be grouped ─▶ expand ─▶ conditions ─────────────────────▶ rows
///
/// Sections (rows that are alike in the keys) are done one after the other, so that one accumulator
/// serves them all. All rows are read before the first end goes on.
final class ExpandGroupsOperator: Operator {
    private let child: any Operator
    private let step: ExpandGroups
    private let context: QueryContext
    private let neighbours: Adjacency
    private let unreachable: UnreachableEnds
    private let counter: HopCounter?
    private let singles = BatchQueue()
    private let expandedSingles: any Operator

    private var groups: RowGroups
    /// What is subtracted: of which group, at which end, how much.
    private var losses = Losses()
    private var work: Work?
    private var isRead = false
    private var memory: ReservedMemory

    private struct Losses {
        var groups: ContiguousArray<Int32> = []
        var nodes: ContiguousArray<NodeID> = []
        var weights: ContiguousArray<Int64> = []

        var byteCount: Int { groups.capacity * 20 }
    }

    /// What is expanded once all rows are in.
    private struct Work {
        let sections: RowGroups.Sections
        let sources: ContiguousArray<NodeID>
        /// What each path of a group adds to its end.
        let weights: ContiguousArray<Int64>
        let own: OwnPaths
        let losses: RowGroups.Places
        let ends: EndWeights
        /// The section that is accumulated, or whose ends are given.
        var section = 0
        var isAccumulated = false

        var byteCount: Int {
            sections.byteCount + sources.count * 16 + losses.byteCount + ends.byteCount
        }
    }

    init(
        child: any Operator, step: ExpandGroups, output: [Slot], compiler: ExpressionCompiler,
        context: QueryContext
    ) throws {
        self.child = child
        self.step = step
        self.context = context
        groups = Self.emptyGroups(step)
        neighbours = Adjacency(
            types: step.expand.types, direction: step.expand.direction,
            options: .withoutRelationships, context: context)
        unreachable = UnreachableEnds(step, context: context)
        counter = step.counted.map { HopCounter($0, context: context) }
        expandedSingles = try Self.expandSingly(singles, step, output, compiler, context)
        memory = ReservedMemory(context: context)
    }

    private static func emptyGroups(_ step: ExpandGroups) -> RowGroups {
        RowGroups(
            keys: step.keys, source: step.expand.from, startsDiffer: step.startsDiffer)
    }

    /// The same for each row by itself, where exclusions do not let it be grouped.
    private static func expandSingly(
        _ rows: BatchQueue, _ step: ExpandGroups, _ output: [Slot], _ compiler: ExpressionCompiler,
        _ context: QueryContext
    ) throws -> any Operator {
        let expand = ExpandOperator(
            child: rows, expand: step.expand, output: output + step.exclusions.map(\.node),
            context: context)
        let conditions = try step.exclusions.map { try compiler.compile($0.condition) }
        return FilterOperator(child: expand, conjuncts: conditions, output: output)
    }

    func rewind() {
        child.rewind()
        singles.rewind()
        expandedSingles.rewind()
        groups = Self.emptyGroups(step)
        losses = Losses()
        work = nil
        isRead = false
        memory.releaseAll()
    }

    func next() throws -> Batch? {
        while !isRead {
            if let batch = try expandedSingles.next() { return batch }
            guard let input = try child.next() else {
                isRead = true
                if groups.count > 0 { work = try makeWork() }
                break
            }
            try context.checkpoint()
            try take(input)
        }
        return try nextEnds()
    }

    // MARK: Rows

    private func take(_ input: Batch) throws {
        var batch = input
        let weights = try self.weights(of: input)
        batch[step.weight] = .integers(weights, .allValid)
        guard let rows = try unreachable.groupableRows(input) else {
            singles.append(batch)
            return
        }
        if rows.isEmpty { return }
        batch = batch.gathered(rows)
        let kept = weights.elements(at: rows)
        let numbers = try groups.add(batch, weights: kept)
        // Out of the object for the loop: each append would check that nobody else looks.
        var losses = Losses()
        swap(&losses, &self.losses)
        defer { swap(&losses, &self.losses) }
        try unreachable.forEach(batch) { row, node in
            losses.groups.append(numbers[row])
            losses.nodes.append(node)
            losses.weights.append(kept[row])
        }
        try memory.hold(groups.byteCount + losses.byteCount)
    }

    private func weights(of input: Batch) throws -> ContiguousArray<Int64> {
        guard let times = step.times else {
            return ContiguousArray(repeating: 1, count: input.count)
        }
        guard case .integers(let weights, _) = input[times] else {
            preconditionFailure("a weight is an integer")
        }
        return weights
    }

    private func makeWork() throws -> Work {
        neighbours.refresh()
        let sections = groups.sections()
        let sources = try groups.sources()
        let entries = neighbours.degrees(sources).reduce(0) { $0 + Int($1) }
        let own = ownPaths(sources)
        let work = Work(
            sections: sections, sources: sources, weights: try pathWeights(sources, own), own: own,
            losses: RowGroups.Places(
                sections.numbers.elements(at: losses.groups), sections.count),
            ends: EndWeights(
                entries: entries, sections: sections.count, bound: context.view.nodeIDBound))
        try memory.hold(groups.byteCount + losses.byteCount + work.byteCount)
        return work
    }

    // MARK: Counted hops

    /// How many paths of a group have the relationship that leads to the end as their counted hop.
    private enum OwnPaths {
        /// None, or each once; then it is not among the ways that were counted.
        case settled
        /// Those to ends that fit the hop.
        case byEnd(HopCounter)
        /// Of each group, those along loops, which can be taken both ways.
        case atLoops(ContiguousArray<Int64>)
    }

    private func ownPaths(_ sources: ContiguousArray<NodeID>) -> OwnPaths {
        guard let hop = step.counted, let counter else { return .settled }
        if hop.direction == .either || hop.direction == step.expand.direction {
            return counter.fitsAll ? .settled : .byEnd(counter)
        }
        return .atLoops(counter.loops(sources))
    }

    /// The groups' weights, multiplied by the ways of the counted hop.
    private func pathWeights(_ sources: ContiguousArray<NodeID>, _ own: OwnPaths) throws
        -> ContiguousArray<Int64>
    {
        guard let counter else { return groups.weights }
        var isOwnCounted: Int64 = 0
        if case .settled = own { isOwnCounted = 1 }
        var weights = try counter.counts(sources)
        for group in weights.indices {
            let (product, overflow) = groups.weights[group].multipliedReportingOverflow(
                by: max(0, weights[group] - isOwnCounted))
            if overflow { throw QueryError.tooManyMatches }
            weights[group] = product
        }
        return weights
    }

    private func subtractOwnPaths(_ group: Int, _ work: Work) throws {
        let (source, weight) = (work.sources[group], groups.weights[group])
        switch work.own {
        case .settled: break
        case .byEnd(let counter):
            try neighbours.forEachRun(of: source) { nodes in
                let fits = counter.fits(ContiguousArray(nodes))
                for (node, fits) in zip(nodes, fits) where fits != 0 {
                    try work.ends.subtract(weight, from: node)
                }
            }
        case .atLoops(let loops):
            if loops[group] > 0 { try work.ends.subtract(weight * loops[group], from: source) }
        }
    }

    // MARK: Ends

    private func accumulate(_ work: Work) throws {
        var entries = 0
        let groups = work.sections.groups[work.section]
        for group in groups {
            let weight = work.weights[Int(group)]
            if weight == 0 { continue }
            try neighbours.forEachRun(of: work.sources[Int(group)]) { nodes in
                try work.ends.add(weight, to: nodes)
                entries &+= nodes.count
            }
            if entries > Batch.defaultCapacity {
                try context.checkpoint()
                entries = 0
            }
        }
        if counter != nil { for group in groups { try subtractOwnPaths(Int(group), work) } }
        for loss in work.losses[work.section] {
            try work.ends.subtract(losses.weights[Int(loss)], from: losses.nodes[Int(loss)])
        }
    }

    private func nextEnds() throws -> Batch? {
        guard var work else { return nil }
        var (nodes, weights) = (ContiguousArray<NodeID>(), ContiguousArray<Int64>())
        var sections = ContiguousArray<Int32>()
        while work.section < work.sections.count, nodes.count < context.batchCapacity {
            if !work.isAccumulated {
                try accumulate(work)
                work.isAccumulated = true
                try memory.hold(groups.byteCount + losses.byteCount + work.byteCount)
            }
            let isDone = work.ends.take(context.batchCapacity, &nodes, &weights)
            sections.grow(to: nodes.count, with: Int32(truncatingIfNeeded: work.section))
            if isDone {
                work.section += 1
                work.isAccumulated = false
            }
        }
        self.work = work
        if nodes.isEmpty {
            memory.releaseAll()
            return nil
        }
        var batch = Batch(count: nodes.count, slotCount: context.slotCount)
        for (slot, column) in work.sections.keys { batch[slot] = column.gathered(rows: sections) }
        batch[step.expand.to] = .nodes(nodes)
        batch[step.weight] = .integers(weights, .allValid)
        return batch
    }
}
