import Cypher
import Testing
import Values

@testable import QueryEngine

/// Lists: literals, elements, slices, and expressions over items in chunks of any size.
@Suite struct ListExpressionTests {
    private static let lists: [Value] = [
        .list([.integer(1), .integer(2), .integer(3)]), .list([]), .null,
        .list([.integer(4), .null, .integer(6), .integer(7), .integer(8)]), .list([.null]),
    ]

    private static func column() -> Column { RandomColumns.column(lists) }

    private static func each(_ transform: ([Value]) -> Value) -> [Value] {
        lists.map { if case .list(let list) = $0 { transform(list) } else { .null } }
    }

    @Test(arguments: [2, 3, 2048]) func comprehensions(_ capacity: Int) throws {
        let context = try ExpressionFixture.context(capacity: capacity)
        let limits = Column.integers([1, 1, 1, 5, 5], .allValid)
        // [item IN list WHERE item > limit | item * limit]
        let found = try ExpressionFixture.evaluate(
            .comprehension(
                .slot(0), item: 5, predicate: .comparison(.greater, .slot(5), .slot(1)),
                projection: .arithmetic(.multiply, .slot(5), .slot(1))),
            Self.column(), limits, context: context)
        let expected: [Value] = [
            .list([.integer(2), .integer(3)]), .list([]), .null,
            .list([.integer(30), .integer(35), .integer(40)]), .list([]),
        ]
        #expect(areSame(found, expected))
        let all = try ExpressionFixture.evaluate(
            .comprehension(.slot(0), item: 5, predicate: nil, projection: nil), Self.column(),
            context: context)
        #expect(areSame(all, Self.lists))
    }

    @Test func projectionOnlyForKeptItems() throws {
        let found = try ExpressionFixture.evaluate(
            .comprehension(
                .constant(.list([.integer(0), .integer(2)])), item: 5,
                predicate: .comparison(.notEqual, .slot(5), .constant(.integer(0))),
                projection: .arithmetic(.divide, .constant(.integer(4)), .slot(5))))
        #expect(areSame(found, [.list([.integer(2)])]))
    }

    @Test(arguments: [2, 2048]) func quantifiers(_ capacity: Int) throws {
        let context = try ExpressionFixture.context(capacity: capacity)
        let isLarge = BoundExpression.comparison(.greater, .slot(5), .constant(.integer(2)))
        let answers: [(Quantifier, [Bool?])] = [
            (.any, [true, false, nil, true, nil]), (.all, [false, true, nil, nil, nil]),
            (.none, [false, true, nil, false, nil]), (.single, [true, false, nil, false, nil]),
        ]
        for (quantifier, expected) in answers {
            let found = try ExpressionFixture.evaluate(
                .quantifier(quantifier, .slot(0), item: 5, predicate: isLarge), Self.column(),
                context: context)
            #expect(
                areSame(found, expected.map { $0.map { .boolean($0) } ?? .null }),
                "\(quantifier)")
        }
    }

    @Test(arguments: [2, 2048]) func reduce(_ capacity: Int) throws {
        let context = try ExpressionFixture.context(capacity: capacity)
        let found = try ExpressionFixture.evaluate(
            .reduce(
                accumulator: 4, initial: .slot(1), item: 5, list: .slot(0),
                step: .arithmetic(
                    .add, .slot(4), .coalesce([.slot(5), .constant(.integer(100))]))),
            Self.column(), .integers([10, 20, 30, 40, 50], .allValid), context: context)
        #expect(
            areSame(found, [.integer(16), .integer(20), .null, .integer(165), .integer(150)]))
    }

    @Test func elements() throws {
        func element(_ index: Value) throws -> [Value] {
            try ExpressionFixture.evaluate(.element(.slot(0), .constant(index)), Self.column())
        }
        #expect(
            areSame(
                try element(.integer(0)),
                [.integer(1), .null, .null, .integer(4), .null]))
        #expect(
            areSame(
                try element(.integer(-1)), [.integer(3), .null, .null, .integer(8), .null]))
        #expect(areSame(try element(.null), Array(repeating: .null, count: 5)))
        #expect(throws: QueryError.self) { try element(.string("a")) }
        let map = Value.map(["a": .integer(1)])
        let ofMap = try ExpressionFixture.evaluate(
            .element(.constant(map), .constant(.string("a"))))
        #expect(areSame(ofMap, [.integer(1)]))
        #expect(throws: QueryError.self) {
            try ExpressionFixture.evaluate(.element(.constant(map), .constant(.integer(0))))
        }
    }

    @Test func slices() throws {
        func slice(_ from: Value?, _ to: Value?) throws -> [Value] {
            try ExpressionFixture.evaluate(
                .slice(.slot(0), from: from.map { .constant($0) }, to: to.map { .constant($0) }),
                Self.column())
        }
        let firsts = try slice(nil, .integer(2))
        #expect(areSame(firsts, Self.each { .list(Array($0.prefix(2))) }))
        let rest = try slice(.integer(1), nil)
        #expect(areSame(rest, Self.each { .list(Array($0.dropFirst())) }))
        #expect(areSame(try slice(.integer(-2), nil), Self.each { .list(Array($0.suffix(2))) }))
        #expect(areSame(try slice(.integer(3), .integer(1)), Self.each { _ in .list([]) }))
        #expect(areSame(try slice(.null, .integer(1)), Array(repeating: .null, count: 5)))
    }

    @Test func literalsAndFolding() throws {
        let context = try ExpressionFixture.context(parameters: ["p": .integer(4)])
        let compiler = ExpressionCompiler(context: context)
        let constant = try compiler.compiled(
            .list([.parameter("p"), .arithmetic(.add, .constant(.integer(1)), .parameter("p"))]))
        #expect(
            constant.constantValue.map { areSame($0, .list([.integer(4), .integer(5)])) } == true)
        let random = try compiler.compiled(
            .scalar(
                ScalarCall(name: "rand", arguments: [], range: SourceRange(start: 0, end: 1))))
        #expect(random.constantValue == nil)
        let column = try random.expression.evaluate(Batch(count: 2, slotCount: 0))
        #expect(!areSame(column.value(0), column.value(1)))
        let map = try ExpressionFixture.evaluate(
            .map([("a", .slot(0)), ("b", .constant(.null))]), .integers([7], .allValid))
        #expect(areSame(map, [.map(["a": .integer(7), "b": .null])]))
        #expect(throws: QueryError.self) { try compiler.compile(.parameter("q")) }
        let nested = try compiler.constantValue(
            .letIn(
                3, value: .constant(.integer(2)), body: .arithmetic(.multiply, .slot(3), .slot(3))))
        #expect(areSame(nested, .integer(4)))
    }
}
