import Foundation
import LMDB
import Testing

@testable import GraphStore

@Suite struct AdjacencyBulkTests {
    private func randomEdges(_ count: Int, seed: UInt64, nodes: UInt64, isShuffled: Bool)
        -> [(RelationshipID, AdjacencyModel.Edge)]
    {
        var random = SeededGenerator(seed: seed)
        var edges = (0..<count).map { id in
            (
                RelationshipID(id),
                AdjacencyModel.Edge(
                    type: TypeID.random(in: 0..<3, using: &random),
                    start: NodeID.random(in: 0..<nodes, using: &random),
                    end: Bool.random(using: &random) ? 2 : .random(in: 0..<nodes, using: &random))
            )
        }
        if isShuffled { edges.shuffle(using: &random) }
        return edges
    }

    private func load(
        _ edges: [(RelationshipID, AdjacencyModel.Edge)], _ fixture: AdjacencyFixture, budget: Int
    ) throws {
        let sorter = ExternalSorter(directory: fixture.directory, budgetBytes: budget)
        for (id, edge) in edges {
            try sorter.add(type: edge.type, start: edge.start, end: edge.end, relationship: id)
        }
        let transaction = try fixture.environment.beginWrite()
        let writer = AdjacencyBulkWriter(fixture.store, transaction)
        var last: (TypeID, Direction)?
        try sorter.drain { (type, direction, block) throws(StoreError) in
            if last.map({ $0 != (type, direction) }) ?? true {
                try writer.begin(type, direction)
                last = (type, direction)
            }
            try writer.append(block)
        }
        try writer.finish()
        try transaction.commit()
    }

    @Test(arguments: [0, 1, 5, 3_000], [false, true])
    func bulkAgreesWithModel(count: Int, isShuffled: Bool) throws {
        for limits in [AdjacencyLimits.tiny, .standard] {
            let fixture = try AdjacencyFixture(limits)
            let edges = randomEdges(count, seed: 7, nodes: 40, isShuffled: isShuffled)
            var model = AdjacencyModel()
            for (id, edge) in edges { model.insert(id, edge) }
            // The least budget makes several runs of them.
            try load(edges, fixture, budget: 0)
            try fixture.read {
                expectAgreement($0, model, types: 0..<3, nodes: 0..<40, limit: 50)
            }
            #expect(try fixture.findings() == [])
        }
    }

    @Test func incrementalAgreesWithBulkAndGoesOnFromIt() throws {
        let fixture = try AdjacencyFixture(.tiny)
        let edges = randomEdges(400, seed: 3, nodes: 12, isShuffled: false)
        try load(edges, fixture, budget: 1 << 20)
        var model = AdjacencyModel()
        for (id, edge) in edges { model.insert(id, edge) }
        let more = randomEdges(300, seed: 4, nodes: 12, isShuffled: true)
        for start in stride(from: 0, to: more.count, by: 20) {
            try fixture.write { changes, _ in
                for (id, edge) in more[start..<start + 20] {
                    try changes.insert(
                        1_000 + id, type: edge.type, start: edge.start, end: edge.end)
                    model.insert(1_000 + id, edge)
                }
                for (id, edge) in edges[start..<start + 20] {
                    try changes.remove(id, type: edge.type, start: edge.start, end: edge.end)
                    model.remove(id)
                }
            }
        }
        while try fixture.merge() {}
        try fixture.read { expectAgreement($0, model, types: 0..<3, nodes: 0..<12, limit: 9) }
        #expect(try fixture.findings() == [])
    }

    /// Chunks of their real size, lists of many blocks, commits that are merged, logged and direct.
    @Test func largeListsAgree() throws {
        var limits = AdjacencyLimits.standard
        limits.mergeBatch = 3_000
        limits.pendingChanges = 4_000
        limits.loggedChanges = 6_000
        let fixture = try AdjacencyFixture(limits)
        var model = AdjacencyModel()
        let edges = randomEdges(20_000, seed: 11, nodes: 9_000, isShuffled: true)
        var rest = edges[...]
        for size in [10, 2_500, 7_000, 1, 3_000, 5_000] {
            let batch = rest.prefix(size)
            rest = rest.dropFirst(size)
            try fixture.write { changes, _ in
                for (id, edge) in batch {
                    try changes.insert(id, type: edge.type, start: edge.start, end: edge.end)
                    model.insert(id, edge)
                }
                for (id, edge) in edges.prefix(size) where id % 3 == 0 {
                    guard model.edges[id] != nil else { continue }
                    try changes.remove(id, type: edge.type, start: edge.start, end: edge.end)
                    model.remove(id)
                }
            }
            try fixture.read { snapshot in
                for type in 0..<3 as Range<TypeID> {
                    let reader = snapshot.reader(type, .incoming)
                    let lists = model.lists(type, .incoming)
                    let nodes = Array(0..<9_000 as Range<NodeID>)
                    let rows = reader.expandAll(nodes, limit: 2_048, [])
                    #expect(rows.count == lists.values.reduce(0) { $0 + $1.count })
                    #expect(reader.list(2) == lists[2] ?? [])
                    #expect(reader.degree(2) == lists[2]?.count ?? 0)
                }
            }
            #expect(try fixture.findings() == [])
        }
    }

    @Test func removingEverythingLeavesNoChunk() throws {
        let fixture = try AdjacencyFixture(.tiny)
        let edges = randomEdges(200, seed: 9, nodes: 6, isShuffled: false)
        try load(edges, fixture, budget: 1 << 20)
        for start in stride(from: 0, to: edges.count, by: 10) {
            try fixture.write { changes, _ in
                for (id, edge) in edges[start..<start + 10] {
                    try changes.remove(id, type: edge.type, start: edge.start, end: edge.end)
                }
            }
            #expect(try fixture.findings() == [])
        }
        while try fixture.merge() {}
        let transaction = try fixture.environment.beginRead()
        defer { transaction.abort() }
        #expect(transaction.count(fixture.store.chunks) == 0)
    }

    @Test func sorterSortsWhatSpills() throws {
        var random = SeededGenerator(seed: 1)
        let sorter = ExternalSorter(directory: NSTemporaryDirectory(), budgetBytes: 0)
        var expected: [ListEntry] = []
        for id in 0..<20_000 as Range<UInt64> {
            let start = UInt64.random(in: 0..<1_000, using: &random) << 40
            let end = UInt64.random(in: 0..<70_000, using: &random)
            try sorter.add(type: 5, start: start, end: end, relationship: id)
            expected.append(ListEntry(node: start, neighbour: end, relationship: id))
        }
        var sorted: [Direction: [ListEntry]] = [:]
        try sorter.drain { (type, direction, block) throws(StoreError) in
            sorted[direction, default: []].append(contentsOf: block)
        }
        #expect(sorted[.outgoing] == expected.sorted { $0 < $1 })
        let turned = expected.map {
            ListEntry(node: $0.neighbour, neighbour: $0.node, relationship: $0.relationship)
        }
        #expect(sorted[.incoming] == turned.sorted { $0 < $1 })
    }
}
