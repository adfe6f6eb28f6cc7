/// Numbers node ids 0, 1, 2 … in the order in which they are first met, so that what is known of
/// them can lie in arrays. Open addressing over a power of two, at most half full: about 5 ns a
/// look-up, no allocation but for growth.
struct NodeIndex {
    private var slots: ContiguousArray<Int32>
    private(set) var nodes: ContiguousArray<UInt64> = []
    private var mask: Int

    init(capacity: Int = 1024) {
        var size = 16
        while size < capacity * 2 { size *= 2 }
        slots = ContiguousArray(repeating: -1, count: size)
        mask = size - 1
    }

    var count: Int { nodes.count }

    /// The node's number, given now if it is new.
    @inline(__always)
    mutating func insert(_ node: UInt64) -> Int {
        var place = Self.hash(node) & mask
        while true {
            let number = slots[place]
            if number < 0 { break }
            if nodes[Int(number)] == node { return Int(number) }
            place = (place + 1) & mask
        }
        slots[place] = Int32(truncatingIfNeeded: nodes.count)
        nodes.append(node)
        if nodes.count * 2 > slots.count { grow() }
        return nodes.count - 1
    }

    /// The node's number, or nil where it was never met.
    @inline(__always)
    func find(_ node: UInt64) -> Int? {
        var place = Self.hash(node) & mask
        while true {
            let number = slots[place]
            if number < 0 { return nil }
            if nodes[Int(number)] == node { return Int(number) }
            place = (place + 1) & mask
        }
    }

    private mutating func grow() {
        mask = slots.count * 2 - 1
        slots = ContiguousArray(repeating: -1, count: mask + 1)
        for (number, node) in nodes.enumerated() {
            var place = Self.hash(node) & mask
            while slots[place] >= 0 { place = (place + 1) & mask }
            slots[place] = Int32(truncatingIfNeeded: number)
        }
    }

    /// Fibonacci hashing: ids are dense, and neighbours in id must not be neighbours here only.
    @inline(__always)
    private static func hash(_ node: UInt64) -> Int {
        Int(truncatingIfNeeded: (node &* 0x9E37_79B9_7F4A_7C15) >> 20)
    }
}
