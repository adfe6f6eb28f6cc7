import GraphStore
import Testing
import Values

@testable import QueryEngine

/// Aggregations and rows that several threads read, against the same by one.
@Suite struct ParallelTests {
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
        memory: Int = QueryLimits().memoryBytes, batchCapacity: Int = Batch.defaultCapacity,
        _ cancellation: Cancellation = Cancellation()
    ) throws -> [String] {
        let plan = try StatementTests.plan(text, in: fixture)
        let view = try fixture.store.beginRead()
        defer { view.close() }
        var limits = QueryLimits()
        limits.parallel = parallel
        limits.memoryBytes = memory
        let context = QueryContext(
            view: view, writer: nil, parameters: ValueMap(), procedures: ProcedureRegistry([]),
            cancellation: cancellation, limits: limits, slotCount: 16,
            batchCapacity: batchCapacity)
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

    /// Four nodes at the end of many, with thousands of rows each: no thread gets all of them.
    @Test func fewNodesOfManyRowsAreCut() throws {
        let fixture = try Self.fixture()
        for text in [
            "UNWIND range(1, 4) AS i CREATE (:Hub {n: i})",
            "MATCH (n:N), (h:Hub) CREATE (n)-[:H]->(h)",
        ] {
            _ = try StatementTests.run(text, in: fixture, capacity: Batch.defaultCapacity)
        }
        let text = "MATCH (h:Hub)<-[:H]-(n) RETURN h.n, sum(n.n)"
        let plan = try StatementTests.plan(text, in: fixture)
        let view = try fixture.store.beginRead()
        defer { view.close() }
        let morsels = Morsels(plan, view, threads: 2, ParallelLimits())
        var ranges: [Range<NodeID>] = []
        while let (number, range) = morsels.take() {
            #expect(number == ranges.count && range.lowerBound == ranges.last?.upperBound ?? 3_000)
            ranges.append(range)
        }
        #expect(ranges.count > 1 && ranges.last?.upperBound == 3_004 && morsels.areAllTaken)
        #expect(view.label("Hub").map { view.idRange(ofLabel: $0) } == 3_000..<3_004)
        #expect(try Self.rows(text, fixture, .atOnce) == Self.rows(text, fixture, Self.oneThread))
    }

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

    /// The order of rows too, also where they come in many rounds and where a range has more of them
    /// than a thread stores.
    @Test(arguments: [
        "MATCH (n:N) WHERE n.n % 3 = 1 RETURN n.n, n.name",
        "MATCH (n:N)-[r:T]->(m) RETURN n.n, r.w, m.n",
        "MATCH (n:N), (m:N {n: 7}) WHERE n.name ENDS WITH '1' RETURN n.n + m.n",
        "MATCH (n:N) RETURN n.n, n.ratio * 2 AS double ORDER BY n.group",
        "MATCH (n:N) WHERE n.ratio > 3 RETURN n.n ORDER BY n.name, n.group LIMIT 40",
        "MATCH (n:N)-[:T]->(m) RETURN DISTINCT m.group, n.name",
        "MATCH (n:N) WHERE n.group < 20 RETURN n.name, collect(n.n), count(DISTINCT n.group)",
        "MATCH (n:N) WHERE n.n > 100 RETURN n.n LIMIT 7",
        "MATCH (n:N) WHERE n.n > 5000 RETURN n.n",
        "MATCH (n:Nobody) WHERE n.n > 0 RETURN n.n",
        "MATCH (n:N) WHERE n.n > 10 AND EXISTS { MATCH (m:N) WHERE m.n = 3 } RETURN n.n",
        "UNWIND [1, 2] AS x MATCH (n:N) WHERE n.n > 2990 RETURN x, n.n",
        "MATCH (n:N) WHERE n.n < 500 WITH collect(n) AS ns MATCH (m:N) WHERE m.n > 2900 "
            + "RETURN size(ns), m.n",
        "MATCH (n:N) WHERE n.n < 9 RETURN n.n UNION MATCH (n:N) WHERE n.n < 12 RETURN n.n",
    ])
    func rowsComeInOneThreadsOrder(_ text: String) throws {
        let fixture = try Self.fixture()
        let expected = try Self.rows(text, fixture, Self.oneThread)
        for (smallest, capacity) in [(1, 2_048), (37, 3), (1_000, 64), (100_000, 2)] {
            var limits = ParallelLimits.atOnce
            limits.smallestMorsel = smallest
            let rows = try Self.rows(text, fixture, limits, batchCapacity: capacity)
            #expect(rows == expected)
        }
    }

    /// A range with more rows than are stored, beside others.
    @Test func whatIsNotStoredIsReadLater() throws {
        let fixture = try Self.fixture()
        _ = try StatementTests.run(
            "MATCH (n:N {n: 5}), (m:N) UNWIND range(1, 8) AS i CREATE (n)-[:MANY {i: i}]->(m)",
            in: fixture, capacity: Batch.defaultCapacity)
        let text = "MATCH (n:N)-[r:MANY]->(m) RETURN n.n, r.i, m.n"
        let expected = try Self.rows(text, fixture, Self.oneThread)
        #expect(expected.count == 24_000)
        #expect(try Self.rows(text, fixture, .atOnce) == expected)
    }

    /// Rows before the first that fails are given, and then its error.
    @Test func rowsBeforeAnErrorAreGiven() throws {
        let fixture = try Self.fixture()
        let plan = try StatementTests.plan("MATCH (n:N) RETURN 100 / (n.n - 2000)", in: fixture)
        func read(_ parallel: ParallelLimits) throws -> (rows: Int, error: QueryError?) {
            let view = try fixture.store.beginRead()
            defer { view.close() }
            var limits = QueryLimits()
            limits.parallel = parallel
            let context = QueryContext(
                view: view, writer: nil, parameters: ValueMap(),
                procedures: ProcedureRegistry([]), cancellation: Cancellation(), limits: limits,
                slotCount: 16, batchCapacity: 1)
            let execution = Execution(ExecutionFixture.statement(plan), context: context)
            var rows = 0
            let error = queryError {
                while let batch = try execution.next() { rows += batch.count }
            }
            return (rows, error)
        }
        let (one, many) = (try read(Self.oneThread), try read(.atOnce))
        #expect(one.rows == 1_999 && many.rows == 1_999)
        #expect(one.error != nil && one.error?.message == many.error?.message)
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
