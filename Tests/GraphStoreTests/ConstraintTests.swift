import GraphStore
import Testing
import Values

@Suite struct ConstraintTests {
    private func constraint(
        _ kind: ConstraintDefinition.Kind, _ label: String, _ properties: String...,
        entity: EntityKind = .node
    ) -> ConstraintDefinition {
        ConstraintDefinition(
            name: "c", kind: kind, entity: entity, labelOrType: label, properties: properties)
    }

    private func expectViolation(_ body: () throws -> Void) {
        do {
            try body()
            Issue.record("nothing was refused")
        } catch { #expect((error as? StoreError)?.isViolation == true, "\(error)") }
    }

    @Test func uniqueValuesStayUnique() throws {
        let fixture = try StoreFixture()
        #expect(
            try fixture.store.createConstraint(
                constraint(.unique, "User", "id"), ifNotExists: false))
        let first = try fixture.create("User", ["id": .integer(1)])
        expectViolation { try fixture.create("User", ["id": .float(1)]) }
        try fixture.create("User", [:])
        try fixture.create("User", [:])
        try fixture.create("Item", ["id": .integer(1)])
        expectViolation {
            let other = try fixture.create("User", ["id": .integer(2)])
            try fixture.store.write { writer in
                try writer.setProperty(writer.key("id"), ofNode: other, to: .integer(1))
            }
        }
        // What was deleted is free again, in the same statement too.
        try fixture.store.write { writer in
            try writer.deleteNode(first)
            try writer.create("User", ["id": .integer(1)])
        }
        #expect(try fixture.ids("c", IndexCondition(equal: [.integer(1)])).count == 1)
        #expect(try fixture.findings() == [])
    }

    @Test func aStatementMaySwapUniqueValues() throws {
        let fixture = try StoreFixture()
        _ = try fixture.store.createConstraint(
            constraint(.unique, "User", "id"), ifNotExists: false)
        let (a, b) = (
            try fixture.create("User", ["id": .integer(1)]),
            try fixture.create("User", ["id": .integer(2)])
        )
        try fixture.store.write { writer in
            try writer.setProperty(writer.key("id"), ofNode: a, to: .integer(2))
            try writer.setProperty(writer.key("id"), ofNode: b, to: .integer(1))
        }
        #expect(try fixture.ids("c", IndexCondition(equal: [.integer(2)])) == [a])
        #expect(try fixture.findings() == [])
    }

    /// Long strings share their key in the index; the values themselves decide.
    @Test func longValuesAreComparedWhole() throws {
        let fixture = try StoreFixture()
        _ = try fixture.store.createConstraint(
            constraint(.unique, "Page", "url"), ifNotExists: false)
        let long = String(repeating: "x", count: 2000)
        try fixture.create("Page", ["url": .string(long + "1")])
        let second = try fixture.create("Page", ["url": .string(long + "2")])
        expectViolation { try fixture.create("Page", ["url": .string(long + "1")]) }
        #expect(try fixture.ids("c", IndexCondition(equal: [.string(long + "2")])).contains(second))
        #expect(try fixture.findings() == [])
    }

    @Test func existingDuplicatesRefuseTheConstraint() throws {
        let fixture = try StoreFixture()
        let a = try fixture.create("User", ["id": .string("u1")])
        let b = try fixture.create("User", ["id": .string("u1")])
        do {
            _ = try fixture.store.createConstraint(
                constraint(.unique, "User", "id"), ifNotExists: false)
            Issue.record("it was created")
        } catch {
            guard case .constraintViolation(_, let reason) = error else { throw error }
            #expect(reason.contains("\(a)") && reason.contains("\(b)") && reason.contains("'u1'"))
        }
        try fixture.read { view in
            #expect(view.constraints.isEmpty)
            #expect(view.indexes.isEmpty)
        }
        try fixture.create("User", ["id": .string("u1")])
    }

