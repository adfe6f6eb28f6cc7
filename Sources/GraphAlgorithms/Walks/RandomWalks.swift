public import LinearAlgebra
public import Values

/// Random walks. A walk is the nodes that it visits, its start first, and ends early at a node
/// without neighbours.
///
/// Each draw of a neighbour is a step of the caller's pace, which goes on from walk to walk. Errors:
/// the checkpoint's.
public enum RandomWalks {
    /// Each draw takes from some nanoseconds to some microseconds.
    private static let drawsPerCheckpoint = 4_096

    public static func pace(_ monitor: WorkMonitor) -> WorkPace {
        WorkPace(monitor, stepsPerCheckpoint: drawsPerCheckpoint)
    }

    /// Each step goes to a uniform neighbour.
    public static func uniform<Graph: WalkGraph>(
        _ graph: Graph, from start: Graph.Node, nodes count: Int, _ random: inout RandomSource,
        _ pace: inout WorkPace
    ) throws -> [Graph.Node] {
        var walk = [start]
        while walk.count < count {
            try pace.count()
            guard let next = graph.drawNeighbour(of: walk[walk.count - 1], &random) else { break }
            walk.append(next)
        }
        return walk
    }

    /// Each step goes back to the start with the chance `restart`, and from nodes without
    /// neighbours always; else to a uniform neighbour. Never ends early.
    public static func withRestart<Graph: WalkGraph>(
        _ graph: Graph, from start: Graph.Node, nodes count: Int, restart: Double,
        _ random: inout RandomSource, _ pace: inout WorkPace
    ) throws -> [Graph.Node] {
        var walk = [start]
        walk.reserveCapacity(count)
        while walk.count < count {
            try pace.count()
            let isBack = random.nextUnit() < restart
            let next = isBack ? nil : graph.drawNeighbour(of: walk[walk.count - 1], &random)
            walk.append(next ?? start)
        }
        return walk
    }

    /// The biased walk of node2vec (Grover and Leskovec, "node2vec: scalable feature learning for
    /// networks", KDD 2016): the first step is uniform; then a neighbour x of the current node has
    /// the weight 1/p (`returnFactor`) where x is the previous node, 1 where x is a neighbour of the
    /// previous node, and else 1/q (`inOutFactor`), times the relationship's own.
    ///
    /// By rejection: a neighbour is drawn and kept with the chance weight / greatest weight, so
    /// that hardly a step looks at all neighbours. On average that takes at most max(p, q, 1) /
    /// min(p, q, 1) draws; a step that has rejected ``rejectionLimit`` weighs all neighbours instead,
    /// which has the same distribution and one look-up for each of them.
    public static func node2vec<Graph: WalkGraph>(
        _ graph: Graph, from start: Graph.Node, nodes count: Int, returnFactor: Double,
        inOutFactor: Double, _ random: inout RandomSource, _ pace: inout WorkPace
    ) throws -> [Graph.Node] {
        if returnFactor == 1, inOutFactor == 1 {
            return try uniform(graph, from: start, nodes: count, &random, &pace)
        }
        let bias = WalkBias(returnFactor: returnFactor, inOutFactor: inOutFactor)
        var walk = [start]
        walk.reserveCapacity(count)
        while walk.count < count {
            try pace.count()
            let current = walk[walk.count - 1]
            let next =
                walk.count < 2
                ? graph.drawNeighbour(of: current, &random)
                : try bias.draw(graph, of: current, from: walk[walk.count - 2], &random, &pace)
            guard let next else { break }
            walk.append(next)
        }
        return walk
    }

    static let rejectionLimit = 128
}

/// node2vec's weights of a step, by what the next node is to the previous one.
private struct WalkBias {
    /// By how much the weight of each kind is divided.
    private let returnFactor: Double
    private let inOutFactor: Double
    /// The weights to the greatest of them: the chance of being kept.
    private let back: Double
    private let near: Double
    private let far: Double

    init(returnFactor: Double, inOutFactor: Double) {
        self.returnFactor = returnFactor
        self.inOutFactor = inOutFactor
        let least = min(returnFactor, 1, inOutFactor)
        back = least / returnFactor
        near = least
        far = least / inOutFactor
    }

