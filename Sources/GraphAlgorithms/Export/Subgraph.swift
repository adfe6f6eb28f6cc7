public import GraphStore
public import LinearAlgebra
public import Values

/// A part of the graph that was taken out of it: nodes and the relationships between them, as they
/// are stored, each once.
public struct Subgraph: Sendable {
    public struct Relationship: Sendable, Equatable {
        public let id: RelationshipID
        public let type: TypeID
        /// Places in `nodes`.
        public let start: Int
        public let end: Int
    }

    /// Seeds first, then in the order in which they were found.
    public let nodes: ContiguousArray<NodeID>
    public let seedCount: Int
    /// By id.
    public let relationships: [Relationship]

    /// What a sampler finds around the seeds; with fan-outs of -1 all within so many hops. With
    /// `isInduced` also the relationships of its lists between the nodes that were not drawn.
    ///
    /// Cost: the sample's, and a look-up for each relationship.
    public init(
        around seeds: [NodeID], _ view: GraphView, _ relations: [SampledRelation],
        withReplacement: Bool = false, isInduced: Bool = false, _ random: inout RandomSource,
        monitor: WorkMonitor = .none
    ) throws {
        var options = SamplingOptions()
        options.withReplacement = withReplacement
        options.keepsRelationships = true
        let sample = try NeighbourSampler(view, relations, options: options, monitor: monitor)
            .sample(seeds, &random)
        var places: [NodeID: Int] = [:]
        for (place, node) in sample.nodes.enumerated() { places[node] = place }
        var found = Set<RelationshipID>()
        for edges in sample.edges { found.formUnion(edges.relationships) }
        if isInduced {
            let lists = Set(relations.flatMap(\.lists))
            for reader in lists.map({ view.adjacency($0.type, $0.direction) }) {
                for (place, node) in sample.nodes.enumerated() {
                    if place % Topology.rowsPerCheckpoint == 0 { try monitor.checkpoint() }
                    reader.forEachRun(of: node) { neighbours, relationships in
                        for (neighbour, relationship) in zip(neighbours, relationships)
                        where places[neighbour] != nil { found.insert(relationship) }
                    }
                }
            }
        }
        nodes = sample.nodes
        seedCount = sample.hopEnds[0]
        relationships = found.sorted().compactMap { id in
            guard let record = view.relationship(id), let start = places[record.start],
                let end = places[record.end]
            else { return nil }
            return Relationship(id: id, type: record.type, start: start, end: end)
        }
    }
}

/// Plain files of a subgraph, by name.
///
/// PyTorch Geometric reads those of NumPy in three lines:
///
/// ```python
/// load = lambda name: torch.from_numpy(numpy.load(f"export/{name}.npy"))
/// data = torch_geometric.data.Data(x=load("x"), edge_index=load("edge_index"))
/// data.node_id, data.edge_type = load("node_id"), load("edge_type")
/// ```
///
/// and those of CSV in as many:
///
/// ```python
/// edges = pandas.read_csv("export/edges.csv")
/// edge_index = torch.tensor(edges[["source", "target"]].values.T)
/// data = torch_geometric.data.Data(edge_index=edge_index, num_nodes=len(pandas.read_csv("export/nodes.csv")))
/// ```
public struct SubgraphFile: Sendable {
    public let name: String
    /// Nodes or relationships in it.
    public let rows: Int
    public let bytes: [UInt8]
}

extension Subgraph {
    /// `edge_index` (2 × relationships), `edge_id`, `edge_type` (places in `edge_types.csv`),
    /// `node_id`, and `x` (nodes × features, Float32) where features are given.
    public func numPyFiles(features: Matrix?, _ view: GraphView) -> [SubgraphFile] {
        let types = Set(relationships.map(\.type)).sorted()
        let edges = relationships.map { Int64($0.start) } + relationships.map { Int64($0.end) }
        var files = [
            integers("edge_index", edges, shape: [2, relationships.count]),
            integers("edge_id", relationships.map { Int64($0.id) }),
            integers(
                "edge_type", relationships.map { Int64(types.firstIndex(of: $0.type) ?? -1) }),
            integers("node_id", nodes.map { Int64($0) }),
            SubgraphFile(
                name: "edge_types.csv", rows: types.count,
                bytes: Self.csv(
                    [["edge_type", "name"]]
                        + types.enumerated().map {
                            ["\($0.offset)", view.name(type: $0.element)]
                        })),
        ]
        if let features {
            files.append(
                SubgraphFile(
                    name: "x.npy", rows: nodes.count,
                    bytes: NumPyArray.floats(
                        features.array, shape: [features.rows, features.columns])))
        }
        return files
    }

    /// `nodes.csv` (node, id, features …) and `edges.csv` (source, target, id, type): nodes are
    /// numbered from 0.
    public func csvFiles(features: Matrix?, _ view: GraphView) -> [SubgraphFile] {
        let width = features?.columns ?? 0
        var rows = [["node", "id"] + (0..<width).map { "x\($0)" }]
        for (place, node) in nodes.enumerated() {
            let values = features.map { features in (0..<width).map { "\(features[place, $0])" } }
            rows.append(["\(place)", "\(node)"] + (values ?? []))
        }
        var edges = [["source", "target", "id", "type"]]
        for relationship in relationships {
            edges.append([
                "\(relationship.start)", "\(relationship.end)", "\(relationship.id)",
                view.name(type: relationship.type),
            ])
        }
        return [
            SubgraphFile(name: "nodes.csv", rows: nodes.count, bytes: Self.csv(rows)),
            SubgraphFile(name: "edges.csv", rows: relationships.count, bytes: Self.csv(edges)),
        ]
    }

    private func integers(_ name: String, _ values: [Int64], shape: [Int]? = nil) -> SubgraphFile {
        SubgraphFile(
            name: name + ".npy", rows: shape?.last ?? values.count,
            bytes: NumPyArray.integers(values, shape: shape ?? [values.count]))
    }

    private static func csv(_ rows: [[String]]) -> [UInt8] {
        var bytes: [UInt8] = []
        for row in rows {
            bytes += row.map(quoted).joined(separator: ",").utf8
            bytes.append(UInt8(ascii: "\n"))
        }
        return bytes
    }

    /// Names may hold anything.
    private static func quoted(_ field: String) -> String {
        let isPlain = field.utf8.allSatisfy { byte in
            byte != UInt8(ascii: ",") && byte != UInt8(ascii: "\"") && byte > 0x20
        }
        return isPlain ? field : "\"" + field.replacing("\"", with: "\"\"") + "\""
    }
}
