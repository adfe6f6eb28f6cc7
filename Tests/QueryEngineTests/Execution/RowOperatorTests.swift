import Cypher
import GraphStore
import Testing
import Values

@testable import QueryEngine

/// Steps that need no graph: filter, project, unwind, skip, limit, union, products.
@Suite struct RowOperatorTests {
    private static let divided = BoundExpression.arithmetic(
        .divide, .constant(.integer(60)), .slot(0))

    @Test(arguments: batchCapacities) func filterKeepsWhatIsTrue(capacity: Int) throws {
        let fixture = try ExecutionFixture()
        let plan = produce(
            0,
            from: step(
                .filter([
                    .comparison(.greater, .slot(0), .constant(.integer(2))),
                    .comparison(.less, .slot(0), .constant(.integer(6))),
                ]), unwind(integers([1, 2, 3, 4, 5, 6, 7]) + [.null], into: 0)))
        #expect(texts(try fixture.read(plan, capacity: capacity)) == ["3", "4", "5"])
    }

    @Test func filterWantsBooleans() throws {
        let fixture = try ExecutionFixture()
        let plan = produce(0, from: step(.filter([.slot(0)]), unwind(integers([1]), into: 0)))
        #expect(queryError { _ = try fixture.read(plan) }?.kind == .type)
    }

    @Test(arguments: batchCapacities) func noErrorComesFromARowPastALimit(capacity: Int) throws {
        let fixture = try ExecutionFixture()
        func plan(_ limit: Int64, _ divide: PlanOperation) -> PlanNode {
            produce(
                0,
                from: step(
                    .limit(.constant(.integer(limit))),
                    step(divide, unwind(integers([1, 2, 3, 0, 5]), into: 0))))
        }
        let operations: [PlanOperation] = [
            .project([(slot: 1, expression: Self.divided)]),
            .filter([.comparison(.greater, Self.divided, .constant(.integer(0)))]),
            .unwind(.list([Self.divided]), into: 2),
        ]
        for operation in operations {
            let rows = try fixture.read(plan(3, operation), capacity: capacity)
            #expect(texts(rows) == ["1", "2", "3"])
            let error = queryError {
                _ = try fixture.read(plan(4, operation), capacity: capacity)
            }
            #expect(error?.kind == .arithmetic)
        }
    }

    @Test(arguments: batchCapacities) func unwindListsOfAllLengths(capacity: Int) throws {
        let fixture = try ExecutionFixture()
        let lists: [Value] = [
            .list(integers([1, 2, 3, 4, 5])), .null, .list([]), .list([.null, .string("a")]),
            .integer(7),
        ]
        let plan = produce(1, from: step(.unwind(.slot(0), into: 1), unwind(lists, into: 0)))
        #expect(
            texts(try fixture.read(plan, capacity: capacity))
                == ["1", "2", "3", "4", "5", "null", Value.string("a").cypherText, "7"])
    }

    @Test(arguments: batchCapacities) func skipAndLimit(capacity: Int) throws {
        let fixture = try ExecutionFixture()
        for skip in [0, 1, 2, 5, 9] {
            for limit in [0, 1, 3, 9] {
                let plan = produce(
                    0,
                    from: step(
                        .limit(.constant(.integer(Int64(limit)))),
                        step(
                            .skip(.constant(.integer(Int64(skip)))),
                            unwind(integers(Array(0..<7)), into: 0))))
                let expected = (0..<7).dropFirst(skip).prefix(limit).map { "\($0)" }
                #expect(texts(try fixture.read(plan, capacity: capacity)) == expected)
            }
        }
    }

    @Test func limitsAreNotNegative() throws {
        let fixture = try ExecutionFixture()
        for value in [Value.integer(-1), .float(1), .null] {
            let plan = produce(
                0, from: step(.limit(.constant(value)), unwind(integers([1]), into: 0)))
            #expect(queryError { _ = try fixture.read(plan) }?.kind == .syntax)
        }
    }

    @Test(arguments: batchCapacities) func unionAndProduct(capacity: Int) throws {
        let fixture = try ExecutionFixture()
        let left = unwind(integers([1, 2, 3]), into: 0)
        let right = unwind([.string("a"), .string("b")], into: 1)
        let union = produce(
            2, from: step(.union([[(from: 0, to: 2)], [(from: 1, to: 2)]]), left, right))
        let a = Value.string("a").cypherText
        let b = Value.string("b").cypherText
        #expect(texts(try fixture.read(union, capacity: capacity)) == ["1", "2", "3", a, b])
        let product = produce(0, 1, from: step(.cartesianProduct, left, right))
        #expect(
            texts(try fixture.read(product, capacity: capacity))
                == ["1 \(a)", "1 \(b)", "2 \(a)", "2 \(b)", "3 \(a)", "3 \(b)"])
        let empty = produce(0, 1, from: step(.cartesianProduct, left, unwind([], into: 1)))
        #expect(try fixture.read(empty, capacity: capacity).isEmpty)
    }

    @Test(arguments: batchCapacities) func eagerKeepsRows(capacity: Int) throws {
        let fixture = try ExecutionFixture()
        let plan = produce(0, from: step(.eager, unwind(integers([3, 1, 2]), into: 0)))
        #expect(texts(try fixture.read(plan, capacity: capacity)) == ["3", "1", "2"])
    }

    @Test func cancellationAndMemory() throws {
        let fixture = try ExecutionFixture()
        let view = try fixture.store.beginRead()
        defer { view.close() }
        let cancelled = ExecutionFixture.context(view, nil, 2, ValueMap())
        cancelled.cancellation.cancel()
        let plan = produce(0, from: unwind(integers([1]), into: 0))
        #expect(
            queryError {
                _ = try Execution(ExecutionFixture.statement(plan), context: cancelled).next()
            }?.kind == .cancelled)
        var limits = QueryLimits()
        limits.memoryBytes = 1000
        let small = QueryContext(
            view: view, writer: nil, parameters: ValueMap(), procedures: ProcedureRegistry(),
            cancellation: Cancellation(), limits: limits, slotCount: 16)
        let large = produce(0, from: step(.eager, unwind(integers(Array(0..<5000)), into: 0)))
        #expect(
            queryError {
                _ = try Execution(ExecutionFixture.statement(large), context: small).next()
            }?.kind == .memoryLimit)
    }

    @Test func profiles() throws {
        let fixture = try ExecutionFixture()
        let scan = unwind(integers([1, 2, 3]), into: 0)
        let filter = step(.filter([equal(.slot(0), .constant(.integer(2)))]), scan)
        let plan = produce(0, from: filter)
        let view = try fixture.store.beginRead()
        defer { view.close() }
        let execution = Execution(
            ExecutionFixture.statement(plan, mode: .profile),
            context: ExecutionFixture.context(view, nil, 2, ValueMap()))
        _ = try execution.runToEnd()
        let profile = try #require(execution.profile)
        #expect(profile[scan]?.rows == 3)
        #expect(profile[filter]?.rows == 1)
        #expect(profile[plan]?.rows == 1)
        #expect(profile[step(.unit)] == nil)
    }
}
