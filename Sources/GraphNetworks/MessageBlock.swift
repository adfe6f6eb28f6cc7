/// The edges along which messages pass, in compressed rows by target.
///
/// Both ends are numbered from 0. Targets are the first of the sources: node t is row t on both
/// sides, so that a block of all nodes is square, and one of a sampled neighbourhood has fewer
/// targets than sources. Edges keep their order within a target.
public final class MessageBlock {
    public let sourceCount: Int
    public let targetCount: Int
    /// `targetCount + 1` places: target t has the edges `offsets[t] ..< offsets[t + 1]`.
    public let offsets: [Int]
    /// For each edge where it comes from.
    public let sources: [Int32]
    /// For each edge where it was among those that the block was made of; loops that were added come
    /// after those.
    public let positions: [Int32]
    /// Nil where each counts 1.
    public let weights: [Float]?
    /// The relation of each edge; nil where there is one only.
    public let types: [Int32]?

    public var edgeCount: Int { sources.count }

    init(
        sourceCount: Int, offsets: [Int], sources: [Int32], positions: [Int32],
        weights: [Float]? = nil, types: [Int32]? = nil
    ) {
        self.sourceCount = sourceCount
        targetCount = offsets.count - 1
        self.offsets = offsets
        self.sources = sources
        self.positions = positions
        self.weights = weights
        self.types = types
    }

    /// Edges in any order, from `from[e]` to `to[e]`. Traps where a node is not below its count or
    /// there are more targets than sources.
    public convenience init(
        nodes: Int, targets: Int? = nil, from: [Int32], to: [Int32], weights: [Float]? = nil,
        types: [Int32]? = nil
    ) {
        let targetCount = targets ?? nodes
        precondition(targetCount <= nodes && from.count == to.count)
        precondition(from.allSatisfy { $0 >= 0 && $0 < nodes })
        precondition(weights.map { $0.count == from.count } ?? true)
        precondition(types.map { $0.count == from.count } ?? true)
        var offsets = [Int](repeating: 0, count: targetCount + 1)
        for target in to { offsets[Int(target) + 1] += 1 }
        for target in 0..<targetCount { offsets[target + 1] += offsets[target] }
        var next = offsets
        var positions = [Int32](repeating: 0, count: from.count)
        for (edge, target) in to.enumerated() {
            positions[next[Int(target)]] = Int32(edge)
            next[Int(target)] += 1
        }
        self.init(
            sourceCount: nodes, offsets: offsets, sources: positions.map { from[Int($0)] },
            positions: positions, weights: weights.map { all in positions.map { all[Int($0)] } },
            types: types.map { all in positions.map { all[Int($0)] } })
    }

    public func edges(of target: Int) -> Range<Int> { offsets[target]..<offsets[target + 1] }

    /// For each edge where it goes to.
    public private(set) lazy var targets: [Int32] = {
        var targets: [Int32] = []
        targets.reserveCapacity(edgeCount)
        for target in 0..<targetCount {
            for _ in edges(of: target) { targets.append(Int32(target)) }
        }
        return targets
    }()

    // MARK: Blocks made of this one

    /// Without the loops there are, and with one at each target, behind its other edges. A new loop's
    /// weight is `weight`, or that of the last one there was where `keepsWeights`.
    func withSelfLoops(weight: Float? = nil, keepsWeights: Bool = false) -> MessageBlock {
        var offsets = [0]
        var sources: [Int32] = []
        var kept: [Int] = []
        var loopWeights: [Float] = []
        offsets.reserveCapacity(targetCount + 1)
        sources.reserveCapacity(edgeCount + targetCount)
        kept.reserveCapacity(edgeCount + targetCount)
        /// Stands for a loop among the places of edges.
        let loop = -1
        for target in 0..<targetCount {
            var loopWeight = weight ?? 1
            var loopPosition: Int32 = -1
            for edge in edges(of: target) {
                if source(of: edge, is: target) {
                    if keepsWeights, positions[edge] > loopPosition {
                        loopWeight = weights?[edge] ?? 1
                        loopPosition = positions[edge]
                    }
                } else {
                    sources.append(self.sources[edge])
                    kept.append(edge)
                }
            }
            sources.append(Int32(target))
            kept.append(loop)
            loopWeights.append(loopWeight)
            offsets.append(sources.count)
        }
        let ranks = ranksOfOthers()
        var target = 0
        var positions: [Int32] = []
        var weights: [Float] = []
        positions.reserveCapacity(kept.count)
        weights.reserveCapacity(kept.count)
        for edge in kept {
            if edge == loop {
                positions.append(Int32(sources.count - targetCount + target))
                weights.append(loopWeights[target])
                target += 1
            } else {
                positions.append(ranks[Int(self.positions[edge])])
                weights.append(self.weights?[edge] ?? 1)
            }
        }
        let needsWeights = weight != nil || self.weights != nil
        return MessageBlock(
            sourceCount: sourceCount, offsets: offsets, sources: sources, positions: positions,
            weights: needsWeights ? weights : nil)
    }

