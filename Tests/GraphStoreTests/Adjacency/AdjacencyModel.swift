import Testing

@testable import GraphStore

/// What adjacency should say, kept the simplest way.
struct AdjacencyModel {
    struct Edge: Hashable {
        var type: TypeID
        var start: NodeID
        var end: NodeID
    }

    struct Entry: Hashable, Comparable {
        var neighbour: NodeID
        var relationship: RelationshipID
        static func < (a: Entry, b: Entry) -> Bool {
            (a.neighbour, a.relationship) < (b.neighbour, b.relationship)
        }
    }

    struct Row: Hashable {
        var source: Int32
        var neighbour: NodeID
        var relationship: RelationshipID
    }

    private(set) var edges: [RelationshipID: Edge] = [:]

    mutating func insert(_ id: RelationshipID, _ edge: Edge) { edges[id] = edge }
    mutating func remove(_ id: RelationshipID) { edges[id] = nil }

    /// All lists of one type and direction.
    func lists(_ type: TypeID, _ direction: Direction) -> [NodeID: [Entry]] {
        var lists: [NodeID: [Entry]] = [:]
        for (id, edge) in edges where edge.type == type {
            let (node, neighbour) =
                direction == .outgoing ? (edge.start, edge.end) : (edge.end, edge.start)
            lists[node, default: []].append(Entry(neighbour: neighbour, relationship: id))
        }
        return lists.mapValues { $0.sorted() }
    }
}

/// Compares all that a snapshot's readers can say with the model.
func expectAgreement(
    _ snapshot: AdjacencySnapshot, _ model: AdjacencyModel, types: Range<TypeID>,
    nodes: Range<NodeID>, limit: Int = 2, _ context: String = ""
) {
    for type in types {
        for direction in Direction.allCases {
            expectAgreement(
                snapshot.reader(type, direction), model.lists(type, direction), nodes, limit,
                "\(context) type \(type) \(direction)")
        }
    }
}

func expectAgreement(
    _ reader: AdjacencyReader, _ lists: [NodeID: [AdjacencyModel.Entry]], _ nodes: Range<NodeID>,
    _ limit: Int, _ context: String
) {
    for node in nodes {
        let expected = lists[node] ?? []
        if reader.degree(node) != expected.count {
            Issue.record(
                "\(context): degree of \(node) is \(reader.degree(node)), not \(expected.count)")
        }
        if reader.list(node) != expected {
            Issue.record("\(context): list of \(node) is \(reader.list(node)), not \(expected)")
        }
    }
    // Repeated, absent and descending sources among them.
    let sources =
        Array(nodes) + [.max] + nodes.reversed().filter { $0 % 3 == 0 } + [nodes.lowerBound]
    var counts: ContiguousArray<Int64> = []
    sources.withUnsafeBufferPointer { reader.degrees($0, into: &counts) }
    #expect(Array(counts) == sources.map { Int64(lists[$0]?.count ?? 0) }, "\(context)")

    for node in nodes {
        let list = lists[node] ?? []
        // Some of the list, some of them twice.
        let positions = list.indices.filter { ($0 + Int(node)) % 3 != 0 }
            .flatMap { $0 % 4 == 0 ? [$0, $0] : [$0] }
        #expect(
            reader.entries(of: node, at: positions) == positions.map { list[$0] }, "\(context)")
        for other in nodes {
            #expect(
                reader.isConnected(node, to: other) == list.contains { $0.neighbour == other },
                "\(context)")
        }
    }

    var all: [AdjacencyModel.Row] = []
    for (row, node) in sources.enumerated() {
        for entry in lists[node] ?? [] {
            all.append(
                .init(
                    source: Int32(row), neighbour: entry.neighbour,
                    relationship: entry.relationship))
        }
    }
    for limit in [limit, 2_048] {
        #expect(reader.expandAll(sources, limit: limit, []) == all, "\(context)")
        #expect(
            reader.expandAll(sources, limit: limit, .withoutLoops)
                == all.filter { $0.neighbour != sources[Int($0.source)] }, "\(context)")
        #expect(
            reader.expandAll(sources, limit: limit, .withoutRelationships)
                == all.map { .init(source: $0.source, neighbour: $0.neighbour, relationship: 0) },
            "\(context)")
    }

    var pairs: [(NodeID, NodeID)] = []
    for source in nodes {
        for target in nodes where (source + target) % 2 == 0 { pairs.append((source, target)) }
    }
    let found = reader.expandAllInto(pairs.map(\.0), pairs.map(\.1), limit: limit)
    var expected: [AdjacencyModel.Row] = []
    for (row, pair) in pairs.enumerated() {
        for entry in lists[pair.0] ?? [] where entry.neighbour == pair.1 {
            expected.append(
                .init(
                    source: Int32(row), neighbour: entry.neighbour,
                    relationship: entry.relationship))
        }
    }
    #expect(found == expected, "\(context)")

    var visited: Set<NodeID> = []
    var next = reader.nextNode(from: 0)
    while let node = next {
        visited.insert(node)
        next = reader.nextNode(from: node + 1)
    }
    #expect(visited.isSuperset(of: lists.keys), "\(context)")
}

extension AdjacencyReader {
    func list(_ node: NodeID) -> [AdjacencyModel.Entry] {
        var entries: [AdjacencyModel.Entry] = []
        forEachRun(of: node) { neighbours, relationships in
            for (neighbour, relationship) in zip(neighbours, relationships) {
                entries.append(.init(neighbour: neighbour, relationship: relationship))
            }
        }
        return entries
    }

    func entries(of node: NodeID, at positions: [Int]) -> [AdjacencyModel.Entry] {
        let buffer = EntryBuffer(capacity: positions.count)
        let count = positions.withUnsafeBufferPointer {
            readEntries(
                of: node, at: $0, neighbours: buffer.neighbours,
                relationships: buffer.relationships)
        }
        return (0..<count).map {
            .init(neighbour: buffer.neighbours[$0], relationship: buffer.relationships[$0])
        }
    }

    func expandAll(_ sources: [NodeID], limit: Int, _ options: ExpandOptions)
        -> [AdjacencyModel.Row]
    {
        var rows: [AdjacencyModel.Row] = []
        var position = ExpandPosition()
        var batch = ExpandedRows()
        sources.withUnsafeBufferPointer { sources in
            while position.source < sources.count {
                batch.removeAll()
                expand(sources, from: &position, limit: limit, into: &batch, options: options)
                batch.append(to: &rows, limit)
            }
        }
        return rows
    }

    func expandAllInto(_ sources: [NodeID], _ targets: [NodeID], limit: Int)
        -> [AdjacencyModel.Row]
    {
        var rows: [AdjacencyModel.Row] = []
        var position = ExpandPosition()
        var batch = ExpandedRows()
        sources.withUnsafeBufferPointer { sources in
            targets.withUnsafeBufferPointer { targets in
                while position.source < sources.count {
                    batch.removeAll()
                    expandInto(sources, targets, from: &position, limit: limit, into: &batch)
                    batch.append(to: &rows, limit)
                }
            }
        }
        return rows
    }
}

extension ExpandedRows {
    fileprivate func append(to rows: inout [AdjacencyModel.Row], _ limit: Int) {
        #expect(sources.count <= limit && neighbours.count == sources.count)
        for index in sources.indices {
            rows.append(
                .init(
                    source: sources[index], neighbour: neighbours[index],
                    relationship: relationships.isEmpty ? 0 : relationships[index]))
        }
    }
}
