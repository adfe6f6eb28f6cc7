import Starling
import Testing
import Values

/// Types that an expansion tells with its relationships are theirs, for as long as these are there.
@Suite struct ListedPartsTests {
    private func withRelationships(_ body: (Session) throws -> Void) throws {
        var options = Database.Options()
        options.batchCapacity = 8
        options.threads = 1
        try TemporaryDatabase.with(options) { database in
            let session = database.makeSession()
            _ = try session.run("UNWIND range(1, 8) AS i CREATE (:A {i: i})").rows()
            _ = try session.run(
                "MATCH (a:A), (b:A) WHERE a.i < b.i CREATE (a)-[:R {x: 0}]->(b), (b)-[:S]->(a)"
            ).rows()
            try body(session)
        }
    }

    /// The rows as text, one behind the other.
    private func rows(_ session: Session, _ statement: String) throws -> String {
        let rows = try session.run(statement).rows()
        return rows.map { $0.map(\.cypherText).joined(separator: " ") }.joined(separator: ", ")
    }

    /// Chosen by type, and deleted twice: the second time it is gone, which is no error.
    @Test func deletionsByTypeInTransactionsInside() throws {
        try withRelationships { session in
            let delete = """
                UNWIND [1, 2] AS i MATCH (:A)-[r]->() WHERE type(r) = 'R'
                CALL (r) { DELETE r } IN TRANSACTIONS OF 4 ROWS RETURN DISTINCT i ORDER BY i
                """
            let deleteRows = try rows(session, delete)
            #expect(deleteRows == "1, 2")
            let left = "MATCH (:A)-[r]->() RETURN type(r), count(*)"
            let leftRows = try rows(session, left)
            #expect(leftRows == "'S' 28")
        }
    }

    @Test(arguments: ["-[r]->", "<-[r]-", "-[r]-", "-[r:R|S]-", "-[r:R]-"])
    func typesAreThoseOfTheRelationships(_ pattern: String) throws {
        try withRelationships { session in
            // One reads records, as its rows come from an aggregation.
            let listed =
                "MATCH (a:A)\(pattern)(b) RETURN a.i, b.i, type(r) AS t ORDER BY a.i, b.i, t"
            let looked = """
                MATCH (a:A)\(pattern)(b) WITH a, b, collect(r) AS rs UNWIND rs AS r
                RETURN a.i, b.i, type(r) AS t ORDER BY a.i, b.i, t
                """
            let found = try rows(session, listed)
            let expected = try rows(session, looked)
            #expect(found == expected && !found.isEmpty)
        }
    }
}