    /// A neighbour of `current` for a walk that came from `previous`; nil where there is none.
    func draw<Graph: WalkGraph>(
        _ graph: Graph, of current: Graph.Node, from previous: Graph.Node,
        _ random: inout RandomSource, _ pace: inout WorkPace
    ) throws -> Graph.Node? {
        for _ in 0..<RandomWalks.rejectionLimit {
            guard let next = graph.drawNeighbour(of: current, &random) else { return nil }
            let chance = random.nextUnit()
            if next == previous {
                if chance < back { return next }
            } else if chance < min(near, far) {
                // Kept whichever it is: spares the look-up.
                return next
            } else if chance < max(near, far) {
                let isNear = graph.isConnected(previous, to: next)
                if chance < (isNear ? near : far) { return next }
            }
            try pace.count()
        }
        return try weighed(graph, of: current, from: previous, &random, &pace)
    }

    /// The same by the weights of all neighbours: the least factor among them divided by each one's,
    /// so that however large the factors are, what is there has a chance.
    private func weighed<Graph: WalkGraph>(
        _ graph: Graph, of current: Graph.Node, from previous: Graph.Node,
        _ random: inout RandomSource, _ pace: inout WorkPace
    ) throws -> Graph.Node? {
        let neighbours = graph.neighbours(of: current)
        var factors: [Double] = []
        var least = Double.infinity
        for (node, weight) in neighbours {
            try pace.count()
            let factor =
                node == previous
                ? returnFactor : graph.isConnected(previous, to: node) ? 1 : inOutFactor
            factors.append(factor)
            if weight > 0 { least = min(least, factor) }
        }
        var sum = 0.0
        let sums = neighbours.indices.map { place in
            sum += neighbours[place].weight * (least / factors[place])
            return sum
        }
        guard sum > 0 else { return nil }
        let wanted = random.nextUnit() * sum
        return sums.firstIndex { $0 > wanted }.map { neighbours[$0].node }
    }
}

/// How often short walks from a node visit others.
public struct VisitCount<Node: Hashable & Sendable>: Sendable {
    public let node: Node
    public let visits: Int
    /// Of all visits that were counted.
    public let share: Double
}

extension RandomWalks {
    /// The importance of nodes to `start`: the share of the visits by short walks with restart,
    /// the greatest first, and of equals those visited first. A node's neighbourhood in PinSAGE is
    /// the first T of them (Ying et al., "Graph convolutional neural networks for web-scale
    /// recommender systems", KDD 2018).
    ///
    /// `walks` walks take `length` steps each, and before each step end with the chance `restart`.
    /// Every `stride`th step counts: 2 where every other node is of the start's kind, as between
    /// users and items. Visits to the start itself do not count.
    public static func importance<Graph: WalkGraph>(
        _ graph: Graph, of start: Graph.Node, walks: Int, length: Int, restart: Double = 0,
        stride: Int = 1, _ random: inout RandomSource, _ pace: inout WorkPace
    ) throws -> [VisitCount<Graph.Node>] {
        var places: [Graph.Node: Int] = [:]
        var counts: [(node: Graph.Node, visits: Int)] = []
        var total = 0
        for _ in 0..<walks {
            var current = start
            for step in 1...max(1, length) {
                try pace.count()
                if restart > 0, random.nextUnit() < restart { break }
                guard let next = graph.drawNeighbour(of: current, &random) else { break }
                current = next
                if step % stride != 0 || next == start { continue }
                total += 1
                if let place = places[next] {
                    counts[place].visits += 1
                } else {
                    places[next] = counts.count
                    counts.append((next, 1))
                }
            }
        }
        return counts.enumerated().sorted { a, b in
            a.element.visits != b.element.visits
                ? a.element.visits > b.element.visits : a.offset < b.offset
        }
        .map { entry in
            VisitCount(
                node: entry.element.node, visits: entry.element.visits,
                share: Double(entry.element.visits) / Double(total))
        }
    }
}
