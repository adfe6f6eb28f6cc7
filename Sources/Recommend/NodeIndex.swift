import Foundation
import GraphStore

/// Numbers node ids 0, 1, 2 … in the order in which they are first met, so that what is known of
/// them can lie in arrays.
///
/// A table over all ids where they are few enough: one access to memory, and only pages of it that
/// are touched exist. Else open addressing over a power of two, at most half full.
final class NodeIndex {
    @exclusivity(unchecked) private(set) var nodes: ContiguousArray<NodeID> = []
    /// By node id or by hash: the number plus one, or 0.
    @exclusivity(unchecked) private var slots: UnsafeMutablePointer<Int32>
    @exclusivity(unchecked) private var slotCount: Int
    private let isDirect: Bool

    /// Ids up to here get a table: 256 MB of addresses, of which mostly little is used.
    private static let directLimit: NodeID = 1 << 26
    private static let leastSlots = 1 << 11

    /// All ids will be below `bound`.
    init(below bound: NodeID) {
        isDirect = bound <= Self.directLimit
        slotCount = isDirect ? Int(bound) : Self.leastSlots
        slots = Self.allocate(slotCount)
    }

    deinit { free(slots) }

    private static func allocate(_ count: Int) -> UnsafeMutablePointer<Int32> {
        guard let memory = calloc(max(count, 1), MemoryLayout<Int32>.stride) else {
            fatalError("out of memory: \(count) slots")
        }
        return memory.bindMemory(to: Int32.self, capacity: max(count, 1))
    }

    var count: Int { nodes.count }

    /// The node's number, given now if it is new.
    @inline(__always)
    func insert(_ node: NodeID) -> Int {
        let place = place(of: node)
        let found = slots[place]
        if found != 0 { return Int(found) &- 1 }
        nodes.append(node)
        slots[place] = Int32(truncatingIfNeeded: nodes.count)
        let number = nodes.count &- 1
        if !isDirect, nodes.count * 2 > slotCount { grow() }
        return number
    }

    /// The node's number, or nil where it was never met.
    @inline(__always)
    func find(_ node: NodeID) -> Int? {
        let found = slots[place(of: node)]
        return found == 0 ? nil : Int(found) &- 1
    }

    @inline(__always)
    private func place(of node: NodeID) -> Int {
        if isDirect {
            precondition(node < NodeID(slotCount), "node \(node) is past the bound")
            return Int(node)
        }
        var place = Self.hash(node) & (slotCount &- 1)
        while slots[place] != 0, nodes[Int(slots[place]) &- 1] != node {
            place = (place &+ 1) & (slotCount &- 1)
        }
        return place
    }

    private func grow() {
        free(slots)
        slotCount *= 2
        slots = Self.allocate(slotCount)
        for (number, node) in nodes.enumerated() {
            slots[place(of: node)] = Int32(truncatingIfNeeded: number + 1)
        }
    }

    /// Fibonacci hashing: ids are dense, and neighbours in id must not be neighbours here only.
    @inline(__always)
    private static func hash(_ node: NodeID) -> Int {
        Int(truncatingIfNeeded: (node &* 0x9E37_79B9_7F4A_7C15) >> 20)
    }
}
