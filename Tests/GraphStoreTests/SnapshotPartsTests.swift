import Synchronization
import Testing

@testable import GraphStore

@Suite struct SnapshotPartsTests {
    struct Part: SnapshotPart, Equatable {
        var range: Range<UInt64>
        var byteCount = 100
    }

    private let ids: Range<UInt64> = 5..<1_000

    /// What `read` makes of ``ids``, by as many threads as the limits say, however few processors.
    private func parts(
        builders: Int, byteLimit: Int = 1 << 20, _ read: (Range<UInt64>) -> Part?
    ) throws -> [Part]? {
        var limits = LiveLimits.atOnce
        limits.builders = builders
        return try StoreFixture().read { view in
            SnapshotParts.read(
                ids, entities: ids.count, byteLimit: byteLimit, limits, view.transaction
            ) { range, _, _ in read(range) }
        }
    }

    @Test(arguments: [1, 2, 3, 7]) func partsAreTheWholeInOrder(builders: Int) throws {
        let parts = try #require(try parts(builders: builders) { Part(range: $0) })
        #expect(parts.count == (builders == 1 ? 1 : builders * 8))
        #expect(parts.flatMap { Array($0.range) } == Array(ids))
    }

    @Test func onePartThatFailsFailsTheWhole() throws {
        #expect(try parts(builders: 3) { $0.contains(600) ? nil : Part(range: $0) } == nil)
    }

    @Test func nothingIsBegunPastTheLimit() throws {
        let begun = Atomic(0)
        let parts = try parts(builders: 2, byteLimit: 250) {
            begun.wrappingAdd(1, ordering: .relaxed)
            return Part(range: $0)
        }
        #expect(parts == nil)
        // Three pass the limit, and the other thread may be at one of its own.
        #expect(begun.load(ordering: .relaxed) <= 4)
    }
}
