import Testing
import Values

@testable import GraphStore

/// Live columns against what the records themselves say.
@Suite struct LiveColumnTests {
    /// So small that a handful of entities get columns, and lose them.
    static func small(_ limits: inout LiveLimits) {
        limits.smallestRead = 1
        limits.smallestCountedRead = 1
        limits.fewestReads = 1
    }

    static func fixture(
        bytes: Int = 1 << 20, _ change: (inout LiveLimits) -> Void = LiveColumnTests.small
    ) throws -> StoreFixture {
        try StoreFixture { options in
            options.liveMemoryBytes = bytes
            change(&options.liveLimits)
        }
    }

    @Test(arguments: [true, false]) func kindsOfValues(areStringsCoded: Bool) throws {
        let samples: [[Value]] = [
            [.integer(1), .integer(-5), .integer(.max)], [.float(0.5), .float(-0.0), .float(2)],
            [.string(""), .string("ä"), .string("long enough for two words")],
            [.string("a"), .string("a"), .string("b"), .integer(1), .string("a")],
            [.boolean(true), .boolean(false), .boolean(true)],
            [.integer(1), .string("x"), .float(2), .integer(7), .integer(8)],
            [.integer(4), .integer(-3), .float(4.5), .integer(.min), .float(-0.0), .string("x")],
            [.float(4), .float(.nan), .integer(4), .integer(.max), .float(.infinity)],
            [.list([.integer(1)]), .integer(3), .integer(4)],
            [.date(DateValue(epochDay: 3)), .date(DateValue(epochDay: 4))],
        ]
        for values in samples {
            let fixture = try Self.fixture { limits in
                Self.small(&limits)
                limits.codedStrings.fewestRows = areStringsCoded ? 1 : .max
                limits.codedStrings.fewestRepeats = 1
            }
            _ = try fixture.create("Before", [:])
            for value in values {
                _ = try fixture.create("Some", ["p": value])
                _ = try fixture.create("None", ["q": .integer(1)])
            }
            try fixture.read { view in
                try #require(view.expectLiveReads() > 0)
            }
        }
    }

    @Test func fewReadsBuildNothing() throws {
        let fixture = try Self.fixture { limits in limits.fewestReads = 100 }
        for number in 0..<40 { _ = try fixture.create("N", ["p": .integer(Int64(number))]) }
        try fixture.read { view in
            for _ in 0..<50 { _ = view.column(0, .node, [1, 2, 3]) }
            #expect(fixture.live.subjects.isEmpty)
        }
    }

    /// As a filter leaves a few rows of each batch.
    @Test func smallReadsOfOneSnapshotAddUp() throws {
        let fixture = try Self.fixture { limits in
            limits.smallestRead = 4
            limits.smallestCountedRead = 20
            limits.fewestReads = 20
        }
        for number in 0..<40 { _ = try fixture.create("N", ["p": .integer(Int64(number))]) }
        for _ in 0..<3 {
            try fixture.read { view in
                for _ in 0..<6 { _ = view.column(0, .node, [1, 2, 3]) }
                #expect(fixture.live.subjects.isEmpty)
            }
        }
        try fixture.read { view in
            for _ in 0..<8 {
                guard case .integer(2) = view.column(0, .node, [1, 2, 3]).value(1) else {
                    Issue.record("another value")
                    return
                }
            }
            #expect(!fixture.live.subjects.isEmpty)
        }
    }

    @Test func searchesInSmallReadsAddUp() throws {
        let fixture = try Self.fixture { limits in
            Self.small(&limits)
            limits.smallestCountedRead = 10
            limits.readShare = 1
            limits.farReadWeight = 4
        }
        try fixture.store.write { writer in
            for number in 0..<400 { try writer.create("N", ["p": .integer(Int64(number))]) }
        }
        try fixture.read { view in
            for turn in 0..<80 { _ = view.column(0, .node, [UInt64(turn * 151 % 400)]) }
            #expect(fixture.live.subjects.isEmpty)
            for turn in 80..<120 { _ = view.column(0, .node, [UInt64(turn * 151 % 400)]) }
            #expect(!fixture.live.subjects.isEmpty)
        }
    }

    /// Searches cost more than steps, so fewer of them make a column worth building.
    @Test(arguments: [true, false]) func searchesBuildSooner(areFar: Bool) throws {
        let fixture = try Self.fixture { limits in
            Self.small(&limits)
            limits.readShare = 1
            limits.farReadWeight = 4
        }
        try fixture.store.write { writer in
            for number in 0..<400 { try writer.create("N", ["p": .integer(Int64(number))]) }
        }
        let ids = (0..<150).map { UInt64(areFar ? $0 * 151 % 400 : $0) }
        try fixture.read { view in
            _ = view.column(0, .node, ids)
            #expect(fixture.live.subjects.isEmpty)
            _ = view.column(0, .node, [7])
            #expect(fixture.live.subjects.isEmpty == !areFar)
        }
    }

