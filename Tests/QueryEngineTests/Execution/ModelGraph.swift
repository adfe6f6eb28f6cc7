import Cypher
import GraphStore
import Values

@testable import QueryEngine

/// A small random graph in memory and in a store: what the operators find is compared with what
/// plain loops over the model find.
struct ModelGraph {
    struct Edge: Sendable {
        var id: RelationshipID
        var type: String
        var start: NodeID
        var end: NodeID
    }

    var nodes: [NodeID] = []
    var edges: [Edge] = []

    /// Nodes carry `n` = 0 …; even ones the label Even. Some relationships are loops, some are
    /// parallel.
    static func random(
        nodes: Int, edges: Int, types: [String] = ["A", "B", "C"], seed: UInt64,
        in fixture: ExecutionFixture
    ) throws -> ModelGraph {
        try fixture.store.write { writer in
            var random = SplitMix(seed: seed)
            var graph = ModelGraph()
            let number = try writer.key("n")
            let even = try writer.label("Even")
            for index in 0..<nodes {
                graph.nodes.append(
                    try writer.createNode(
                        labels: index.isMultiple(of: 2) ? [even] : [],
                        properties: [(number, .integer(Int64(index)))]))
            }
            for index in 0..<edges {
                let start = graph.nodes[random.below(nodes)]
                let end = graph.nodes[random.below(nodes)]
                let type = types[random.below(types.count)]
                let id = try writer.createRelationship(
                    type: try writer.type(type), start: start, end: end,
                    properties: [(number, .integer(Int64(index)))])
                graph.edges.append(Edge(id: id, type: type, start: start, end: end))
            }
            return graph
        }
    }

    /// The steps from a node: relationship and node reached.
    func steps(from node: NodeID, _ types: [String], _ direction: Cypher.Direction)
        -> [(edge: RelationshipID, to: NodeID)]
    {
        edges.flatMap { edge -> [(RelationshipID, NodeID)] in
            guard types.isEmpty || types.contains(edge.type) else { return [] }
            var found: [(RelationshipID, NodeID)] = []
            if direction != .incoming && edge.start == node { found.append((edge.id, edge.end)) }
            if direction != .outgoing && edge.end == node
                && (direction == .incoming || edge.start != edge.end)
            {
                found.append((edge.id, edge.start))
            }
            return found
        }
    }

    /// All paths of the given lengths that use no relationship twice.
    func paths(
        from node: NodeID, _ types: [String], _ direction: Cypher.Direction,
        lengths: ClosedRange<Int>, where test: (RelationshipID, NodeID) -> Bool = { _, _ in true }
    ) -> [(edges: [RelationshipID], end: NodeID)] {
        var found: [([RelationshipID], NodeID)] = []
        func walk(_ node: NodeID, _ path: [RelationshipID]) {
            if lengths.contains(path.count) { found.append((path, node)) }
            if path.count == lengths.upperBound { return }
            for (edge, next) in steps(from: node, types, direction)
            where !path.contains(edge) && test(edge, next) { walk(next, path + [edge]) }
        }
        walk(node, [])
        return found
    }
}

/// A deterministic generator of random numbers.
struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var bits = state
        bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
        return bits ^ (bits >> 31)
    }

    mutating func below(_ limit: Int) -> Int { Int(next() % UInt64(limit)) }
}
