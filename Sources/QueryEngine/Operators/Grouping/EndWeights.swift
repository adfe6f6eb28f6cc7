import Foundation
import GraphStore
import Values

/// Weights added up by the node that they lead to: what the paths of one section of rows come to.
///
/// This is the accumulator of the row-wise product of sparse matrices (Gustavson 1978, ACM TOMS
/// 4(3), section 3): an array with a place for every node, and a list of those that were reached, so
/// that emptying it costs what was reached and not what there is. Where most nodes are expected to
/// be reached, the list is left out and the array read from end to end. Until many entries are
/// expected among the nodes, the array is not worth its memory, and nodes are numbered in a hash
/// table.
///
/// Weights are positive. Sums are not checked: who adds makes sure that all weights of a section
/// together stay within 64 bits.
final class EndWeights {
    /// Nodes below it get a place in the array.
    private let bound: NodeID
    /// The array's places; 0 as long as there is none.
    private var places: NodeID = 0
    /// By node id; 0 but for the section's ends. The system gives cleared pages as they are touched.
    private var sums = UnsafeMutablePointer<Int64>.allocateCleared(1)
    /// Nodes of the array that have been reached, each once: nothing is added after a subtraction.
    /// Not kept where all places are read.
    private var reached = UnsafeMutablePointer<NodeID>.allocate(1)
    private var reachedCount = 0
    private var readsAll = false
    /// Nodes without a place in the array, and their sums by number.
    private var others = IdentifierTable()
    private var otherSums: ContiguousArray<Int64> = []
    private var given = 0

    /// The array is used from so many expected entries for each of its places on.
    static let entriesPerPlace = 0.05

    init(bound: NodeID) {
        self.bound = bound
    }

    deinit {
        free(sums)
        free(reached)
    }

    /// Gets ready for so many entries in all. May be called again when more are to come, but not
    /// after a subtraction, nor between two calls of ``take(_:_:_:)``.
    func expect(_ entries: Int, sections: Int = 1) {
        if places > 0 || Double(entries) < Self.entriesPerPlace * Double(bound) { return }
        free(sums)
        free(reached)
        places = bound
        readsAll = entries / max(1, sections) >= Int(bound)
        sums = .allocateCleared(Int(places) + 1)
        // `add` writes one place past those that are reached.
        reached = .allocate(readsAll ? 1 : Int(places) + 1)
        reachedCount = readsAll ? Int(places) : 0
        let (earlier, weights) = (others.keys, otherSums)
        clearOthers()
        for (node, weight) in zip(earlier, weights) { add(weight, to: node) }
    }

    var byteCount: Int {
        Int(places) * (readsAll ? 8 : 16) + others.byteCount + otherSums.capacity * 8
    }

    // MARK: Adding

    /// Adds the weight to each of the nodes as often as it is there. Not to be called for a section
    /// after ``subtract(_:from:)``.
    func add(_ weight: Int64, to run: NeighbourRun) {
        switch run {
        case .narrow(let nodes): add(weight, toAscending: nodes)
        case .wide(let nodes): add(weight, toAscending: nodes)
        }
    }

    @inline(__always)
    private func add<ID: FixedWidthInteger & UnsignedInteger>(
        _ weight: Int64, toAscending nodes: UnsafeBufferPointer<ID>
    ) {
        guard let last = nodes.last else { return }
        guard last < places else {
            for node in nodes { add(weight, to: NodeID(node)) }
            return
        }
        let sums = sums
        if readsAll {
            for node in nodes { sums[Int(truncatingIfNeeded: node)] &+= weight }
            return
        }
        let reached = reached
        var count = reachedCount
        for node in nodes {
            let place = Int(truncatingIfNeeded: node)
            let old = sums[place]
            sums[place] = old &+ weight
            // Written anyway, and kept where it is new: no branch to predict.
            reached[count] = NodeID(truncatingIfNeeded: node)
            count &+= old == 0 ? 1 : 0
        }
        reachedCount = count
    }

