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
    private var losses = Losses()
    private var work: Work?
    private var isRead = false
    private var memory: ReservedMemory

    /// What is expanded once all rows are in.
    private struct Work {
        let groups: Groups
        /// What each path of a group adds to its end.
        let weights: ContiguousArray<Int64>
        let own: OwnPaths
        /// By section; nil where there is one.
        let losses: Places?
        let ends: EndWeights
        /// The section that is accumulated, or whose ends are given.
        var section = 0
        var isAccumulated = false

        var byteCount: Int {
            groups.byteCount + weights.count * 8 + (losses?.byteCount ?? 0) + ends.byteCount
        }
    }

    init(
        child: any Operator, step: ExpandGroups, output: [Slot], compiler: ExpressionCompiler,
        context: QueryContext
    ) throws {
        self.child = child
        self.step = step
        self.context = context
        groups = Self.emptyGroups(step, context)
        neighbours = Adjacency(
            types: step.expand.types, direction: step.expand.direction,
            options: .withoutRelationships, context: context)
        unreachable = UnreachableEnds(step, context: context)
        counter = step.counted.map { HopCounter($0, context: context) }
        expandedSingles = try Self.expandSingly(singles, step, output, compiler, context)
        memory = ReservedMemory(context: context)
    }

    private static func emptyGroups(_ step: ExpandGroups, _ context: QueryContext) -> RowGroups {
        RowGroups(
            keys: step.keys, source: step.expand.from, startsDiffer: step.startsDiffer,
            bound: context.view.nodeIDBound)
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
        groups = Self.emptyGroups(step, context)
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
                if !groups.isEmpty { work = try makeWork() }
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
        var weights = try self.weights(of: input)
        if unreachable.areByProperty {
            guard let rows = try unreachable.groupableRows(input) else {
                batch[step.weight] = .integers(weights, .allValid)
                singles.append(batch)
                return
            }
            if rows.isEmpty { return }
            batch = batch.gathered(rows)
            weights = weights.elements(atAscending: rows)
        }
        let numbers = try groups.add(batch, weights: weights)
        // Out of the object for the loop: each entry would check that nobody else looks.
        var losses = Losses()
        swap(&losses, &self.losses)
        defer { swap(&losses, &self.losses) }
        try unreachable.forEach(batch) { row, node in
            losses.add(weights[row], at: node, of: numbers?[row] ?? -1)
        }
        try memory.hold(groups.byteCount + losses.byteCount)
    }

    private func weights(of input: Batch) throws -> ContiguousArray<Int64> {
        guard let times = step.times else {
            return ContiguousArray(repeating: 1, count: input.count)
        }
        return input.weights(in: times)
    }

    private func makeWork() throws -> Work {
        neighbours.refresh()
        losses.close()
        let groups = try self.groups.bySections()
        let own = ownPaths(groups.sources)
        let weights = try pathWeights(groups, own)
        let ends = EndWeights(bound: context.view.nodeIDBound)
        ends.expect(try entries(groups.sources, weights), sections: groups.sectionCount)
        let sections = groups.sections(of: losses.groups)
        let work = Work(
            groups: groups, weights: weights, own: own,
            losses: sections.isEmpty ? nil : Places(sections, groups.sectionCount), ends: ends)
        try memory.hold(losses.byteCount + work.byteCount)
        return work
    }

    /// How many neighbours will be added. All paths together have to be within 64 bits.
    private func entries(_ sources: ContiguousArray<NodeID>, _ weights: ContiguousArray<Int64>)
        throws -> Int
    {
        let degrees = neighbours.degrees(sources)
        var (entries, paths): (Int64, Int64) = (0, 0)
        for (degree, weight) in zip(degrees, weights) {
            let (product, overflow) = degree.multipliedReportingOverflow(by: weight)
            let (sum, sumOverflow) = paths.addingReportingOverflow(product)
            if overflow || sumOverflow { throw QueryError.tooManyMatches }
            entries += degree
            paths = sum
        }
        return Int(entries)
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
    private func pathWeights(_ groups: Groups, _ own: OwnPaths) throws
        -> ContiguousArray<Int64>
    {
        guard let counter else { return groups.weights }
        var isOwnCounted: Int64 = 0
        if case .settled = own { isOwnCounted = 1 }
        var weights = try counter.counts(groups.sources)
        for group in weights.indices {
            let (product, overflow) = groups.weights[group].multipliedReportingOverflow(
                by: max(0, weights[group] - isOwnCounted))
            if overflow { throw QueryError.tooManyMatches }
            weights[group] = product
        }
        return weights
    }

    private func subtractOwnPaths(_ group: Int, _ work: Work) {
        let (source, weight) = (work.groups.sources[group], work.groups.weights[group])
        switch work.own {
        case .settled: break
        case .byEnd(let counter):
            neighbours.forEachRun(of: source) { nodes in
                let fits = counter.fits(ContiguousArray(nodes))
                for (node, fits) in zip(nodes, fits) where fits != 0 {
                    work.ends.subtract(weight, from: node)
                }
            }
        case .atLoops(let loops):
            if loops[group] > 0 { work.ends.subtract(weight * loops[group], from: source) }
        }
    }

    // MARK: Ends

    private func accumulate(_ work: Work) throws {
        let groups = work.groups[work.section]
        let (ends, context) = (work.ends, context)
        var entries = 0
        try work.weights.withUnsafeBufferPointer { weights in
            try neighbours.forEachRun(ofEach: work.groups.sources, groups) { group, nodes in
                if weights[group] == 0 { return }
                ends.add(weights[group], to: nodes)
                entries &+= nodes.count
                if entries > Batch.defaultCapacity {
                    try context.checkpoint()
                    entries = 0
                }
            }
        }
        if counter != nil { for group in groups { subtractOwnPaths(group, work) } }
        if let places = work.losses {
            let range = Int(places.starts[work.section])..<Int(places.starts[work.section + 1])
            for place in places.places[range] {
                ends.subtract(losses.weights[Int(place)], from: losses.nodes[Int(place)])
            }
        } else {
            for (node, weight) in zip(losses.nodes, losses.weights) {
                ends.subtract(weight, from: node)
            }
        }
    }

    private func nextEnds() throws -> Batch? {
        guard var work else { return nil }
        var (nodes, weights) = (ContiguousArray<NodeID>(), ContiguousArray<Int64>())
        var sections = ContiguousArray<Int32>()
        while work.section < work.groups.sectionCount, nodes.count < context.batchCapacity {
            if !work.isAccumulated {
                try accumulate(work)
                work.isAccumulated = true
                try memory.hold(losses.byteCount + work.byteCount)
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
        for (slot, column) in work.groups.keys { batch[slot] = column.gathered(rows: sections) }
        batch[step.expand.to] = .nodes(nodes)
        batch[step.weight] = .integers(weights, .allValid)
        return batch
    }
}
