import GraphStore
import Values

/// For each row the shortest paths between two bound nodes, one, some or all of them, as lists of
/// relationships.
///
/// The search from both ends finds those of the least length. Where it may not decide (more paths
/// or lengths are asked for, a condition on the whole path that the shortest ones fail, a least
/// length, a path back to its start) all paths are walked, length by length, until enough do; a
/// walk that could not arrive within the length any more is given up early.
final class ShortestPathOperator: Operator {
    private let child: any Operator
    private let search: ShortestPath
    private let carried: [Slot]
    private let uniqueness: RelationshipUniqueness
    private let bidirectional: BidirectionalSearch
    private let distances: Distances
    private var walk: PathWalk
    private let adjacency: Adjacency
    private let predicate: (any ColumnExpression)?
    private let context: QueryContext

    private var input: Batch?
    private var row = 0
    private var starts: ContiguousArray<NodeID> = []
    private var ends: ContiguousArray<NodeID> = []
    /// Paths of `pendingRow` that are not given out yet, the next one last.
    private var pending: [Value] = []
    private var pendingRow: Int32 = 0

    private var pattern: VariableExpand { search.expand }

    init(
        child: any Operator, search: ShortestPath, output: [Slot], compiler: ExpressionCompiler
    ) throws {
        self.child = child
        self.search = search
        context = compiler.context
        let expand = search.expand.expand
        carried = output.filter { $0 != expand.relationship }
        uniqueness = RelationshipUniqueness(slots: expand.distinctFrom)
        adjacency = Adjacency(
            types: expand.types, direction: expand.direction, context: context)
        let step = try StepPredicate(search.expand, compiler: compiler)
        bidirectional = BidirectionalSearch(adjacency: adjacency, step: step, context: context)
        walk = PathWalk(adjacency: adjacency, step: step, context: context)
        distances = Distances(adjacency: adjacency.reversed(), context: context)
        predicate = try search.predicate.map(compiler.compile)
    }

    func next() throws -> Batch? {
        while true {
            guard let input = try input ?? pull() else { return nil }
            var sources = ContiguousArray<Int32>()
            var lists = ContiguousArray<Value>()
            while sources.count < context.batchCapacity {
                if let path = pending.popLast() {
                    sources.append(pendingRow)
                    lists.append(path)
                } else if row < input.count {
                    pending = try paths(of: input, row: row).reversed()
                    if pending.isEmpty && search.optional { pending = [.null] }
                    pendingRow = Int32(row)
                    row += 1
                } else {
                    break
                }
            }
            if row == input.count && pending.isEmpty { self.input = nil }
            if sources.isEmpty { continue }
            var batch = input.gathered(sources, slots: carried)
            if let relationship = pattern.expand.relationship {
                batch[relationship] = .values(lists)
            }
            return batch
        }
    }

    private func pull() throws -> Batch? {
        guard let batch = try child.next() else { return nil }
        bidirectional.refresh()
        adjacency.refresh()
        distances.refresh()
        starts = try batch[pattern.expand.from].nodeIDs()
        ends = try batch[pattern.expand.to].nodeIDs()
        row = 0
        input = batch
        return batch
    }

    private func paths(of input: Batch, row: Int) throws -> [Value] {
        let (start, end) = (starts[row], ends[row])
        if start == Column.absent || end == Column.absent { return [] }
        let taken = uniqueness.taken(in: input, row: row)
        let all: Bool
        switch search.selection {
        case .paths(1): all = false
        case .groups(1): all = true
        case .paths, .groups: return try walkAll(input, row, taken: taken, from: pattern.minimum)
        }
        if start == end || pattern.minimum > 1 {
            return try walkAll(
                input, row, taken: taken, from: start == end ? pattern.minimum : 1)
        }
        let found = try bidirectional.paths(
            input, row: row, from: start, to: end, maximum: pattern.maximum, taken: taken,
            all: all)
        let accepted = try accepted(found.map(list), input, row)
        if !accepted.isEmpty || found.isEmpty { return accepted }
        return try walkAll(input, row, taken: taken, from: found[0].count)
    }

    /// Walks the paths of one length after the other, beginning with `length`, until enough are
    /// good.
    private func walkAll(
        _ input: Batch, _ row: Int, taken: [RelationshipID], from length: Int
    ) throws -> [Value] {
        var length = max(length, pattern.minimum)
        try distances.measure(to: ends[row], from: starts[row], maximum: pattern.maximum)
        defer { distances.clear() }
        guard distances[starts[row]] != nil else { return [] }
        var found: [Value] = []
        var groups = 0
        while length <= pattern.maximum ?? Int.max {
            walk.begin(
                input, row: row, from: starts[row], minimum: length, maximum: length,
                taken: taken, toward: distances)
            let before = found.count
            while try walk.next() {
                guard walk.end == ends[row] else { continue }
                found += try accepted([list(walk.relationships)], input, row)
                if case .paths(let count) = search.selection, found.count >= count {
                    return found
                }
            }
            if found.count > before { groups += 1 }
            if case .groups(let count) = search.selection, groups >= count { return found }
            if walk.deepest < length, !walk.hasGivenUp { return found }
            length += 1
        }
        return found
    }

    /// The paths that meet the condition on whole paths; no more than are asked for.
    private func accepted(_ paths: [Value], _ input: Batch, _ row: Int) throws -> [Value] {
        guard let predicate, !paths.isEmpty else { return paths }
        let rows = ContiguousArray(repeating: Int32(row), count: paths.count)
        var batch = input.gathered(rows)
        if let relationship = pattern.expand.relationship {
            batch[relationship] = .values(ContiguousArray(paths))
        }
        guard let kept = try predicate.evaluate(batch).survivors() else { return paths }
        var count = kept.count
        if case .paths(let wanted) = search.selection { count = min(count, wanted) }
        return kept.prefix(count).map { paths[Int($0)] }
    }

    private func list(_ relationships: ContiguousArray<RelationshipID>) -> Value {
        let list = relationships.map { Value.relationshipReference($0) }
        return .list(pattern.reversed ? list.reversed() : list)
    }

    func rewind() {
        child.rewind()
        input = nil
        pending = []
    }
}