    /// Adds to each node its own weight.
    func add(_ weights: ContiguousArray<Int64>, to nodes: ContiguousArray<NodeID>) {
        for (node, weight) in zip(nodes, weights) { add(weight, to: node) }
    }

    private func add(_ weight: Int64, to node: NodeID) {
        guard node < places else { return addOther(weight, to: node) }
        let place = Int(truncatingIfNeeded: node)
        if sums[place] == 0, !readsAll {
            reached[reachedCount] = node
            reachedCount &+= 1
        }
        sums[place] &+= weight
    }

    /// Takes the weight from one node.
    func subtract(_ weight: Int64, from node: NodeID) {
        if node < places {
            sums[Int(node)] &-= weight
        } else {
            addOther(-weight, to: node)
        }
    }

    private func addOther(_ weight: Int64, to node: NodeID) {
        let number = Int(others.insert(node))
        if number == otherSums.count { otherSums.append(0) }
        otherSums[number] &+= weight
    }

    // MARK: Taking

    /// Appends the next ends with their sums, until there are `limit` or no more, and leaves out
    /// those that came to 0. True at the end: then it is empty, for the next section.
    func take(
        _ limit: Int, _ nodes: inout ContiguousArray<NodeID>,
        _ weights: inout ContiguousArray<Int64>
    ) -> Bool {
        let room = limit - nodes.count
        if given < reachedCount, room > 0 { takeReached(room, &nodes, &weights) }
        while given >= reachedCount, given < reachedCount + otherSums.count, nodes.count < limit {
            let number = given - reachedCount
            given += 1
            if otherSums[number] == 0 { continue }
            nodes.append(others.keys[number])
            weights.append(otherSums[number])
        }
        guard given == reachedCount + otherSums.count else { return false }
        given = 0
        if !readsAll { reachedCount = 0 }
        clearOthers()
        return true
    }

    private func takeReached(
        _ room: Int, _ nodes: inout ContiguousArray<NodeID>,
        _ weights: inout ContiguousArray<Int64>
    ) {
        let room = min(room, reachedCount - given)
        var place = given
        var count = 0
        let sumsTaken = ContiguousArray<Int64>(unsafeUninitializedCapacity: room) {
            taken, written in
            let nodesTaken = ContiguousArray<NodeID>(unsafeUninitializedCapacity: room) {
                ends, written in
                while place < reachedCount, count < room {
                    let node = readsAll ? NodeID(place) : reached[place]
                    let sum = sums[Int(node)]
                    sums[Int(node)] = 0
                    // Written anyway, and kept where it is an end: no branch to predict.
                    ends[count] = node
                    taken[count] = sum
                    count &+= sum == 0 ? 0 : 1
                    place &+= 1
                }
                written = count
            }
            written = count
            nodes.appendOrBecome(nodesTaken)
        }
        weights.appendOrBecome(sumsTaken)
        given = place
    }

    private func clearOthers() {
        if others.count == 0 { return }
        others = IdentifierTable()
        otherSums.removeAll(keepingCapacity: true)
    }
}

extension ContiguousArray {
    fileprivate mutating func appendOrBecome(_ other: ContiguousArray) {
        if isEmpty { self = other } else { append(contentsOf: other) }
    }
}

extension UnsafeMutablePointer where Pointee: FixedWidthInteger {
    /// Zeros, of which only those that are touched take memory. To be freed by `free`.
    fileprivate static func allocateCleared(_ count: Int) -> UnsafeMutablePointer {
        owned(calloc(count, MemoryLayout<Pointee>.stride), count)
    }

    /// What is not set yet. To be freed by `free`.
    fileprivate static func allocate(_ count: Int) -> UnsafeMutablePointer {
        owned(malloc(count * MemoryLayout<Pointee>.stride), count)
    }

    private static func owned(_ memory: UnsafeMutableRawPointer?, _ count: Int)
        -> UnsafeMutablePointer
    {
        guard let memory else { fatalError("there is no memory for \(count) numbers") }
        return memory.bindMemory(to: Pointee.self, capacity: count)
    }
}