    private func source(of edge: Int, is target: Int) -> Bool { sources[edge] == Int32(target) }

    /// For each place among the given edges how many before it are not loops.
    private func ranksOfOthers() -> [Int32] {
        let last = positions.max().map { Int($0) + 1 } ?? 0
        var ranks = [Int32](repeating: 0, count: last)
        for target in 0..<targetCount {
            for edge in edges(of: target) where !source(of: edge, is: target) {
                ranks[Int(positions[edge])] = 1
            }
        }
        var count: Int32 = 0
        for place in 0..<last {
            let isOther = ranks[place]
            ranks[place] = count
            count += isOther
        }
        return ranks
    }

    /// For each target the sum of the weights that come in.
    func degrees() -> [Float] {
        (0..<targetCount).map { target in
            edges(of: target).reduce(Float(0)) { $0 + (weights?[$1] ?? 1) }
        }
    }

    /// With coefficients `w / √(d_source · d_target)`, where 0 gives coefficient 0 (Kipf and Welling,
    /// ICLR 2017). Where the degrees of all sources are not given, they are counted; sources that
    /// are no targets then have the degree 1: the loop that they would have.
    func normalized(degrees known: [Float]? = nil) -> MessageBlock {
        var roots = [Float](repeating: 1, count: sourceCount)
        for (node, degree) in (known ?? degrees()).enumerated() {
            roots[node] = degree > 0 ? 1 / degree.squareRoot() : 0
        }
        var coefficients: [Float] = []
        coefficients.reserveCapacity(edgeCount)
        for target in 0..<targetCount {
            for edge in edges(of: target) {
                let weight = weights?[edge] ?? 1
                coefficients.append(roots[Int(sources[edge])] * weight * roots[target])
            }
        }
        return with(weights: coefficients)
    }

    /// With coefficients that make sums means.
    func averaged() -> MessageBlock {
        var shares: [Float] = []
        shares.reserveCapacity(edgeCount)
        for target in 0..<targetCount {
            let edges = edges(of: target)
            for _ in edges { shares.append(1 / Float(edges.count)) }
        }
        return with(weights: shares)
    }

    /// The edges of one relation.
    func only(type: Int32) -> MessageBlock {
        guard let types else { return self }
        var offsets = [0]
        var kept: [Int] = []
        for target in 0..<targetCount {
            for edge in edges(of: target) where types[edge] == type { kept.append(edge) }
            offsets.append(kept.count)
        }
        return MessageBlock(
            sourceCount: sourceCount, offsets: offsets, sources: kept.map { sources[$0] },
            positions: kept.map { positions[$0] },
            weights: weights.map { all in kept.map { all[$0] } })
    }

    /// The edges into the first `targets` targets, whose sources are below `sources`: what a layer
    /// needs of a neighbourhood whose nodes are in order of distance.
    func prefix(targets: Int, sources sourceCount: Int) -> MessageBlock {
        if targets == targetCount, sourceCount == self.sourceCount { return self }
        precondition(targets <= targetCount && targets <= sourceCount)
        let count = offsets[targets]
        let sources = Array(sources[..<count])
        precondition(sources.allSatisfy { $0 < sourceCount })
        return MessageBlock(
            sourceCount: sourceCount, offsets: Array(offsets[...targets]), sources: sources,
            positions: Array(positions[..<count]), weights: weights.map { Array($0[..<count]) },
            types: types.map { Array($0[..<count]) })
    }

    /// Where each edge counts 1.
    func unweighted() -> MessageBlock { weights == nil ? self : with(weights: nil) }

    private func with(weights: [Float]?) -> MessageBlock {
        MessageBlock(
            sourceCount: sourceCount, offsets: offsets, sources: sources, positions: positions,
            weights: weights, types: types)
    }
}
