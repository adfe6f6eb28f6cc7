public import Values

/// A cheapest path as numbers of nodes, and what it costs up to each of them.
public struct WeightedPath: Sendable, Equatable {
    public let nodes: [Int]
    public let costs: [Double]

    public var totalCost: Double { costs.last ?? 0 }
}

extension Topology {
    /// The cheapest path from a node to each of the targets that it reaches, in their order
    /// (Dijkstra, "A note on two problems in connexion with graphs", 1959). Without weights every
    /// entry costs 1. Stops when all targets are reached.
    ///
    /// Errors: `unsuitable` where a weight on the way is negative.
    public func dijkstra(from source: Int, to targets: [Int], monitor: WorkMonitor = .none) throws
        -> [WeightedPath]
    {
        var costs = [Double](repeating: .infinity, count: nodeCount)
        var previous = [Int32](repeating: -1, count: nodeCount)
        var isDone = [Bool](repeating: false, count: nodeCount)
        var left = Set(targets)
        var queue = CostQueue()
        costs[source] = 0
        queue.push(0, source)
        var visits = 0
        while !left.isEmpty, let (cost, number) = queue.pop() {
            if isDone[number] { continue }
            isDone[number] = true
            left.remove(number)
            visits += 1
            if visits % Self.rowsPerCheckpoint == 0 { try monitor.checkpoint() }
            for place in range(number) {
                let weight = weight(place)
                guard weight >= 0 else { throw AlgorithmError.negativeWeight }
                let neighbour = Int(neighbours[place])
                if cost + weight < costs[neighbour] {
                    costs[neighbour] = cost + weight
                    previous[neighbour] = Int32(truncatingIfNeeded: number)
                    queue.push(cost + weight, neighbour)
                }
            }
        }
        return targets.filter { isDone[$0] }.map { target in
            var nodes = [target]
            while let last = nodes.last, previous[last] >= 0 { nodes.append(Int(previous[last])) }
            nodes.reverse()
            return WeightedPath(nodes: nodes, costs: nodes.map { costs[$0] })
        }
    }
}

/// Nodes by cost, the least first; of equals the smaller number. A binary heap.
struct CostQueue {
    private var heap: [(cost: Double, number: Int)] = []

    @inline(__always)
    private func precedes(_ a: Int, _ b: Int) -> Bool {
        heap[a].cost != heap[b].cost
            ? heap[a].cost < heap[b].cost : heap[a].number < heap[b].number
    }

    mutating func push(_ cost: Double, _ number: Int) {
        heap.append((cost, number))
        var place = heap.count - 1
        while place > 0, precedes(place, (place - 1) / 2) {
            heap.swapAt(place, (place - 1) / 2)
            place = (place - 1) / 2
        }
    }

    mutating func pop() -> (cost: Double, number: Int)? {
        guard let first = heap.first else { return nil }
        heap[0] = heap[heap.count - 1]
        heap.removeLast()
        var place = 0
        while true {
            var least = place
            for child in 2 * place + 1...2 * place + 2
            where child < heap.count && precedes(child, least) { least = child }
            if least == place { return first }
            heap.swapAt(place, least)
            place = least
        }
    }
}
