import LMDB
import Testing

@testable import GraphStore

/// Random histories with tiny limits, compared with the model at every step.
@Suite struct AdjacencyPropertyTests {
    static let types: Range<TypeID> = 0..<2
    static let nodes: Range<NodeID> = 0..<8

    /// One random history: commits of a few changes with marks and rollbacks, merges, snapshots
    /// kept open across all of it, and reopening.
    private struct History {
        var random: SeededGenerator
        var model = AdjacencyModel()
        var nextID: RelationshipID = 0

        mutating func change(_ changes: AdjacencyChanges) throws {
            // Hubs, loops and parallel relationships come up often.
            let isRemoval = !model.edges.isEmpty && Int.random(in: 0..<10, using: &random) < 4
            if isRemoval {
                let ids = model.edges.keys.sorted()
                let id = ids[Int.random(in: 0..<ids.count, using: &random)]
                guard let edge = model.edges[id] else { return }
                try changes.remove(id, type: edge.type, start: edge.start, end: edge.end)
                model.remove(id)
            } else {
                let isHub = Bool.random(using: &random)
                let edge = AdjacencyModel.Edge(
                    type: TypeID.random(in: AdjacencyPropertyTests.types, using: &random),
                    start: isHub
                        ? 3 : NodeID.random(in: AdjacencyPropertyTests.nodes, using: &random),
                    end: NodeID.random(in: AdjacencyPropertyTests.nodes, using: &random))
                try changes.insert(nextID, type: edge.type, start: edge.start, end: edge.end)
                model.insert(nextID, edge)
                nextID += 1
            }
        }
    }

    /// From the file, from memory, and from memory that is often too small.
    @Test(arguments: 0..<12 as Range<UInt64>, [0, 1 << 20, 700])
    func histories(seed: UInt64, liveBytes: Int) throws {
        var live = AdjacencyFixture.Live(bytes: liveBytes)
        if seed % 3 == 0 { live.limits.fewestDeltas = 1_000 }
        let fixture = try AdjacencyFixture(.tiny, live: liveBytes > 0 ? live : nil)
        var liveReads = 0
        let other = try fixture.otherStore()
        var history = History(random: SeededGenerator(seed: seed))
        var open: [(AdjacencySnapshot, Transaction, AdjacencyModel)] = []
        for step in 0..<60 {
            let context = "seed \(seed) step \(step) live \(liveBytes)"
            liveReads += fixture.store.live?.families.count ?? 0
            if step % 4 == seed % 4 { fixture.store.live?.finishFolding() }
            switch Int.random(in: 0..<10, using: &history.random) {
            case 0..<6: try commit(fixture, &history, context)
            case 6: try fixture.merge()
            case 7: try fixture.reopenStore()
            case 8:
                let transaction = try fixture.environment.beginRead()
                let store = Bool.random(using: &history.random) ? fixture.store : other
                open.append((try store.snapshot(transaction), transaction, history.model))
            default:
                if !open.isEmpty {
                    let index = Int.random(in: 0..<open.count, using: &history.random)
                    let (snapshot, transaction, model) = open.remove(at: index)
                    expectAgreement(
                        snapshot, model, types: Self.types, nodes: Self.nodes, context + " old")
                    snapshot.close()
                    transaction.abort()
                }
            }
            if step % 10 == 9 {
                try fixture.read {
                    expectAgreement(
                        $0, history.model, types: Self.types, nodes: Self.nodes, context)
                }
                #expect(try fixture.findings() == [], "\(context)")
            }
        }
        while try fixture.merge() {}
        try fixture.read {
            expectAgreement($0, history.model, types: Self.types, nodes: Self.nodes, "merged")
        }
        for (snapshot, transaction, model) in open {
            expectAgreement(snapshot, model, types: Self.types, nodes: Self.nodes, "kept open")
            snapshot.close()
            transaction.abort()
        }
        #expect(try fixture.findings() == [])
        #expect(liveReads > 0 || liveBytes == 0)
    }

    /// One transaction: statements that succeed and fail, some in nested transactions, with readers
    /// made before and after.
    private func commit(_ fixture: AdjacencyFixture, _ history: inout History, _ context: String)
        throws
    {
        var working = history
        let isAborted = Int.random(in: 0..<8, using: &working.random) == 0
        let transaction = try fixture.environment.beginWrite()
        let changes = try fixture.store.beginChanges(transaction)
        let early = changes.snapshot.reader(0, .outgoing)
        for _ in 0..<Int.random(in: 1...3, using: &working.random) {
            let isNested = Bool.random(using: &working.random)
            let child = isNested ? try transaction.beginChild() : nil
            if let child { changes.use(child) }
            let mark = changes.mark
            let before = working.model
            let isLarge = Int.random(in: 0..<12, using: &working.random) == 0
            for _ in 0..<(isLarge ? 30 : Int.random(in: 0...6, using: &working.random)) {
                try working.change(changes)
                if Int.random(in: 0..<4, using: &working.random) == 0 {
                    expectAgreement(
                        early, working.model.lists(0, .outgoing), Self.nodes, 3, context + " early")
                }
            }
            let isFailing = Int.random(in: 0..<4, using: &working.random) == 0
            if isFailing {
                changes.rollBack(to: mark)
                working.model = before
            }
            if let child {
                if isFailing { child.abort() } else { try child.commit() }
                changes.use(transaction)
            }
        }
        expectAgreement(
            changes.snapshot, working.model, types: Self.types, nodes: Self.nodes,
            context + " uncommitted")
        if isAborted {
            transaction.abort()
            changes.didAbort()
            history.random = working.random
            // Ids are taken from a counter that an abort does not turn back.
            history.nextID = working.nextID
            return
        }
        try changes.prepareCommit()
        let id = transaction.id
        try transaction.commit()
        if Bool.random(using: &working.random) {
            // Somebody reads between LMDB's commit and its announcement.
            try fixture.read {
                expectAgreement(
                    $0, working.model, types: Self.types, nodes: Self.nodes, context + " between")
            }
        }
        changes.didCommit(transactionID: id)
        history = working
    }
}
