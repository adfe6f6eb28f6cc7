internal import LinearAlgebra
public import Values

public struct PageRankOptions: Sendable {
    /// The chance of going on along a relationship.
    public var dampingFactor = 0.85
    public var maxIterations = 20
    /// Done when no score changes by more in an iteration.
    public var tolerance = 1e-7
    /// Numbers of the nodes that every restart goes to; nil is all nodes alike.
    public var sources: [Int]?

    public init() {}
}

public struct PageRankResult: Sendable {
    public var scores: [Double]
    public var iterations: Int
    public var didConverge: Bool
}

extension Topology {
    /// PageRank (Brin and Page, "The anatomy of a large-scale hypertextual Web search engine",
    /// WWW 1998):
    ///
    /// `x = (1 − d) s + d Pᵀ x`
    ///
    /// P is the step along a row's entries, in proportion to their weights; negative weights count
    /// as 0. s is 1 for every node, so that scores are not shares (as in Neo4j's library); a node
    /// without entries then passes nothing on. With `sources` (personalised PageRank; Haveliwala,
    /// "Topic-sensitive PageRank", WWW 2002) s is 1 / their number for them and else 0, a node
    /// without entries steps back to them, and the scores are shares: they sum to 1.
    ///
    /// By the series `x = Σ (1 − d) dⁱ (Pᵀ)ⁱ s`, a term an iteration. Cost: the entries, an iteration.
    public func pageRank(_ options: PageRankOptions, monitor: WorkMonitor = .none) throws
        -> PageRankResult
    {
        let count = nodeCount
        let totals = outgoingTotals()
        let reversed = transposed()
        var change = [Double](repeating: 0, count: count)
        if let sources = options.sources {
            let share = (1 - options.dampingFactor) / Double(max(1, sources.count))
            for source in sources { change[source] += share }
        } else {
            change = [Double](repeating: 1 - options.dampingFactor, count: count)
        }
        // The term of i = 0 is an iteration, too.
        var result = PageRankResult(scores: change, iterations: 1, didConverge: count == 0)
        while result.iterations < options.maxIterations, !result.didConverge {
            try monitor.checkpoint()
            monitor.report(
                "PageRank", Double(result.iterations) / Double(options.maxIterations))
            var next = reversed.pull(change, totals, options.dampingFactor)
            if let sources = options.sources, !sources.isEmpty {
                var lost = 0.0
                for number in 0..<count where totals[number] == 0 { lost += change[number] }
                let share = options.dampingFactor * lost / Double(sources.count)
                for source in sources { next[source] += share }
            }
            var greatest = 0.0
            for number in 0..<count {
                result.scores[number] += next[number]
                greatest = max(greatest, next[number])
            }
            change = next
            result.iterations += 1
            result.didConverge = greatest < options.tolerance
        }
        return result
    }

    /// The sum of each row's weights that are not negative.
    private func outgoingTotals() -> [Double] {
        (0..<nodeCount).map { number in
            guard let weights else { return Double(degree(number)) }
            return range(number).reduce(0) { $0 + max(0, weights[$1]) }
        }
    }

    /// `factor · Σ over the row of change[neighbour] · weight / totals[neighbour]`, of the
    /// transposed topology.
    private func pull(_ change: [Double], _ totals: [Double], _ factor: Double) -> [Double] {
        var passed = [Double](repeating: 0, count: nodeCount)
        for number in 0..<nodeCount where totals[number] > 0 {
            passed[number] = factor * change[number] / totals[number]
        }
        return [Double](unsafeUninitializedCapacity: nodeCount) { sums, initialized in
            let target = Shared(sums.baseAddress)
            passed.withUnsafeBufferPointer { passed in
                let source = Shared(passed.baseAddress)
                Parallel.forEachRange(nodeCount, atLeast: 4_096) { numbers in
                    guard let target = target.value, let source = source.value else { return }
                    for number in numbers {
                        target[number] = sum(of: source, number)
                    }
                }
            }
            initialized = nodeCount
        }
    }

    @inline(__always)
    private func sum(of source: UnsafePointer<Double>, _ number: Int) -> Double {
        var sum = 0.0
        if let weights {
            for place in range(number) {
                sum += max(0, weights[place]) * source[Int(neighbours[place])]
            }
        } else {
            for place in range(number) { sum += source[Int(neighbours[place])] }
        }
        return sum
    }
}

/// Lends a pointer to the threads of one parallel loop, which write to places of their own.
struct Shared<Pointer>: @unchecked Sendable {
    let value: Pointer
    init(_ value: Pointer) { self.value = value }
}
