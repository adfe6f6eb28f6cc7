import Testing
import Values

/// Every column operation against the same operation on plain arrays of values.
@Suite struct ColumnTests {
    /// Columns of every kind, with and without nulls.
    static let columns: [Column] = {
        var generator = SeededGenerator(seed: 6)
        let kinds: [(inout SeededGenerator) -> Value] = [
            { .integer(Int64.random(in: -2...2, using: &$0)) },
            { .float(Double(Int.random(in: -4...4, using: &$0)) / 2) },
            { .boolean(Bool.random(using: &$0)) },
            { .string(String(repeating: "ab", count: Int.random(in: 0...6, using: &$0))) },
            { .nodeReference(UInt64.random(in: 0...3, using: &$0)) },
            { .relationshipReference(UInt64.random(in: 0...3, using: &$0)) },
            { SampleValues.random(&$0) },
        ]
        var columns: [Column] = [.constant(.integer(3), count: 40), .constant(.null, count: 40)]
        for kind in kinds {
            for nullEvery in [Int.max, 4] {
                var builder = ColumnBuilder(capacity: 40)
                for row in 0..<40 {
                    row % nullEvery == nullEvery - 1
                        ? builder.appendNull() : builder.append(kind(&generator))
                }
                columns.append(builder.build())
            }
        }
        columns.append(.constant(.string("ab"), count: 40))
        return columns
    }()

    private func text(_ column: Column) -> [String] { column.asValues().map(\.cypherText) }

    @Test func buildersKeepTheNarrowestKind() {
        var builder = ColumnBuilder()
        builder.appendNull()
        builder.append(.integer(1))
        guard case .integers(_, let validity) = builder.build() else {
            Issue.record("not integers")
            return
        }
        #expect(validity.bytes == [0, 1])
        builder.append(.string("x"))
        guard case .values = builder.build() else {
            Issue.record("not values")
            return
        }
        #expect(text(builder.build()) == ["null", "1", "'x'"])
        var nodes = ColumnBuilder()
        nodes.append(.nodeReference(4))
        nodes.appendNull()
        guard case .nodes([4, Column.absent]) = nodes.build() else {
            Issue.record("not nodes")
            return
        }
    }

    @Test func gatherAndSlice() {
        let rows: ContiguousArray<Int32> = [3, 3, 0, 39, 17, 2]
        let rowsOrNull: ContiguousArray<Int32> = [3, -1, 0]
        for column in Self.columns {
            let values = text(column)
            #expect(text(column.gathered(rows: rows)) == rows.map { values[Int($0)] })
            #expect(text(column.sliced(5..<11)) == Array(values[5..<11]))
            #expect(column.sliced(3..<3).count == 0)
            let outer = rowsOrNull.withUnsafeBufferPointer { column.gatheredOrNull(rows: $0) }
            #expect(text(outer) == [values[3], "null", values[0]])
            #expect(text(column.narrowed()) == values)
            #expect(text(column.expanded()) == values)
        }
    }

    @Test func concatenation() {
        for left in Self.columns {
            for right in Self.columns {
                let both = Column.concatenated([left, right])
                #expect(text(both) == text(left) + text(right))
                var appended = left
                appended.append(contentsOf: right)
                #expect(text(appended) == text(both))
            }
        }
    }

