import Cypher
import Testing
import Values

@testable import QueryEngine

/// Three-valued logic, and that operands are evaluated for the rows that reach them alone.
@Suite struct LogicTests {
    private static let truths: [Bool?] = [false, true, nil]

    private static func value(_ truth: Bool?) -> Value { truth.map { .boolean($0) } ?? .null }

    private static func and(_ left: Bool?, _ right: Bool?) -> Bool? {
        if left == false || right == false { return false }
        return left == nil || right == nil ? nil : true
    }

    private static func or(_ left: Bool?, _ right: Bool?) -> Bool? {
        if left == true || right == true { return true }
        return left == nil || right == nil ? nil : false
    }

    /// `1 / slot(2) = 1`: fails where the slot is 0.
    private static let failing = BoundExpression.comparison(
        .equal, .arithmetic(.divide, .constant(.integer(1)), .slot(2)), .constant(.integer(1)))

    @Test func tables() throws {
        let pairs = Self.truths.flatMap { left in Self.truths.map { (left, $0) } }
        let left = RandomColumns.column(pairs.map { Self.value($0.0) })
        let right = RandomColumns.column(pairs.map { Self.value($0.1) })
        func check(_ expression: BoundExpression, _ model: (Bool?, Bool?) -> Bool?) throws {
            for (left, right) in [(left, right), (left.asGeneral, right.asGeneral)] {
                let found = try ExpressionFixture.evaluate(expression, left, right)
                #expect(areSame(found, pairs.map { Self.value(model($0.0, $0.1)) }))
            }
        }
        try check(.and([.slot(0), .slot(1)]), Self.and)
        try check(.or([.slot(0), .slot(1)]), Self.or)
        try check(.xor(.slot(0), .slot(1))) { left, right in
            guard let left, let right else { return nil }
            return left != right
        }
        try check(.not(.slot(0))) { left, _ in left.map { !$0 } }
        // Operands that are cheap and cannot fail take another way to the same answers.
        let isTrue = { (slot: Slot) -> BoundExpression in
            .comparison(.equal, .slot(slot), .constant(.boolean(true)))
        }
        try check(.and([isTrue(0), isTrue(1)]), Self.and)
        try check(.or([isTrue(0), isTrue(1)]), Self.or)
    }

    @Test func settledRowsEvaluateNothing() throws {
        let left = RandomColumns.column([.boolean(false), .boolean(true), .null])
        let found = try ExpressionFixture.evaluate(
            .and([.slot(0), Self.failing]), left, left,
            .integers([0, 1, 2], .allValid))
        #expect(areSame(found, [.boolean(false), .boolean(true), .boolean(false)]))
        let other = try ExpressionFixture.evaluate(
            .or([.slot(0), Self.failing]), RandomColumns.column([.boolean(true), .boolean(false)]),
            left, .integers([0, 1], .allValid))
        #expect(areSame(other, [.boolean(true), .boolean(true)]))
        #expect(throws: QueryError.self) {
            try ExpressionFixture.evaluate(
                .and([.slot(0), Self.failing]), left, left, .integers([0, 0, 2], .allValid))
        }
    }

    @Test func constantsShortCircuitWithoutError() throws {
        let division = BoundExpression.comparison(
            .equal,
            .arithmetic(.divide, .constant(.integer(1)), .constant(.integer(0))),
            .constant(.integer(1)))
        let isFalse = try ExpressionFixture.evaluate(.and([.constant(.boolean(false)), division]))
        #expect(areSame(isFalse, [.boolean(false)]))
        let isTrue = try ExpressionFixture.evaluate(.or([.constant(.boolean(true)), division]))
        #expect(areSame(isTrue, [.boolean(true)]))
        #expect(throws: QueryError.self) {
            try ExpressionFixture.evaluate(.and([.constant(.boolean(true)), division]))
        }
        let branch = try ExpressionFixture.evaluate(
            .caseWhen(
                subject: nil, branches: [(.constant(.boolean(false)), division)],
                otherwise: .constant(.integer(1))))
        #expect(areSame(branch, [.integer(1)]))
    }

    @Test func onlyBooleansAreOperands() throws {
        for expression: BoundExpression in [
            .and([.slot(0), .constant(.boolean(true))]), .not(.slot(0)),
            .xor(.slot(0), .constant(.boolean(true))),
            .or([.constant(.null), .slot(0)]),
        ] {
            #expect(throws: QueryError.self) {
                try ExpressionFixture.evaluate(expression, .integers([1], .allValid))
            }
        }
    }

    @Test func caseTakesTheFirstBranch() throws {
        let numbers = Column.integers([0, 1, 2, 3, 4], Validity([1, 1, 1, 1, 0]))
        let searched = BoundExpression.caseWhen(
            subject: nil,
            branches: [
                (.comparison(.equal, .slot(0), .constant(.integer(0))), .constant(.string("no"))),
                (
                    .comparison(.greater, .slot(0), .constant(.integer(1))),
                    .arithmetic(.divide, .constant(.integer(6)), .slot(0))
                ),
            ], otherwise: nil)
        let expected: [Value] = [.string("no"), .null, .integer(3), .integer(2), .null]
        #expect(areSame(try ExpressionFixture.evaluate(searched, numbers), expected))
        let simple = BoundExpression.caseWhen(
            subject: .slot(0),
            branches: [
                (.constant(.float(1)), .constant(.string("one"))),
                (.constant(.null), .constant(.string("never"))),
                // Reached by the rows that are left: not by the 1.
                (
                    .arithmetic(
                        .divide, .constant(.integer(4)),
                        .arithmetic(.subtract, .slot(0), .constant(.integer(1)))), .slot(0)
                ),
            ], otherwise: .constant(.string("other")))
        let answers: [Value] = [
            .string("other"), .string("one"), .string("other"), .string("other"), .string("other"),
        ]
        #expect(areSame(try ExpressionFixture.evaluate(simple, numbers), answers))
    }

    @Test func coalesceEvaluatesWhatIsOpen() throws {
        let first = RandomColumns.column([.integer(1), .null, .null, .null])
        let second = RandomColumns.column([.null, .string("b"), .null, .null])
        let third = Column.integers([0, 0, 1, 1], Validity([1, 1, 1, 0]))
        let found = try ExpressionFixture.evaluate(
            .coalesce([
                .slot(0), .slot(1), .arithmetic(.divide, .constant(.integer(1)), .slot(2)),
            ]), first, second, third)
        #expect(areSame(found, [.integer(1), .string("b"), .integer(1), .null]))
    }

    @Test func coalesceOfNodesStaysIds() throws {
        let context = try ExpressionFixture.context()
        let expression = try ExpressionCompiler(context: context)
            .compile(.coalesce([.slot(0), .slot(1)]))
        let column = try expression.evaluate(
            ExpressionFixture.batch(.nodes([1, Column.absent]), .nodes([2, 3])))
        guard case .nodes(let ids) = column else {
            Issue.record("not a column of nodes: \(column)")
            return
        }
        #expect(ids == [1, 3])
    }
}
