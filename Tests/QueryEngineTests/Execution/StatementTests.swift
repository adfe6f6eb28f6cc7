import Cypher
import GraphStore
import Testing
import Values

@testable import QueryEngine

/// Statements from text to rows, through every room of the engine, at both batch sizes.
@Suite struct StatementTests {
    private struct Functions: FunctionCatalog {
        func signature(of name: String) -> FunctionSignature? {
            ScalarFunctions.named(name).map {
                FunctionSignature(
                    name: $0.name, arguments: $0.minimumArguments...$0.maximumArguments)
            }
        }
        var functionNames: [String] { ScalarFunctions.all.map(\.name) }
    }

    /// The plan of a statement, made from what the store holds now.
    static func plan(_ text: String, in fixture: ExecutionFixture) throws -> PlanNode {
        let view = try fixture.store.beginRead()
        defer { view.close() }
        let prepared = try StatementPlanner.prepare(
            Parser.parse(text), view: view, functions: Functions(),
            procedures: ExecutionFixture.context(view, nil, 1, ValueMap()).procedures)
        guard case .query(let plan) = prepared.body else { preconditionFailure("not a query") }
        return plan
    }

    /// Runs a statement in a write transaction, or over a snapshot where it only reads.
    static func run(
        _ text: String, in fixture: ExecutionFixture, capacity: Int,
        parameters: ValueMap = ValueMap()
    ) throws -> ExecutionFixture.Outcome {
        let statement = try Parser.parse(text)
        let view = try fixture.store.beginRead()
        defer { view.close() }
        let procedures = ExecutionFixture.context(view, nil, capacity, parameters).procedures
        let prepared = try StatementPlanner.prepare(
            statement, view: view, functions: Functions(), procedures: procedures)
        let execute: @Sendable (GraphView, GraphWriter?) throws -> ExecutionFixture.Outcome = {
            view, writer in
            let context = QueryContext(
                view: view, writer: writer, parameters: parameters, procedures: procedures,
                cancellation: Cancellation(), limits: ExecutionFixture.limits(capacity),
                slotCount: prepared.slotCount, batchCapacity: capacity)
            let execution = Execution(prepared, context: context)
            var outcome = ExecutionFixture.Outcome()
            for batch in try execution.runToEnd() {
                for row in 0..<batch.count { outcome.rows.append(batch.row(row)) }
            }
            outcome.counters = execution.counters
            return outcome
        }
        if case .read = prepared.access { return try execute(view, nil) }
        return try fixture.store.write { try execute($0.view, $0) }
    }

    private static let shop = """
        UNWIND range(1, 6) AS i
        CREATE (u:User {id: i, name: 'user ' + i})
        WITH collect(u) AS users
        UNWIND range(1, 4) AS j
        CREATE (m:Movie {id: j, title: 'movie ' + j})
        WITH users, m
        UNWIND [u IN users WHERE u.id % m.id = 0] AS u
        CREATE (u)-[:RATED {rating: u.id + m.id}]->(m)
        """

