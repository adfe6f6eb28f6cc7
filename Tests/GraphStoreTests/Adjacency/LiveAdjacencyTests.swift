import LMDB
import Testing

@testable import GraphStore

/// Lists in memory: when they are built, kept, folded and dropped. That they say what the chunks
/// say is `AdjacencyPropertyTests`' matter, and here that of sizes which it does not reach.
@Suite struct LiveAdjacencyTests {
    private typealias Edge = AdjacencyModel.Edge

    private struct Graph {
        let fixture: AdjacencyFixture
        var model = AdjacencyModel()
        var nextID: RelationshipID = 0

        init(_ limits: AdjacencyLimits = .tiny, live: AdjacencyFixture.Live = .init()) throws {
            fixture = try AdjacencyFixture(limits, live: live)
        }

        var live: LiveAdjacency { fixture.store.live! }

        mutating func add(_ edges: [Edge], from first: RelationshipID? = nil) throws {
            var id = first ?? nextID
            try fixture.write { changes, _ in
                for edge in edges {
                    try changes.insert(id, type: edge.type, start: edge.start, end: edge.end)
                    model.insert(id, edge)
                    id += 1
                }
            }
            nextID = id
        }

        mutating func remove(_ ids: [RelationshipID]) throws {
            try fixture.write { changes, _ in
                for id in ids {
                    guard let edge = model.edges[id] else { continue }
                    try changes.remove(id, type: edge.type, start: edge.start, end: edge.end)
                    model.remove(id)
                }
            }
        }

        func merge() throws { while try fixture.merge() {} }

        func expectAgreement(_ nodes: Range<NodeID>, _ context: String = "") throws {
            try fixture.read {
                GraphStoreTests.expectAgreement(
                    $0, model, types: 0..<2, nodes: nodes, limit: 3, context)
            }
        }
    }

    private static let outgoing = ListFamily(0, .outgoing)

    private static func ring(_ count: NodeID, type: TypeID = 0) -> [Edge] {
        (0..<count).map { Edge(type: type, start: $0, end: ($0 + 1) % count) }
    }

    @Test func fewReadsBuildNothing() throws {
        var live = AdjacencyFixture.Live()
        live.limits.fewestWork = 10_000
        var graph = try Graph(live: live)
        try graph.add(Self.ring(20))
        try graph.merge()
        try graph.fixture.read { _ = $0.reader(0, .outgoing).list(3) }
        #expect(graph.live.families == [])
        for _ in 0..<100 { try graph.fixture.read { _ = $0.reader(0, .outgoing).list(3) } }
        #expect(graph.live.families == [Self.outgoing])
    }

    /// Long lists, parallel relationships and loops, at the engine's batch size.
    @Test func largeLists() throws {
        var graph = try Graph(.standard)
        var random = SeededGenerator(seed: 5)
        var edges: [Edge] = []
        for _ in 0..<9_000 {
            let start = NodeID.random(in: 0..<3, using: &random) * 20
            edges.append(Edge(type: 0, start: start, end: .random(in: 0..<60, using: &random)))
        }
        try graph.add(edges)
        try graph.merge()
        for round in 0..<3 {
            try graph.fixture.read { snapshot in
                for direction in Direction.allCases {
                    let reader = snapshot.reader(0, direction)
                    let lists = graph.model.lists(0, direction)
                    for node in 0..<60 as Range<NodeID> {
                        #expect(reader.list(node) == lists[node] ?? [])
                    }
                    let sources = Array(0..<61 as Range<NodeID>) + [.max, 20]
                    let rows = reader.expandAll(sources, limit: 2_048, [])
                    #expect(rows.count == sources.reduce(0) { $0 + (lists[$1]?.count ?? 0) })
                    let without = reader.expandAll(sources, limit: 2_048, .withoutLoops)
                    #expect(without == rows.filter { $0.neighbour != sources[Int($0.source)] })
                    #expect(reader.live != nil)
                }
            }
            try graph.add(edges.prefix(10 + round).map { Edge(type: 0, start: $0.end, end: 5) })
            try graph.remove([RelationshipID(round) * 7, 8_999 - RelationshipID(round)])
        }
    }

    @Test func idsOfMoreThanFourBytes() throws {
        let large: NodeID = 1 << 33
        for (base, id) in [(0, 0), (0, 1 << 34), (large, 5), (large, 1 << 40)] {
            var graph = try Graph()
            try graph.add(
                (0..<8).map { Edge(type: 0, start: base + $0, end: base + ($0 * 3) % 8) },
                from: RelationshipID(id))
            try graph.merge()
            try graph.expectAgreement(base..<base + 10, "built")
            #expect(graph.live.families.contains(Self.outgoing))
            // Ids that outgrow the base.
            try graph.add([Edge(type: 0, start: base, end: large + 20)], from: 1 << 41)
            try graph.expectAgreement(base..<base + 10, "outgrown")
            for number in 0..<10 as Range<NodeID> {
                try graph.add([Edge(type: 0, start: base + 2, end: large + number)])
            }
            graph.live.finishFolding()
            try graph.expectAgreement(base..<base + 10, "folded")
        }
    }

