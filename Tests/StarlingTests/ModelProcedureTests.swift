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

    /// Its property was taken from all relationships since: weights are 1 then.
    @Test func aModelOutlivesItsWeights() throws {
        try TemporaryDatabase.with { database in
            try makeShop(database)
            try database.execute("MATCH ()-[b:BOUGHT]->() SET b.stars = 3")
            try database.execute("CALL model.fit('m', 'popular', 'BOUGHT', {weight: 'stars'})")
            try database.execute("MATCH ()-[b:BOUGHT]->() REMOVE b.stars")
            #expect(try items(database, "u1") == ["i3", "i4"])
            try database.execute("CALL model.fit('m', 'popular', 'BOUGHT', {weight: 'stars'})")
            #expect(try items(database, "u1") == ["i3", "i4"])
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
        (
            "CALL model.fit('m', 'popular', 'BOUGHT', {weight: 'stars'})",
            "model.fit: no relationship has the property `stars`."
        ),
        ("CALL model.fit('m', 'popular', 'BOUGHT', {timestamp: 'i'})", "Did you mean `id`?"),
        (
            "CALL evaluate.run('popular', 'BOUGHT', {weight: 'stars'})",
            "evaluate.run: no relationship has the property `stars`."
        ),
        (
            "CALL evaluate.split('BOUGHT', {weight: 'stars'})",
            "evaluate.split: no relationship has the property `stars`."
        ),
        (
            "CALL model.fit('m', 'fm', 'BOUGHT', {itemCategories: ['id', 'colour']})",
            "no item has a property `colour`"
        ),
        (
            "CALL model.fit('m', 'fmBPR', 'BOUGHT', {itemNeighbours: 'BOUGHT'})",
            "`itemNeighbours` must not be BOUGHT, from which it learns"
        ),
        (
            "CALL evaluate.run([{method: 'fmBPR', userNeighbours: 'BOUGHT'}], 'BOUGHT', {ratio: 0.3})",
            "`userNeighbours` must not be BOUGHT, from which it learns"
        ),
        (
            "CALL model.fit('m', 'fm', 'BOUGHT', {itemCategories: ['id', 1]})",
            "`itemCategories` must be a list of strings"
        ),
    ]) func errorsSayWhatIsWrong(statement: String, message: String) throws {
        try TemporaryDatabase.with { database in
            try makeShop(database)
            let error = #expect(throws: DatabaseError.self) {
                try database.execute(statement).rows()
            }
            #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
        }
    }

    /// Users of two teams, and films of two genres; each team likes its own.
    private func makeCinema(_ database: Database) throws {
        try database.execute(
            "UNWIND range(0, 23) AS u CREATE (:User {id: u, team: ['red', 'blue'][u % 2]})")
        try database.execute(
            """
            UNWIND range(0, 19) AS f MERGE (g:Genre {id: f % 2})
            CREATE (:Film {id: f, year: 1990 + f % 7})-[:IN_GENRE]->(g)
            """)
        try database.execute(
            """
            MATCH (u:User), (f:Film) WHERE (u.id * 7 + f.id * 3) % 5 < 3
            CREATE (u)-[:RATED {rating: CASE (u.id + f.id) % 2 WHEN 0 THEN 5 ELSE 1 END}]->(f)
            WITH u, f WHERE (u.id + f.id) % 2 = 0 CREATE (u)-[:LIKED]->(f)
            """)
    }

    @Test(arguments: [("fm", "RATED", ", weight: 'rating'"), ("fmBPR", "LIKED", "")])
    func whatCameAfterTheFitIsScoredByWhatItIs(method: String, type: String, more: String) throws {
        try TemporaryDatabase.with { database in
            try makeCinema(database)
            try database.execute(
                """
                CALL model.fit('m', '\(method)', '\(type)', {userCategories: 'team',
                    itemNeighbours: ['IN_GENRE'], itemNumbers: ['year'], factors: 8, epochs: 30,
                    rate: 0.05\(more)})
                """)
            // Two new films, and a user of the red team who has done nothing.
            try database.execute(
                """
                CREATE (:User {id: 100, team: 'red'})
                WITH 1 AS one UNWIND [0, 1] AS g MATCH (genre:Genre {id: g})
                CREATE (:Film {id: 200 + g, year: 1993})-[:IN_GENRE]->(genre)
                """)
            for (user, liked) in [(0, 200), (1, 201), (6, 200), (9, 201), (100, 200)] {
                let recommended = try strings(
                    database,
                    """
                    MATCH (u:User {id: \(user)}) CALL recommend.model(u, 'm', {k: 100}) YIELD item
                    WITH item.id AS id WHERE id >= 200 RETURN toString(id)
                    """)
                #expect(recommended == ["\(liked)", "\(401 - liked)"], "user \(user)")
                let predicted = try strings(
                    database,
                    """
                    MATCH (u:User {id: \(user)}), (f:Film) WHERE f.id >= 200
                    WITH u, collect(f) AS films CALL recommend.predict(u, films, 'm')
                    YIELD item, score WITH item, score ORDER BY score DESC
                    RETURN toString(item.id)
                    """)
                #expect(predicted == ["\(liked)", "\(401 - liked)"], "user \(user)")
            }
            // Seen ones are left out, also when they are new.
            try database.execute(
                "MATCH (u:User {id: 0}), (f:Film {id: 200}) CREATE (u)-[:\(type)]->(f)")
            let left = try strings(
                database,
                """
                MATCH (u:User {id: 0}) CALL recommend.model(u, 'm', {k: 100}) YIELD item
                WITH item.id AS id WHERE id >= 200 RETURN toString(id)
                """)
            #expect(left == ["201"])
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
