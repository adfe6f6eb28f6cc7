internal import LinearAlgebra
public import Values

public struct LabelPropagationResult: Sendable {
    public var labels: [Int]
    public var iterations: Int
    public var didConverge: Bool
}

extension Topology {
    /// Communities by label propagation (Raghavan et al., "Near linear time algorithm to detect
    /// community structures in large-scale networks", Physical Review E 76, 2007): each node in
    /// turn, in a random order, takes the label with the greatest sum of weights among its
    /// neighbours, of equals its own or a random one, until none changes.
    ///
    /// Labels are at first the nodes' numbers, or `seeds`. Cost: the entries, an iteration.
    public func labelPropagation(
        maxIterations: Int = 10, seeds: [Int]? = nil, seed: UInt64 = 0,
        monitor: WorkMonitor = .none
    ) throws -> LabelPropagationResult {
        var random = RandomSource(seed: seed)
        var labels = seeds.map(Grouping.consecutive) ?? Array(0..<nodeCount)
        let names = seeds.map { seeds in
            var names: [Int] = []
            for (number, label) in labels.enumerated() where label == names.count {
                names.append(seeds[number])
            }
            return names
        }
        var votes = [Double](repeating: 0, count: nodeCount)
        var candidates: [Int] = []
        var iterations = 0
        var isDone = false
        while iterations < maxIterations, !isDone {
            isDone = true
            for (place, number) in random.permutation(nodeCount).map(Int.init).enumerated() {
                if place % Self.rowsPerCheckpoint == 0 {
                    try monitor.checkpoint()
                    let share = Double(place) / Double(nodeCount)
                    monitor.report(
                        "label propagation", (Double(iterations) + share) / Double(maxIterations))
                }
                candidates.removeAll(keepingCapacity: true)
                for place in range(number) {
                    let label = labels[Int(neighbours[place])]
                    if votes[label] == 0 { candidates.append(label) }
                    votes[label] += weight(place)
                }
                let best = Self.winner(candidates, votes, own: labels[number], &random)
                for label in candidates { votes[label] = 0 }
                if let best, best != labels[number] {
                    labels[number] = best
                    isDone = false
                }
            }
            iterations += 1
        }
        if let names { labels = labels.map { names[$0] } }
        return LabelPropagationResult(
            labels: labels, iterations: iterations, didConverge: isDone)
    }

    /// The label with the most votes; nil where there is none.
    private static func winner(
        _ candidates: [Int], _ votes: [Double], own: Int, _ random: inout RandomSource
    ) -> Int? {
        guard let most = candidates.lazy.map({ votes[$0] }).max() else { return nil }
        if votes[own] == most, candidates.contains(own) { return own }
        var best: Int?
        var equals = 0
        for label in candidates where votes[label] == most {
            equals += 1
            // Each of them with the same chance.
            if random.next(below: equals) == 0 { best = label }
        }
        return best
    }
}
