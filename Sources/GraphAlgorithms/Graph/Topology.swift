public import GraphStore

/// A part of the graph in compressed rows, for algorithms that look at all of it again and again.
/// Nodes are numbered 0, 1, 2 … in the order of their ids.
///
/// ```
/// nodes       │  7     12     13 …        the id of each number, ascending
/// offsets     │  0      3      3     5 …  row n is offsets[n] ..< offsets[n + 1]
///                │      │
/// neighbours  │  1 2 2  ·      0 1 …      numbers, ascending within a row; parallel
/// weights     │  1 5 2  ·      4 1 …      relationships stay apart
/// ```
///
/// 4 bytes for a relationship in a row, 12 with weights. Immutable, so any thread may read it.
public final class Topology: Sendable {
    public let nodes: ContiguousArray<NodeID>
    public let offsets: ContiguousArray<Int>
    public let neighbours: ContiguousArray<Int32>
    /// nil where every weight is 1.
    public let weights: ContiguousArray<Double>?

    public init(
        nodes: ContiguousArray<NodeID>, offsets: ContiguousArray<Int>,
        neighbours: ContiguousArray<Int32>, weights: ContiguousArray<Double>? = nil
    ) {
        precondition(offsets.count == nodes.count + 1 && offsets.last == neighbours.count)
        precondition(weights == nil || weights?.count == neighbours.count)
        self.nodes = nodes
        self.offsets = offsets
        self.neighbours = neighbours
        self.weights = weights
    }

    public var nodeCount: Int { nodes.count }
    public var entryCount: Int { neighbours.count }

    @inline(__always)
    public func range(_ number: Int) -> Range<Int> { offsets[number]..<offsets[number &+ 1] }

    @inline(__always)
    public func degree(_ number: Int) -> Int { offsets[number &+ 1] &- offsets[number] }

    @inline(__always)
    public func weight(_ place: Int) -> Double { weights?[place] ?? 1 }

    /// The node's number, or nil where it is not in this part. A binary search.
    public func number(of node: NodeID) -> Int? {
        var (lower, upper) = (0, nodes.count)
        while lower < upper {
            let middle = (lower + upper) / 2
            if nodes[middle] < node { lower = middle + 1 } else { upper = middle }
        }
        return lower < nodes.count && nodes[lower] == node ? lower : nil
    }

    /// Whether the row of `number` has `other`. A binary search.
    @inline(__always)
    public func isConnected(_ number: Int, to other: Int32) -> Bool {
        var lower = offsets[number]
        var upper = offsets[number &+ 1]
        let end = upper
        while lower < upper {
            let middle = (lower &+ upper) >> 1
            if neighbours[middle] < other { lower = middle &+ 1 } else { upper = middle }
        }
        return lower < end && neighbours[lower] == other
    }

    /// Rows and neighbours exchanged. Two passes over the entries.
    public func transposed() -> Topology {
        var offsets = ContiguousArray<Int>(repeating: 0, count: nodeCount + 1)
        for neighbour in neighbours { offsets[Int(neighbour) + 1] += 1 }
        for number in 0..<nodeCount { offsets[number + 1] += offsets[number] }
        var next = offsets
        var rows = ContiguousArray<Int32>(repeating: 0, count: entryCount)
        var moved = weights.map { ContiguousArray<Double>(repeating: 0, count: $0.count) }
        for number in 0..<nodeCount {
            for place in range(number) {
                let neighbour = Int(neighbours[place])
                rows[next[neighbour]] = Int32(truncatingIfNeeded: number)
                if let weights { moved?[next[neighbour]] = weights[place] }
                next[neighbour] += 1
            }
        }
        return Topology(nodes: nodes, offsets: offsets, neighbours: rows, weights: moved)
    }

    /// Every entry seen from both its ends.
    public func symmetrized() -> Topology {
        let other = transposed()
        var offsets: ContiguousArray<Int> = [0]
        var merged: ContiguousArray<Int32> = []
        merged.reserveCapacity(entryCount * 2)
        var mergedWeights: ContiguousArray<Double>? = weights == nil ? nil : []
        for number in 0..<nodeCount {
            var (left, right) = (range(number), other.range(number))
            while let place = left.first ?? right.first {
                let takesLeft =
                    !left.isEmpty
                    && (right.isEmpty
                        || neighbours[left.lowerBound] <= other.neighbours[right.lowerBound])
                if takesLeft {
                    merged.append(neighbours[place])
                    mergedWeights?.append(weight(place))
                    left = left.dropFirst()
                } else {
                    merged.append(other.neighbours[right.lowerBound])
                    mergedWeights?.append(other.weight(right.lowerBound))
                    right = right.dropFirst()
                }
            }
            offsets.append(merged.count)
        }
        return Topology(nodes: nodes, offsets: offsets, neighbours: merged, weights: mergedWeights)
    }
}
