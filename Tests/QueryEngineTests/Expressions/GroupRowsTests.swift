import Cypher
import Testing
import Values

@testable import QueryEngine

/// Runs of rows against rows one by one.
@Suite struct GroupRowsTests {
    /// Values in runs of up to `longest` rows.
    private func runs(
        of values: ClosedRange<UInt64>, longest: Int, count: Int, _ generator: inout SplitMix
    ) -> ContiguousArray<UInt64> {
        var rows = ContiguousArray<UInt64>()
        while rows.count < count {
            let value = UInt64.random(in: values, using: &generator)
            let length = Int.random(in: 1...longest, using: &generator)
            rows.append(contentsOf: repeatElement(value, count: min(length, count - rows.count)))
        }
        return rows
    }

    private func ends(_ rows: ContiguousArray<UInt64>) -> [Int32] {
        rows.indices.filter { $0 + 1 == rows.count || rows[$0] != rows[$0 + 1] }
            .map { Int32($0 + 1) }
    }

    @Test(arguments: 0..<40) func endsAreFound(_ seed: UInt64) {
        var generator = SplitMix(seed: seed)
        for count in [0, 1, 7, 8, 9, 255, 256, 257, 1_000, 2_048] {
            let rows = runs(
                of: 0...9, longest: Int.random(in: 1...200, using: &generator), count: count,
                &generator)
            let expected = ends(rows)
            let areLong = Double(expected.count) * RunEnds.shortestRun <= Double(count)
            let found = RunEnds.find(in: rows).map(Array.init)
            #expect(found == (areLong && count >= 8 ? expected : nil))
        }
    }

    @Test func oneRunAndNone() {
        #expect(RunEnds.find(in: ContiguousArray(repeating: 7, count: 300)) == [300])
        #expect(RunEnds.find(in: ContiguousArray(0..<300)) == nil)
    }

    /// Nodes are numbered once for each node or run, and each row has its node's group.
    @Test(arguments: [true, false]) func groupsOfNodes(_ areProperties: Bool) throws {
        var generator = SplitMix(seed: 5)
        let key: BoundExpression = areProperties ? .property(.slot(1), "age") : .slot(1)
        var groups = try #require(NodeGroups(keys: [key], nodesRepeat: { _ in true }))
        var asked = 0
        for turn in 0..<60 {
            var ids = runs(
                of: 0...30, longest: turn % 3 == 0 ? 1 : 60, count: 500, &generator)
            if turn % 4 == 0 { ids = ContiguousArray(ids.map { $0 == 3 ? Column.absent : $0 }) }
            var batch = Batch(count: ids.count, slotCount: 2)
            batch[1] = .nodes(ids)
            let rows = try groups.number(batch) { batch in
                asked += batch.count
                guard case .nodes(let ids) = batch[1] else { return [] }
                return ContiguousArray(ids.map { $0 == Column.absent ? 9 : Int32($0 % 7) })
            }
            #expect(rows.count == ids.count)
            let expected = ids.map { $0 == Column.absent ? 9 : Int($0 % 7) }
            #expect(ids.indices.map { rows.group($0) } == expected)
            var walked: [Int] = []
            if rows.forEachRun({ walked += Array(repeating: $0, count: $1.count) }) {
                #expect(walked == expected)
            }
        }
        if areProperties { #expect(asked < 60 * 500 / 4) }
    }

    /// Keys of two variables are looked at once for each run in which neither changes.
    @Test(arguments: 0..<20) func groupsOfTwoVariables(_ seed: UInt64) throws {
        var generator = SplitMix(seed: seed)
        let runsOfKeys = try #require(
            KeyRuns(keys: [.slot(0), .property(.slot(1), "age"), .slot(2)]))
        #expect(KeyRuns(keys: [.constant(.integer(1))]) == nil)
        let count = Int.random(in: 1...2_048, using: &generator)
        let longest = Int.random(in: 1...80, using: &generator)
        let nodes = runs(of: 0...5, longest: longest, count: count, &generator)
        let others = runs(of: 0...5, longest: 3 * longest, count: count, &generator)
        var batch = Batch(count: count, slotCount: 3)
        batch[0] = .nodes(nodes)
        batch[1] = .integers(ContiguousArray(others.map { Int64($0) }), .allValid)
        batch[2] = .constant(.integer(7), count: count)
        var asked = 0
        let rows = runsOfKeys.number(batch) { heads -> ContiguousArray<Int32> in
            asked += heads.count
            guard case .nodes(let nodes) = heads[0], case .integers(let others, _) = heads[1] else {
                return []
            }
            return ContiguousArray(zip(nodes, others).map { Int32($0) * 10 + Int32($1) })
        }
        let ends = (1...count).filter { row in
            row == count || nodes[row] != nodes[row - 1] || others[row] != others[row - 1]
        }
        let areLong = ends.count * Int(RunEnds.shortestRun) <= count
        #expect((rows != nil) == areLong)
        guard let rows else { return }
        #expect(asked == ends.count)
        #expect(
            (0..<count).map { rows.group($0) }
                == (0..<count).map { Int(nodes[$0]) * 10 + Int(others[$0]) })
    }

    /// An update costs what its rows cost, however many groups there are.
    @Test(arguments: [AggregateCall.Function.count, .sum, .avg, .min, .max, .stDev])
    func updatesCopyNoState(_ function: AggregateCall.Function) throws {
        let groupCount = 1 << 20
        let call = AggregateCall(
            function: function, argument: .slot(0), second: nil, distinct: false,
            range: .init(start: 0, end: 1))
        let clock = ContinuousClock()
        for column in [Column.integers([5], .allValid), .floats([5], .allValid)] {
            let accumulator = function.makeAccumulator(call)
            accumulator.grow(to: groupCount)
            try accumulator.update(GroupRows([Int32(groupCount - 1)]), column)
            accumulator.grow(to: groupCount)
            var state = ContiguousArray(repeating: Int64(1), count: groupCount)
            let copies = (0..<8).map { turn in
                clock.measure {
                    let old = state
                    state[turn] += old[turn + 1]
                }
            }
            let copying = try #require(copies.min())
            let updating = try clock.measure {
                for turn in 0..<400 {
                    try accumulator.update(GroupRows([Int32(turn)]), column)
                }
            }
            #expect(updating < copying * 100, "\(updating), a copy \(copying)")
        }
    }
}
