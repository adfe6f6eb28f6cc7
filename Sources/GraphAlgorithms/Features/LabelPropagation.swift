public import Values

public struct LabelPropagationResult: Sendable {
    public var labels: [Int]
    public var iterations: Int
    public var didConverge: Bool
}

extension Topology {
    /// Communities by label propagation (Raghavan et al., "Near linear time algorithm to detect
    /// community structures in large-scale networks", Physical Review E 76, 2007): each node in
    /// turn takes the label with the greatest sum of weights among its neighbours, the least of
    /// equals, until none changes.
    ///
    /// Labels are at first the nodes' numbers, or `seeds`. Cost: the entries, an iteration.
    public func labelPropagation(
        maxIterations: Int = 10, seeds: [Int]? = nil, monitor: WorkMonitor = .none
    ) throws -> LabelPropagationResult {
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
            for number in 0..<nodeCount {
                if number % Self.rowsPerCheckpoint == 0 {
                    try monitor.checkpoint()
                    let share = Double(number) / Double(nodeCount)
                    monitor.report(
                        "label propagation", (Double(iterations) + share) / Double(maxIterations))
                }
                candidates.removeAll(keepingCapacity: true)
                for place in range(number) {
                    let label = labels[Int(neighbours[place])]
                    if votes[label] == 0 { candidates.append(label) }
                    votes[label] += weight(place)
                }
                guard var best = candidates.first else { continue }
                for label in candidates
                where votes[label] > votes[best] || votes[label] == votes[best] && label < best {
                    best = label
                }
                for label in candidates { votes[label] = 0 }
                if best != labels[number] {
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
}
