import Cypher
import GraphStore
import Values

/// `SHORTEST k (a) ((x)-[:R]->(y)-[:S]->(z))+ (b)`: for each row the shortest walks between two
/// bound nodes that repeat a pattern and meet no relationship twice.
///
/// Breadth first from the start until the end is met, over nodes and not over walks, so that the
/// cost is that of the nodes and repetitions in reach. Then, length by length, walks are followed
/// that can still arrive within the length: each of them is a result, or meets a relationship
/// again. What repetitions there are is kept between rows where it does not depend on them.
final class ShortestTrailsOperator: Operator {
    private let child: any Operator
    private let repetition: QuantifiedExpand
    private let selection: PathSelection
    private let isShared: Bool
    private let carried: [Slot]
    private let graph: RepetitionGraph
    private let context: QueryContext

    private var input: Batch?
    private var row = 0
    private var starts: ContiguousArray<NodeID> = []
    private var ends: ContiguousArray<NodeID> = []

    /// Repetitions from the start, and to the end; -1 where nothing leads.
    private var fromStart: ContiguousArray<Int32> = []
    private var toEnd: ContiguousArray<Int32> = []

    /// A path that was found.
    private struct Found {
        let row: Int32
        let relationships: Value
        let lists: [Value]
    }
    /// Not given out yet.
    private var found: ArraySlice<Found> = []
    private var reserved = 0

    private var width: Int { repetition.innerRelationships.count }

    /// `isShared`: whether the pattern looks at nothing of the row.
    init(
        child: any Operator, pattern: any Operator, search: ShortestTrails, isShared: Bool,
        output: [Slot], context: QueryContext
    ) {
        self.child = child
        repetition = search.repetition
        selection = search.selection
        self.isShared = isShared
        self.context = context
        let made = repetition.lists.map(\.list) + [repetition.relationships].compactMap { $0 }
        carried = output.filter { !made.contains($0) }
        graph = RepetitionGraph(pattern: pattern, repetition: repetition, context: context)
    }

    func next() throws -> Batch? {
        while true {
            guard let input = try input ?? pull() else { return nil }
            while found.count < context.batchCapacity, row < input.count {
                try search(row, of: input)
                row += 1
            }
            if found.isEmpty {
                self.input = nil
                continue
            }
            return giveOut(of: input)
        }
    }

    private func pull() throws -> Batch? {
        guard let batch = try child.next() else { return nil }
        starts = try batch[repetition.from].nodeIDs()
        ends = try batch[repetition.to].nodeIDs()
        row = 0
        input = batch
        return batch
    }

    // MARK: Searching

    private func search(_ row: Int, of input: Batch) throws {
        guard starts[row] != Column.absent, ends[row] != Column.absent else { return }
        if !isShared { graph.removeAll() }
        let outside = input.sliced(row..<row + 1)
        let start = graph.insert(starts[row])
        fromStart = ContiguousArray(repeating: -1, count: graph.nodes.count)
        fromStart[Int(start)] = 0
        var frontier: ContiguousArray<Int32> = [start]
        var level = 0
        var length = repetition.length.minimum
        var left: Int
        switch selection {
        case .paths(let count), .groups(let count): left = count
        }
        var knowsWayBack = false
        while left > 0, length <= repetition.length.maximum ?? Int.max {
            while level < length, !frontier.isEmpty {
                frontier = try advance(frontier, to: Int32(level + 1), outside)
                level += 1
                knowsWayBack = false
            }
            guard let end = graph.place(ends[row]), fromStart.count > end, fromStart[Int(end)] >= 0
            else {
                if frontier.isEmpty { return }
                length += 1
                continue
            }
            if !knowsWayBack { measure(to: end) }
            knowsWayBack = true
            length = max(length, Int(toEnd[Int(start)]))
            if level < length, !frontier.isEmpty { continue }
            let limit: Int? = if case .paths = selection { left } else { nil }
            let (count, mayGoOn) = try trails(from: start, to: end, length, Int32(row), limit)
            switch selection {
            case .paths: left -= count
            case .groups: left -= count > 0 ? 1 : 0
            }
            if !mayGoOn, frontier.isEmpty { return }
            length += 1
        }
    }

    /// Takes the search one repetition on. Returns the nodes that are new.
    private func advance(_ frontier: ContiguousArray<Int32>, to level: Int32, _ outside: Batch)
        throws -> ContiguousArray<Int32>
    {
        try graph.expand(frontier, row: outside)
        fromStart.append(
            contentsOf: repeatElement(-1, count: graph.nodes.count - fromStart.count))
        var next = ContiguousArray<Int32>()
        for place in frontier {
            for step in graph.outgoing[Int(place)] {
                let target = graph.steps[Int(step)].target
                if fromStart[Int(target)] >= 0 { continue }
                fromStart[Int(target)] = level
                next.append(target)
            }
        }
        return next
    }

