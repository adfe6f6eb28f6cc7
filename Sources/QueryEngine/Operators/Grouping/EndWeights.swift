import Foundation
import GraphStore
import Values

/// Weights added up by the node that they lead to: what the paths of one section of rows come to.
///
/// This is the accumulator of the row-wise product of sparse matrices (Gustavson 1978, ACM TOMS
/// 4(3), section 3): an array with a place for every node, and a list of those that were reached, so
/// that emptying it costs what was reached and not what there is. Where most nodes are expected to
/// be reached, the list is left out and the array read from end to end. Where few entries are
/// expected among many nodes, the array is not worth its memory, and nodes are numbered in a hash
/// table.
final class EndWeights {
    /// Nodes below it have a place in the array.
    private let bound: NodeID
    /// By node id; 0 but for the section's ends. The system gives cleared pages as they are touched.
    private let sums: UnsafeMutablePointer<Int64>
    /// Nodes of the array that have been reached, each once: nothing is added after a subtraction.
    /// Not kept where all places are read.
    private let reached: UnsafeMutablePointer<NodeID>
    private var reachedCount = 0
    private let readsAll: Bool
    /// Nodes without a place in the array, and their sums by number.
    private var others = IdentifierTable()
    private var otherSums: ContiguousArray<Int64> = []
    private var given = 0

    /// The array is used from so many expected entries for each of its places on.
    private static let entriesPerPlace = 0.05
    /// Nodes that can be added in one call.
    static let longestRun = Batch.defaultCapacity

    /// For so many entries in so many sections, of nodes below `bound`.
    init(entries: Int, sections: Int, bound: NodeID) {
        let isWorthArray = Double(entries) >= Self.entriesPerPlace * Double(bound)
        self.bound = isWorthArray ? bound : 0
        readsAll = isWorthArray && entries / max(1, sections) >= Int(bound)
        sums = .allocateCleared(Int(self.bound) + 1)
        // `add` writes one place past those that are reached.
        reached = .allocateCleared(readsAll ? 1 : Int(self.bound) + Self.longestRun)
        if readsAll { reachedCount = Int(bound) }
    }

    deinit {
        free(sums)
        free(reached)
    }

    var byteCount: Int {
        Int(bound) * (readsAll ? 8 : 16) + others.byteCount + otherSums.capacity * 8
    }

    /// Adds the weight, which is positive, to each of the nodes as often as it is there. Not to be
    /// called for a section after ``subtract(_:from:)``.
    func add(_ weight: Int64, to nodes: UnsafeBufferPointer<NodeID>) throws(QueryError) {
        precondition(nodes.count <= Self.longestRun)
        var overflows = false
        var strays = 0
        var count = reachedCount
        if readsAll {
            for node in nodes {
                guard node < bound else {
                    strays &+= 1
                    continue
                }
                let place = Int(truncatingIfNeeded: node)
                let (sum, overflow) = sums[place].addingReportingOverflow(weight)
                sums[place] = sum
                overflows = overflows || overflow
            }
        } else {
            for node in nodes {
                guard node < bound else {
                    strays &+= 1
                    continue
                }
                let place = Int(truncatingIfNeeded: node)
                let old = sums[place]
                let (sum, overflow) = old.addingReportingOverflow(weight)
                sums[place] = sum
                overflows = overflows || overflow
                // Written anyway, and kept where it is new: no branch to predict.
                reached[count] = node
                count &+= old == 0 ? 1 : 0
            }
        }
        reachedCount = count
        // Before a sum that has gone round to 0 can make a node count as new again and again.
        if overflows { throw QueryError.tooManyMatches }
        if strays > 0 { for node in nodes where node >= bound { try addOther(node, weight) } }
    }

    /// Takes the weight from one node.
    func subtract(_ weight: Int64, from node: NodeID) throws(QueryError) {
        if node < bound {
            sums[Int(node)] &-= weight
        } else {
            try addOther(node, -weight)
        }
    }

    private func addOther(_ node: NodeID, _ weight: Int64) throws(QueryError) {
        let number = Int(others.insert(node))
        if number == otherSums.count { otherSums.append(0) }
        let (sum, overflow) = otherSums[number].addingReportingOverflow(weight)
        otherSums[number] = sum
        if overflow { throw QueryError.tooManyMatches }
    }

    /// Appends the next ends with their sums, until there are `limit` or no more, and leaves out
    /// those that came to 0. True at the end: then it is empty, for the next section.
    func take(
        _ limit: Int, _ nodes: inout ContiguousArray<NodeID>,
        _ weights: inout ContiguousArray<Int64>
    ) -> Bool {
        takeReached(limit - nodes.count, &nodes, &weights)
        while given >= reachedCount, given < reachedCount + otherSums.count, nodes.count < limit {
            let number = given - reachedCount
            given += 1
            if otherSums[number] == 0 { continue }
            nodes.append(others.keys[number])
            weights.append(otherSums[number])
        }
        guard given == reachedCount + otherSums.count else { return false }
        reset()
        return true
    }

    private func takeReached(
        _ limit: Int, _ nodes: inout ContiguousArray<NodeID>,
        _ weights: inout ContiguousArray<Int64>
    ) {
        if given >= reachedCount || limit <= 0 { return }
        let before = nodes.count
        nodes.grow(to: before + limit, with: 0)
        weights.grow(to: before + limit, with: 0)
        var count = before
        var place = given
        nodes.withUnsafeMutableBufferPointer { nodes in
            weights.withUnsafeMutableBufferPointer { weights in
                while place < reachedCount, count < nodes.count {
                    let node = readsAll ? NodeID(place) : reached[place]
                    let sum = sums[Int(node)]
                    sums[Int(node)] = 0
                    // Written anyway, and kept where it is an end: no branch to predict.
                    nodes[count] = node
                    weights[count] = sum
                    count &+= sum == 0 ? 0 : 1
                    place &+= 1
                }
            }
        }
        given = place
        nodes.removeLast(nodes.count - count)
        weights.removeLast(weights.count - count)
    }

    private func reset() {
        given = 0
        if !readsAll { reachedCount = 0 }
        if others.count > 0 {
            others = IdentifierTable()
            otherSums.removeAll(keepingCapacity: true)
        }
    }
}

extension UnsafeMutablePointer where Pointee: FixedWidthInteger {
    /// Zeros, of which only those that are touched take memory. To be freed by `free`.
    fileprivate static func allocateCleared(_ count: Int) -> UnsafeMutablePointer {
        guard let memory = calloc(count, MemoryLayout<Pointee>.stride) else {
            fatalError("there is no memory for \(count) numbers")
        }
        return memory.bindMemory(to: Pointee.self, capacity: count)
    }
}
