import Testing
import Values

@testable import QueryEngine

/// Group numbers against a dictionary: same groups, in first-seen order, whatever the keys are.
@Suite struct GroupTableTests {
    @Test(arguments: [
        UInt64(60), 5_000, 100_000, .max,
    ]) func identifiers(_ range: UInt64) {
        var generator = SplitMix(seed: range)
        var table = IdentifierTable()
        var model: [UInt64: Int32] = [:]
        for _ in 0..<30 {
            let keys = (0..<500).map { _ in UInt64.random(in: 0..<range, using: &generator) }
            var numbers = ContiguousArray<Int32>(repeating: -1, count: keys.count)
            keys.withUnsafeBufferPointer { keys in
                numbers.withUnsafeMutableBufferPointer { table.insert(keys, into: $0) }
            }
            for (key, number) in zip(keys, numbers) {
                let expected = model[key] ?? Int32(model.count)
                model[key] = expected
                #expect(number == expected)
            }
        }
        #expect(table.count == model.count)
        for (key, number) in model {
            #expect(table.find(key) == number && table.keys[Int(number)] == key)
        }
        #expect(table.find(range &+ 1) == nil || range == .max)
    }

    /// From close together to far apart and back.
    @Test func identifiersChangeForm() {
        var table = IdentifierTable()
        let keys: [UInt64] =
            Array(0..<3000) + [1 << 40, .max, 1 << 63] + Array(2000..<9000) + [1 << 40]
        var model: [UInt64: Int32] = [:]
        for key in keys {
            let expected = model[key] ?? Int32(model.count)
            model[key] = expected
            #expect(table.insert(key) == expected)
        }
    }

    private func check(
        _ kinds: [RandomColumns.Kind], seed: UInt64, hashMask: UInt64 = .max, hasNulls: Bool = true
    ) {
        var columns = RandomColumns(seed: seed)
        var table = GroupTable(keyCount: kinds.count, hashMask: hashMask)
        var model: [GroupKey: Int] = [:]
        var groups = ContiguousArray<Int32>()
        var newRows = ContiguousArray<Int32>()
        for _ in 0..<6 {
            let keys = kinds.map { columns.column($0, count: 40, hasNulls: hasNulls) }
            let before = table.count
            table.assign(keys, count: 40, groups: &groups, newRows: &newRows)
            var numbers: [Int: Int32] = [:]
            for row in 0..<40 {
                let key = GroupKey(keys.map { $0.value(row) })
                let isNew = model[key] == nil
                let group = model[key] ?? model.count
                model[key] = group
                #expect(newRows.contains(Int32(row)) == isNew)
                // Rows that share a hash by chance may be numbered out of turn.
                if hashMask == .max { #expect(Int(groups[row]) == group) }
                #expect(numbers[group] == nil || numbers[group] == groups[row])
                numbers[group] = groups[row]
                let stored = table.keys(Int(groups[row])..<Int(groups[row]) + 1)
                #expect(GroupKey(stored.map { $0.value(0) }) == key)
            }
            #expect(table.count == model.count && table.count - before == newRows.count)
        }
    }

    @Test func singleKeys() {
        for (seed, kind) in RandomColumns.Kind.allCases.enumerated() {
            check([kind], seed: UInt64(seed))
            check([kind], seed: UInt64(seed), hasNulls: false)
        }
    }

    @Test func severalKeys() {
        check([.integers, .strings], seed: 20)
        check([.mixed, .nodes, .booleans], seed: 21)
        check([.strings, .constantString], seed: 22)
        check([], seed: 23)
    }

    @Test func keysThatShareAHash() {
        check([.strings], seed: 30, hashMask: 1)
        check([.integers, .mixed], seed: 31, hashMask: 3)
    }

    /// Integers first, then floats that equal some of them.
    @Test func kindsChangeBetweenBatches() {
        var table = GroupTable(keyCount: 1)
        var groups = ContiguousArray<Int32>()
        var newRows = ContiguousArray<Int32>()
        table.assign(
            [.integers([5, 6, 5], Validity([1, 1, 0]))], count: 3, groups: &groups,
            newRows: &newRows)
        #expect(groups == [0, 1, 2])
        table.assign(
            [.floats([6, 7.5, 5], .allValid)], count: 3, groups: &groups, newRows: &newRows)
        #expect(groups == [1, 3, 0] && newRows == [1])
        table.assign([.nulls(2)], count: 2, groups: &groups, newRows: &newRows)
        #expect(groups == [2, 2] && newRows.isEmpty)
    }
    /// Floats by their bits, until one comes of which other bits are the same value.
    @Test func floatsOfOneValueHaveOneGroup() {
        let other = Double(nan: 5, signaling: false)
        for late: [Double] in [[-0.0, 0, 2.5], [.nan, other, 1e300], [0, 1e300, 2.5]] {
            var table = GroupTable(keyCount: 1)
            var model: [GroupKey: Int32] = [:]
            for values in [[0, 2.5, 0, 1e300, -1], [2.5, 2.5, 7], late, [0, .infinity]] {
                for validity in [
                    Validity.allValid, Validity([0] + values.dropFirst().map { _ in 1 }),
                ] {
                    let column = Column.floats(ContiguousArray(values), validity)
                    var groups = ContiguousArray<Int32>()
                    var newRows = ContiguousArray<Int32>()
                    table.assign([column], count: values.count, groups: &groups, newRows: &newRows)
                    for row in values.indices {
                        let key = GroupKey([column.value(row)])
                        let expected = model[key] ?? Int32(model.count)
                        model[key] = expected
                        #expect(groups[row] == expected)
                    }
                }
            }
            let keys = table.keys(0..<table.count)[0]
            for (key, group) in model { #expect(GroupKey([keys.value(Int(group))]) == key) }
        }
    }
}