    @Test(arguments: batchCapacities) func reads(capacity: Int) throws {
        let fixture = try ExecutionFixture()
        let created = try Self.run(Self.shop, in: fixture, capacity: capacity).counters
        #expect(created.nodesCreated == 10)
        #expect(created.relationshipsCreated == 6 + 3 + 2 + 1)
        let expected: [(String, [String])] = [
            ("RETURN 1 + 1 AS two", ["2"]),
            ("MATCH (n) RETURN count(*)", ["10"]),
            ("MATCH (:User)-[:RATED]->(:Movie)<-[:RATED]-(:User) RETURN count(*)", ["38"]),
            (
                "MATCH (u:User)-[r:RATED]->(m:Movie {id: 3}) RETURN u.id, r.rating ORDER BY u.id",
                ["3 6", "6 9"]
            ),
            (
                "MATCH (m:Movie)<-[r:RATED]-() RETURN m.id AS id, count(r), avg(r.rating) ORDER BY id",
                ["1 6 4.5", "2 3 6.0", "3 2 7.5", "4 1 8.0"]
            ),
            (
                "MATCH (u:User) WHERE NOT (u)-[:RATED]->(:Movie {id: 2}) RETURN u.id ORDER BY u.id",
                ["1", "3", "5"]
            ),
            (
                "MATCH (u:User) WHERE EXISTS { (u)-[:RATED]->(m:Movie) WHERE m.id > 2 } "
                    + "RETURN u.id ORDER BY u.id", ["3", "4", "6"]
            ),
            (
                "MATCH (u:User) OPTIONAL MATCH (u)-[:RATED]->(m:Movie {id: 4}) "
                    + "RETURN u.id, m.id ORDER BY u.id",
                ["1 null", "2 null", "3 null", "4 4", "5 null", "6 null"]
            ),
            (
                "MATCH (a:User {id: 1})-[:RATED*2..2]-(b) RETURN b.id ORDER BY b.id",
                ["2", "3", "4", "5", "6"]
            ),
            (
                "MATCH p = shortestPath((a:User {id: 4})-[*]-(b:User {id: 3})) RETURN length(p)",
                ["2"]
            ),
            ("MATCH (u:User) RETURN u.id AS id ORDER BY id DESC SKIP 1 LIMIT 2", ["5", "4"]),
            (
                "MATCH (u:User) WITH u.id % 2 AS odd, collect(u.id) AS ids RETURN odd, size(ids) "
                    + "ORDER BY odd", ["0 3", "1 3"]
            ),
            (
                "UNWIND [1, 2] AS x RETURN x UNION ALL UNWIND [2, 3] AS x RETURN x",
                ["1", "2", "2", "3"]
            ),
            ("UNWIND [1, 2] AS x RETURN x UNION UNWIND [2, 3] AS x RETURN x", ["1", "2", "3"]),
            (
                "MATCH (u:User) CALL (u) { MATCH (u)-[:RATED]->(m) RETURN m.id AS id "
                    + "ORDER BY id DESC LIMIT 1 } RETURN u.id, id ORDER BY u.id",
                ["1 1", "2 2", "3 3", "4 4", "5 1", "6 3"]
            ),
            (
                "MATCH (u:User) RETURN u.id, COUNT { (u)-[:RATED]->() } AS n ORDER BY u.id",
                ["1 1", "2 2", "3 2", "4 3", "5 1", "6 3"]
            ),
            ("CALL db.labels() YIELD label WHERE label STARTS WITH 'U' RETURN size(label)", ["4"]),
            (
                "MATCH (a:User {id: 2}), (b:User {id: 6}) MATCH (a)-[:RATED]->(m)<-[:RATED]-(b) "
                    + "RETURN m.id ORDER BY m.id", ["1", "2"]
            ),
        ]
        for (text, rows) in expected {
            #expect(
                texts(try Self.run(text, in: fixture, capacity: capacity).rows) == rows, "\(text)")
        }
    }

    @Test(arguments: batchCapacities) func writes(capacity: Int) throws {
        let fixture = try ExecutionFixture()
        func run(_ text: String) throws -> ExecutionFixture.Outcome {
            try Self.run(text, in: fixture, capacity: capacity)
        }
        #expect(try run("UNWIND [1, 1, 2] AS x MERGE (n:N {x: x}) RETURN n").rows.count == 3)
        #expect(texts(try run("MATCH (n:N) RETURN count(n)").rows) == ["2"])
        #expect(
            texts(
                try run(
                    "MATCH (n:N {x: 1}) UNWIND [1, 2, 3] AS i SET n.c = coalesce(n.c, 0) + i "
                        + "RETURN n.c"
                ).rows
            ).last == "6")
        #expect(
            texts(try run("MATCH (n:N {x: 2}) WITH n, n.x AS old SET n.x = 9 RETURN old, n.x").rows)
                == ["2 9"])
        // What it creates does not feed what it reads.
        #expect(try run("MATCH (n:N) CREATE (:N {x: n.x})").counters.nodesCreated == 2)
        #expect(try run("MATCH (n:N) CREATE (:M) RETURN n LIMIT 1").counters.nodesCreated == 4)
        let merge = """
            MATCH (a:N {x: 9}), (b:M) MERGE (a)-[r:T {t: 1}]->(b)
            ON CREATE SET r.c = 1 ON MATCH SET r.c = r.c + 1 RETURN count(r)
            """
        #expect(try run(merge).counters.relationshipsCreated == 8)
        #expect(try run(merge).counters.relationshipsCreated == 0)
        #expect(texts(try run("MATCH ()-[r:T]->() RETURN DISTINCT r.c").rows) == ["2"])
        #expect(
            try run("MATCH (m:M) FOREACH (i IN [1, 2] | SET m.a = i CREATE (:F))").counters
                .nodesCreated == 8)
        #expect(queryError { _ = try run("MATCH (m:M) DELETE m") }?.kind == .constraintValidation)
        #expect(try run("MATCH (m:M) DETACH DELETE m").counters.nodesDeleted == 4)
        #expect(texts(try run("MATCH (m:M) RETURN count(*)").rows) == ["0"])
        #expect(texts(try run("MATCH ()-[r]->() RETURN count(r)").rows) == ["0"])
    }
}
