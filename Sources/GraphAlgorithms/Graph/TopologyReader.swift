public import GraphStore
public import Values

extension GraphDefinition {
    /// Reads this part of the graph from a snapshot: about 10 ns for a relationship whose list is in
    /// memory.
    ///
    /// `weight` is a name among `weights`; without it rows have no weights. Errors: the
    /// checkpoint's; `limitExceeded` past 2³¹ nodes; the store's.
    public func read(
        _ view: GraphView, weight: Weight? = nil, monitor: WorkMonitor = .none
    ) throws -> Topology {
        try TopologyReader(view, monitor).read(self, weight)
    }

    /// The nodes of this part, ascending.
    public func nodes(_ view: GraphView, monitor: WorkMonitor = .none) throws
        -> ContiguousArray<NodeID>
    {
        try TopologyReader(view, monitor).nodes(labels)
    }
}

private struct TopologyReader {
    private let view: GraphView
    private let monitor: WorkMonitor

    private static let nodesPerScan = 65_536
    /// Entries read between two checkpoints, and weights that are read together.
    private static let blockEntries = 1 << 18

    init(_ view: GraphView, _ monitor: WorkMonitor) {
        self.view = view
        self.monitor = monitor
    }

    func read(_ definition: GraphDefinition, _ weight: GraphDefinition.Weight?) throws -> Topology {
        let nodes = try nodes(definition.labels)
        let numbers = NodeNumbers(nodes)
        let readers = definition.lists(in: view).map { view.adjacency($0.type, $0.direction) }
        let key = weight.flatMap { view.key($0.property) }
        var rows = Rows(isWeighted: key != nil)
        rows.offsets.reserveCapacity(nodes.count + 1)
        var checked = 0
        for (number, node) in nodes.enumerated() {
            if rows.unchecked >= Self.blockEntries || number - checked >= Self.nodesPerScan {
                try monitor.checkpoint()
                monitor.report("reading the graph", Double(number) / Double(nodes.count))
                if let key { readWeights(&rows, key, weight?.fallback ?? 1) }
                checked = number
                rows.unchecked = 0
            }
            let start = rows.neighbours.count
            for reader in readers {
                append(reader, node, numbers, isWeighted: key != nil, &rows)
            }
            if readers.count > 1 { rows.sort(from: start) }
            rows.unchecked += rows.neighbours.count - start
            rows.offsets.append(rows.neighbours.count)
        }
        if let key { readWeights(&rows, key, weight?.fallback ?? 1) }
        var weights = rows.weights
        if weights == nil, let weight, weight.fallback != 1 {
            // No relationship has the property.
            weights = ContiguousArray(repeating: weight.fallback, count: rows.neighbours.count)
        }
        return Topology(
            nodes: nodes, offsets: rows.offsets, neighbours: rows.neighbours, weights: weights)
    }

    func nodes(_ labels: [String]?) throws -> ContiguousArray<NodeID> {
        var nodes: ContiguousArray<NodeID> = []
        let scans: [any IDScan] =
            if let labels {
                labels.compactMap { view.label($0) }.map { view.nodes(label: $0) }
            } else {
                [view.nodes()]
            }
        for scan in scans {
            while try scan.next(Self.nodesPerScan, into: &nodes) > 0 { try monitor.checkpoint() }
        }
        if scans.count > 1 {
            nodes.sort()
            nodes = nodes.withoutRepetitions()
        }
        guard nodes.count < Int(Int32.max) else {
            throw AlgorithmError.limitExceeded(
                "The graph has more than \(Int32.max) nodes; name the labels that are meant.")
        }
        return nodes
    }

    @inline(__always)
    private func append(
        _ reader: AdjacencyReader, _ node: NodeID, _ numbers: NodeNumbers, isWeighted: Bool,
        _ rows: inout Rows
    ) {
        reader.forEachRun(of: node, options: isWeighted ? [] : .withoutRelationships) {
            neighbours, relationships in
            for place in 0..<neighbours.count {
                let number = numbers.find(neighbours[place])
                if number < 0 { continue }
                rows.neighbours.append(number)
                if isWeighted { rows.relationships.append(relationships[place]) }
            }
        }
    }

    private func readWeights(_ rows: inout Rows, _ key: KeyID, _ fallback: Double) {
        let values = rows.relationships.withUnsafeBufferPointer {
            view.numbers(key, of: .relationship, $0, default: fallback)
        }
        rows.weights?.append(contentsOf: values)
        rows.relationships.removeAll(keepingCapacity: true)
    }
}

/// Rows under construction.
private struct Rows {
    var offsets: ContiguousArray<Int> = [0]
    var neighbours: ContiguousArray<Int32> = []
    /// Of the entries whose weights are not read yet.
    var relationships: ContiguousArray<RelationshipID> = []
    var weights: ContiguousArray<Double>?
    var unchecked = 0

    init(isWeighted: Bool) { weights = isWeighted ? [] : nil }

    /// Sorts the last row, which several lists have made, by neighbour.
    mutating func sort(from start: Int) {
        let count = neighbours.count - start
        guard count > 1 else { return }
        guard weights != nil else {
            neighbours[start...].sort()
            return
        }
        let first = relationships.count - count
        let order = (0..<count).sorted {
            (neighbours[start + $0], relationships[first + $0])
                < (neighbours[start + $1], relationships[first + $1])
        }
        let row = order.map { (neighbours[start + $0], relationships[first + $0]) }
        for (place, entry) in row.enumerated() {
            neighbours[start + place] = entry.0
            relationships[first + place] = entry.1
        }
    }
}

/// The numbers of sorted nodes: their place.
private struct NodeNumbers {
    /// By node id less the first; -1 where the node is none of them.
    private let table: ContiguousArray<Int32>
    private let first: NodeID
    /// Where a table would be too long for its nodes.
    private let nodes: ContiguousArray<NodeID>

    /// A table is made where at least every so many of its ids are nodes.
    private static let sparsest = 64

    init(_ nodes: ContiguousArray<NodeID>) {
        let first = nodes.first ?? 0
        self.first = first
        let span = nodes.last.map { $0 - first + 1 } ?? 0
        guard span <= UInt64(nodes.count * Self.sparsest) else {
            table = []
            self.nodes = nodes
            return
        }
        var table = ContiguousArray<Int32>(repeating: -1, count: Int(span))
        for (number, node) in nodes.enumerated() {
            table[Int(node - first)] = Int32(truncatingIfNeeded: number)
        }
        self.table = table
        self.nodes = []
    }

    @inline(__always)
    func find(_ node: NodeID) -> Int32 {
        if nodes.isEmpty {
            let place = node &- first
            return place < NodeID(table.count) ? table[Int(place)] : -1
        }
        var (lower, upper) = (0, nodes.count)
        while lower < upper {
            let middle = (lower &+ upper) / 2
            if nodes[middle] < node { lower = middle &+ 1 } else { upper = middle }
        }
        return lower < nodes.count && nodes[lower] == node ? Int32(lower) : -1
    }
}

extension ContiguousArray where Element: Equatable {
    /// Of sorted elements, each once.
    fileprivate func withoutRepetitions() -> Self {
        var kept: Self = []
        kept.reserveCapacity(count)
        for element in self where kept.last != element { kept.append(element) }
        return kept
    }
}
