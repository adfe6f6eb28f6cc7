import Starling
import Testing
import Values

/// The `model.*` procedures and what recommends with a stored model, through Cypher.
@Suite struct ModelProcedureTests {
    /// i3 has three buyers, i1 and i2 two, i4 one.
    private func makeShop(_ database: Database) throws {
        try database.execute(
            """
            UNWIND [['u1', 'i1'], ['u1', 'i2'], ['u2', 'i1'], ['u2', 'i2'], ['u2', 'i3'],
                    ['u3', 'i3'], ['u3', 'i4'], ['u4', 'i3']] AS pair
            MERGE (u:User {id: pair[0]}) MERGE (i:Item {id: pair[1]}) MERGE (u)-[:BOUGHT]->(i)
            """)
    }

    private func strings(_ database: Database, _ statement: String) throws -> [String] {
        try database.execute(statement).rows().map { row in
            if case .string(let text) = row[0] { text } else { "\(row[0])" }
        }
    }

    private func items(_ database: Database, _ user: String, _ more: String = "") throws
        -> [String]
    {
        try strings(
            database,
            "MATCH (u:User {id: '\(user)'}) CALL recommend.model(u, 'm'\(more)) YIELD item "
                + "RETURN item.id")
    }

    @Test func fitRecommendListDrop() throws {
        try TemporaryDatabase.with { database in
            try makeShop(database)
            let fit = try database.execute(
                "CALL model.fit('m', 'popular', 'BOUGHT') YIELD model, epoch, loss, users, items "
                    + "RETURN [model, epoch, loss IS NULL, users, items] = ['m', 1, true, 4, 4] AS ok"
            ).rows()
            guard case .boolean(true) = fit[0][0] else {
                Issue.record("\(fit)")
                return
            }
            #expect(try items(database, "u1") == ["i3", "i4"])
            #expect(try items(database, "u1", ", {k: 1}") == ["i3"])
            #expect(
                try items(database, "u4", ", {excludeSeen: false, exclude: ['BOUGHT']}")
                    == ["i1", "i2", "i4"])
            #expect(
                try strings(
                    database,
                    "CALL model.list() YIELD name, method, relationshipType AS t "
                        + "RETURN name + method + t") == ["mpopularBOUGHT"])
            #expect(try strings(database, "CALL model.drop('m')") == ["m"])
            #expect(try strings(database, "CALL model.list() YIELD name RETURN name") == [])
            #expect(throws: DatabaseError.self) { try items(database, "u1") }
        }
    }

    @Test func theUsersSideIsLive() throws {
        try TemporaryDatabase.with { database in
            try makeShop(database)
            try database.execute("CALL model.fit('m', 'popular', 'BOUGHT')")
            try database.execute(
                "MATCH (u:User {id: 'u1'}), (i:Item {id: 'i3'}) CREATE (u)-[:BOUGHT]->(i)")
            #expect(try items(database, "u1") == ["i4"])
            try database.execute(
                "MATCH (i:Item {id: 'i1'}) CREATE (:User {id: 'new'})-[:BOUGHT]->(i)")
            #expect(try items(database, "new") == ["i3", "i2", "i4"])
            let predicted = try database.execute(
                """
                CREATE (late:Item {id: 'late'}) WITH late
                MATCH (u:User {id: 'u1'}), (i:Item {id: 'i3'})
                CALL recommend.predict(u, [i, late], 'm') YIELD item, score
                RETURN collect(item.id) = ['i3', 'late']
                    AND collect(coalesce(score, 'none')) = [3.0, 'none'] AS isRight
                """
            ).rows()
            guard case .boolean(true) = predicted[0][0] else {
                Issue.record("\(predicted)")
                return
            }
        }
    }

    @Test func aModelSurvivesReopeningAndReplacesItself() throws {
        try TemporaryDatabase.with { database in
            try makeShop(database)
            for _ in 0..<3 { try database.execute("CALL model.fit('m', 'popular', 'BOUGHT')") }
            database.close()
            let again = try Database(path: database.path)
            defer { again.close() }
            #expect(try items(again, "u1") == ["i3", "i4"])
            try again.execute(
                "MATCH (i:Item {id: 'i4'}) UNWIND range(1, 5) AS n CREATE (:User)-[:BOUGHT]->(i)")
            #expect(try items(again, "u1") == ["i3", "i4"])
            try again.execute("CALL model.fit('m', 'popular', 'BOUGHT')")
            #expect(try items(again, "u1") == ["i4", "i3"])
        }
    }

    @Test(arguments: [
        ("CALL model.fit('m', 'magic', 'BOUGHT')", "there is no method 'magic'; the methods are"),
        ("CALL model.fit('m', 'popular', 'SOLD')", "no relationships of the type SOLD"),
        ("CALL model.fit('', 'popular', 'BOUGHT')", "a model's name must be a string"),
        ("CALL model.fit('m', 'popular', 'BOUGHT', {speed: 1})", "there is no option `speed`"),
        (
            "CALL model.fit('m', 'popular', 'BOUGHT', {direction: 'UP'})",
            "`direction` must be 'OUTGOING' or 'INCOMING'"
        ),
        (
            "MATCH (u:User) CALL recommend.model(u, 'm') YIELD item RETURN item",
            "there is no model 'm'"
        ),
        ("CALL model.drop('m')", "there is no model 'm'"),
    ]) func errorsSayWhatIsWrong(statement: String, message: String) throws {
        try TemporaryDatabase.with { database in
            try makeShop(database)
            let error = #expect(throws: DatabaseError.self) {
                try database.execute(statement).rows()
            }
            #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
        }
    }

    @Test func aFitNeedsAStatementOfItsOwn() throws {
        try TemporaryDatabase.with { database in
            try makeShop(database)
            let session = database.makeSession()
            try session.begin()
            let error = #expect(throws: DatabaseError.self) {
                try session.run("CALL model.fit('m', 'popular', 'BOUGHT')")
            }
            #expect(error?.message.contains("outside of an explicit transaction") == true)
        }
    }
}