    /// Repetitions from each node to the end, over the steps that are known.
    private func measure(to end: Int32) {
        toEnd = ContiguousArray(repeating: -1, count: graph.nodes.count)
        toEnd[Int(end)] = 0
        var frontier: ContiguousArray<Int32> = [end]
        var distance: Int32 = 0
        while !frontier.isEmpty {
            distance += 1
            var next = ContiguousArray<Int32>()
            for place in frontier {
                for step in graph.incoming[Int(place)] {
                    let source = graph.steps[Int(step)].source
                    if toEnd[Int(source)] >= 0 { continue }
                    toEnd[Int(source)] = distance
                    next.append(source)
                }
            }
            frontier = next
        }
    }

    /// Finds the walks of exactly so many repetitions, at most `limit`. Returns how many there
    /// were, and whether a walk was left that could be longer.
    private func trails(
        from start: Int32, to end: Int32, _ length: Int, _ row: Int32, _ limit: Int?
    ) throws -> (count: Int, mayGoOn: Bool) {
        try checkLength(length)
        var count = 0
        var mayGoOn = false
        var walk = ContiguousArray<Int32>()
        var used: Set<RelationshipID> = []
        /// For each node of the walk the next of its steps to try.
        var tried = ContiguousArray<Int>([0])
        var place = start
        var untilCheckpoint = Self.checkpointInterval
        while true {
            if walk.count == length {
                mayGoOn = true
                if place == end {
                    try keep(walk, row)
                    count += 1
                    if count == limit { return (count, true) }
                }
            } else {
                let steps = graph.outgoing[Int(place)]
                let next = tried[tried.count - 1]
                if next < steps.count {
                    untilCheckpoint -= 1
                    if untilCheckpoint == 0 {
                        untilCheckpoint = Self.checkpointInterval
                        try context.checkpoint()
                    }
                    tried[tried.count - 1] += 1
                    let target = graph.steps[Int(steps[next])].target
                    let distance = toEnd[Int(target)]
                    if distance < 0 { continue }
                    if walk.count + 1 + Int(distance) > length {
                        mayGoOn = true
                        continue
                    }
                    let relationships = graph.relationships(of: steps[next])
                    if relationships.contains(where: used.contains) { continue }
                    used.formUnion(relationships)
                    walk.append(steps[next])
                    tried.append(0)
                    place = target
                    continue
                }
            }
            guard let last = walk.popLast() else { return (count, mayGoOn) }
            tried.removeLast()
            used.subtract(graph.relationships(of: last))
            place = graph.steps[Int(last)].source
        }
    }

    /// Steps between two looks at cancellation and time limit.
    private static let checkpointInterval = 4096

    private func checkLength(_ length: Int) throws(QueryError) {
        if length * width > context.limits.maximumPathLength {
            throw .pathTooLong(limit: context.limits.maximumPathLength)
        }
    }

    // MARK: Rows

    private func keep(_ walk: ContiguousArray<Int32>, _ row: Int32) throws {
        let bytes = 64 + walk.count * (width + repetition.lists.count) * 32
        reserved += bytes
        try context.reserve(bytes: bytes)
        found.append(
            Found(
                row: row,
                relationships: repetition.relationships == nil
                    ? .null
                    : .list(
                        walk.flatMap {
                            graph.relationships(of: $0).map(Value.relationshipReference)
                        }
                    ),
                lists: repetition.lists.indices.map { variable in
                    .list(walk.map { graph.binding(variable, of: $0) })
                }))
    }

    private func giveOut(of input: Batch) -> Batch {
        let paths = found.prefix(context.batchCapacity)
        found = found.dropFirst(paths.count)
        if found.isEmpty {
            context.release(bytes: reserved)
            reserved = 0
            found = []
        }
        var batch = input.gathered(ContiguousArray(paths.map(\.row)), slots: carried)
        if let slot = repetition.relationships {
            batch[slot] = .values(ContiguousArray(paths.map(\.relationships)))
        }
        for (variable, pair) in repetition.lists.enumerated() {
            batch[pair.list] = .values(ContiguousArray(paths.map { $0.lists[variable] }))
        }
        return batch
    }

    func rewind() {
        child.rewind()
        context.release(bytes: reserved)
        reserved = 0
        found = []
        input = nil
        graph.removeAll()
    }
}
