import GraphStore

/// One adjacency list, copied out of its reader: neighbours in ascending order, with relationships
/// where they were asked for. Used again for the next list, so that nothing is allocated per row.
struct SortedList {
    private(set) var node: NodeID?
    private(set) var neighbours: ContiguousArray<NodeID> = []
    private(set) var relationships: ContiguousArray<RelationshipID> = []
    /// A list that is used again is marked, so that others need only be held against it.
    private(set) var marks = NodeMarks()

    /// Shorter lists are as quickly walked.
    private static let fewestMarked = 8

    /// Reads the node's list, unless it is the one that is there.
    mutating func load(_ node: NodeID, from reader: AdjacencyReader, options: ExpandOptions) {
        if self.node == node {
            if !marks.isSet, neighbours.count >= Self.fewestMarked { marks.set(neighbours) }
            return
        }
        marks.clear(neighbours)
        self.node = node
        neighbours.removeAll(keepingCapacity: true)
        relationships.removeAll(keepingCapacity: true)
        reader.forEachRun(of: node, options: options) { neighbours, relationships in
            self.neighbours.append(contentsOf: neighbours)
            self.relationships.append(contentsOf: relationships)
        }
    }

    mutating func forget() { node = nil }

    /// The places of a neighbour that is in the list.
    func places(of neighbour: NodeID) -> Range<Int> {
        var (low, high) = (0, neighbours.count)
        while low < high {
            let middle = (low + high) / 2
            if neighbours[middle] < neighbour { low = middle + 1 } else { high = middle }
        }
        var end = low
        while end < neighbours.count, neighbours[end] == neighbour { end += 1 }
        return low..<end
    }
}

/// The nodes of one list as bits by id.
struct NodeMarks {
    private var words: ContiguousArray<UInt64> = []
    private(set) var isSet = false

    /// Beyond this id, bits would take more memory than the caches hold: 2 MiB.
    private static let largestID: NodeID = 1 << 24

    /// Marks ascending nodes, unless their ids are too large.
    mutating func set(_ nodes: ContiguousArray<NodeID>) {
        guard let last = nodes.last, last < Self.largestID else { return }
        let needed = Int(last >> 6) + 1
        if words.count < needed {
            words.append(contentsOf: repeatElement(0, count: needed - words.count))
        }
        for node in nodes { words[Int(node >> 6)] |= 1 << (node & 63) }
        isSet = true
    }

    /// Takes the marks of the same nodes away.
    mutating func clear(_ nodes: ContiguousArray<NodeID>) {
        guard isSet else { return }
        for node in nodes { words[Int(node >> 6)] = 0 }
        isSet = false
    }

    /// Calls back with the places of `list` whose nodes are marked. A nanosecond each.
    @inline(__always)
    func forEachMarked(
        in list: UnsafeBufferPointer<NodeID>, _ body: (_ place: Int) -> Void
    ) {
        words.withUnsafeBufferPointer { words in
            let limit = NodeID(words.count) << 6
            for place in 0..<list.count {
                let node = list[place]
                if node < limit, words[Int(node >> 6)] & (1 << (node & 63)) != 0 { body(place) }
            }
        }
    }
}

/// Walks two sorted lists at once.
enum SortedIntersection {
    /// Longer lists than this many times the other are searched in leaps, shorter ones step by step.
    private static let leapRatio = 8

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