    @Test func aViewKeepsItsMomentAndANewOneSeesTheCommit() throws {
        let fixture = try Self.fixture()
        for number in 0..<10 { _ = try fixture.create("N", ["p": .integer(Int64(number))]) }
        let old = try fixture.store.beginRead()
        defer { old.close() }
        for _ in 0..<3 { old.expectLiveReads() }
        try fixture.store.write { writer in
            let key = try writer.key("p")
            try writer.setProperty(key, ofNode: 3, to: .integer(33))
            try writer.setProperty(key, ofNode: 4, to: .string("other kind"))
            try writer.setProperty(key, ofNode: 5, to: .null)
            try writer.deleteNode(6)
            _ = try writer.addLabel(writer.label("M"), to: 7)
            _ = try writer.removeLabel(writer.label("N"), from: 8)
            try writer.create("N", ["p": .integer(1000)])
        }
        #expect(isSame(old.column(0, .node, [3, 4, 5, 6]).value(3), .integer(6)))
        old.expectLiveReads()
        try fixture.read { view in
            let column = view.column(0, .node, [3, 4, 5, 6, 10, 0])
            let expected: [Value] = [
                .integer(33), .string("other kind"), .null, .null, .integer(1000), .integer(0),
            ]
            for (row, value) in expected.enumerated() {
                #expect(isSame(column.value(row), value))
            }
            view.expectLiveReads()
        }
    }

    @Test func theWriterReadsTheLastCommitUntilItChangesIt() throws {
        let fixture = try Self.fixture()
        let p = try fixture.store.write { try $0.key("p") }
        for number in 0..<10 {
            _ = try fixture.create("N", ["p": .integer(Int64(number)), "q": .integer(-1)])
        }
        try fixture.read { view in _ = view.expectLiveReads() }
        try fixture.store.write { writer in
            let q = try writer.key("q")
            let view = writer.view
            func isLive(_ key: KeyID) -> Bool {
                view.liveColumn(.property(.node, key), reading: 100) != nil
            }
            #expect(isLive(p) && isLive(q))
            let new = try writer.create("N", ["p": .integer(77)])
            #expect(isLive(p))
            #expect(isSame(view.column(p, .node, [1, new]).value(1), .integer(77)))
            try writer.setProperty(p, ofNode: 3, to: .integer(33))
            #expect(!isLive(p) && isLive(q))
            #expect(isSame(view.column(p, .node, [3]).value(0), .integer(33)))
            view.expectLiveReads()
            try writer.deleteNode(4)
            #expect(!isLive(q))
            view.expectLiveReads()
        }
        try fixture.read { view in
            #expect(view.expectLiveReads() > 0)
            #expect(isSame(view.column(p, .node, [3]).value(0), .integer(33)))
        }
        // The next transaction stands on that commit.
        try fixture.store.write { writer in
            #expect(isSame(writer.view.column(p, .node, [3, 4, 5]).value(0), .integer(33)))
            writer.view.expectLiveReads()
        }
    }

    @Test func theBudgetEvictsTheLeastRecentlyUsed() throws {
        let fixture = try Self.fixture(bytes: 2_000)
        try fixture.store.write { writer in
            for number in 0..<100 {
                try writer.create(
                    "N", ["a": .integer(Int64(number)), "b": .float(1), "c": .boolean(true)])
            }
        }
        let ids = (0..<100).map { UInt64($0) }
        for name in ["a", "b", "c", "a", "c", "b", "b"] {
            try fixture.read { view in
                let key = try #require(view.key(name))
                _ = view.column(key, .node, ids)
                #expect(fixture.live.subjects.contains(.property(.node, key)))
                #expect(fixture.budget.byteCount <= 2_000)
                view.expectLiveReads()
            }
        }
        let tiny = try Self.fixture(bytes: 50)
        for _ in 0..<100 { _ = try tiny.create("N", ["a": .integer(1)]) }
        try tiny.read { _ = $0.expectLiveReads() }
        #expect(tiny.budget.byteCount == 0)
    }

