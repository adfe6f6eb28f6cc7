import GraphStore
import Testing
import Values

@Suite struct UniqueLookupTests {
    /// Values that are equal across types, that keys cut, or that keys hold as instants only.
    private static let pool: [Value] = {
        let long = String(repeating: "long ", count: 100)
        let noon = DateTimeValue(epochSecond: 43_200, nanosecond: 5, offsetSeconds: 0, zone: nil)
        let noonInOslo = DateTimeValue(
            epochSecond: 43_200, nanosecond: 5, offsetSeconds: 3600, zone: nil)
        return [
            .integer(1), .float(1), .integer(-7), .float(.nan), .float(-0.0), .integer(0),
            .integer(1 << 60), .integer(1 << 60 + 1), .string(""), .string("a"), .string("a\0"),
            .string(long + "x"), .string(long + "y"), .string(long), .boolean(true),
            .list([.integer(1)]), .list([.integer(1), .integer(2)]), .dateTime(noon),
            .dateTime(noonInOslo), .bytes([0, 1]), .null,
        ]
    }()

    private func fixture(_ properties: String...) throws -> StoreFixture {
        let fixture = try StoreFixture()
        _ = try fixture.store.createConstraint(
            ConstraintDefinition(
                name: "c", kind: .unique, entity: .node, labelOrType: "N", properties: properties),
            ifNotExists: false)
        return fixture
    }

    private func found(_ view: GraphView, _ values: Value...) throws -> [NodeID] {
        let lookup = try #require(
            try UniqueLookup(view, index: "c", properties: values.count))
        var ids = ContiguousArray<NodeID>()
        // Twice: what one lookup leaves behind must not lead the next one astray.
        try lookup.find(into: &ids) { _ in .integer(99) }
        try lookup.find(into: &ids) { values[$0] }
        return Array(ids)
    }

    @Test func findsWhatAScanFinds() throws {
        let fixture = try fixture("x", "y")
        var stored: [Stored] = []
        for x in Self.pool {
            for y in Self.pool where !x.isNull && !y.isNull {
                let id = try? fixture.create("N", ["x": x, "y": y])
                if let id { stored.append(Stored(id: id, x: x, y: y)) }
            }
        }
        #expect(stored.count > 200)
        try fixture.read { view in try expectAll(stored, view) }
        let gone = stored.remove(at: 17)
        let rest = stored
        try fixture.store.write { writer in
            try writer.deleteNode(gone.id)
            try expectAll(rest, writer.view)
        }
    }

    private struct Stored {
        let id: NodeID
        let x: Value
        let y: Value
    }

    private func expectAll(_ stored: [Stored], _ view: GraphView) throws {
        for x in Self.pool {
            for y in Self.pool {
                let wanted = stored.filter {
                    Value.equals($0.x, x) == true && Value.equals($0.y, y) == true
                }
                let found = try found(view, x, y)
                #expect(found == wanted.map(\.id), "\(x), \(y)")
            }
        }
    }

    @Test func theWriterSeesWhatIsNotUniqueYet() throws {
        let fixture = try fixture("x")
        let (a, b) = (
            try fixture.create("N", ["x": .integer(1)]), try fixture.create("N", ["x": .integer(2)])
        )
        try fixture.store.write { writer in
            try writer.setProperty(writer.key("x"), ofNode: a, to: .integer(2))
            let (none, both) = (
                try found(writer.view, .integer(1)), try found(writer.view, .integer(2))
            )
            #expect(none == [])
            #expect(both == [a, b])
            try writer.setProperty(writer.key("x"), ofNode: b, to: .integer(1))
            let moved = try found(writer.view, .integer(1))
            #expect(moved == [b])
        }
        let alike = try fixture.read { view in try found(view, .float(2)) }
        #expect(alike == [a])
    }

    @Test func onlyUniqueIndexesOverAllProperties() throws {
        let fixture = try fixture("x", "y")
        _ = try fixture.store.createIndex(
            IndexDefinition(
                name: "i", kind: .range, entity: .node, labelsOrTypes: ["N"], properties: ["x"]),
            ifNotExists: false)
        func exists(_ name: String, _ properties: Int) throws -> Bool {
            try fixture.read { try UniqueLookup($0, index: name, properties: properties) != nil }
        }
        #expect(try exists("c", 2))
        #expect(try !exists("c", 1))
        #expect(try !exists("i", 1))
        #expect(try !exists("none", 1))
    }
}
