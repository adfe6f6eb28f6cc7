import Starling
import Testing
import Values

/// Matches whose sides are found apart and joined by a node and by what is equal, beside the same
/// ones expanded from side to side, as a statement that writes finds them.
@Suite struct SplitMatchTests {
    @Test(arguments: [(1, 2048), (2, 2048), (3, 2048), (4, 7)])
    func splitMatchesFindWhatExpandedOnesDo(seed: UInt64, batchCapacity: Int) throws {
        var random = SeededGenerator(seed: seed)
        let queries = (0..<60).map { _ in Self.query(&random) }
        let planned = try JoinedPlans.areThoseOfWrites(
            queries, after: Self.setUp, batchCapacity: batchCapacity, join: Self.join,
            "seed \(seed)")
        #expect(planned > 15, "seed \(seed)")
    }

    /// Where one side is few rows, the other one is expanded from it.
    @Test func fewRowsAreExpanded() throws {
        try TemporaryDatabase.with { database in
            let session = database.makeSession()
            for statement in Self.setUp { _ = try session.run(statement) }
            let pairs = "(p)-[:IN]->(c:City)<-[:IN]-(q) WHERE p.age = q.age RETURN p, q"
            #expect(try JoinedPlans.have(Self.join, session, "MATCH (p:Person), \(pairs)"))
            #expect(try !JoinedPlans.have(Self.join, session, "MATCH (p:Person {id: 3}), \(pairs)"))
            #expect(try !JoinedPlans.have(Self.join, session, "MATCH (p:Person), \(pairs) LIMIT 1"))
        }
    }

    private static let join = "ValueHashJoin"

    /// What is equal may be null, NaN, or a number of the other kind.
    private static let setUp = [
        "CREATE CONSTRAINT FOR (p:Person) REQUIRE p.id IS UNIQUE",
        "CREATE CONSTRAINT FOR (c:City) REQUIRE c.id IS UNIQUE",
        """
        UNWIND range(0, 149) AS k
        CREATE (:Person {id: k, age: [k % 7, null, toFloat(k % 7), 0.0 / 0][k % 4], name: 'N' + (k % 9)})
        """,
        "UNWIND range(0, 4) AS k CREATE (:City {id: k, age: k, size: k % 2})",
        "UNWIND range(0, 2) AS k CREATE (:State {id: k})",
        "MATCH (c:City), (s:State) WHERE c.id % 3 = s.id OR c.id = 4 CREATE (c)-[:OF]->(s)",
        // Some live in two cities, or twice in one.
        """
        MATCH (p:Person), (c:City)
        WHERE p.id % 5 = c.id OR p.id % 31 = c.id
        CREATE (p)-[:IN {since: p.id % 6}]->(c)
        """,
        "MATCH (p:Person {name: 'N3'})-[:IN]->(c) CREATE (p)-[:IN {since: 2}]->(c)",
    ]

    private static func query(_ random: inout SeededGenerator) -> String {
        let pattern = patterns.randomElement(using: &random)!
        let count = Int.random(in: 1...2, using: &random)
        var conditions = (0..<count).map { _ in pattern.equal.randomElement(using: &random)! }
        if Bool.random(using: &random) {
            conditions.append(pattern.other.randomElement(using: &random)!)
        }
        return "MATCH \(pattern.text) WHERE \(conditions.joined(separator: " AND ")) RETURN "
            + returned.randomElement(using: &random)!
    }

    private static let returned = [
        "count(*) AS n", "p.id, q.id, c.id", "c.id, count(*) AS n", "p.name AS m, count(q) AS n",
        "count(DISTINCT p) AS n, count(DISTINCT q) AS m", "sum(r.since + s.since) AS n",
    ]

    private static let patterns: [(text: String, equal: [String], other: [String])] = [
        (
            "(p:Person)-[r:IN]->(c:City)<-[s:IN]-(q:Person)",
            ["p.age = q.age", "q.name = p.name", "p.id % 7 = q.id % 11", "r.since = s.since"],
            ["p.id < q.id", "p <> q", "c.size = 1", "p.name > 'N2'", "NOT q.age = 3", "r <> s"]
        ),
        (
            "(p)-[r:IN]->(c)<-[s:IN]-(q)", ["p.age = q.age", "q.name = p.name", "p.age = s.since"],
            ["p.id < q.id", "c.id > 1", "p:Person AND q:Person"]
        ),
        (
            "(p:Person)-[r:IN]-(c:City), (c)-[s:IN]-(q:Person)", ["p.name = q.name"],
            ["p <> q", "r.since > 2"]
        ),
        (
            "(p)-[r:IN]->(c:City)-[:OF]->(:State)<-[:OF]-(:City)<-[s:IN]-(q)",
            ["p.age = q.age", "p.name = q.name", "r.since = s.since"], ["p.id < q.id", "p.age > 2"]
        ),
        (
            "path = (p:Person)-[r:IN]->(c)<-[s:IN]-(q)", ["p.age = q.age AND p.name = q.name"],
            ["length(path) = 2", "all(n IN nodes(path) WHERE n.id >= 0)"]
        ),
    ]
}
