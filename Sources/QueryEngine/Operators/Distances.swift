import GraphStore
import Values

/// How far the nodes around one node are from it: a bound for walks towards it. Conditions on steps
/// are not looked at, so a true distance may be longer.
final class Distances {
    private let adjacency: Adjacency
    private let context: QueryContext
    private var levels: [NodeID: Int32] = [:]
    private var reserved = 0
    /// What a node costs in the table, about.
    private static let bytesPerNode = 32

    /// `adjacency`: the walks' own, the other way round.
    init(adjacency: Adjacency, context: QueryContext) {
        self.adjacency = adjacency
        self.context = context
    }

    /// Call before each batch.
    func refresh() { adjacency.refresh() }

    /// nil: the node cannot be left for the target within the maximum.
    subscript(node: NodeID) -> Int? { levels[node].map(Int.init) }

    /// Measures until nothing is left or `maximum` is reached.
    func measure(to target: NodeID, from start: NodeID, maximum: Int?) throws {
        levels = [target: 0]
        var frontier: ContiguousArray<NodeID> = [target]
        var level: Int32 = 0
        while !frontier.isEmpty, Int(level) < maximum ?? Int.max {
            level += 1
            let sources = frontier
            frontier = []
            var position = Adjacency.Position()
            while position.source < sources.count {
                try context.checkpoint()
                var rows = ExpandedRows()
                sources.withUnsafeBufferPointer {
                    adjacency.expand(
                        $0, from: &position, limit: context.batchCapacity, into: &rows)
                }
                let before = levels.count
                for node in rows.neighbours where levels[node] == nil {
                    levels[node] = level
                    frontier.append(node)
                }
                let bytes = (levels.count - before) * Self.bytesPerNode
                reserved += bytes
                try context.reserve(bytes: bytes)
            }
        }
    }

    func clear() {
        levels = [:]
        context.release(bytes: reserved)
        reserved = 0
    }
}
