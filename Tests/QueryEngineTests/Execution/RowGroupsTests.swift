import Testing
import Values

@testable import QueryEngine

/// Rows grouped by keys and source beside sums in a dictionary.
@Suite struct RowGroupsTests {
    private struct Group: Hashable {
        let key: UInt64
        let source: UInt64
    }

    /// Keys come again and again behind others, as where rows begin at the sources; with few keys
    /// groups repeat, with many each row is a group of its own.
    @Test(arguments: [3, 50, 4_000], [1, 7])
    func sectionsHoldTheirOwnGroups(keys: UInt64, batches: Int) throws {
        var groups = RowGroups(keys: [0], source: 1, startsDiffer: false, bound: 10_000)
        var expected: [Group: Int64] = [:]
        var rows: [Group] = []
        var numbers = ContiguousArray<Int32>()
        for number in 0..<UInt64(batches) {
            var batch = Batch(count: 1_500, slotCount: 2)
            let places = (0..<1_500).map { UInt64($0) + number * 1_500 }
            let own = places.map { Group(key: $0 * 23 % keys, source: 5_000 + $0 / 40) }
            batch[0] = .nodes(ContiguousArray(own.map(\.key)))
            batch[1] = .nodes(ContiguousArray(own.map(\.source)))
            let weights = ContiguousArray(places.map { Int64($0 % 5 + 1) })
            for (group, weight) in zip(own, weights) { expected[group, default: 0] += weight }
            rows += own
            numbers += try #require(try groups.add(batch, weights: weights))
        }
        let result = try groups.bySections()
        let sections = try result.keys[0].column.nodeIDs()
        var found: [Group: Int64] = [:]
        for section in 0..<result.sectionCount {
            for place in result[section] {
                let group = Group(key: sections[section], source: result.sources[place])
                #expect(found.updateValue(result.weights[place], forKey: group) == nil)
            }
        }
        #expect(found == expected)
        #expect(result.sections(of: numbers).map { sections[Int($0)] } == rows.map(\.key))
    }
}
