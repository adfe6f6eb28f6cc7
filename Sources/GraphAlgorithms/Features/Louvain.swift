public import Values

public struct LouvainOptions: Sendable {
    public var maxLevels = 10
    /// Passes over all nodes, a level.
    public var maxIterations = 10
    /// A level ends when a pass raises the modularity by less.
    public var tolerance = 0.0001

    public init() {}
}

public struct LouvainResult: Sendable {
    /// The community of each node after each level, numbered from 0; the last is the answer.
    public var levels: [[Int]]
    public var modularity: Double

    public var communities: [Int] { levels.last ?? [] }
}

extension Topology {
    /// Communities by the Louvain method (Blondel et al., "Fast unfolding of communities in large
    /// networks", Journal of Statistical Mechanics, 2008): each node in turn moves to the
    /// neighbouring community that raises the modularity most; communities then become the nodes
    /// of the next level.
    ///
    /// Rows must be symmetric (`symmetrized`). Nodes move in the order of their numbers, so that the
    /// same graph has the same communities. Errors: `unsuitable` where a weight is negative.
    public func louvain(_ options: LouvainOptions = .init(), monitor: WorkMonitor = .none) throws
        -> LouvainResult
    {
        if let weights, weights.contains(where: { $0 < 0 }) { throw AlgorithmError.negativeWeight }
        var level = LouvainLevel(self)
        var communities = Array(0..<nodeCount)
        var levels: [[Int]] = []
        while levels.count < options.maxLevels {
            monitor.report("Louvain", Double(levels.count) / Double(options.maxLevels))
            let isBetter = try level.moveNodes(options, monitor)
            guard isBetter || levels.isEmpty else { break }
            let groups = Grouping.consecutive(level.communities)
            communities = communities.map { groups[$0] }
            levels.append(communities)
            guard isBetter else { break }
            level = level.aggregated(groups)
        }
        return LouvainResult(levels: levels, modularity: modularity(communities))
    }

    /// `Q = Σ over communities of inside / 2m − (total / 2m)²`, where 2m is the sum of all weights,
    /// inside that of entries within the community, and total that of its nodes' rows (Newman and
    /// Girvan, 2004). Rows must be symmetric.
    public func modularity(_ communities: [Int]) -> Double {
        let groups = Grouping.consecutive(communities)
        let count = (groups.max() ?? -1) + 1
        var inside = [Double](repeating: 0, count: count)
        var total = inside
        var all = 0.0
        for number in 0..<nodeCount {
            for place in range(number) {
                let weight = weight(place)
                all += weight
                total[groups[number]] += weight
                if groups[Int(neighbours[place])] == groups[number] {
                    inside[groups[number]] += weight
                }
            }
        }
        guard all > 0 else { return 0 }
        return zip(inside, total).reduce(0) { $0 + $1.0 / all - ($1.1 / all) * ($1.1 / all) }
    }
}

/// The graph of one level: its nodes are the communities of the level before.
private struct LouvainLevel {
    private var offsets: ContiguousArray<Int>
    private var neighbours: ContiguousArray<Int32>
    private var weights: ContiguousArray<Double>
    private(set) var communities: [Int]
    /// The sum of each node's row, and of each community's nodes' rows.
    private var degrees: [Double]
    private var totals: [Double]
    private var all: Double

    init(_ topology: Topology) {
        self.init(
            topology.offsets, topology.neighbours,
            topology.weights ?? ContiguousArray(repeating: 1, count: topology.entryCount))
    }

    private init(
        _ offsets: ContiguousArray<Int>, _ neighbours: ContiguousArray<Int32>,
        _ weights: ContiguousArray<Double>
    ) {
        self.offsets = offsets
        self.neighbours = neighbours
        self.weights = weights
        let count = offsets.count - 1
        communities = Array(0..<count)
        degrees = (0..<count).map { node in
            (offsets[node]..<offsets[node + 1]).reduce(0) { $0 + weights[$1] }
        }
        totals = degrees
        all = degrees.reduce(0, +)
    }

    /// Moves nodes until no pass gains enough; whether any moved.
    mutating func moveNodes(_ options: LouvainOptions, _ monitor: WorkMonitor) throws -> Bool {
        guard all > 0 else { return false }
        var links = [Double](repeating: 0, count: communities.count)
        var met: [Int] = []
        var hasMoved = false
        for _ in 0..<options.maxIterations {
            var gained = 0.0
            for node in communities.indices {
                if node % Topology.rowsPerCheckpoint == 0 { try monitor.checkpoint() }
                let gain = move(node, &links, &met)
                if gain > 0 { hasMoved = true }
                gained += gain
            }
            // A gain is in units of m.
            if 2 * gained / all < options.tolerance { break }
        }
        return hasMoved
    }

    /// Moves one node to the best community around it; returns the gain.
    @inline(__always)
    private mutating func move(_ node: Int, _ links: inout [Double], _ met: inout [Int]) -> Double {
        let own = communities[node]
        met.removeAll(keepingCapacity: true)
        for place in offsets[node]..<offsets[node + 1] where Int(neighbours[place]) != node {
            let community = communities[Int(neighbours[place])]
            if links[community] == 0 { met.append(community) }
            links[community] += weights[place]
        }
        totals[own] -= degrees[node]
        let share = degrees[node] / all
        let stay = links[own] - totals[own] * share
        var best = (community: own, gain: stay)
        for community in met {
            let gain = links[community] - totals[community] * share
            if gain > best.gain || gain == best.gain && community < best.community && gain > stay {
                best = (community, gain)
            }
        }
        for community in met { links[community] = 0 }
        totals[best.community] += degrees[node]
        communities[node] = best.community
        return best.gain - stay
    }

    /// The next level: a node for each group, entries between them added up.
    func aggregated(_ groups: [Int]) -> LouvainLevel {
        let count = (groups.max() ?? -1) + 1
        var members = Array(repeating: [Int](), count: count)
        for (node, group) in groups.enumerated() { members[group].append(node) }
        var offsets: ContiguousArray<Int> = [0]
        var neighbours: ContiguousArray<Int32> = []
        var weights: ContiguousArray<Double> = []
        var sums = [Double](repeating: 0, count: count)
        var isMet = [Bool](repeating: false, count: count)
        for group in 0..<count {
            var met: [Int] = []
            for node in members[group] {
                for place in self.offsets[node]..<self.offsets[node + 1] {
                    let other = groups[Int(self.neighbours[place])]
                    if !isMet[other] {
                        isMet[other] = true
                        met.append(other)
                    }
                    sums[other] += self.weights[place]
                }
            }
            for other in met.sorted() {
                neighbours.append(Int32(other))
                weights.append(sums[other])
                sums[other] = 0
                isMet[other] = false
            }
            offsets.append(neighbours.count)
        }
        return LouvainLevel(offsets, neighbours, weights)
    }
}
