import GraphStore
import Testing
import Values

@testable import QueryEngine

/// Aggregations that several threads read, against the same by one.
@Suite struct ParallelAggregationTests {
    private static func fixture() throws -> ExecutionFixture {
        let fixture = try ExecutionFixture()
        _ = try StatementTests.run(
            """
            UNWIND range(1, 3000) AS i
            CREATE (n:N {n: i, group: i * 7919 % 101, ratio: i / 8.0, name: toString(i % 13)})
            """, in: fixture, capacity: Batch.defaultCapacity)
        _ = try StatementTests.run(
            "MATCH (n:N), (m:N) WHERE n.n % 2 = 0 AND m.n = n.n / 2 "
                + "CREATE (n)-[:T {w: n.n % 4}]->(m)", in: fixture,
            capacity: Batch.defaultCapacity)
        return fixture
    }

    private static func rows(
        _ text: String, _ fixture: ExecutionFixture, _ parallel: ParallelLimits,
        memory: Int = QueryLimits().memoryBytes, _ cancellation: Cancellation = Cancellation()
    ) throws -> [String] {
        let plan = try StatementTests.plan(text, in: fixture)
        let view = try fixture.store.beginRead()
        defer { view.close() }
        var limits = QueryLimits()
        limits.parallel = parallel
        limits.memoryBytes = memory
        let context = QueryContext(
            view: view, writer: nil, parameters: ValueMap(), procedures: ProcedureRegistry([]),
            cancellation: cancellation, limits: limits, slotCount: 16)
        let execution = Execution(ExecutionFixture.statement(plan), context: context)
        return try execution.runToEnd().flatMap { batch in
            texts((0..<batch.count).map(batch.row))
        }
    }

    private static let oneThread: ParallelLimits = {
        var limits = ParallelLimits()
        limits.threads = 1
        return limits
    }()

    /// The order of groups too.
    @Test(arguments: [
        "MATCH (n:N) RETURN count(*), sum(n.n), avg(n.ratio), min(n.name), max(n.ratio)",
        "MATCH (n:N) RETURN n.group, count(*), sum(n.n), avg(n.ratio), min(n.name), max(n.n)",
        "MATCH (n) WHERE n.n % 3 = 1 RETURN n.name AS name, n.group % 2, sum(n.ratio)",
        "MATCH (n:N)-[r:T]->(m) WHERE m.group < 50 RETURN m.name, sum(r.w), count(r), avg(m.n)",
        "MATCH (n:N)-[:T]->(m)-[:T]->(o) RETURN o.group, count(*)",
        "MATCH (n:N)-[:T]->(m) RETURN sum(duration({days: m.n})), max(n.n)",
        "MATCH (n:N) WHERE n.n > 5000 RETURN count(*), sum(n.n), avg(n.n), max(n.n)",
        "MATCH (n:N) WHERE n.n > 5000 RETURN n.group, count(*)",
        "MATCH (n:Nobody) RETURN count(n.n)",
    ])
    func partsComeToTheSame(_ text: String) throws {
        let fixture = try Self.fixture()
        let expected = try Self.rows(text, fixture, Self.oneThread)
        for smallest in [1, 37, 1_000] {
            var limits = ParallelLimits.atOnce
            limits.smallestMorsel = smallest
            #expect(try Self.rows(text, fixture, limits) == expected)
        }
    }

    /// The row that fails first is that of one thread.
    @Test func theFirstErrorIsReported() throws {
        let fixture = try Self.fixture()
        for text in [
            "MATCH (n:N) RETURN sum(1 / (n.n % 1000 - 1))",
            "MATCH (n:N) WHERE n.n > 1000 RETURN max(date('x' + toString(n.n)))",
        ] {
            let one = queryError { _ = try Self.rows(text, fixture, Self.oneThread) }
            let many = queryError { _ = try Self.rows(text, fixture, .atOnce) }
            #expect(one != nil && one?.message == many?.message && one?.kind == many?.kind)
        }
    }

    @Test func limitsHoldForAllThreadsTogether() throws {
        let fixture = try Self.fixture()
        let text = "MATCH (n:N) RETURN n.n, count(*)"
        let memory = queryError {
            _ = try Self.rows(text, fixture, .atOnce, memory: 30_000)
        }
        #expect(memory?.kind == .memoryLimit)
        let cancelled = Cancellation()
        cancelled.cancel()
        let stopped = queryError {
            _ = try Self.rows(text, fixture, .atOnce, cancelled)
        }
        #expect(stopped?.kind == .cancelled)
    }

    @Test func processorsAreSharedOut() {
        let first = Processors.claim(1_000_000, of: 1_000)
        defer { Processors.release(first) }
        #expect((1...1_000).contains(first))
        #expect(Processors.claim(1, of: 1) == 0)
    }
}
