import GraphStore

/// Reads the vectors of users and items from one view. One thread.
struct VectorReader {
    private let view: GraphView
    private let weightKey: KeyID?
    /// From users to items, and back.
    let ofUsers: AdjacencyReader
    let ofItems: AdjacencyReader

    init(_ view: GraphView, _ type: TypeID, _ source: ModelSource) {
        self.view = view
        weightKey = source.weight.flatMap { view.key($0) }
        ofUsers = view.adjacency(type, source.direction)
        ofItems = view.adjacency(type, source.direction == .outgoing ? .incoming : .outgoing)
    }

    /// A node's neighbours, ascending, with the weight of each. Parallel relationships add up.
    struct Vector {
        private(set) var nodes: ContiguousArray<NodeID> = []
        private(set) var weights: ContiguousArray<Float> = []

        var count: Int { nodes.count }
        var sum: Float { weights.reduce(0, +) }

        fileprivate mutating func removeAll() {
            nodes.removeAll(keepingCapacity: true)
            weights.removeAll(keepingCapacity: true)
        }

        fileprivate mutating func append(
            _ neighbours: UnsafeBufferPointer<NodeID>, _ weights: ContiguousArray<Double>?
        ) {
            var last = nodes.last ?? .max
            for place in 0..<neighbours.count {
                let node = neighbours[place]
                let weight = Float(weights?[place] ?? 1)
                if node == last {
                    self.weights[self.weights.count - 1] += weight
                } else {
                    last = node
                    nodes.append(node)
                    self.weights.append(weight)
                }
            }
        }
    }

    /// Reads a vector in place of another, whose memory is used again.
    func read(_ node: NodeID, _ lists: AdjacencyReader, into vector: inout Vector) {
        vector.removeAll()
        lists.forEachRun(of: node, options: weightKey == nil ? .withoutRelationships : []) {
            neighbours, relationships in
            vector.append(
                neighbours,
                weightKey.map { view.numbers($0, of: .relationship, relationships, default: 1) })
        }
    }
}
