import Starling
import Testing
import Values

/// Queries whose plans join what others find from each row on.
enum JoinedPlans {
    /// Runs the queries by themselves, and within statements that write, which never join so: the
    /// rows have to be the same. Gives how many have been joined by themselves.
    static func areThoseOfWrites(
        _ queries: [String], after setUp: [String], batchCapacity: Int, join: String,
        _ comment: String
    ) throws -> Int {
        var options = Database.Options()
        options.batchCapacity = batchCapacity
        var joined = 0
        try TemporaryDatabase.with(options) { database in
            let session = database.makeSession()
            for statement in setUp { _ = try session.run(statement) }
            for query in queries {
                let written = "OPTIONAL MATCH (z:Nothing) SET z.p = 1 WITH count(*) AS one \(query)"
                let (found, expected) = try (rows(session, query), rows(session, written))
                #expect(found == expected, "\(comment): \(query)")
                if try have(join, session, query) { joined += 1 }
                #expect(try !have(join, session, written))
            }
        }
        return joined
    }

    static func have(_ join: String, _ session: Session, _ statement: String) throws -> Bool {
        let plan = try #require(session.run("EXPLAIN \(statement)").summary().plan)
        return "\(plan)".contains(join)
    }

    private static func rows(_ session: Session, _ statement: String) throws -> [String] {
        try session.run(statement).rows().map { "\($0)" }.sorted()
    }
}
