import Cypher
import GraphStore
import Values

/// Groups the rows that come in and expands each group once: see ``ExpandGroups``.
///
///     rows ──┬─▶ groups by the keys ──▶ expand ─────────────▶ weight  + Σ of the group's rows
///            ├─▶ what each row may not reach ───────────────▶ weight  − the row's own
///            └─▶ rows that cannot be grouped ─▶ expand ─▶ conditions ─▶ weight of the row
///
/// A row cannot be grouped where an excluded node's property is neither an integer nor a string:
/// of those alone it is certain that two nodes with a unique property compare unequal.
final class ExpandGroupsOperator: Operator {
    private let child: any Operator
    private let step: ExpandGroups
    private let context: QueryContext
    private let output: [Slot]
    private let groups: RowGroups
    private let expandedGroups: ExpandOperator
    private let singles = BatchQueue()
    private let expandedSingles: any Operator
    /// Of each exclusion, where it is by a property.
    private let properties: [PropertyReader?]
    private let reachable: Adjacency
    private var isRead = false

    init(
        child: any Operator, step: ExpandGroups, output: [Slot], compiler: ExpressionCompiler,
        context: QueryContext
    ) throws {
        self.child = child
        self.step = step
        self.context = context
        self.output = output
        groups = RowGroups(keys: step.keys, weight: step.weight, context: context)
        let free = Expand(
            from: step.expand.from, relationship: nil, to: step.expand.to, types: step.expand.types,
            direction: step.expand.direction, into: false, distinctFrom: [])
        expandedGroups = ExpandOperator(
            child: groups, expand: free, output: output, context: context)
        let conditions = step.exclusions.map(\.condition)
        let single = ExpandOperator(
            child: singles, expand: step.expand, output: output + step.exclusions.map(\.node),
            context: context)
        expandedSingles =
            conditions.isEmpty
            ? single
            : FilterOperator(
                child: single, conjuncts: try conditions.map(compiler.compile), output: output)
        properties = step.exclusions.map { exclusion in
            exclusion.property.map { PropertyReader(key: $0, context: context) }
        }
        reachable = Adjacency(
            types: step.expand.types, direction: step.expand.direction,
            options: .withoutRelationships, context: context)
    }

    func rewind() {
        child.rewind()
        groups.rewind()
        expandedGroups.rewind()
        expandedSingles.rewind()
        isRead = false
    }

    func next() throws -> Batch? {
        while !isRead {
            if let batch = try expandedSingles.next() { return batch }
            guard let input = try child.next() else {
                isRead = true
                break
            }
            try context.checkpoint()
            if let batch = try take(input) { return batch }
        }
        return try expandedGroups.next()
    }

    /// Adds rows to their groups; returns what is to be subtracted for them.
    private func take(_ input: Batch) throws -> Batch? {
        var batch = input
        let weights = try self.weights(of: input)
        batch[step.weight] = .integers(weights, .allValid)
        guard let rows = try groupableRows(input) else {
            singles.append(batch)
            return nil
        }
        if rows.isEmpty { return nil }
        batch = batch.gathered(rows)
        let kept = weights.elements(at: rows)
        try groups.add(batch, weights: kept)
        return try subtraction(batch, kept)
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

    /// nil where some row cannot be grouped. A node without the property is unequal to nothing, so
    /// its rows reach no other.
    private func groupableRows(_ input: Batch) throws -> ContiguousArray<Int32>? {
        var isPresent = ContiguousArray<UInt8>(repeating: 1, count: input.count)
        for (exclusion, reader) in zip(step.exclusions, properties) {
            guard let reader else { continue }
            let values = try reader.read(.node, input[exclusion.node].nodeIDs())
            switch values {
            case .integers, .strings, .constant(.null, _): break
            default: return nil
            }
            guard let presence = values.presence else { continue }
            for row in 0..<input.count { isPresent[row] &= presence[row] }
        }
        return ContiguousArray.rows(input.count) { isPresent[$0] != 0 }
    }

    // MARK: What a row may not reach

    private func subtraction(_ batch: Batch, _ weights: ContiguousArray<Int64>) throws -> Batch? {
        let sources = try batch[step.expand.from].nodeIDs()
        var rows = ContiguousArray<Int32>()
        var nodes = ContiguousArray<NodeID>()
        let excluded = try step.exclusions.map { try batch[$0.node].nodeIDs() }
        for (place, targets) in excluded.enumerated() {
            addReached(sources, targets, excluded[..<place], &rows, &nodes)
        }
        for taken in step.taken {
            let starts = try batch[taken.start].nodeIDs()
            let ends = try batch[taken.end].nodeIDs()
            let direction = step.expand.direction
            for row in 0..<sources.count {
                var node: NodeID?
                if direction != .incoming, starts[row] == sources[row] { node = ends[row] }
                if direction != .outgoing, ends[row] == sources[row] { node = starts[row] }
                guard let node, !excluded.contains(where: { $0[row] == node }) else { continue }
                rows.append(Int32(truncatingIfNeeded: row))
                nodes.append(node)
            }
        }
        if rows.isEmpty { return nil }
        var result = batch.gathered(rows, slots: output.filter { $0 != step.expand.to })
        result[step.expand.to] = .nodes(nodes)
        result[step.weight] = .integers(
            ContiguousArray(rows.lazy.map { -weights[Int($0)] }), .allValid)
        return result
    }

    /// One row for each relationship to an excluded node that is not also excluded `before`.
    private func addReached(
        _ sources: ContiguousArray<NodeID>, _ targets: ContiguousArray<NodeID>,
        _ before: ArraySlice<ContiguousArray<NodeID>>, _ rows: inout ContiguousArray<Int32>,
        _ nodes: inout ContiguousArray<NodeID>
    ) {
        reachable.refresh()
        var position = Adjacency.Position()
        var reached = ExpandedRows()
        sources.withUnsafeBufferPointer { sources in
            targets.withUnsafeBufferPointer { targets in
                while position.source < sources.count {
                    reached.removeAll()
                    reachable.expandInto(
                        sources, targets, from: &position, limit: Batch.defaultCapacity,
                        into: &reached)
                    for row in reached.sources
                    where !before.contains(where: { $0[Int(row)] == targets[Int(row)] }) {
                        rows.append(row)
                        nodes.append(targets[Int(row)])
                    }
                }
            }
        }
    }
}
