import Cypher
import Testing
import Values

@testable import QueryEngine

/// EXISTS, COUNT and COLLECT over correlated plans: rows that enter together and one by one get
/// the same answers.
@Suite struct SubqueryTests {
    private static let rowSlot = 9

    /// `UNWIND range(1, x) AS y WITH y WHERE y > 1`, for x in slot 0 and y in slot 1.
    private func subquery(_ kind: BoundSubquery.Kind, perRow: Bool) -> BoundExpression {
        let argument = step(
            .argument(0, slots: [0], rowSlot: Self.rowSlot), output: [0, Self.rowSlot])
        let numbers = BoundExpression.scalar(
            ScalarCall(
                name: "range", arguments: [.constant(.integer(1)), .slot(0)],
                range: SourceRange(start: 0, end: 1)))
        let unwind = step(.unwind(numbers, into: 1), argument, output: [0, 1, Self.rowSlot])
        let filter = step(
            .filter([.comparison(.greater, .slot(1), .constant(.integer(1)))]), unwind,
            output: [0, 1, Self.rowSlot])
        return .subquery(
            BoundSubquery(
                kind: kind, plan: filter, argument: 0, rowSlot: Self.rowSlot, imports: [0],
                perRow: perRow))
    }

    private func answers(
        _ expression: BoundExpression, of values: [Value], capacity: Int
    ) throws -> [Value] {
        let plan = produce(
            2,
            from: step(
                .project([(2, expression)]), unwind(values, into: 0), output: [0, 2]))
        return try ExecutionFixture().read(plan, capacity: capacity).map { $0[0] }
    }

    @Test(arguments: batchCapacities, [false, true])
    func kinds(_ capacity: Int, _ perRow: Bool) throws {
        let inputs = [3, 0, 1, 2, 4].map { Value.integer($0) }
        func check(_ kind: BoundSubquery.Kind, _ expected: [Value]) throws {
            let found = try answers(
                subquery(kind, perRow: perRow), of: inputs, capacity: capacity)
            #expect(areSame(found, expected))
        }
        try check(.exists, [true, false, false, true, true].map { .boolean($0) })
        try check(.count, [2, 0, 0, 1, 3].map { .integer($0) })
        try check(
            .collect(1), [[2, 3], [], [], [2], [2, 3, 4]].map { .list($0.map { .integer($0) }) })
    }

    /// `false AND EXISTS { … }` runs nothing: for its row the list would be too long to make.
    @Test(arguments: batchCapacities) func onlyForRowsThatReachIt(_ capacity: Int) throws {
        let guarded = BoundExpression.and([
            .comparison(.less, .slot(0), .constant(.integer(5))),
            subquery(.exists, perRow: false),
        ])
        let found = try answers(
            guarded, of: [3, .max, 1].map { .integer($0) }, capacity: capacity)
        #expect(areSame(found, [true, false, false].map { .boolean($0) }))
    }
}
