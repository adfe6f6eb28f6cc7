internal import Foundation
public import LinearAlgebra
public import Values

public struct Node2VecOptions: Sendable {
    public var dimension = 128
    /// Nodes in a walk.
    public var walkLength = 80
    public var walksPerNode = 10
    public var returnFactor = 1.0
    public var inOutFactor = 1.0
    /// Nodes so far apart in a walk, or closer, are each other's context.
    public var windowSize = 10
    /// Random nodes for each true context.
    public var negativeSamplingRate = 5
    /// Random nodes are drawn in proportion to their visits to this power.
    public var negativeSamplingExponent = 0.75
    public var iterations = 1
    public var initialLearningRate = 0.01
    public var minLearningRate = 0.0001
    public var seed: UInt64 = 0

    public init() {}
}

public struct Node2VecResult: Sendable {
    public var embedding: Matrix
    /// The mean loss of each iteration.
    public var losses: [Double]
}

extension Topology {
    /// node2vec embeddings, a row for each node: skip-gram with negative sampling over biased walks
    /// (Grover and Leskovec, KDD 2016; Mikolov et al., "Distributed representations of words and
    /// phrases and their compositionality", NIPS 2013).
    ///
    /// For each node u and context c, and random nodes n, minimises by stochastic gradient steps
    /// `−ln σ(u·c) − Σ ln σ(−u·n)`; the learning rate falls linearly. Steps are taken one after
    /// another, so that a seed has one answer. Cost: nodes × walks × length × window × (1 +
    /// negative) × dimension, an iteration. Errors: `unsuitable` where a weight is negative.
    public func node2vec(_ options: Node2VecOptions, monitor: WorkMonitor = .none) throws
        -> Node2VecResult
    {
        let walks = try walks(options, monitor)
        var random = RandomSource(seed: options.seed, part: 0)
        let trainer = SkipGram(nodeCount, options, &random)
        let contexts = NegativeSampler(walks, nodeCount, options.negativeSamplingExponent)
        var losses: [Double] = []
        let total = max(1, Double(walks.count) * Double(options.iterations))
        var pace = WorkPace(monitor, stepsPerCheckpoint: Self.productsPerCheckpoint)
        for iteration in 0..<options.iterations {
            let order = random.permutation(walks.count)
            var loss = 0.0
            var pairs = 0
            for (place, walk) in order.enumerated() {
                let done = (Double(iteration) * Double(walks.count) + Double(place)) / total
                if place % Self.walksPerReport == 0 { monitor.report("node2vec", done) }
                let rate = max(
                    options.minLearningRate,
                    options.initialLearningRate
                        - done * (options.initialLearningRate - options.minLearningRate))
                let (sum, count) = try trainer.train(
                    walks[Int(walk)], Float(rate), contexts, &random, &pace)
                loss += sum
                pairs += count
            }
            losses.append(pairs > 0 ? loss / Double(pairs) : 0)
        }
        return Node2VecResult(embedding: trainer.centers, losses: losses)
    }

    private static let walksPerReport = 64
    /// Multiplications of the training.
    private static let productsPerCheckpoint = 1 << 20

    private func walks(_ options: Node2VecOptions, _ monitor: WorkMonitor) throws -> [[Int32]] {
        let graph = try TopologyWalkGraph(self)
        var walks: [[Int32]] = []
        var pace = RandomWalks.pace(monitor)
        for number in 0..<nodeCount {
            if number % Self.walksPerReport == 0 {
                monitor.report("random walks", Double(number) / Double(nodeCount))
            }
            try pace.count()
            if degree(number) == 0 { continue }
            var random = RandomSource(seed: options.seed, part: UInt64(number) + 1)
            for _ in 0..<options.walksPerNode {
                walks.append(
                    try RandomWalks.node2vec(
                        graph, from: Int32(number), nodes: options.walkLength,
                        returnFactor: options.returnFactor, inOutFactor: options.inOutFactor,
                        &random, &pace))
            }
        }
        return walks
    }
}

/// Draws nodes in proportion to a power of their visits.
private struct NegativeSampler {
    private let sums: [Double]

    init(_ walks: [[Int32]], _ count: Int, _ exponent: Double) {
        var visits = [Double](repeating: 0, count: count)
        for walk in walks { for node in walk { visits[Int(node)] += 1 } }
        var sum = 0.0
        sums = visits.map { visits in
            if visits > 0 { sum += pow(visits, exponent) }
            return sum
        }
    }

    @inline(__always)
    func draw(_ random: inout RandomSource) -> Int {
        let wanted = random.nextUnit() * (sums.last ?? 0)
        var (lower, upper) = (0, sums.count - 1)
        while lower < upper {
            let middle = (lower &+ upper) / 2
            if sums[middle] <= wanted { lower = middle &+ 1 } else { upper = middle }
        }
        return lower
    }
}

private struct SkipGram {
    let centers: Matrix
    private let contexts: Matrix
    private let options: Node2VecOptions
    /// Of the node whose step is being taken.
    private let gradient: Matrix

    init(_ count: Int, _ options: Node2VecOptions, _ random: inout RandomSource) {
        self.options = options
        centers = Matrix(rows: count, columns: options.dimension)
        contexts = Matrix(rows: count, columns: options.dimension)
        gradient = Matrix(rows: 1, columns: options.dimension)
        let width = Float(options.dimension)
        for place in 0..<centers.count {
            centers.elements[place] = (Float(random.nextUnit()) - 0.5) / width
        }
    }

    /// Steps for all pairs of one walk; the sum of their losses, and how many pairs. The pace counts
    /// multiplications.
    func train(
        _ walk: [Int32], _ rate: Float, _ negatives: NegativeSampler, _ random: inout RandomSource,
        _ pace: inout WorkPace
    ) throws -> (loss: Double, pairs: Int) {
        let products = options.dimension * (options.negativeSamplingRate + 1)
        var loss: Float = 0
        var pairs = 0
        try pace.count()
        for center in walk.indices {
            let from = max(0, center - options.windowSize)
            let to = min(walk.count - 1, center + options.windowSize)
            for place in from...to where place != center {
                try pace.count(products)
                loss += step(Int(walk[center]), Int(walk[place]), rate, negatives, &random)
                pairs += 1
            }
        }
        return (Double(loss), pairs)
    }

    @inline(__always)
    private func step(
        _ center: Int, _ context: Int, _ rate: Float, _ negatives: NegativeSampler,
        _ random: inout RandomSource
    ) -> Float {
        let width = options.dimension
        let row = centers.row(center)
        var loss: Float = 0
        let gradient = gradient.row(0)
        gradient.update(repeating: 0, count: width)
        for draw in 0...options.negativeSamplingRate {
            let isTrue = draw == 0
            let target = isTrue ? context : negatives.draw(&random)
            if !isTrue, target == context { continue }
            let other = contexts.row(target)
            let score = 1 / (1 + exp(-Vectors.dot(row, other, width)))
            loss -= log(max(isTrue ? score : 1 - score, .leastNormalMagnitude))
            let factor = rate * ((isTrue ? 1 : 0) - score)
            Vectors.add(other, factor, to: gradient, width)
            Vectors.add(row, factor, to: other, width)
        }
        Vectors.add(gradient, 1, to: row, width)
        return loss
    }
}
