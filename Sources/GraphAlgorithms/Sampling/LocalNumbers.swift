internal import GraphStore

/// Numbers the nodes of a sample 0, 1, 2 … in the order in which they are met. In a disjoint sample
/// a node has a number of its own in each tree.
///
/// Open addressing over a power of two, at most half full, so that a sample of a hundred nodes
/// touches a few kilobytes however many nodes there are in the graph. A slot holds the number and
/// the sample that it belongs to: nothing is cleared between samples.
struct LocalNumbers {
    private(set) var nodes: ContiguousArray<NodeID> = []
    /// The tree of each node; empty where the sample is not disjoint.
    private(set) var trees: ContiguousArray<Int32> = []
    private var isDisjoint = false
    private var slots = ContiguousArray<UInt64>(repeating: 0, count: leastSlots)
    private var sample: UInt64 = 0

    private static let leastSlots = 1_024

    mutating func begin(isDisjoint: Bool) {
        self.isDisjoint = isDisjoint
        nodes = []
        trees = []
        sample += 1
        if sample > UInt64(UInt32.max) {
            for place in slots.indices { slots[place] = 0 }
            sample = 1
        }
    }

    var count: Int { nodes.count }

    /// The tree of a node of the sample.
    @inline(__always)
    func tree(_ number: Int) -> Int32 { isDisjoint ? trees[number] : 0 }

    /// The node's number, given now if it is new. `tree` is 0 in samples that are not disjoint.
    @inline(__always)
    mutating func insert(_ node: NodeID, tree: Int32) -> Int32 {
        var place = Self.hash(node, tree) & (slots.count &- 1)
        while slots[place] >> 32 == sample {
            let number = Int(slots[place] & 0xFFFF_FFFF)
            if nodes[number] == node, !isDisjoint || trees[number] == tree {
                return Int32(truncatingIfNeeded: number)
            }
            place = (place &+ 1) & (slots.count &- 1)
        }
        let number = nodes.count
        slots[place] = sample << 32 | UInt64(number)
        nodes.append(node)
        if isDisjoint { trees.append(tree) }
        if nodes.count &* 2 > slots.count { grow() }
        return Int32(truncatingIfNeeded: number)
    }

    private mutating func grow() {
        var larger = ContiguousArray<UInt64>(repeating: 0, count: slots.count * 2)
        for number in nodes.indices {
            var place = Self.hash(nodes[number], tree(number)) & (larger.count &- 1)
            while larger[place] != 0 { place = (place &+ 1) & (larger.count &- 1) }
            larger[place] = sample << 32 | UInt64(number)
        }
        slots = larger
    }

    /// Fibonacci hashing of the node, moved on by the tree.
    @inline(__always)
    private static func hash(_ node: NodeID, _ tree: Int32) -> Int {
        let mixed =
            (node &+ UInt64(truncatingIfNeeded: tree) &* 0xD134_2543_DE82_EF95)
            &* 0x9E37_79B9_7F4A_7C15
        return Int(truncatingIfNeeded: mixed >> 24)
    }
}