    @Test func wholeStringColumnsAreAppended() throws {
        let (bytes, ends) = (Array("onetwo".utf8), [0, 3, 6])
        let copied = bytes.withUnsafeBytes { bytes in
            StringColumn.copying(3, of: bytes) { ends[$0 % 2]..<ends[$0 % 2 + 1] }
        }
        let strings = try #require(copied)
        for first in [Value.null, .string("x"), .integer(1)] {
            var builder = ColumnBuilder()
            builder.append(first)
            builder.append(strings: strings)
            builder.appendNull()
            builder.append(strings: strings)
            let expected = ["'one'", "'two'", "'one'"]
            #expect(
                text(builder.build()) == [first.cypherText] + expected + ["null"] + expected)
        }
    }

    @Test func filtering() {
        let column = Column.integers([1, 2, 3, 4], .allValid)
        #expect(text(column.filtered(by: .booleans([1, 0, 2, 1]))) == ["1", "4"])
        #expect(text(column.filtered(by: .constant(.boolean(true), count: 4))).count == 4)
        #expect(text(column.filtered(by: .constant(.null, count: 4))) == [])
        #expect(
            text(
                column.filtered(by: .values([.boolean(true), .null, .integer(1), .boolean(false)])))
                == ["1"])
    }

    @Test func rowsHashAsTheirValues() {
        for column in Self.columns {
            for (row, hash) in column.hashes().enumerated() {
                let expected = ValueHash.combine(0, column.value(row).equivalenceHash)
                #expect(hash == expected)
            }
        }
    }

    @Test func rowsAreEquivalentAndOrderedAsTheirValues() {
        let rows = ContiguousArray(Int32(0)..<40)
        for left in Self.columns {
            for right in Self.columns {
                var matches = ContiguousArray<UInt8>(repeating: 1, count: 40)
                let shifted = ContiguousArray(rows.map { ($0 + 1) % 40 })
                rows.withUnsafeBufferPointer { rows in
                    shifted.withUnsafeBufferPointer { shifted in
                        left.keepEquivalent(rows, to: right, shifted, in: &matches)
                    }
                }
                for row in 0..<40 {
                    let other = (row + 1) % 40
                    let expected = Value.isEquivalent(left.value(row), right.value(other))
                    #expect((matches[row] == 1) == expected)
                    #expect(left.isEquivalent(row, to: right, other) == expected)
                    #expect(
                        left.order(row, right, other).signum()
                            == Value.order(left.value(row), right.value(other)).signum())
                }
            }
        }
    }

    @Test func sortingIsStableAndKeepsTheOrder() {
        for first in Self.columns {
            for (isDescending, second) in [(false, Self.columns[2]), (true, Self.columns[9])] {
                let keys = [
                    SortKey(first, isDescending: isDescending), SortKey(second),
                ]
                let sorted = SortKey.sortedRows(keys, count: 40)
                let expected = (0..<40).sorted { left, right in
                    let order = Value.order(first.value(left), first.value(right))
                    if order != 0 { return (order < 0) != isDescending }
                    let next = Value.order(second.value(left), second.value(right))
                    return next != 0 ? next < 0 : left < right
                }
                #expect(sorted.map { Int($0) } == expected)
                #expect(
                    SortKey.sortedRows(keys, count: 40, limit: 3).elementsEqual(sorted.prefix(3)))
            }
        }
    }

    @Test func stringsSortBehindWhatTheyShare() {
        for words in [
            ["user-10", "user-9", "user-", "user-10\u{0}", "user-1"],
            ["prefix-long-1", "prefix-long-123456789", "prefix-long-12345678", "prefix-long-"],
            ["b", "a", "", "ab"], ["same", "same"],
        ] {
            var builder = ColumnBuilder()
            for word in words { builder.append(.string(word)) }
            builder.appendNull()
            for isDescending in [false, true] {
                let key = SortKey(builder.build(), isDescending: isDescending)
                let sorted = SortKey.sortedRows([key], count: words.count + 1)
                let expected = (words.map { Value.string($0) } + [.null]).enumerated().sorted {
                    let order = Value.order($0.element, $1.element)
                    return order != 0 ? (order < 0) != isDescending : $0.offset < $1.offset
                }
                #expect(sorted.map { Int($0) } == expected.map(\.offset))
            }
        }
    }

    @Test func smallLimitsFindTheFirst() {
        var generator = SeededGenerator(seed: 8)
        let numbers = ContiguousArray(
            (0..<5_000).map { _ in
                Int64.random(in: 0..<500, using: &generator)
            })
        let key = SortKey(.integers(numbers, .allValid), isDescending: true)
        let all = SortKey.sortedRows([key], count: 5_000)
        for limit in [0, 1, 7, 100, 1_249, 1_250, 4_999, 9_999] {
            let first = SortKey.sortedRows([key], count: 5_000, limit: limit)
            #expect(first.elementsEqual(all.prefix(limit)))
        }
    }

    @Test func numbersAsFloats() {
        let mixed = Column.values([.integer(1), .null, .float(2.5)])
        let floats = mixed.asFloats()
        #expect(floats?.values == [1, 0, 2.5])
        #expect(floats?.validity.bytes == [1, 0, 1])
        #expect(Column.values([.string("a")]).asFloats() == nil)
    }
}
