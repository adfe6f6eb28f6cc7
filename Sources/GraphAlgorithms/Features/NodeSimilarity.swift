internal import LinearAlgebra
public import Values

/// How alike two nodes are by the neighbours that they share, weights as vectors.
public enum NeighbourhoodSimilarity: String, Sendable, CaseIterable {
    /// `|A ∩ B| / |A ∪ B|`; with weights `Σ min(a, b) / Σ max(a, b)`
    case jaccard = "JACCARD"
    /// `|A ∩ B| / min(|A|, |B|)`; with weights `Σ min(a, b) / min(Σ a, Σ b)`
    case overlap = "OVERLAP"
    /// `Σ a b / (√Σ a² √Σ b²)`
    case cosine = "COSINE"
}

public struct NodeSimilarityOptions: Sendable {
    public var metric = NeighbourhoodSimilarity.jaccard
    public var topK = 10
    /// The least similar instead of the most.
    public var isBottom = false
    public var similarityCutoff = 1e-42
    /// Nodes of lower or higher degree are left out.
    public var degreeCutoff = 1
    public var upperDegreeCutoff = Int(Int32.max)

    public init() {}
}

extension Topology {
    /// For each node the nodes that are most alike it: those that share a neighbour, compared by
    /// all that they share. Pairs come node by node, the best first.
    ///
    /// Parallel entries count once; their weights add up. Cost: for each node the degrees of its
    /// neighbours in the transposed topology; rows are shared out to the processors.
    public func nodeSimilarity(
        _ options: NodeSimilarityOptions = .init(), monitor: WorkMonitor = .none
    ) throws -> [SimilarPair] {
        let sets = merged()
        let members = sets.transposed()
        let norms = (0..<nodeCount).map { sets.norm($0, options.metric) }
        var pairs: [SimilarPair] = []
        var first = 0
        var memories = Array(
            repeating: SharedNeighbours(count: nodeCount), count: Self.similarityParts)
        while first < nodeCount {
            try monitor.checkpoint()
            monitor.report("node similarity", Double(first) / Double(nodeCount))
            let count = min(nodeCount - first, Self.similarityBlock)
            var rows = Array(repeating: [SimilarPair](), count: count)
            rows.withUnsafeMutableBufferPointer { rows in
                memories.withUnsafeMutableBufferPointer { memories in
                    let (rows, memories) = (Shared(rows), Shared(memories))
                    Parallel.forEachRange(Self.similarityParts) { parts in
                        for part in parts {
                            let places = stride(
                                from: part, to: count, by: Self.similarityParts)
                            for place in places {
                                rows.value[place] = sets.mostSimilar(
                                    to: first + place, members, norms, options,
                                    &memories.value[part])
                            }
                        }
                    }
                }
            }
            for row in rows { pairs += row }
            first += count
        }
        return pairs
    }

    /// Rows between two checkpoints, and into how many parts they are shared out.
    private static let similarityBlock = 1_024
    private static let similarityParts = 8

    /// Rows with each neighbour once.
    func merged() -> Topology {
        var offsets: ContiguousArray<Int> = [0]
        offsets.reserveCapacity(nodeCount + 1)
        var kept: ContiguousArray<Int32> = []
        kept.reserveCapacity(entryCount)
        var sums: ContiguousArray<Double>? = weights == nil ? nil : []
        for number in 0..<nodeCount {
            let start = kept.count
            for place in range(number) {
                if kept.count > start, kept[kept.count - 1] == neighbours[place] {
                    sums?[kept.count - 1] += weight(place)
                } else {
                    kept.append(neighbours[place])
                    sums?.append(weight(place))
                }
            }
            offsets.append(kept.count)
        }
        return Topology(nodes: nodes, offsets: offsets, neighbours: kept, weights: sums)
    }

    private func norm(_ number: Int, _ metric: NeighbourhoodSimilarity) -> Double {
        guard let weights else { return Double(degree(number)) }
        return range(number).reduce(0) {
            $0 + (metric == .cosine ? weights[$1] * weights[$1] : weights[$1])
        }
    }

    private func isCompared(_ number: Int, _ options: NodeSimilarityOptions) -> Bool {
        let degree = degree(number)
        return degree > 0 && degree >= options.degreeCutoff && degree <= options.upperDegreeCutoff
    }

    private func mostSimilar(
        to number: Int, _ members: Topology, _ norms: [Double], _ options: NodeSimilarityOptions,
        _ shared: inout SharedNeighbours
    ) -> [SimilarPair] {
        guard isCompared(number, options) else { return [] }
        let isCosine = options.metric == .cosine
        for place in range(number) {
            let own = weight(place)
            for other in members.range(Int(neighbours[place])) {
                let theirs = members.weight(other)
                shared.add(
                    isCosine ? own * theirs : min(own, theirs), Int(members.neighbours[other]))
            }
        }
        var best = BestCandidates(options.topK)
        for other in shared.met where other != number && isCompared(other, options) {
            let similarity = options.metric.similarity(
                shared.sums[other], norms[number], norms[other])
            if similarity < options.similarityCutoff { continue }
            best.offer(options.isBottom ? -similarity : similarity, other)
        }
        shared.clear()
        return best.sorted().map {
            SimilarPair(number, $0.number, options.isBottom ? -$0.score : $0.score)
        }
    }
}

extension NeighbourhoodSimilarity {
    /// From the sum over what both have, and each one's own.
    @inline(__always)
    func similarity(_ common: Double, _ left: Double, _ right: Double) -> Double {
        let divisor =
            switch self {
            case .jaccard: left + right - common
            case .overlap: min(left, right)
            case .cosine: (left * right).squareRoot()
            }
        return divisor > 0 ? common / divisor : 0
    }
}

/// What one node shares with the others, by number.
private struct SharedNeighbours {
    private(set) var sums: [Double]
    private var isMet: [Bool]
    private(set) var met: [Int] = []

    init(count: Int) {
        sums = Array(repeating: 0, count: count)
        isMet = Array(repeating: false, count: count)
    }

    @inline(__always)
    mutating func add(_ value: Double, _ number: Int) {
        if !isMet[number] {
            isMet[number] = true
            met.append(number)
        }
        sums[number] += value
    }

    mutating func clear() {
        for number in met {
            sums[number] = 0
            isMet[number] = false
        }
        met.removeAll(keepingCapacity: true)
    }
}
