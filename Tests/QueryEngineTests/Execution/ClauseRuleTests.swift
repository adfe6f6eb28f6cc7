import Testing
import Values

@testable import QueryEngine

/// Rules of the language that hold between clauses, each over a fresh graph.
@Suite struct ClauseRuleTests {
    private struct Rule: Sendable, CustomTestStringConvertible {
        let setup: String
        let query: String
        let rows: [String]

        init(_ setup: String, _ query: String, _ rows: [String]) {
            self.setup = setup
            self.query = query
            self.rows = rows
        }

        var testDescription: String { query }
    }

    private static func check(_ rules: [Rule], capacity: Int) throws {
        for rule in rules {
            let fixture = try ExecutionFixture()
            _ = try StatementTests.run(rule.setup, in: fixture, capacity: capacity)
            let rows = try StatementTests.run(rule.query, in: fixture, capacity: capacity).rows
            #expect(texts(rows) == rule.rows, "\(rule.query)")
        }
    }

    private static let three = "CREATE (:A {x: 1}), (:B {x: 1}), (:B {x: 2})"

    @Test(arguments: batchCapacities) func laterClausesSeeAllEarlierWrites(capacity: Int) throws {
        try Self.check(
            [
                Rule(
                    Self.three,
                    "MATCH (n) SET n.y = n.x WITH n MATCH (m) WHERE m.y = n.x RETURN count(*)",
                    ["5"]),
                Rule(
                    Self.three,
                    "MATCH (n:A) CREATE (:B {x: n.x}) WITH n MATCH (m:B) WHERE m.x = n.x "
                        + "RETURN count(*)", ["2"]),
                Rule(
                    Self.three,
                    "MATCH (n) SET n.z = 5 WITH n MATCH (m:None) WHERE m.y = n.x "
                        + "RETURN count(*) AS c "
                        + "UNION MATCH (n) WHERE n.z = 5 RETURN count(*) AS c", ["0", "3"]),
            ], capacity: capacity)
    }

    private static let chain = "CREATE ({k: 1})-[:X]->({k: 2})-[:X]->({k: 3})"

    @Test(arguments: batchCapacities) func boundListsOfRelationshipsAreFoundAgain(capacity: Int)
        throws
    {
        let bind = "MATCH ()-[r1]->()-[r2]->() WITH [r1, r2] AS rs "
        try Self.check(
            [
                Rule(Self.chain, bind + "MATCH (a)-[rs*]->(b) RETURN a.k, b.k", ["1 3"]),
                Rule(Self.chain, bind + "MATCH (a)-[rs*]-(b) RETURN a.k, b.k", ["1 3"]),
                Rule(
                    Self.chain, bind + "MATCH (a)-[rs*]->(b), (c {k: 2}) RETURN a.k, b.k, c.k",
                    ["1 3 2"]),
                Rule(
                    Self.chain, bind + "OPTIONAL MATCH (a {k: 3})-[rs*]->(b) RETURN a, b",
                    ["null null"]),
                Rule(Self.chain, bind + "RETURN [(a)-[rs*]->(b) | b.k]", ["[3]"]),
            ], capacity: capacity)
    }
}
