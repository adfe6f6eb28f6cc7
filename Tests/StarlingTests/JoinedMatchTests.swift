import Starling
import Testing
import Values

/// Matches and subqueries that are found by themselves and joined to the rows, beside the same ones
/// found from each row on, as a statement that writes finds them.
@Suite struct JoinedMatchTests {
    @Test(arguments: [(1, 2048), (2, 2048), (3, 2048), (4, 7)])
    func joinedRowsAreThoseFoundFromEachRowOn(seed: UInt64, batchCapacity: Int) throws {
        var random = SeededGenerator(seed: seed)
        let queries = (0..<80).map { _ in Self.query(&random) }
        let planned = try JoinedPlans.areThoseOfWrites(
            queries, after: Self.setUp, batchCapacity: batchCapacity, join: Self.join,
            "seed \(seed)")
        #expect(planned > 15, "seed \(seed)")
    }

    /// A LIMIT that cuts rows: what they have in common is not worth finding whole.
    @Test func fewWantedRowsAreMatchedFromEachOn() throws {
        try TemporaryDatabase.with { database in
            let session = database.makeSession()
            for statement in Self.setUp { _ = try session.run(statement) }
            let exists = "MATCH (u:User) WHERE EXISTS { (u)-[:RATED]->(:Item {genre: 3}) } RETURN u"
            let optional =
                "MATCH (u:User) OPTIONAL MATCH (u)-[:RATED]->(i:Item {genre: 3}) RETURN u, i"
            for query in [exists, optional] {
                #expect(try JoinedPlans.have(Self.join, session, query), "\(query)")
                #expect(
                    try JoinedPlans.have(Self.join, session, query + ".id ORDER BY u.id LIMIT 1"),
                    "\(query)")
                #expect(try !JoinedPlans.have(Self.join, session, query + " LIMIT 1"), "\(query)")
            }
        }
    }

    private static let join = "NodeHashJoin"

    private static let setUp = [
        "CREATE CONSTRAINT FOR (u:User) REQUIRE u.id IS UNIQUE",
        "CREATE CONSTRAINT FOR (i:Item) REQUIRE i.id IS UNIQUE",
        "CREATE INDEX FOR (i:Item) ON (i.genre)",
        "UNWIND range(0, 149) AS k CREATE (u:User {id: k, age: k % 50}) "
            + "FOREACH (_ IN CASE WHEN k % 4 = 0 THEN [1] ELSE [] END | SET u:Vip)",
        "UNWIND range(0, 39) AS k CREATE (:Item {id: k, genre: k % 6})",
        "UNWIND range(0, 5) AS k CREATE (:Genre {id: k})",
        "MATCH (i:Item), (g:Genre) WHERE g.id = i.genre OR g.id = i.id % 4 CREATE (i)-[:IN]->(g)",
        // Some twice, and some users know themselves.
        """
        UNWIND range(0, 1499) AS k
        MATCH (u:User {id: k * 7 % 140}), (i:Item {id: k * k % 40})
        CREATE (u)-[:RATED {stars: k % 5 + 1}]->(i)
        """,
        """
        UNWIND range(0, 399) AS k
        MATCH (u:User {id: k * 3 % 150}), (v:User {id: k * k % 149})
        CREATE (u)-[:KNOWS]->(v)
        """,
    ]

    private static func query(_ random: inout SeededGenerator) -> String {
        let outer = outers.randomElement(using: &random)!
        let pattern = patterns.randomElement(using: &random)!
            .replacing("@", with: outer.variables.randomElement(using: &random)!)
        return "\(outer.text) \(uses.randomElement(using: &random)!.replacing("$", with: pattern))"
    }

    private static let outers: [(text: String, variables: [String])] = [
        ("MATCH (u:User) WITH *", ["u"]), ("MATCH (u:User) WHERE u.age < 30 WITH *", ["u"]),
        ("UNWIND [1, 2] AS k MATCH (u:User) WITH *", ["u"]),
        ("MATCH (u:User)-[:KNOWS]->(f) WITH *", ["u", "f"]),
        // Some know nobody.
        ("MATCH (u:User) OPTIONAL MATCH (u)-[:KNOWS]->(f:Vip) WITH *", ["u", "f"]),
    ]

    /// `@` is a variable of the rows.
    private static let patterns = [
        "(@)-[r:RATED]->(i:Item {id: 3})", "(@)-[r:RATED {stars: 2}]->(i:Item {id: 3})",
        "(@)-[r:RATED]->(i:Item)-[:IN]->(:Genre {id: 1})", "(@)-[r:RATED]->(i:Item {genre: 2})",
        "(@:Vip)-[r:RATED]->(i:Item {id: 3})", "(@)-[r:KNOWS]-(i:User {id: 5})",
        "(@)-[r:RATED]->(i:Item)<-[q:RATED]-(:User {id: 7})",
        "(@)-[r:RATED]->(:Item {id: 9}), (@)-[:RATED]->(i:Item {id: 12})",
        "(@)-[r:KNOWS*1..2]->(i:User {id: 5})", "(i:Item {id: 3})<-[r:RATED]-(@) WHERE r.stars > 2",
        "(u)-[r:RATED]->(i:Item)<-[:RATED]-(@)", "(@)-[r:RATED]->(i:Item {id: 3}) WHERE @.age > 9",
        "(@)-[r:RATED]->(i:Item) WHERE i.id = u.id % 40", "(i:Genre {id: 2}), (@)-[r:KNOWS]->()",
    ]

    /// `$` is a pattern.
    private static let uses = [
        "OPTIONAL MATCH $ RETURN u.id, count(*) AS a, count(r) AS b",
        "OPTIONAL MATCH $ RETURN count(*) AS a, count(i) AS b, sum(u.age) AS c, min(i.id) AS d",
        "OPTIONAL MATCH $ RETURN u.age, count(i) AS b, count(DISTINCT i) AS c",
        "OPTIONAL MATCH $ RETURN u.id, id(i), r IS NULL", "OPTIONAL MATCH $ RETURN DISTINCT u.age",
        "OPTIONAL MATCH $ WITH u, count(r) AS n WHERE n <> 1 RETURN u.id, n",
        "OPTIONAL MATCH $ WITH u, i OPTIONAL MATCH (u)-[:RATED]->(j:Item {id: 30}) "
            + "RETURN u.id, count(i), count(j)",
        "MATCH $ RETURN u.id, id(i)", "MATCH $ RETURN u.age, count(*) AS a, count(r) AS b",
        "WHERE EXISTS { MATCH $ } RETURN u.id", "WHERE NOT EXISTS { MATCH $ } RETURN u.id",
        "WHERE EXISTS { MATCH $ } OR u.id < 9 RETURN u.id",
        "WHERE COUNT { MATCH $ } > 1 RETURN u.id",
        "RETURN u.id, COUNT { MATCH $ } AS a", "RETURN u.id, EXISTS { MATCH $ } AS a",
        "RETURN u.age + COUNT { MATCH $ } AS a, CASE WHEN EXISTS { MATCH $ } THEN 1 END AS b",
        "RETURN u.id, reduce(s = 0, x IN COLLECT { MATCH $ RETURN i.id } | s + x) AS a",
    ]
}
