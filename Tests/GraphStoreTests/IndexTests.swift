import GraphStore
import Testing
import Values

@Suite struct IndexTests {
    private func index(_ name: String, _ label: String, _ properties: String...) -> IndexDefinition
    {
        IndexDefinition(
            name: name, kind: .range, entity: .node, labelsOrTypes: [label], properties: properties)
    }

    private func range(_ lower: Value?, _ upper: Value?, inclusive: Bool = true) -> IndexCondition {
        IndexCondition(
            equal: [],
            tail: .range(
                lower: lower.map { .init($0, inclusive: inclusive) },
                upper: upper.map { .init($0, inclusive: inclusive) }))
    }

    @Test func ranges() throws {
        let fixture = try StoreFixture()
        _ = try fixture.store.createIndex(index("i", "N", "x"), ifNotExists: false)
        let values: [Value] = [
            .integer(3), .float(2.5), .integer(-1), .string("b"), .string("ba"), .float(.nan),
            .boolean(true), .float(3), .integer(10),
        ]
        var ids: [NodeID] = []
        for value in values { ids.append(try fixture.create("N", ["x": value])) }
        func found(_ condition: IndexCondition) throws -> [Int] {
            try fixture.ids("i", condition).map { ids.firstIndex(of: $0)! }
        }
        #expect(try found(range(.float(2.5), .integer(3))) == [1, 0, 7])
        #expect(try found(range(.float(2.5), .integer(10), inclusive: false)) == [0, 7])
        #expect(try found(range(.integer(3), nil)) == [0, 7, 8])
        #expect(try found(range(nil, .integer(0))) == [2])
        #expect(try found(range(.string("b"), nil)) == [3, 4])
        #expect(try found(range(.string("b"), nil, inclusive: false)) == [4])
        #expect(try found(range(.string("a"), .integer(3))) == [])
        #expect(try found(IndexCondition(equal: [.float(3)])) == [0, 7])
        #expect(try found(IndexCondition(equal: [.float(.nan)])) == [])
        #expect(try found(IndexCondition(equal: [.null])) == [])
        #expect(try found(IndexCondition(equal: [], tail: .prefix("b"))) == [3, 4])
        try fixture.read { view in
            #expect(view.estimate(view.indexes[0], range(.integer(3), nil)) == 3)
        }
    }

    @Test func severalProperties() throws {
        let fixture = try StoreFixture()
        _ = try fixture.store.createIndex(index("i", "N", "x", "y"), ifNotExists: false)
        var ids: [[NodeID]] = []
        for x in 0..<3 as Range<Int64> {
            ids.append(
                try (0..<3 as Range<Int64>).map {
                    try fixture.create("N", ["x": .integer(x), "y": .string("y\($0)")])
                })
        }
        try fixture.create("N", ["x": .integer(1)])
        #expect(try fixture.ids("i", IndexCondition(equal: [.integer(1)])) == ids[1])
        #expect(
            try fixture.ids("i", IndexCondition(equal: [.integer(1), .string("y2")])) == [ids[1][2]]
        )
        #expect(
            try fixture.ids(
                "i",
                IndexCondition(
                    equal: [.integer(2)],
                    tail: .range(lower: .init(.string("y1"), inclusive: true), upper: nil)))
                == Array(ids[2][1...]))
    }

    /// More entities than one step takes, with writes between the steps and after.
    @Test func anIndexIsBuiltFromWhatIsThere() throws {
        let fixture = try StoreFixture()
        let count = 25_000
        try fixture.store.write { writer in
            let (label, key) = (try writer.label("N"), try writer.key("x"))
            for value in 0..<Int64(count) {
                _ = try writer.createNode(
                    labels: [label], properties: [(key, .integer(value % 1000))])
            }
        }
        #expect(try fixture.store.createIndex(index("", "N", "x"), ifNotExists: false))
        #expect(!(try fixture.store.createIndex(index("", "N", "x"), ifNotExists: true)))
        #expect(throws: StoreError.self) {
            try fixture.store.createIndex(index("", "N", "x"), ifNotExists: false)
        }
        let name = try fixture.read { view in
            #expect(view.indexes.map(\.state) == [.online])
            let half = view.estimate(view.indexes[0], range(.integer(0), .integer(500)))
            #expect((10_000...15_000).contains(half))
            return view.indexes[0].name
        }
        #expect(try fixture.ids(name, IndexCondition(equal: [.integer(7)])).count == 25)
        #expect(try fixture.findings() == [])

        #expect(try fixture.store.dropIndex(name: name, ifExists: false))
        #expect(throws: StoreError.self) {
            try fixture.store.dropIndex(name: name, ifExists: false)
        }
        #expect(try fixture.findings() == [])
    }

    @Test func columnsReadProperties() throws {
        let fixture = try StoreFixture()
        var ids: [UInt64] = []
        for value in 0..<100 as Range<Int64> {
            ids.append(
                try fixture.create(
                    value % 2 == 0 ? "Even" : "Odd",
                    value % 5 == 0 ? [:] : ["x": .integer(value), "s": .string("s\(value)")]))
        }
        let asked = [ids[3], Column.absent, ids[5], ids[7], ids[6], ids[99], ids[99], 5000, ids[0]]
        try fixture.read { view in
            let key = try #require(view.key("x"))
            var integers = ColumnBuilder()
            var strings = ColumnBuilder()
            var flags: ContiguousArray<UInt8> = []
            asked.withUnsafeBufferPointer { asked in
                view.appendProperty(key, of: .node, asked, to: &integers)
                view.appendProperty(view.key("s")!, of: .node, asked, to: &strings)
                view.testLabel(view.label("Odd")!, of: asked, into: &flags)
            }
            let column = integers.build()
            guard case .integers = column else {
                Issue.record("not a column of integers")
                return
            }
            let shown = (0..<column.count).map { row -> Int64? in
                if case .integer(let value) = column.value(row) { value } else { nil }
            }
            #expect(shown == [3, nil, nil, 7, 6, 99, 99, nil, nil])
            #expect(Array(flags) == [1, 0, 1, 1, 0, 1, 1, 0, 0])
            guard case .string("s99") = strings.build().value(5) else {
                Issue.record("no string")
                return
            }
        }
    }
}