    /// More entities than one step of a build takes, in orders that fill the index from its end and
    /// in between; then one of them twice, wherever its twin lies.
    @Test(arguments: [1, 7_919])
    func aConstraintIsCheckedOverAllSteps(stride: Int64) throws {
        let fixture = try StoreFixture()
        let count: Int64 = 45_000
        try fixture.store.write { writer in
            let (label, key) = (try writer.label("User"), try writer.key("id"))
            for number in 0..<count {
                _ = try writer.createNode(
                    labels: [label], properties: [(key, .integer(number * stride % count))])
            }
        }
        let unique = constraint(.unique, "User", "id")
        #expect(try fixture.store.createConstraint(unique, ifNotExists: false))
        #expect(try fixture.ids("c", IndexCondition(equal: [.integer(stride)])) == [1])
        #expect(try fixture.findings() == [])
        for twin in [0, 1, count / 2, count - 1] {
            _ = try fixture.store.dropConstraint(name: "c", ifExists: false)
            let node = try fixture.create("User", ["id": .float(Double(twin))])
            expectViolation { _ = try fixture.store.createConstraint(unique, ifNotExists: false) }
            try fixture.store.write { try $0.deleteNode(node) }
            #expect(try fixture.store.createConstraint(unique, ifNotExists: false))
        }
        #expect(try fixture.findings() == [])
    }

    /// Keys that are equal where they are cut, and values that equal nothing, are no duplicates.
    @Test func keysThatOnlyLookEqualAreAllowed() throws {
        let fixture = try StoreFixture()
        let long = String(repeating: "x", count: 2_000)
        for text in [long + "b", long, long + "a"] {
            try fixture.create("Page", ["url": .string(text)])
        }
        for _ in 0..<2 { try fixture.create("Page", ["url": .float(.nan)]) }
        let unique = constraint(.unique, "Page", "url")
        #expect(try fixture.store.createConstraint(unique, ifNotExists: false))
        expectViolation { try fixture.create("Page", ["url": .string(long + "a")]) }
        #expect(try fixture.findings() == [])
        _ = try fixture.store.dropConstraint(name: "c", ifExists: false)
        try fixture.create("Page", ["url": .string(long + "b")])
        expectViolation { _ = try fixture.store.createConstraint(unique, ifNotExists: false) }
    }

    @Test func existenceHoldsAtTheEndOfTheUnit() throws {
        let fixture = try StoreFixture()
        let definition = constraint(.exists, "User", "name")
        #expect(try fixture.store.createConstraint(definition, ifNotExists: false))
        #expect(!(try fixture.store.createConstraint(definition, ifNotExists: true)))
        expectViolation { try fixture.create("User", [:]) }
        let id = try fixture.store.write { writer in
            let id = try writer.create("User", [:])
            try writer.setProperty(writer.key("name"), ofNode: id, to: .string("Ann"))
            return id
        }
        expectViolation {
            try fixture.store.write { try $0.setProperty($0.key("name"), ofNode: id, to: .null) }
        }
        let other = try fixture.create("Item", [:])
        expectViolation {
            try fixture.store.write { _ = try $0.addLabel($0.label("User"), to: other) }
        }
        #expect(try fixture.store.dropConstraint(name: "c", ifExists: false))
        try fixture.create("User", [:])
        #expect(!(try fixture.store.dropConstraint(name: "c", ifExists: true)))
    }

    @Test func aNodeKeyIsUniqueAndPresent() throws {
        let fixture = try StoreFixture()
        _ = try fixture.store.createConstraint(
            constraint(.key, "Seat", "row", "place"), ifNotExists: false)
        try fixture.create("Seat", ["row": .integer(1), "place": .string("a")])
        try fixture.create("Seat", ["row": .integer(1), "place": .string("b")])
        expectViolation { try fixture.create("Seat", ["row": .integer(1)]) }
        expectViolation {
            try fixture.create("Seat", ["row": .integer(1), "place": .string("a")])
        }
        #expect(throws: StoreError.self) { try fixture.store.dropIndex(name: "c", ifExists: false) }
    }

    @Test func typesAndRelationshipsAreChecked() throws {
        let fixture = try StoreFixture()
        _ = try fixture.store.createConstraint(
            constraint(.type("INTEGER | FLOAT"), "RATED", "stars", entity: .relationship),
            ifNotExists: false)
        let node = try fixture.create("User", [:])
        let rate: @Sendable (Value) throws -> Void = { value in
            try fixture.store.write { writer in
                _ = try writer.createRelationship(
                    type: writer.type("RATED"), start: node, end: node,
                    properties: [(try writer.key("stars"), value)])
            }
        }
        try rate(.integer(5))
        expectViolation { try rate(.string("five")) }
        #expect(try fixture.findings() == [])
    }
}
