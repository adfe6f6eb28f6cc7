extension ListEntry {
    @inline(__always)
    static func precedes(_ left: ListEntry, _ right: ListEntry) -> Bool {
        if left.node != right.node { return left.node < right.node }
        if left.neighbour != right.neighbour { return left.neighbour < right.neighbour }
        return left.relationship < right.relationship
    }
}

/// Sorting half-edges by node, then neighbour; where both are equal their order stays, so edges
/// that come in relationship order end in it.
///
/// By digits from the lowest up: linear, and the passes stop at the greatest node's highest bit.
enum ListEntrySort {
    private static let digitBits = 11
    private static let buckets = 1 << digitBits

    static func sort(_ edges: inout ContiguousArray<ListEntry>, nodes: UInt64) {
        let bits = UInt64.bitWidth - nodes.leadingZeroBitCount
        var scratch = ContiguousArray(
            repeating: ListEntry(node: 0, neighbour: 0, relationship: 0), count: edges.count)
        for field in [\ListEntry.neighbour, \ListEntry.node] {
            let isNode = field == \ListEntry.node
            for shift in stride(from: 0, to: bits, by: digitBits) {
                edges.withUnsafeMutableBufferPointer { source in
                    scratch.withUnsafeMutableBufferPointer { target in
                        pass(source, target, isNode: isNode, shift: UInt64(shift))
                    }
                }
                swap(&edges, &scratch)
            }
        }
    }

    private static func pass(
        _ source: UnsafeMutableBufferPointer<ListEntry>,
        _ target: UnsafeMutableBufferPointer<ListEntry>, isNode: Bool, shift: UInt64
    ) {
        let mask = UInt64(buckets - 1)
        withUnsafeTemporaryAllocation(of: Int.self, capacity: buckets) { places in
            places.initialize(repeating: 0)
            for edge in source {
                let id = isNode ? edge.node : edge.neighbour
                places[Int(id >> shift & mask)] += 1
            }
            var sum = 0
            for bucket in 0..<buckets {
                let count = places[bucket]
                places[bucket] = sum
                sum += count
            }
            for edge in source {
                let id = isNode ? edge.node : edge.neighbour
                let bucket = Int(id >> shift & mask)
                target[places[bucket]] = edge
                places[bucket] += 1
            }
        }
    }
}
