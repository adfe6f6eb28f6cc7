public import Values

extension Topology {
    /// The weakly connected component of each node: the number of its first node. Entries whose
    /// weight is not above `threshold` do not connect.
    ///
    /// Union by the smaller number with path halving (Tarjan and van Leeuwen, "Worst-case analysis
    /// of set union algorithms", JACM 1984): about a step for an entry.
    public func connectedComponents(threshold: Double? = nil, monitor: WorkMonitor = .none)
        throws -> [Int]
    {
        var parents = Array(0..<nodeCount)
        func root(_ number: Int) -> Int {
            var number = number
            while parents[number] != number {
                parents[number] = parents[parents[number]]
                number = parents[number]
            }
            return number
        }
        for number in 0..<nodeCount {
            if number % Self.rowsPerCheckpoint == 0 { try monitor.checkpoint() }
            for place in range(number) {
                if let threshold, weight(place) <= threshold { continue }
                let (a, b) = (root(number), root(Int(neighbours[place])))
                if a < b { parents[b] = a } else { parents[a] = b }
            }
        }
        for number in 0..<nodeCount { parents[number] = root(number) }
        return parents
    }

    static let rowsPerCheckpoint = 4_096
}

/// Groups of nodes as numbers.
public enum Grouping {
    /// The same groups numbered 0, 1, 2 … in the order in which they first appear.
    public static func consecutive(_ groups: [Int]) -> [Int] {
        var numbers: [Int: Int] = [:]
        return groups.map { group in
            if let number = numbers[group] { return number }
            numbers[group] = numbers.count
            return numbers.count - 1
        }
    }
}
