import GraphStore

/// Nodes by number and numbers by node, as a value: who holds a copy keeps what it shows while
/// others number new nodes.
///
/// Most nodes are in a table that never changes; those that came later are in a dictionary, and go
/// into a new table when there are many.
struct NodeNumbers: Sendable {
    private var table: Table
    private var later: [NodeID: Int32] = [:]
    private var laterNodes: ContiguousArray<NodeID> = []

    private static let fewLater = 1_024
    private static let laterShare = 16

    /// Numbers nodes in their order. None may come twice.
    init(_ nodes: some Sequence<NodeID>) { table = Table(ContiguousArray(nodes)) }

    var count: Int { table.nodes.count + laterNodes.count }

    subscript(number: Int32) -> NodeID {
        let place = Int(number)
        return place < table.nodes.count
            ? table.nodes[place] : laterNodes[place - table.nodes.count]
    }

    @inline(__always)
    func find(_ node: NodeID) -> Int32? {
        let found = table.find(node)
        return found >= 0 ? found : later.isEmpty ? nil : later[node]
    }

    /// The node's number, given now if it is new.
    mutating func insert(_ node: NodeID) -> Int32 {
        if let found = find(node) { return found }
        let number = Int32(count)
        later[node] = number
        laterNodes.append(node)
        if later.count > max(Self.fewLater, table.nodes.count / Self.laterShare) {
            table = Table(table.nodes + laterNodes)
            later = [:]
            laterNodes = []
        }
        return number
    }

    /// By node id where ids lie close together, else open addressing, at most half full.
    private final class Table: Sendable {
        let nodes: ContiguousArray<NodeID>
        /// The number plus one, or 0.
        private let slots: ContiguousArray<Int32>
        private let isDirect: Bool

        /// Slots for each node, where a table by node id is worth it.
        private static let directSpan = 16

        init(_ nodes: ContiguousArray<NodeID>) {
            self.nodes = nodes
            let span = (nodes.max() ?? 0) + 1
            isDirect = span <= UInt64(Self.directSpan * (nodes.count + 64))
            var size = 16
            while size < 2 * nodes.count { size *= 2 }
            var slots = ContiguousArray<Int32>(repeating: 0, count: isDirect ? Int(span) : size)
            for (number, node) in nodes.enumerated() {
                var place = isDirect ? Int(node) : Self.hash(node) & (size - 1)
                while slots[place] != 0 { place = (place + 1) & (size - 1) }
                slots[place] = Int32(number + 1)
            }
            self.slots = slots
        }

        /// The number, or -1.
        @inline(__always)
        func find(_ node: NodeID) -> Int32 {
            if isDirect { return node < UInt64(slots.count) ? slots[Int(node)] &- 1 : -1 }
            let mask = slots.count &- 1
            var place = Self.hash(node) & mask
            while slots[place] != 0 {
                let number = slots[place] &- 1
                if nodes[Int(number)] == node { return number }
                place = (place &+ 1) & mask
            }
            return -1
        }

        @inline(__always)
        private static func hash(_ node: NodeID) -> Int {
            Int(truncatingIfNeeded: (node &* 0x9E37_79B9_7F4A_7C15) >> 20)
        }
    }
}
