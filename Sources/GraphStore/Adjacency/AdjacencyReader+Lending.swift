/// Neighbours of one node in ascending order, in four bytes each or in eight, as they lie in memory.
public enum NeighbourRun {
    case narrow(UnsafeBufferPointer<UInt32>)
    case wide(UnsafeBufferPointer<NodeID>)

    public var count: Int {
        switch self {
        case .narrow(let nodes): nodes.count
        case .wide(let nodes): nodes.count
        }
    }
}

extension AdjacencyReader {
    /// Lends the neighbours of each of several nodes, with the node's place among them, in one run
    /// or more. Lists that lie in memory as they are lent there: nothing is copied. Ids that are
    /// `.max` (null) have no neighbours.
    ///
    /// The runs are valid inside `body` only, which may use this reader for other lists. Other
    /// options than ``ExpandOptions/withoutLoops`` make no difference.
    public func forEachRun(
        ofEach nodes: UnsafeBufferPointer<NodeID>, options: ExpandOptions = [],
        _ body: (Int, NeighbourRun) throws -> Void
    ) rethrows {
        if isLending { return try inner().forEachRun(ofEach: nodes, options: options, body) }
        refresh()
        isLending = true
        defer { isLending = false }
        let withoutLoops = options.contains(.withoutLoops)
        for place in 0..<nodes.count {
            let node = nodes[place]
            if let live, isPlain(node, live) {
                let (start, count) = live.range(node)
                if count == 0 { continue }
                let run = live.neighbours(start, count)
                if withoutLoops {
                    try run.forEachPart(without: node) { try body(place, $0) }
                } else {
                    try body(place, run)
                }
            } else if node != .max {
                try forEachDecodedRun(of: node) { run in
                    if withoutLoops {
                        try run.forEachPart(without: node) { try body(place, $0) }
                    } else {
                        try body(place, run)
                    }
                }
            }
        }
    }

    private func forEachDecodedRun(of node: NodeID, _ body: (NeighbourRun) throws -> Void) rethrows
    {
        var walk = begin(node)
        while true {
            let count = fill(
                &walk, room: Self.blockEntries, neighbours: block.neighbours, relationships: nil)
            if count == 0 { return }
            try body(.wide(UnsafeBufferPointer(start: block.neighbours, count: count)))
            if count < Self.blockEntries { return }
        }
    }
}

extension NeighbourRun {
    /// What lies before the node, and what lies behind it.
    fileprivate func forEachPart(without node: NodeID, _ body: (NeighbourRun) throws -> Void)
        rethrows
    {
        switch self {
        case .narrow(let nodes):
            for part in nodes.parts(without: node) { try body(.narrow(part)) }
        case .wide(let nodes):
            for part in nodes.parts(without: node) { try body(.wide(part)) }
        }
    }
}

extension UnsafeBufferPointer where Element: UnsignedInteger {
    fileprivate func parts(without node: NodeID) -> [UnsafeBufferPointer] {
        let lower = partitioningIndex { $0 >= node }
        let upper = partitioningIndex { $0 > node }
        if lower == upper { return [self] }
        return [self[..<lower], self[upper...]].filter { !$0.isEmpty }
            .map { UnsafeBufferPointer(rebasing: $0) }
    }

    /// The first place from which on all ascending elements pass.
    private func partitioningIndex(_ passes: (Element) -> Bool) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if passes(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
