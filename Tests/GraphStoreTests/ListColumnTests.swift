import Synchronization
import Testing
import Values

@testable import GraphStore

/// Properties read beside the lists against what the records themselves say.
@Suite struct ListColumnTests {
    private static let nodes = 40
    private static let filled = 300

    private static func fixture(
        bytes: Int = 1 << 22, _ change: (inout LiveLimits) -> Void = { _ in }
    ) throws -> StoreFixture {
        try StoreFixture { options in
            options.liveMemoryBytes = bytes
            options.buildsLiveAtOnce = true
            change(&options.liveLimits)
        }
    }

    /// Key 0 has few values and key 1 many; ids are in no order of the lists.
    private static func fill(_ fixture: StoreFixture, _ random: borrowing Mutex<SeededRandom>)
        throws
    {
        try fixture.store.write { writer in
            _ = (try writer.key("few"), try writer.key("many"), try writer.type("T"))
            for _ in 0..<nodes { _ = try writer.createNode(labels: [], properties: []) }
        }
        try grow(fixture, by: filled, random)
    }

    private static func grow(
        _ fixture: StoreFixture, by count: Int, _ random: borrowing Mutex<SeededRandom>
    ) throws {
        let ends = random.withLock { random in
            (0..<count).map { _ in (UInt64(random.next(nodes)), UInt64(random.next(nodes))) }
        }
        try fixture.store.write { writer in
            for (place, ends) in ends.enumerated() {
                _ = try writer.createRelationship(
                    type: 0, start: ends.0, end: ends.1,
                    properties: [
                        (0, .integer(Int64(place % 5))), (1, .float(Double(place) / 7)),
                    ])
            }
        }
    }

    /// So that all relationships are in the base of live lists: a reading makes it, and the next
    /// commit has the pending changes folded into it.
    private static func settle(
        _ fixture: StoreFixture, _ random: borrowing Mutex<SeededRandom>,
        _ choice: inout SeededRandom
    ) throws {
        try fixture.read { view in _ = expectReads(view, &choice) }
        try grow(fixture, by: 20, random)
        try fixture.store.core().adjacency.live?.finishFolding()
    }