    @Test func listsFarApartAreLeftInTheFile() throws {
        var live = AdjacencyFixture.Live()
        live.limits.spannedNodes = 100
        var graph = try Graph(live: live)
        try graph.add([
            Edge(type: 0, start: 0, end: 7), Edge(type: 0, start: 200, end: 7),
            Edge(type: 0, start: 200, end: 8),
        ])
        try graph.merge()
        try graph.expectAgreement(0..<9)
        #expect(!graph.live.families.contains(Self.outgoing))
        #expect(graph.live.families.contains(ListFamily(0, .incoming)))
    }

    @Test func theBudgetEvictsTheLeastRecentlyUsed() throws {
        var live = AdjacencyFixture.Live()
        // Both directions of one type.
        live.bytes = 2 * 700
        var graph = try Graph(live: live)
        try graph.add(Self.ring(40))
        try graph.add(Self.ring(40, type: 1))
        try graph.merge()
        for type in [0, 1, 0, 0, 1] as [TypeID] {
            for _ in 0..<2 {
                try graph.fixture.read { snapshot in
                    for direction in Direction.allCases {
                        let reader = snapshot.reader(type, direction)
                        for node in 0..<40 as Range<NodeID> { #expect(reader.degree(node) == 1) }
                    }
                }
            }
            let both = Direction.allCases.map { ListFamily(type, $0) }
            #expect(graph.live.families == Set(both))
            #expect(graph.live.budget.byteCount <= live.bytes)
        }
    }

    @Test func changesAreFoldedInTheBackground() throws {
        var graph = try Graph()
        try graph.add(Self.ring(40))
        try graph.merge()
        try graph.expectAgreement(0..<42)
        let before = try #require(try graph.fixture.read { $0.lists(Self.outgoing) }).base
        let old = try graph.fixture.environment.beginRead()
        let snapshot = try graph.fixture.store.snapshot(old)
        let model = graph.model
        for round in 0..<8 as Range<NodeID> {
            try graph.add([Edge(type: 0, start: 41, end: round), Edge(type: 0, start: 3, end: 9)])
            try graph.remove([RelationshipID(round) * 3])
            try graph.expectAgreement(0..<43, "round \(round)")
            graph.live.finishFolding()
        }
        let after = try #require(try graph.fixture.read { $0.lists(Self.outgoing) }).base
        #expect(after !== before && after.count > before.count)
        try graph.expectAgreement(0..<43, "folded")
        // Older than the base, and than what the store has merged.
        try graph.merge()
        #expect(snapshot.lists(Self.outgoing) == nil)
        expectAgreement(snapshot, model, types: 0..<2, nodes: 0..<43, "old")
        snapshot.close()
        old.abort()
    }

    @Test func commitsOfOthersAreReadFromTheLog() throws {
        var graph = try Graph()
        try graph.add(Self.ring(30))
        try graph.merge()
        let other = try graph.fixture.otherStore()
        func expectOtherAgrees(_ context: String) throws {
            let transaction = try graph.fixture.environment.beginRead()
            let snapshot = try other.snapshot(transaction)
            expectAgreement(snapshot, graph.model, types: 0..<1, nodes: 0..<32, context)
            snapshot.close()
            transaction.abort()
        }
        try expectOtherAgrees("built")
        let base = try #require(other.live).families
        #expect(base.count == 2)
        try graph.add([Edge(type: 0, start: 3, end: 3), Edge(type: 0, start: 31, end: 4)])
        try graph.remove([7])
        try expectOtherAgrees("caught up")
        // More changes than the log keeps: the lists are too old, and are built anew.
        for _ in 0..<4 {
            try graph.add((0..<20).map { Edge(type: 0, start: $0, end: 29 - $0) })
            try graph.merge()
        }
        let transaction = try graph.fixture.environment.beginRead()
        let snapshot = try other.snapshot(transaction)
        #expect(snapshot.lists(Self.outgoing) == nil)
        snapshot.close()
        transaction.abort()
        try expectOtherAgrees("built anew")
        #expect(other.live?.families == base)
    }

    /// A commit too large for the log is taken in by the process that made it.
    @Test func commitsThatAreNotLogged() throws {
        var graph = try Graph()
        try graph.add(Self.ring(20))
        try graph.merge()
        try graph.expectAgreement(0..<20)
        let families = graph.live.families
        try graph.add((0..<30).map { Edge(type: 0, start: $0 % 20, end: ($0 * 7) % 20) })
        #expect(graph.live.families == families)
        try graph.expectAgreement(0..<20, "large")
    }
}
