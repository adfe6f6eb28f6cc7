import GraphStore
import Values

/// Walks all paths from a node, depth first, never along one relationship twice in a path.
///
/// The walk stops after each path and goes on when asked: it holds the current path and, for each
/// of its nodes, one handful of neighbours that are still to be tried; so its memory is bounded by
/// the path's length, not by the number of paths. A value and not an object, because Swift checks
/// each access to an object's variables while it runs.
struct PathWalk {
    private let adjacency: Adjacency
    private let step: StepPredicate?
    private let context: QueryContext

    /// A node of the current path, and where trying its neighbours stands.
    private struct Frame {
        let node: NodeID
        var position = Adjacency.Position()
        /// Its neighbours in hand begin there on the stack.
        let first: Int
        /// The next one to try.
        var next: Int
    }

    private var frames: ContiguousArray<Frame> = []
    private var nodes: ContiguousArray<NodeID> = []
    private var steps: ContiguousArray<RelationshipID> = []
    /// Neighbours that were just fetched; kept for its memory.
    private var rows = ExpandedRows()
    private var isAtLeaf = false
    private var isAtStart = false
    private var stepsUntilCheckpoint = PathWalk.checkpointInterval

    private var minimum = 0
    private var maximum: Int?
    private var taken: [RelationshipID] = []
    private var target: Distances?
    /// Relationships of the current path past the first `linearLimit`: scanning would take too
    /// long there.
    private var used: Set<RelationshipID> = []
    private static let linearLimit = 32
    /// Steps between two looks at cancellation and time limit.
    private static let checkpointInterval = 4096
    /// Neighbours that are fetched at once: enough to pay for the call, few enough to hold for each
    /// node of a long path.
    private static let handful = 256

    /// The current path's relationships, in walking order.
    private(set) var relationships: ContiguousArray<RelationshipID> = []
    /// The current path's last node.
    private(set) var end: NodeID = 0
    /// The longest path that was looked at since `begin`.
    private(set) var deepest = 0
    /// Whether a path was left since `begin` because it could not arrive within the maximum.
    private(set) var hasGivenUp = false

    init(adjacency: Adjacency, step: StepPredicate?, context: QueryContext) {
        self.adjacency = adjacency
        self.step = step
        self.context = context
    }

    /// Starts at a node. Paths of `minimum` … `maximum` relationships count; those in `taken` are
    /// not walked. Paths that are too far from a target to arrive there are left early.
    mutating func begin(
        _ batch: Batch, row: Int, from node: NodeID, minimum: Int, maximum: Int?,
        taken: [RelationshipID], toward target: Distances? = nil
    ) {
        step?.begin(batch, row: row)
        self.minimum = minimum
        self.maximum = maximum
        self.taken = taken
        self.target = target
        hasGivenUp = false
        frames.removeAll(keepingCapacity: true)
        nodes.removeAll(keepingCapacity: true)
        steps.removeAll(keepingCapacity: true)
        relationships.removeAll(keepingCapacity: true)
        used.removeAll(keepingCapacity: true)
        isAtLeaf = false
        isAtStart = true
        deepest = 0
        end = node
        frames.append(Frame(node: node, first: 0, next: 0))
    }

    /// Moves to the next path; false when there is none.
    mutating func next() throws -> Bool {
        if isAtStart {
            isAtStart = false
            if maximum == 0 { frames.removeAll() }
            if minimum == 0 { return true }
        }
        if isAtLeaf {
            stepBack()
            isAtLeaf = false
        }
        while let last = frames.indices.last {
            if frames[last].next == nodes.count, try !fetch(last) {
                frames.removeLast()
                if !relationships.isEmpty { stepBack() }
                continue
            }
            let place = frames[last].next
            frames[last].next += 1
            if isUsed(steps[place]) { continue }
            if let target, let maximum {
                // A node that the target cannot be reached from is no loss at any length.
                guard let distance = target[nodes[place]] else { continue }
                if relationships.count + 1 + distance > maximum {
                    hasGivenUp = true
                    continue
                }
            }
            try advance(to: nodes[place], along: steps[place])
            if relationships.count >= minimum { return true }
        }
        return false
    }

    private mutating func advance(to node: NodeID, along relationship: RelationshipID) throws {
        stepsUntilCheckpoint -= 1
        if stepsUntilCheckpoint == 0 {
            stepsUntilCheckpoint = Self.checkpointInterval
            try context.checkpoint()
        }
        relationships.append(relationship)
        if relationships.count > Self.linearLimit { used.insert(relationship) }
        deepest = max(deepest, relationships.count)
        end = node
        if let maximum, relationships.count >= maximum {
            isAtLeaf = true
            return
        }
        if relationships.count >= context.limits.maximumPathLength {
            throw QueryError(
                .memoryLimit,
                "A variable-length pattern without an upper bound found a path of "
                    + "\(context.limits.maximumPathLength) relationships, which is the limit: "
                    + "give the pattern an upper bound.")
        }
        frames.append(Frame(node: node, first: nodes.count, next: nodes.count))
    }

    private mutating func stepBack() {
        let relationship = relationships.removeLast()
        if relationships.count >= Self.linearLimit { used.remove(relationship) }
    }

    private func isUsed(_ relationship: RelationshipID) -> Bool {
        relationships.prefix(Self.linearLimit).contains(relationship)
            || (relationships.count > Self.linearLimit && used.contains(relationship))
    }

    /// Replaces the neighbours in hand of the last frame by the next ones; false when all have been
    /// tried.
    private mutating func fetch(_ frame: Int) throws -> Bool {
        let first = frames[frame].first
        nodes.removeLast(nodes.count - first)
        steps.removeLast(steps.count - first)
        frames[frame].next = first
        while frames[frame].position.source == 0 {
            rows.removeAll()
            var position = frames[frame].position
            let node = frames[frame].node
            let limit = min(Self.handful, context.batchCapacity)
            withUnsafePointer(to: node) { node in
                adjacency.expand(
                    UnsafeBufferPointer(start: node, count: 1), from: &position, limit: limit,
                    into: &rows)
            }
            frames[frame].position = position
            if !taken.isEmpty { rows.keep { !taken.contains($1) } }
            try step?.filter(&rows, reaching: rows.neighbours)
            if rows.neighbours.isEmpty { continue }
            nodes.append(contentsOf: rows.neighbours)
            steps.append(contentsOf: rows.relationships)
            return true
        }
        return false
    }
}