    @Test func aBudgetOfNothingTurnsThemOff() throws {
        let fixture = try Self.fixture(bytes: 0)
        for _ in 0..<10 { _ = try fixture.create("N", ["a": .integer(1)]) }
        try fixture.read { #expect($0.expectLiveReads() == 0) }
    }

    /// What another process commits shows only as a change number that nobody here has published.
    @Test func anUnknownCommitDropsTheColumns() {
        let live = LiveColumns(LiveBudget(byteLimit: 1_000), limits: smallLimits)
        let subject = LiveSubject.property(.node, 0)
        func ask(_ change: UInt64) -> LiveColumns.Answer {
            live.column(subject, change: change, reading: 10, of: 10)
        }
        func column(_ change: UInt64) -> LiveColumn {
            LiveColumn(
                change: change, first: 0, end: 1, states: [1], content: .integers([5]))
        }
        #expect(ask(7).isBuild)
        live.publish(column(7), of: subject)
        #expect(ask(7).column?.change == 7)
        // A commit that is being published is nobody else's.
        live.announce(Self.noChanges, change: 8, after: 7)
        #expect(ask(8).isNothing)
        #expect(ask(7).column != nil)
        live.publish(Self.noChanges, change: 8, after: 7)
        #expect(ask(8).column?.change == 7)
        // Somebody else's.
        #expect(ask(9).isBuild)
        live.publish(column(9), of: subject)
        #expect(ask(8).isNothing)
        #expect(ask(9).column?.change == 9)
        // Ours, after one of somebody else's that no view has seen.
        live.publish(Self.noChanges, change: 11, after: 10)
        #expect(live.subjects.isEmpty)
        #expect(ask(11).isBuild)
        // Built from a snapshot that is too old to know what has changed since.
        live.publish(column(9), of: subject)
        #expect(live.subjects.isEmpty)
    }

    @Test func whatIsCommittedDuringABuildIsMarked() {
        let live = LiveColumns(LiveBudget(byteLimit: 1_000), limits: smallLimits)
        let subject = LiveSubject.property(.node, 0)
        #expect(live.column(subject, change: 1, reading: 10, of: 10).isBuild)
        // Only one view builds.
        #expect(live.column(subject, change: 1, reading: 10, of: 10).isNothing)
        var changes = Self.noChanges
        changes.change(subject, of: 1)
        live.publish(changes, change: 2, after: 1)
        let column = LiveColumn(
            change: 1, first: 0, end: 3, states: [1, 1, 1], content: .integers([5, 6, 7]))
        live.publish(column, of: subject)
        #expect(live.column(subject, change: 2, reading: 10, of: 10).column === column)
        #expect((0..<4).map { column.state($0) } == [1, 2, 1, 2])
    }

    @Test func tooManyChangesDropTheColumns() throws {
        let fixture = try Self.fixture { limits in
            Self.small(&limits)
            limits.collectedChanges = 5
        }
        for number in 0..<10 { _ = try fixture.create("N", ["p": .integer(Int64(number))]) }
        try fixture.read { _ = $0.expectLiveReads() }
        try fixture.store.write { writer in
            for node in 0..<8 {
                try writer.setProperty(0, ofNode: UInt64(node), to: .integer(-1))
            }
        }
        #expect(fixture.live.subjects.isEmpty)
        try fixture.read { _ = $0.expectLiveReads() }
    }

    private var smallLimits: LiveLimits {
        var limits = LiveLimits.standard
        Self.small(&limits)
        return limits
    }

    private static let noChanges = LiveChanges(
        nextNode: 100, nextRelationship: 100, limit: 1_000)
}

extension LiveColumns.Answer {
    var column: LiveColumn? { if case .column(let column) = self { column } else { nil } }
    var isBuild: Bool { if case .build = self { true } else { false } }
    var isNothing: Bool { if case .nothing = self { true } else { false } }
}

extension StoreFixture {
    var live: LiveColumns { try! store.core().live }
    var budget: LiveBudget { try! store.core().budget }
}

extension GraphView {
    func column(_ key: KeyID, _ kind: EntityKind, _ ids: [UInt64]) -> Column {
        var builder = ColumnBuilder()
        ids.withUnsafeBufferPointer { appendProperty(key, of: kind, $0, to: &builder) }
        return builder.build()
    }

    /// Reads everything in batches, and each by itself from its record, and compares. Returns how
    /// many columns were in use.
    @discardableResult
    func expectLiveReads(_ comment: Comment? = nil) -> Int {
        let header = currentHeader
        for _ in 0..<2 {
            for (kind, next) in [
                (EntityKind.node, header.nextNode), (.relationship, header.nextRelationship),
            ] {
                let ids = Array(0..<next) + [Column.absent, next + 3]
                for key in 0..<KeyID(keyNames.count) {
                    let column = column(key, kind, ids)
                    for (row, id) in ids.enumerated() {
                        let value: Value =
                            kind == .node
                            ? property(key, ofNode: id) : property(key, ofRelationship: id)
                        #expect(isSame(column.value(row), value), comment)
                    }
                }
            }
            for label in 0..<LabelID(labelNames.count) {
                var flags: ContiguousArray<UInt8> = []
                let ids = Array(0..<header.nextNode) + [Column.absent, header.nextNode + 3]
                ids.withUnsafeBufferPointer { testLabel(label, of: $0, into: &flags) }
                #expect(flags.map { $0 == 1 } == ids.map { hasLabel($0, label) }, comment)
            }
        }
        #expect(damage == nil)
        return liveColumns.filter { $0.column != nil }.count
    }
}
