public import GraphStore
public import LinearAlgebra

/// What a random walk needs of a graph.
public protocol WalkGraph: AnyObject {
    associatedtype Node: Hashable & Sendable

    /// A neighbour, each with a chance in proportion to its weight (1 without weights) and to the
    /// number of relationships to it; nil where there is none.
    func drawNeighbour(of node: Node, _ random: inout RandomSource) -> Node?
    func isConnected(_ node: Node, to other: Node) -> Bool
    /// All neighbours that ``drawNeighbour(of:_:)`` may give, each as often as there are relationships
    /// to it, with these relationships' weights.
    func neighbours(of node: Node) -> [(node: Node, weight: Double)]
}

/// The live graph: lists that are laid end to end, read as they are now. One thread.
public final class LiveWalkGraph: WalkGraph {
    private let readers: [AdjacencyReader]
    private var degrees: [Int]

    public init(_ view: GraphView, _ lists: [SampledRelation.List]) {
        readers = lists.map { view.adjacency($0.type, $0.direction) }
        degrees = Array(repeating: 0, count: lists.count)
    }

    public func drawNeighbour(of node: NodeID, _ random: inout RandomSource) -> NodeID? {
        var degree = 0
        for (place, reader) in readers.enumerated() {
            degrees[place] = reader.degree(node)
            degree += degrees[place]
        }
        guard degree > 0 else { return nil }
        var position = random.next(below: degree)
        for (place, reader) in readers.enumerated() {
            if position < degrees[place] { return entry(reader, node, position) }
            position -= degrees[place]
        }
        return nil
    }

    private func entry(_ reader: AdjacencyReader, _ node: NodeID, _ position: Int) -> NodeID? {
        var neighbour: NodeID = 0
        let count = withUnsafePointer(to: position) {
            reader.readEntries(
                of: node, at: UnsafeBufferPointer(start: $0, count: 1), neighbours: &neighbour)
        }
        return count == 1 ? neighbour : nil
    }

    public func isConnected(_ node: NodeID, to other: NodeID) -> Bool {
        readers.contains { $0.isConnected(node, to: other) }
    }

    public func neighbours(of node: NodeID) -> [(node: NodeID, weight: Double)] {
        var found: [(node: NodeID, weight: Double)] = []
        for reader in readers {
            reader.forEachRun(of: node, options: .withoutRelationships) { neighbours, _ in
                for neighbour in neighbours { found.append((neighbour, 1)) }
            }
        }
        return found
    }
}

/// A topology, perhaps weighted. Used by several threads at once.
public final class TopologyWalkGraph: WalkGraph, Sendable {
    private let topology: Topology
    /// Sums of a row's weights up to and with each entry; nil without weights.
    private let sums: ContiguousArray<Double>?

    /// Errors: `unsuitable` where a weight is negative.
    public init(_ topology: Topology) throws(AlgorithmError) {
        self.topology = topology
        guard let weights = topology.weights else {
            sums = nil
            return
        }
        var sums = weights
        for number in 0..<topology.nodeCount {
            var sum = 0.0
            for place in topology.range(number) {
                guard weights[place] >= 0 else { throw .negativeWeight }
                sum += weights[place]
                sums[place] = sum
            }
        }
        self.sums = sums
    }

    public func drawNeighbour(of node: Int32, _ random: inout RandomSource) -> Int32? {
        let range = topology.range(Int(node))
        guard !range.isEmpty else { return nil }
        guard let sums else {
            return topology.neighbours[range.lowerBound &+ random.next(below: range.count)]
        }
        let total = sums[range.upperBound &- 1]
        guard total > 0 else { return nil }
        let wanted = random.nextUnit() * total
        // The first entry whose sum is greater.
        var (lower, upper) = (range.lowerBound, range.upperBound &- 1)
        while lower < upper {
            let middle = (lower &+ upper) / 2
            if sums[middle] <= wanted { lower = middle &+ 1 } else { upper = middle }
        }
        return topology.neighbours[lower]
    }

    public func isConnected(_ node: Int32, to other: Int32) -> Bool {
        topology.isConnected(Int(node), to: other)
    }

    public func neighbours(of node: Int32) -> [(node: Int32, weight: Double)] {
        topology.range(Int(node)).map { (topology.neighbours[$0], topology.weight($0)) }
    }
}
