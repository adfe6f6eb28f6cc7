import Testing
import Values

@testable import QueryEngine

/// Sort, top, distinct and join against models that know nothing of columns.
@Suite struct KeyedOperatorTests {
    /// A table of keys of some kinds, and the number of each row.
    private func table(_ kinds: [RandomColumns.Kind], count: Int, seed: UInt64) -> [[Value]] {
        var columns = RandomColumns(seed: seed)
        return kinds.map { columns.values($0, count: count, hasNulls: true) }
            + [(0..<count).map { .integer(Int64($0)) }]
    }

    private func sorted(_ table: [[Value]], _ keys: [QueryEngine.SortKey]) -> [Int] {
        table[0].indices.sorted { left, right in
            for key in keys {
                let order = Value.order(table[key.slot][left], table[key.slot][right])
                if order != 0 { return (order < 0) != key.descending }
            }
            return left < right
        }
    }

    private static let keyLists: [[RandomColumns.Kind]] = [
        [.integers], [.floats], [.strings], [.mixed], [.booleans, .integers], [.nodes, .strings],
        [.floats, .mixed],
    ]

    @Test(arguments: [2, 16, 2048]) func sort(_ capacity: Int) throws {
        for (seed, kinds) in Self.keyLists.enumerated() {
            for descending in [false, true] {
                let table = table(kinds, count: 50, seed: UInt64(seed))
                let keys = kinds.indices.map {
                    QueryEngine.SortKey(slot: $0, descending: descending != ($0 % 2 == 1))
                }
                let context = try ExpressionFixture.context(capacity: capacity)
                let operation = SortOperator(
                    child: BatchSource(table, capacity: capacity), keys: keys, context: context)
                let expected = sorted(table, keys).map { Value.integer(Int64($0)) }
                for _ in 0..<2 {
                    let found = try operation.rows([kinds.count]).map { $0[0] }
                    #expect(areSame(found, expected), "\(kinds)")
                    operation.rewind()
                }
                #expect(context.memoryInUse == 0)
            }
        }
    }

    @Test(arguments: [2, 16, 2048]) func top(_ capacity: Int) throws {
        for (seed, kinds) in Self.keyLists.enumerated() {
            for descending in [false, true] {
                for (limit, skip) in [(0, 0), (1, 0), (3, 2), (10, 45), (100, 0), (Int.max, 3)] {
                    let table = table(kinds, count: 50, seed: UInt64(seed) + 100)
                    let keys = kinds.indices.map {
                        QueryEngine.SortKey(slot: $0, descending: descending != ($0 % 2 == 1))
                    }
                    let context = try ExpressionFixture.context(capacity: capacity)
                    let operation = TopOperator(
                        child: BatchSource(table, capacity: capacity), keys: keys, limit: limit,
                        skip: skip, context: context)
                    let expected = sorted(table, keys).dropFirst(skip).prefix(limit)
                        .map { Value.integer(Int64($0)) }
                    for _ in 0..<2 {
                        let found = try operation.rows([kinds.count]).map { $0[0] }
                        #expect(areSame(found, Array(expected)), "\(kinds) \(limit) \(skip)")
                        operation.rewind()
                    }
                    #expect(context.memoryInUse == 0)
                }
            }
        }
    }

    @Test(arguments: [2, 2048]) func distinct(_ capacity: Int) throws {
        for (seed, kinds) in Self.keyLists.enumerated() {
            let table = table(kinds, count: 60, seed: UInt64(seed) + 200)
            let context = try ExpressionFixture.context(capacity: capacity)
            let operation = DistinctOperator(
                child: BatchSource(table, capacity: capacity), slots: Array(kinds.indices),
                context: context)
            var seen = Set<GroupKey>()
            let expected = table[0].indices.filter { row in
                seen.insert(GroupKey(kinds.indices.map { table[$0][row] })).inserted
            }
            let found = try operation.rows([kinds.count]).map { $0[0] }
            #expect(areSame(found, expected.map { .integer(Int64($0)) }))
            operation.rewind()
            #expect(try operation.rows([0]).count == expected.count)
        }
    }

    @Test(arguments: [2, 16, 2048]) func hashJoin(_ capacity: Int) throws {
        for (seed, kinds) in Self.keyLists.enumerated() {
            let left = table(kinds, count: 40, seed: UInt64(seed) + 300)
            let right = table(kinds, count: 30, seed: UInt64(seed) + 400)
            let width = kinds.count + 1
            // The right side's slots follow the left side's.
            let rightColumns = Array(repeating: [Value](), count: width) + right
            let rightBatches = BatchSource(right, capacity: capacity)
            let shifted = try shift(rightBatches, by: width, columns: rightColumns.count)
            let context = try ExpressionFixture.context(capacity: capacity)
            let operation = HashJoinOperator(
                left: BatchSource(left, capacity: capacity), leftWrites: false,
                right: BatchSource(shifted), keepsRight: false, leftKeys: Array(kinds.indices),
                rightKeys: kinds.indices.map { $0 + width },
                output: [kinds.count, width + kinds.count], context: context)
            var expected: [[Value]] = []
            for leftRow in left[0].indices {
                for rightRow in right[0].indices {
                    let matches = kinds.indices.allSatisfy {
                        !left[$0][leftRow].isNull
                            && Value.isEquivalent(left[$0][leftRow], right[$0][rightRow])
                    }
                    if matches {
                        expected.append([.integer(Int64(leftRow)), .integer(Int64(rightRow))])
                    }
                }
            }
            for _ in 0..<2 {
                let found = try operation.rows([kinds.count, width + kinds.count])
                #expect(found.count == expected.count)
                #expect(zip(found, expected).allSatisfy { areSame($0, $1) }, "\(kinds)")
                operation.rewind()
            }
            #expect(context.memoryInUse == 0)
        }
    }

    private func shift(_ source: BatchSource, by width: Int, columns: Int) throws -> [Batch] {
        var batches: [Batch] = []
        while let batch = source.next() {
            var moved = Batch(count: batch.count, slotCount: 8)
            for slot in batch.columns.indices where slot + width < columns {
                moved.columns[slot + width] = batch.columns[slot]
            }
            batches.append(moved)
        }
        return batches
    }

    @Test func sortsAreBoundedInMemory() throws {
        let table = table([.integers], count: 4000, seed: 9)
        let context = try ExpressionFixture.context(capacity: 100, memoryBytes: 10_000)
        let operation = SortOperator(
            child: BatchSource(table, capacity: 100),
            keys: [QueryEngine.SortKey(slot: 0, descending: false)], context: context)
        #expect(throws: QueryError.self) { try operation.next() }
        // The best ten of them fit.
        let top = TopOperator(
            child: BatchSource(table, capacity: 100),
            keys: [QueryEngine.SortKey(slot: 0, descending: false)], limit: 10, skip: 0,
            context: try ExpressionFixture.context(capacity: 100, memoryBytes: 10_000))
        #expect(try top.rows([0]).count == 10)
    }
}
