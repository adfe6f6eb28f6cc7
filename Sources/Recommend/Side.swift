import GraphStore
import Values

/// Users or items: nodes of one side, their numbers, and those of their vectors that were read.
final class Side {
    let lists: AdjacencyReader
    let index: NodeIndex

    /// Where a node's vector lies; a negative start: not read.
    private struct Place {
        var start = -1
        var count = 0
    }
    private var places: ContiguousArray<Place> = []
    /// Numbers of the other side, and weights.
    private var entries: ContiguousArray<Int32> = []
    private var weights: ContiguousArray<Double> = []
    /// By number; a negative count: not known.
    private(set) var moments: ContiguousArray<Moments> = []

    /// About 300 MB. Vectors beyond it drive out the others.
    static let keptEntryLimit = 25_000_000

    init(_ lists: AdjacencyReader, nodesBelow bound: NodeID) {
        self.lists = lists
        index = NodeIndex(below: bound)
    }

    func number(of node: NodeID) -> Int { index.insert(node) }

    func isRead(_ number: Int) -> Bool { number < places.count && places[number].start >= 0 }

    func withVector<R>(
        _ number: Int,
        _ body: (UnsafeBufferPointer<Int32>, UnsafeBufferPointer<Double>) throws -> R
    ) rethrows -> R {
        let place = places[number]
        let range = place.start..<place.start + place.count
        return try entries.withUnsafeBufferPointer { entries in
            try weights.withUnsafeBufferPointer { weights in
                try body(
                    UnsafeBufferPointer(rebasing: entries[range]),
                    UnsafeBufferPointer(rebasing: weights[range]))
            }
        }
    }

    /// Takes a node's list: neighbours ascending, and the weight of each or 1.
    func keep(
        _ number: Int, _ neighbours: ContiguousArray<UInt64>.SubSequence,
        _ listWeights: ContiguousArray<Double>.SubSequence?,
        _ other: Side
    ) {
        while places.count <= number { places.append(Place()) }
        let start = entries.count
        Self.append(neighbours, listWeights, &entries, &weights, other.index)
        places[number] = Place(start: start, count: entries.count - start)
    }

    /// Static, over the arrays themselves: the loop must not look into objects.
    private static func append(
        _ neighbours: ContiguousArray<UInt64>.SubSequence,
        _ listWeights: ContiguousArray<Double>.SubSequence?,
        _ entries: inout ContiguousArray<Int32>, _ weights: inout ContiguousArray<Double>,
        _ numbers: NodeIndex
    ) {
        var last = Column.absent
        for place in neighbours.indices {
            let neighbour = neighbours[place]
            let weight = listWeights?[place] ?? 1
            if neighbour == last {
                weights[weights.count - 1] += weight
            } else {
                last = neighbour
                entries.append(Int32(truncatingIfNeeded: numbers.insert(neighbour)))
                weights.append(weight)
            }
        }
    }

    /// To be called when no vector is lent.
    func forgetWhereTooMany() {
        if entries.count > Self.keptEntryLimit { forgetVectors() }
    }

    private func forgetVectors() {
        entries.removeAll()
        weights.removeAll()
        places.removeAll()
    }

    /// Keeps numbers only. To be called when no vector is lent.
    func forget() {
        forgetVectors()
        moments.removeAll()
    }

    // MARK: Sums over whole vectors

    /// From the vector, which was read.
    func setMoments(_ number: Int) {
        var sums = Moments()
        withVector(number) { _, weights in
            for weight in weights { sums.add(weight) }
        }
        set(sums, number)
    }

    /// From a list as ``keep(_:_:_:_:)`` takes it.
    func setMoments(
        _ number: Int, _ neighbours: ContiguousArray<UInt64>.SubSequence,
        _ listWeights: ContiguousArray<Double>.SubSequence?
    ) {
        var sums = Moments()
        var last = Column.absent
        var entry = 0.0
        for place in neighbours.indices {
            let neighbour = neighbours[place]
            let weight = listWeights?[place] ?? 1
            if neighbour == last {
                entry += weight
            } else {
                if last != Column.absent { sums.add(entry) }
                last = neighbour
                entry = weight
            }
        }
        if last != Column.absent { sums.add(entry) }
        set(sums, number)
    }

    private func set(_ sums: Moments, _ number: Int) {
        while moments.count <= number { moments.append(.unknown) }
        moments[number] = sums
    }
}

/// A vector on its own: entries in ascending order of the nodes' ids, as numbers of the other side.
struct SparseVector {
    var entries: [Int32] = []
    var weights: [Double] = []

    var moments: Moments {
        var sums = Moments()
        for weight in weights { sums.add(weight) }
        return sums
    }

    var mean: Double { Self.mean(weights) }

    static func mean(_ weights: some Collection<Double>) -> Double {
        weights.isEmpty ? 0 : weights.reduce(0, +) / Double(weights.count)
    }
}
