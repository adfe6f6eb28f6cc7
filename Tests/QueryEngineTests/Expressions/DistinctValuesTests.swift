import Testing
import Values

@testable import QueryEngine

/// What DISTINCT has seen, against sets of what values say of themselves.
@Suite struct DistinctValuesTests {
    private enum Kind: CaseIterable { case nodes, relationships, small, nullable, any, text }

    private func column(_ kind: Kind, _ count: Int, _ generator: inout SplitMix) -> Column {
        func integers(_ range: ClosedRange<Int64>) -> ContiguousArray<Int64> {
            ContiguousArray((0..<count).map { _ in Int64.random(in: range, using: &generator) })
        }
        func ids() -> ContiguousArray<UInt64> {
            ContiguousArray(integers(0...9).map { $0 == 9 ? Column.absent : UInt64($0) })
        }
        switch kind {
        case .nodes: return .nodes(ids())
        case .relationships: return .relationships(ids())
        case .small: return .integers(integers(0...9), .allValid)
        case .nullable:
            let values = integers(0...9)
            return .integers(values, Validity(ContiguousArray(values.map { $0 == 9 ? 0 : 1 })))
        case .any:
            let edges: [Int64] = [
                -1, 0, 5, (1 << 40) - 1, (1 << 40) - 2, 1 << 40, .max, .min,
            ]
            return .integers(
                ContiguousArray(
                    (0..<count).map { _ in edges.randomElement(using: &generator) ?? 0 }),
                .allValid)
        case .text:
            var builder = ColumnBuilder(capacity: count)
            for value in integers(0...9) { builder.append(.string("\(value)")) }
            return builder.build()
        }
    }

    @Test(arguments: 0..<60) func newRowsAreThoseOfASet(_ seed: UInt64) {
        var generator = SplitMix(seed: seed)
        let hasGroups = seed % 5 > 0
        // Often one kind throughout, sometimes another after a while.
        let first = Kind.allCases.randomElement(using: &generator) ?? .nodes
        var distinct = DistinctValues()
        var seen: Set<String> = []
        for turn in 0..<12 {
            let kind =
                turn > 6 && seed % 3 == 0
                ? Kind.allCases.randomElement(using: &generator) ?? first : first
            let count = Int.random(in: 1...40, using: &generator)
            let groupCount = Int.random(in: 1...(turn > 8 ? 1 << 25 : 7), using: &generator)
            let column = column(kind, count, &generator)
            let numbers = ContiguousArray(
                (0..<count).map { _ in
                    Int32(Int.random(in: 0..<min(groupCount, 1 << 25), using: &generator))
                })
            let rows = hasGroups ? GroupRows(numbers) : GroupRows(count: count)
            let found = distinct.newRows(rows, column, groupCount: groupCount)
            let expected = (0..<count).filter { row in
                let group = hasGroups ? numbers[row] : 0
                return seen.insert("\(group) \(column.value(row))").inserted
            }
            #expect(found.map { Int($0) } == expected, "turn \(turn), \(kind)")
        }
    }
}
