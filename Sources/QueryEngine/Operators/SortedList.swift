import GraphStore

/// One adjacency list, copied out of its reader: neighbours in ascending order, with relationships
/// where they were asked for. Used again for the next list, so that nothing is allocated per row.
struct SortedList {
    private(set) var node: NodeID?
    private(set) var neighbours: ContiguousArray<NodeID> = []
    private(set) var relationships: ContiguousArray<RelationshipID> = []

    /// Reads the node's list, unless it is the one that is there.
    mutating func load(_ node: NodeID, from reader: AdjacencyReader, options: ExpandOptions) {
        if self.node == node { return }
        self.node = node
        neighbours.removeAll(keepingCapacity: true)
        relationships.removeAll(keepingCapacity: true)
        reader.forEachRun(of: node, options: options) { neighbours, relationships in
            self.neighbours.append(contentsOf: neighbours)
            self.relationships.append(contentsOf: relationships)
        }
    }

    mutating func forget() { node = nil }
}

/// Walks two sorted lists at once.
enum SortedIntersection {
    /// Longer lists than this many times the other are searched in leaps, shorter ones step by step.
    private static let leapRatio = 16

    /// Calls back with the runs of equal neighbours, in ascending order. Cost: the sum of the
    /// lengths, or of the shorter one times the logarithm of the other's where that is far longer.
    @inline(__always)
    static func forEach(
        _ left: UnsafeBufferPointer<NodeID>, _ right: UnsafeBufferPointer<NodeID>,
        _ body: (_ left: Range<Int>, _ right: Range<Int>) -> Void
    ) {
        let leapsLeft = left.count > right.count &* leapRatio
        let leapsRight = right.count > left.count &* leapRatio
        var (i, j) = (0, 0)
        while i < left.count, j < right.count {
            let (a, b) = (left[i], right[j])
            if a == b {
                let (iEnd, jEnd) = (runEnd(left, i), runEnd(right, j))
                body(i..<iEnd, j..<jEnd)
                (i, j) = (iEnd, jEnd)
            } else if leapsLeft, a < b {
                i = leap(left, from: i, to: b)
            } else if leapsRight, b < a {
                j = leap(right, from: j, to: a)
            } else {
                // No branch to predict: which one goes on is as good as random.
                i &+= a < b ? 1 : 0
                j &+= b < a ? 1 : 0
            }
        }
    }

    @inline(__always)
    private static func runEnd(_ list: UnsafeBufferPointer<NodeID>, _ start: Int) -> Int {
        var end = start + 1
        while end < list.count, list[end] == list[start] { end += 1 }
        return end
    }

    /// The first place from `start` on that is not below `target`: steps that double, then a
    /// binary search between the last two.
    private static func leap(
        _ list: UnsafeBufferPointer<NodeID>, from start: Int, to target: NodeID
    ) -> Int {
        var low = start
        var step = 1
        while low + step < list.count, list[low + step] < target {
            low += step
            step *= 2
        }
        var high = min(low + step, list.count)
        while low < high {
            let middle = (low + high) / 2
            if list[middle] < target { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
