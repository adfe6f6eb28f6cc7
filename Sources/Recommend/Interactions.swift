public import GraphStore
import Values

/// The relationships of one type as sparse vectors: a node's vector has an entry for each
/// neighbour, its weight. Parallel relationships add up.
///
/// Vectors are read from the view as they are needed, and the weighted ones kept for the call, up
/// to ``cachedEntryLimit`` entries: an item's raters are met again and again.
public final class Interactions {
    /// About 400 MB; vectors beyond it are read again instead of kept.
    static let cachedEntryLimit = 25_000_000

    public let view: GraphView
    /// From the nodes that are asked about: users to items, when a user is asked about.
    public let direction: Direction
    private let weight: KeyID?
    private let forward: AdjacencyReader
    private let backward: AdjacencyReader
    private var cache: [UInt64: SparseVector] = [:]
    private var reverseCache: [UInt64: SparseVector] = [:]
    private var cachedEntries = 0
    private let checkpoint: () throws -> Void

    /// `direction` nil: the one in which `node` has relationships of the type, outgoing first.
    /// `weight` names a property of the relationships; without it, and where a relationship has no
    /// such number, an entry is 1. `checkpoint` is called before each vector and may throw to stop.
    public init(
        view: GraphView, type: TypeID, of node: NodeID?, direction: Direction?, weight: KeyID?,
        checkpoint: @escaping () throws -> Void
    ) {
        self.view = view
        self.weight = weight
        self.checkpoint = checkpoint
        let outgoing = view.adjacency(type, .outgoing)
        let incoming = view.adjacency(type, .incoming)
        if let direction {
            self.direction = direction
        } else if let node, outgoing.degree(node) == 0, incoming.degree(node) > 0 {
            self.direction = .incoming
        } else {
            self.direction = .outgoing
        }
        forward = self.direction == .outgoing ? outgoing : incoming
        backward = self.direction == .outgoing ? incoming : outgoing
    }

    public var isWeighted: Bool { weight != nil }

    /// The vector of a node on the asking side: a user's items.
    func vector(of node: NodeID) throws -> SparseVector {
        if let known = cache[node] { return known }
        let vector = try read(forward, node)
        if keep(vector) { cache[node] = vector }
        return vector
    }

    /// The vector of a node on the other side: an item's users.
    func reverseVector(of node: NodeID) throws -> SparseVector {
        if let known = reverseCache[node] { return known }
        let vector = try read(backward, node)
        if keep(vector) { reverseCache[node] = vector }
        return vector
    }

    private func keep(_ vector: SparseVector) -> Bool {
        guard cachedEntries + vector.count <= Self.cachedEntryLimit else { return false }
        cachedEntries += vector.count
        return true
    }

    private func read(_ reader: AdjacencyReader, _ node: NodeID) throws -> SparseVector {
        try checkpoint()
        var vector = SparseVector()
        var relationships: ContiguousArray<UInt64> = []
        var neighbours: ContiguousArray<UInt64> = []
        reader.forEachRun(of: node) { nodes, ids in
            neighbours.append(contentsOf: nodes)
            if weight != nil { relationships.append(contentsOf: ids) }
        }
        let weights = self.weights(of: relationships, count: neighbours.count)
        vector.reserve(neighbours.count)
        for (place, neighbour) in neighbours.enumerated() {
            vector.add(weights?[place] ?? 1, at: neighbour)
        }
        return vector
    }

    private func weights(of relationships: ContiguousArray<UInt64>, count: Int)
        -> ContiguousArray<Double>?
    {
        guard let weight else { return nil }
        var builder = ColumnBuilder(capacity: count)
        relationships.withUnsafeBufferPointer {
            view.appendProperty(weight, of: .relationship, $0, to: &builder)
        }
        return Self.numbers(builder.build(), default: 1)
    }

    /// A column's numbers as doubles; what is no number becomes `fallback`.
    static func numbers(_ column: Column, default fallback: Double) -> ContiguousArray<Double> {
        switch column {
        case .floats(let values, let validity) where validity.bytes == nil: return values
        case .integers(let values, let validity) where validity.bytes == nil:
            return ContiguousArray(values.map(Double.init))
        default:
            var numbers = ContiguousArray<Double>()
            numbers.reserveCapacity(column.count)
            for row in 0..<column.count {
                switch column.value(row) {
                case .integer(let value): numbers.append(Double(value))
                case .float(let value) where value.isFinite: numbers.append(value)
                default: numbers.append(fallback)
                }
            }
            return numbers
        }
    }
}

/// Entries in ascending order of node id, each id once.
struct SparseVector {
    private(set) var nodes: ContiguousArray<UInt64> = []
    private(set) var weights: ContiguousArray<Double> = []

    var count: Int { nodes.count }

    mutating func reserve(_ count: Int) {
        nodes.reserveCapacity(count)
        weights.reserveCapacity(count)
    }

    /// `node` must not be below the last one; an equal one adds up.
    mutating func add(_ weight: Double, at node: UInt64) {
        if let last = nodes.last, last == node {
            weights[weights.count - 1] += weight
        } else {
            nodes.append(node)
            weights.append(weight)
        }
    }

    var mean: Double { weights.isEmpty ? 0 : weights.reduce(0, +) / Double(weights.count) }

    /// The weight at a node. Binary search.
    func weight(of node: UInt64) -> Double? {
        var low = 0
        var high = nodes.count
        while low < high {
            let middle = (low + high) / 2
            if nodes[middle] < node { low = middle + 1 } else { high = middle }
        }
        return low < nodes.count && nodes[low] == node ? weights[low] : nil
    }
}
