/// The relationships of a bulk load on their way into adjacency: collected by type, and sorted
/// within bounded memory, once for each direction.
struct BulkEdges {
    private struct Collected {
        /// As the start sees them, in relationship order.
        var edges: ContiguousArray<ListEntry> = []
        let outgoing: ListEntryRuns
        let incoming: ListEntryRuns
    }

    private let directory: String
    private let capacity: Int
    private var byType: [Collected] = []
    private var count = 0

    init(directory: String, bytes: Int) {
        self.directory = directory
        // The edges, and as much again to sort them into.
        capacity = max(1024, bytes / (2 * MemoryLayout<ListEntry>.stride))
    }

    mutating func append(
        _ type: TypeID, start: NodeID, end: NodeID, _ id: RelationshipID, nodes: UInt64
    ) throws(StoreError) {
        if count == capacity { try spill(nodes: nodes) }
        while byType.count <= Int(type) {
            let path = directory + "/sort.\(byType.count)"
            byType.append(
                Collected(
                    outgoing: ListEntryRuns(path: path + ".out"),
                    incoming: ListEntryRuns(path: path + ".in")))
        }
        byType[Int(type)].edges.append(ListEntry(node: start, neighbour: end, relationship: id))
        count += 1
    }

    private mutating func spill(nodes: UInt64) throws(StoreError) {
        for type in byType.indices where !byType[type].edges.isEmpty {
            var edges = ContiguousArray<ListEntry>()
            swap(&edges, &byType[type].edges)
            ListEntrySort.sort(&edges, nodes: nodes)
            try byType[type].outgoing.spill(edges)
            Self.turn(&edges)
            ListEntrySort.sort(&edges, nodes: nodes)
            try byType[type].incoming.spill(edges)
        }
        count = 0
    }

    private static func turn(_ edges: inout ContiguousArray<ListEntry>) {
        for index in edges.indices {
            let edge = edges[index]
            edges[index].node = edge.neighbour
            edges[index].neighbour = edge.node
        }
    }

    /// Lends everything in the order of adjacency's keys: type, direction, node, neighbour,
    /// relationship. Frees each type's memory as it goes.
    mutating func drain(
        nodes: UInt64,
        _ body: (TypeID, Direction, UnsafeBufferPointer<ListEntry>) throws(StoreError) -> Void
    ) throws(StoreError) {
        for type in byType.indices {
            var edges = ContiguousArray<ListEntry>()
            swap(&edges, &byType[type].edges)
            ListEntrySort.sort(&edges, nodes: nodes)
            try byType[type].outgoing.merge(edges) { (batch) throws(StoreError) in
                try body(TypeID(type), .outgoing, batch)
            }
            Self.turn(&edges)
            ListEntrySort.sort(&edges, nodes: nodes)
            try byType[type].incoming.merge(edges) { (batch) throws(StoreError) in
                try body(TypeID(type), .incoming, batch)
            }
        }
    }
}
