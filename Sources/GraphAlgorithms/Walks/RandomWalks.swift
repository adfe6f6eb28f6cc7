public import LinearAlgebra

/// Random walks. A walk is the nodes that it visits, its start first, and ends early at a node
/// without neighbours.
public enum RandomWalks {
    /// Each step goes to a uniform neighbour.
    public static func uniform<Graph: WalkGraph>(
        _ graph: Graph, from start: Graph.Node, nodes count: Int, _ random: inout RandomSource
    ) -> [Graph.Node] {
        var walk = [start]
        while walk.count < count {
            guard let next = graph.drawNeighbour(of: walk[walk.count - 1], &random) else { break }
            walk.append(next)
        }
        return walk
    }

    /// Each step goes back to the start with the chance `restart`, and from nodes without
    /// neighbours always; else to a uniform neighbour. Never ends early.
    public static func withRestart<Graph: WalkGraph>(
        _ graph: Graph, from start: Graph.Node, nodes count: Int, restart: Double,
        _ random: inout RandomSource
    ) -> [Graph.Node] {
        var walk = [start]
        walk.reserveCapacity(count)
        while walk.count < count {
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
    /// that no step looks at all neighbours. On average at most max(p, q, 1) / min(p, q, 1) draws.
    public static func node2vec<Graph: WalkGraph>(
        _ graph: Graph, from start: Graph.Node, nodes count: Int, returnFactor: Double,
        inOutFactor: Double, _ random: inout RandomSource
    ) -> [Graph.Node] {
        if returnFactor == 1, inOutFactor == 1 {
            return uniform(graph, from: start, nodes: count, &random)
        }
        let greatest = max(1 / returnFactor, 1, 1 / inOutFactor)
        let back = 1 / returnFactor / greatest
        let near = 1 / greatest
        let far = 1 / inOutFactor / greatest
        var walk = [start]
        walk.reserveCapacity(count)
        while walk.count < count {
            let current = walk[walk.count - 1]
            let previous = walk.count > 1 ? walk[walk.count - 2] : nil
            guard var next = graph.drawNeighbour(of: current, &random) else { break }
            if let previous {
                while true {
                    let chance = random.nextUnit()
                    if next == previous {
                        if chance < back { break }
                    } else if chance < min(near, far) {
                        // Kept whichever it is: spares the look-up.
                        break
                    } else if chance < max(near, far) {
                        let isNear = graph.isConnected(previous, to: next)
                        if chance < (isNear ? near : far) { break }
                    }
                    guard let other = graph.drawNeighbour(of: current, &random) else { break }
                    next = other
                }
            }
            walk.append(next)
        }
        return walk
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
        stride: Int = 1, _ random: inout RandomSource
    ) -> [VisitCount<Graph.Node>] {
        var places: [Graph.Node: Int] = [:]
        var counts: [(node: Graph.Node, visits: Int)] = []
        var total = 0
        for _ in 0..<walks {
            var current = start
            for step in 1...max(1, length) {
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
