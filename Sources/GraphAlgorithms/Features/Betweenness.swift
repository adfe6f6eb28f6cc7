internal import LinearAlgebra
public import Values

extension Topology {
    /// Betweenness centrality: the share of the shortest paths between other nodes that lead
    /// through a node, summed over all pairs from the given sources (all nodes where nil), every
    /// entry of length 1 (Brandes, "A faster algorithm for betweenness centrality", Journal of
    /// Mathematical Sociology, 2001).
    ///
    /// Rows that are symmetric count each pair from both sides; halve the scores then. Cost: the
    /// entries for each source; sources are shared out to the processors in fixed parts, so that
    /// the sums are the same on any machine.
    public func betweenness(sources: [Int]? = nil, monitor: WorkMonitor = .none) throws
        -> [Double]
    {
        let sources = sources ?? Array(0..<nodeCount)
        var searches = Array(
            repeating: ShortestPathCounts(nodeCount), count: Self.betweennessParts)
        var first = 0
        while first < sources.count {
            try monitor.checkpoint()
            monitor.report("betweenness", Double(first) / Double(sources.count))
            let end = min(sources.count, first + Self.betweennessParts * Self.sourcesPerPart)
            searches.withUnsafeMutableBufferPointer { searches in
                let searches = Shared(searches)
                Parallel.forEachRange(Self.betweennessParts) { parts in
                    for part in parts {
                        let places = stride(
                            from: first + part, to: end, by: Self.betweennessParts)
                        for place in places { searches.value[part].run(self, from: sources[place]) }
                    }
                }
            }
            first = end
        }
        return (0..<nodeCount).map { number in searches.reduce(0) { $0 + $1.sums[number] } }
    }

    private static let betweennessParts = 8
    private static let sourcesPerPart = 4
}

/// The shortest paths from one node, and what depends on each node.
private struct ShortestPathCounts {
    private var distances: [Int32]
    private var paths: [Double]
    private var dependencies: [Double]
    private var order: [Int] = []
    /// Over all starts so far.
    private(set) var sums: [Double]

    init(_ count: Int) {
        distances = Array(repeating: -1, count: count)
        paths = Array(repeating: 0, count: count)
        dependencies = paths
        sums = paths
    }

    mutating func run(_ topology: Topology, from source: Int) {
        order.removeAll(keepingCapacity: true)
        order.append(source)
        distances[source] = 0
        paths[source] = 1
        var next = 0
        while next < order.count {
            let number = order[next]
            next += 1
            for place in topology.range(number) {
                let neighbour = Int(topology.neighbours[place])
                if distances[neighbour] < 0 {
                    distances[neighbour] = distances[number] + 1
                    order.append(neighbour)
                }
                if distances[neighbour] == distances[number] + 1 {
                    paths[neighbour] += paths[number]
                }
            }
        }
        for number in order.reversed() {
            for place in topology.range(number) {
                let neighbour = Int(topology.neighbours[place])
                if distances[neighbour] == distances[number] + 1 {
                    dependencies[number] +=
                        paths[number] / paths[neighbour] * (1 + dependencies[neighbour])
                }
            }
            if number != source { sums[number] += dependencies[number] }
        }
        for number in order {
            distances[number] = -1
            paths[number] = 0
            dependencies[number] = 0
        }
    }
}
