import Cypher
import GraphStore
import Testing
import Values

@testable import QueryEngine

/// What expressions read from the graph: columns of ids and single references agree.
@Suite struct GraphExpressionTests {
    private static let nodes = Column.nodes([3, 0, Column.absent, 42, 7])
    private static let relationships = Column.relationships([5, Column.absent, 59, 2])

    /// The typed path and the general one, which must agree.
    private func both(_ expression: BoundExpression, _ column: Column) throws -> [Value] {
        let typed = try ExpressionFixture.evaluate(expression, column)
        let general = try ExpressionFixture.evaluate(expression, column.asGeneral)
        #expect(areSame(typed, general))
        return typed
    }

    @Test func properties() throws {
        let numbers = try both(.property(.slot(0), "number"), Self.nodes)
        #expect(
            areSame(numbers, [.integer(3), .integer(0), .null, .integer(42), .integer(7)]))
        let mixed = try both(.property(.slot(0), "mixed"), Self.nodes)
        #expect(
            areSame(
                mixed, [.string("s3"), .integer(0), .null, .integer(42), .string("s7")]))
        let rare = try both(.property(.slot(0), "rare"), Self.nodes)
        #expect(
            areSame(rare, [.null, .boolean(true), .null, .boolean(true), .boolean(true)]))
        let unknown = try both(.property(.slot(0), "unknown"), Self.nodes)
        #expect(areSame(unknown, Array(repeating: .null, count: 5)))
        let ofRelationships = try both(.property(.slot(0), "number"), Self.relationships)
        #expect(areSame(ofRelationships, [.integer(5), .null, .integer(59), .integer(2)]))
        let dynamic = try both(.element(.slot(0), .constant(.string("number"))), Self.nodes)
        #expect(areSame(dynamic, numbers))
    }

    @Test func propertiesOfOtherValues() throws {
        let values = RandomColumns.column([
            .map(["x": .integer(1)]), .null, .nodeReference(4),
            .point(PointValue(system: .cartesian, x: 1.5, y: 2)),
        ])
        let found = try ExpressionFixture.evaluate(.property(.slot(0), "x"), values)
        #expect(areSame(found, [.integer(1), .null, .null, .float(1.5)]))
        let date = BoundExpression.property(.constant(.date(DateValue(epochDay: 0))), "year")
        #expect(areSame(try ExpressionFixture.evaluate(date), [.integer(1970)]))
        #expect(throws: QueryError.self) {
            try ExpressionFixture.evaluate(.property(.slot(0), "x"), .integers([1], .allValid))
        }
    }

    @Test func labels() throws {
        func test(_ labels: BoundLabels, _ column: Column = Self.nodes) throws -> [Value] {
            try both(.hasLabels(.slot(0), labels), column)
        }
        func flags(_ flags: Bool?...) -> [Value] { flags.map { $0.map { .boolean($0) } ?? .null } }
        #expect(areSame(try test(.name("Even")), flags(false, true, nil, true, false)))
        #expect(
            areSame(
                try test(.and(.name("Even"), .name("Third"))),
                flags(false, true, nil, true, false)))
        #expect(
            areSame(
                try test(.or(.name("Even"), .name("Third"))), flags(true, true, nil, true, false)))
        #expect(areSame(try test(.not(.name("Even"))), flags(true, false, nil, false, true)))
        #expect(areSame(try test(.name("Unknown")), flags(false, false, nil, false, false)))
        #expect(areSame(try test(.wildcard), flags(true, true, nil, true, false)))
        #expect(
            areSame(
                try test(.dynamic(.constant(.list([.string("Third"), .string("Even")])))),
                flags(false, true, nil, true, false)))
        #expect(
            areSame(try test(.name("LINK"), Self.relationships), flags(true, nil, true, false)))
        #expect(throws: QueryError.self) { try test(.name("Even"), .integers([1], .allValid)) }
    }

    @Test func functions() throws {
        func call(_ function: GraphFunction, _ column: Column) throws -> [Value] {
            try both(.graph(function, [.slot(0)]), column)
        }
        #expect(
            areSame(
                try call(.id, Self.nodes),
                [.integer(3), .integer(0), .null, .integer(42), .integer(7)]))
        #expect(
            areSame(
                try call(.elementId, Self.relationships),
                [.string("5:5"), .null, .string("5:59"), .string("5:2")]))
        #expect(
            areSame(
                try call(.labels, Self.nodes),
                [
                    .list([.string("Third")]), .list([.string("Even"), .string("Third")]), .null,
                    .list([.string("Even"), .string("Third")]), .list([]),
                ]))
        #expect(
            areSame(
                try call(.type, Self.relationships),
                [.string("LINK"), .null, .string("LINK"), .string("NEXT")]))
        #expect(
            areSame(
                try call(.startNode, Self.relationships),
                [.nodeReference(5), .null, .nodeReference(59), .nodeReference(2)]))
        #expect(
            areSame(
                try call(.endNode, Self.relationships),
                [.nodeReference(6), .null, .nodeReference(0), .nodeReference(3)]))
        #expect(
            areSame(
                try call(.properties, Self.relationships),
                [
                    .map(["number": .integer(5)]), .null, .map(["number": .integer(59)]),
                    .map(["number": .integer(2)]),
                ]))
        #expect(
            areSame(
                try call(.keys, .nodes([1])),
                [.list(["number", "text", "ratio", "mixed"].map { .string($0) })]))
        #expect(throws: QueryError.self) { try call(.labels, .integers([1], .allValid)) }
        #expect(throws: QueryError.self) { try call(.type, Self.nodes) }
    }

    @Test func paths() throws {
        let expression = BoundExpression.path([
            .node(0), .relationship(1), .node(2), .relationships(3),
        ])
        let lists = RandomColumns.column([
            .list([.relationshipReference(4), .relationshipReference(5)]), .list([]), .null,
        ])
        let found = try ExpressionFixture.evaluate(
            expression, .nodes([3, 1, 1]), .relationships([3, 0, 0]), .nodes([4, 0, 0]), lists)
        guard case .pathReference(let first) = found[0], case .pathReference(let second) = found[1]
        else {
            Issue.record("not paths: \(found)")
            return
        }
        #expect(first.nodes == [3, 4, 5, 6] && first.relationships == [3, 4, 5])
        // Walked against its direction.
        #expect(second.nodes == [1, 0] && second.relationships == [0])
        #expect(found[2].isNull)
        let path = Column.values([found[0]])
        func call(_ function: GraphFunction) throws -> Value {
            try ExpressionFixture.evaluate(.graph(function, [.slot(0)]), path)[0]
        }
        #expect(areSame(try call(.length), .integer(3)))
        #expect(areSame(try call(.nodes), .list([3, 4, 5, 6].map { .nodeReference($0) })))
        #expect(
            areSame(
                try call(.relationships), .list([3, 4, 5].map { .relationshipReference($0) })))
        #expect(areSame(try call(.startNodeOfPath), .nodeReference(3)))
    }

    @Test func types() throws {
        let values: [Value] = [.integer(1), .string("a"), .null, .nodeReference(1)]
        let found = try ExpressionFixture.evaluate(
            .isType(.slot(0), .union([.integer, .node])), RandomColumns.column(values))
        #expect(areSame(found, [true, false, true, true].map { .boolean($0) }))
    }

    /// One reads a property beside its lists in the name of all that read the same.
    @Test func namesThatLookAlikeAreReadApart() throws {
        let context = try ExpressionFixture.context()
        let one = context.propertyRead(of: 0, "\u{E9}")
        #expect(context.propertyRead(of: 0, "\u{E9}") === one)
        #expect(context.propertyRead(of: 0, "e\u{301}") !== one)
        #expect(context.propertyRead(of: 1, "\u{E9}") !== one)
        var batch = Batch(count: 1, slotCount: 1)
        batch.listed = [
            ListedPart(
                relationship: 0, part: .property("\u{E9}"),
                column: .constant(.integer(1), count: 1))
        ]
        #expect(batch.listedProperty("\u{E9}", of: 0) != nil)
        #expect(batch.listedProperty("e\u{301}", of: 0) == nil)
        #expect(batch.listedTypes(of: 0) == nil)
    }
}