    /// Reads all lists in batches of which some rows are dropped; returns how many properties came
    /// from beside the lists.
    private static func expectReads(
        _ view: GraphView, _ random: inout SeededRandom, _ comment: Comment? = nil
    ) -> Int {
        var listed = 0
        for direction in [Direction.outgoing, .incoming] {
            let reader = view.adjacency(0, direction)
            for _ in 0..<3 {
                let sources = (0..<nodes).map { _ in NodeID(random.next(nodes)) }
                let dropsEvery = [Int.max, 3, 2][random.next(3)]
                sources.withUnsafeBufferPointer { sources in
                    var position = ExpandPosition()
                    while position.source < sources.count {
                        var all = ExpandedRows()
                        reader.expand(sources, from: &position, limit: 50, into: &all)
                        var rows = ExpandedRows()
                        for row in all.sources.indices where row % dropsEvery != dropsEvery - 1 {
                            rows.sources.append(all.sources[row])
                            rows.neighbours.append(all.neighbours[row])
                            rows.relationships.append(all.relationships[row])
                        }
                        let columns = view.listedProperties(
                            [0, 1], of: rows, from: sources, by: reader)
                        for (key, column) in columns.enumerated() {
                            guard let column else { continue }
                            listed += 1
                            for (row, id) in rows.relationships.enumerated() {
                                let value = view.property(KeyID(key), ofRelationship: id)
                                #expect(
                                    column.value(row).cypherText == value.cypherText, comment)
                            }
                        }
                    }
                }
            }
        }
        return listed
    }

    /// Snapshots stay open while relationships come, change and go; with seed 3 also to other kinds
    /// of values and to none, which only reading by id can say.
    @Test(arguments: [1, 2, 3])
    func openViewsReadTheirOwnMoment(seed: Int) throws {
        let fixture = try Self.fixture { $0.fewestDeltas = 10 }
        let random = Mutex(SeededRandom(seed: UInt64(seed)))
        var choice = SeededRandom(seed: UInt64(seed) + 100)
        try Self.fill(fixture, random)
        var open: [GraphView] = []
        var listed = 0
        for round in 0..<40 {
            if round % 3 == 0 { try Self.grow(fixture, by: 4, random) }
            let ids = (0..<3).map { _ in UInt64(choice.next(Self.filled)) }
            let isDeleted = round % 5 == 4
            try fixture.store.write { writer in
                for (place, id) in ids.enumerated()
                where writer.view.relationship(id) != nil {
                    if isDeleted, place == 0 {
                        try writer.deleteRelationship(id)
                        continue
                    }
                    let few: [Value] = [.integer(9), .null, .string("x")]
                    try writer.setProperty(
                        0, ofRelationship: id, to: seed == 3 ? few[place] : .integer(Int64(round)))
                    try writer.setProperty(1, ofRelationship: id, to: .float(Double(round)))
                }
            }
            if open.count > 3 { open.remove(at: choice.next(open.count)).close() }
            open.append(try fixture.store.beginRead())
            for view in [open[choice.next(open.count)], open[open.count - 1]] {
                listed += Self.expectReads(view, &choice, "seed \(seed), round \(round)")
            }
        }
        for view in open { view.close() }
        #expect(listed > 400, "\(listed)")
    }

    @Test func whatOnlyIdsCanSayIsNotListed() throws {
        let random = Mutex(SeededRandom(seed: 5))
        var choice = SeededRandom(seed: 6)
        // One relationship without the property: no list column of it.
        let gap = try Self.fixture { $0.fewestDeltas = 10 }
        try Self.fill(gap, random)
        try gap.store.write { try $0.setProperty(0, ofRelationship: 17, to: .null) }
        // Ids that follow each other: by id they are as near.
        let near = try Self.fixture { ($0.nearbyIDs, $0.fewestDeltas) = (.max, 10) }
        try Self.fill(near, random)
        // Too few.
        let few = try Self.fixture { ($0.fewestListed, $0.fewestDeltas) = (400, 10) }
        try Self.fill(few, random)
        for (fixture, keys) in [(gap, [KeyID(1)]), (near, []), (few, [])] {
            try Self.settle(fixture, random, &choice)
            try fixture.read { view in
                for _ in 0..<4 { _ = Self.expectReads(view, &choice) }
                let core = try fixture.store.core()
                #expect(Set(core.listColumns.subjects.map(\.key)) == Set(keys))
            }
        }
    }

    @Test func theMemoryIsTheBudgets() throws {
        let random = Mutex(SeededRandom(seed: 7))
        var choice = SeededRandom(seed: 8)
        let fixture = try Self.fixture { $0.fewestDeltas = 10 }
        try Self.fill(fixture, random)
        try Self.settle(fixture, random, &choice)
        try fixture.read { view in
            for _ in 0..<4 { _ = Self.expectReads(view, &choice) }
            let core = try fixture.store.core()
            #expect(core.listColumns.subjects.count == 4)
            let before = core.budget.byteCount
            // Something that takes all of it.
            let share = LiveShare(byteCount: 1 << 22) {}
            core.budget.admit(share)
            #expect(core.listColumns.subjects.isEmpty)
            #expect(core.budget.byteCount == 1 << 22 && before > Self.filled * (8 + 8) * 2)
            core.budget.release(share)
            #expect(Self.expectReads(view, &choice) >= 0)
        }
    }
    /// Lists and columns by id have room, their copies do not: these stay, however much is read.
    @Test func copiesDriveNothingOut() throws {
        var choice = SeededRandom(seed: 10)
        let roomy = try Self.fixture { $0.fewestDeltas = 10 }
        try Self.fill(roomy, Mutex(SeededRandom(seed: 9)))
        try Self.settle(roomy, Mutex(SeededRandom(seed: 9)), &choice)
        let least = try roomy.read { view in
            for _ in 0..<4 { _ = Self.expectReads(view, &choice) }
            let lists = try #require(view.adjacency(0, .outgoing).liveLists)
            let copies = try [KeyID(0), 1].map { key in
                let values = try #require(view.knownLiveColumn(.property(.relationship, key)))
                return values.byteCount + ListColumn.byteCount(of: values, over: lists)
            }
            return lists.byteCount + (copies.min() ?? 0)
        }
        let full = try Self.fixture(bytes: least - 1) { $0.fewestDeltas = 10 }
        try Self.fill(full, Mutex(SeededRandom(seed: 9)))
        try Self.settle(full, Mutex(SeededRandom(seed: 9)), &choice)
        try full.read { view in
            for _ in 0..<4 { _ = Self.expectReads(view, &choice) }
            let core = try full.store.core()
            #expect(core.listColumns.subjects.isEmpty && core.budget.byteCount > 0)
        }
    }
}
