import Synchronization
import Testing
import Values

@testable import GraphStore

/// Random commits beside snapshots that stay open: whatever a view reads in bulk must be what its
/// own records say.
@Suite struct LiveColumnRandomTests {
    @Test(arguments: [1, 2, 3, 4])
    func openViewsReadTheirOwnMoment(seed: Int) throws {
        // Some of the time columns are built at once, some of the time they grow old first.
        let fixture = try StoreFixture { options in
            options.liveMemoryBytes = seed == 4 ? 700 : 1 << 20
            options.buildsLiveAtOnce = true
            options.liveLimits.fewestDeltas = 20
            options.liveLimits.readShare = seed % 2 == 0 ? 100 : 1
            options.liveLimits.fewestReads = seed == 3 ? 60 : 1
            options.liveLimits.rememberedCommits = 6
        }
        try fixture.store.write { writer in
            for name in 0..<RandomOperationsTests.labels { _ = try writer.label("L\(name)") }
            for name in 0..<RandomOperationsTests.types { _ = try writer.type("T\(name)") }
            for name in 0..<RandomOperationsTests.keys { _ = try writer.key("k\(name)") }
        }
        let model = Mutex(GraphModel())
        let random = Mutex(SeededRandom(seed: UInt64(seed)))
        var choice = SeededRandom(seed: UInt64(seed) + 100)
        var open: [GraphView] = []
        var live = 0
        for round in 0..<48 {
            let before = model.withLock { $0 }
            do {
                try fixture.store.write { writer in
                    writer.view.expectLiveReads("before the changes of round \(round)")
                    try RandomOperationsTests.change(writer, model, random, round)
                    writer.view.expectLiveReads("after the changes of round \(round)")
                }
            } catch is RandomOperationsTests.Abandoned { model.withLock { $0 = before } }
            if open.count > 3 { open.remove(at: choice.next(open.count)).close() }
            open.append(try fixture.store.beginRead())
            live += open[choice.next(open.count)].expectLiveReads("round \(round)")
            let now = model.withLock { $0 }
            let last = open[open.count - 1]
            if round % 8 == 0 {
                #expect(
                    try last.differences(
                        from: now, labels: RandomOperationsTests.labels,
                        types: RandomOperationsTests.types, keys: RandomOperationsTests.keys) == [])
            }
        }
        for view in open { view.close() }
        #expect(live > 48)
    }
}
