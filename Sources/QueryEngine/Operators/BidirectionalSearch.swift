import GraphStore
import Values

/// Breadth-first search from both ends at once, always a whole level on the side with the smaller
/// frontier. Finds the shortest paths between two different nodes, one or all of them.
final class BidirectionalSearch {
    /// One end's part: the nodes reached, and the last steps that reach each in the least number.
    private struct Side {
        struct Visit {
            let level: Int32
            /// First of a chain of edges; -1 at the side's own end.
            var edge: Int32
        }

        /// A step to a node from one that is a level nearer to the side's own end.
        struct Edge {
            let previous: NodeID
            let relationship: RelationshipID
            let next: Int32
        }

        let adjacency: Adjacency
        var visits: [NodeID: Visit] = [:]
        var edges: ContiguousArray<Edge> = []
        var frontier: ContiguousArray<NodeID> = []
        var level: Int32 = 0

        mutating func begin(at node: NodeID) {
            visits = [node: Visit(level: 0, edge: -1)]
            edges.removeAll(keepingCapacity: true)
            frontier = [node]
            level = 0
        }
    }

    private var forward: Side
    private var backward: Side
    private let step: StepPredicate?
    private let context: QueryContext
    private var reserved = 0
    /// What a visited node costs in the tables, about.
    private static let bytesPerVisit = 72

    init(adjacency: Adjacency, step: StepPredicate?, context: QueryContext) {
        forward = Side(adjacency: adjacency)
        backward = Side(adjacency: adjacency.reversed())
        self.step = step
        self.context = context
    }

    /// Call before each batch.
    func refresh() {
        forward.adjacency.refresh()
        backward.adjacency.refresh()
    }

    /// The relationships of the shortest paths of at most `maximum` steps, in walking order; the
    /// first one found, or with `all` every one. Relationships in `taken` are not walked.
    func paths(
        _ batch: Batch, row: Int, from start: NodeID, to end: NodeID, maximum: Int?,
        taken: [RelationshipID], all: Bool
    ) throws -> [ContiguousArray<RelationshipID>] {
        precondition(start != end)
        step?.begin(batch, row: row)
        forward.begin(at: start)
        backward.begin(at: end)
        defer {
            context.release(bytes: reserved)
            reserved = 0
        }
        while !forward.frontier.isEmpty && !backward.frontier.isEmpty {
            if let maximum, Int(forward.level + backward.level) >= maximum { break }
            let goesForward = forward.frontier.count <= backward.frontier.count
            let meetings = try advance(goesForward, taken: taken, all: all)
            if !meetings.isEmpty { return try join(meetings, all: all) }
        }
        return []
    }

    /// Takes one side a whole level on. Returns the nodes at which it met the other side. Whole
    /// levels make sure that the first to meet are the shortest.
    private func advance(_ goesForward: Bool, taken: [RelationshipID], all: Bool) throws
        -> ContiguousArray<NodeID>
    {
        // The side leaves the property while it changes, so that its tables are not copied.
        var side = goesForward ? forward : backward
        if goesForward { forward.visits = [:] } else { backward.visits = [:] }
        defer { if goesForward { forward = side } else { backward = side } }

        let sources = side.frontier
        side.frontier = []
        side.level += 1
        var meetings = ContiguousArray<NodeID>()
        var position = Adjacency.Position()
        while position.source < sources.count {
            try context.checkpoint()
            var rows = ExpandedRows()
            sources.withUnsafeBufferPointer {
                side.adjacency.expand(
                    $0, from: &position, limit: context.batchCapacity, into: &rows)
            }
            if !taken.isEmpty { rows.keep { !taken.contains($1) } }
            if let step {
                // A step backwards is the pattern's step from the neighbour to the source.
                let reached =
                    goesForward
                    ? rows.neighbours
                    : ContiguousArray(rows.sources.lazy.map { sources[Int($0)] })
                try step.filter(&rows, reaching: reached)
            }
            let before = side.visits.count
            let other = goesForward ? backward.visits : forward.visits
            visit(rows, from: sources, &side, meeting: other, all: all, at: &meetings)
            let bytes = (side.visits.count - before) * Self.bytesPerVisit
            reserved += bytes
            try context.reserve(bytes: bytes)
            if !all && !meetings.isEmpty { break }
        }
        return meetings
    }

    private func visit(
        _ rows: ExpandedRows, from sources: ContiguousArray<NodeID>, _ side: inout Side,
        meeting other: [NodeID: Side.Visit], all: Bool, at meetings: inout ContiguousArray<NodeID>
    ) {
        for row in rows.sources.indices {
            let node = rows.neighbours[row]
            let known = side.visits[node]
            if let known, !all || known.level != side.level { continue }
            side.visits[node] = Side.Visit(
                level: side.level, edge: Int32(side.edges.count))
            side.edges.append(
                Side.Edge(
                    previous: sources[Int(rows.sources[row])],
                    relationship: rows.relationships[row], next: known?.edge ?? -1))
            if known == nil {
                side.frontier.append(node)
                if other[node] != nil { meetings.append(node) }
            }
        }
    }

    /// Paths through the nodes where the sides met.
    private func join(_ meetings: ContiguousArray<NodeID>, all: Bool) throws
        -> [ContiguousArray<RelationshipID>]
    {
        var paths: [ContiguousArray<RelationshipID>] = []
        for node in meetings {
            let heads = try halves(of: forward, at: node, all: all)
            let tails = try halves(of: backward, at: node, all: all)
            for head in heads {
                for tail in tails {
                    let path = ContiguousArray(head.reversed()) + tail
                    let bytes = 32 + path.count * 8
                    reserved += bytes
                    try context.reserve(bytes: bytes)
                    paths.append(path)
                    if !all { return paths }
                }
            }
        }
        return paths
    }

    /// The steps from a node back to the side's own end, in every shortest way.
    private func halves(of side: Side, at node: NodeID, all: Bool) throws
        -> [ContiguousArray<RelationshipID>]
    {
        var halves: [ContiguousArray<RelationshipID>] = []
        var stack = ContiguousArray<Int32>()
        var path = ContiguousArray<RelationshipID>()
        var edge = side.visits[node]?.edge ?? -1
        if edge < 0 { return [[]] }
        while true {
            if edge >= 0 {
                let step = side.edges[Int(edge)]
                stack.append(edge)
                path.append(step.relationship)
                edge = side.visits[step.previous]?.edge ?? -1
                if edge < 0 {
                    let bytes = 32 + path.count * 8
                    reserved += bytes
                    try context.reserve(bytes: bytes)
                    halves.append(path)
                    if !all { return halves }
                } else {
                    continue
                }
            }
            guard let last = stack.popLast() else { return halves }
            path.removeLast()
            edge = side.edges[Int(last)].next
        }
    }
}
