import Starling
import Testing
import Values

/// The `recommend.*` procedures through Cypher: arguments, errors, and freshness. Their numbers are
/// the room Recommend's own tests' matter.
@Suite struct RecommendProcedureTests {
    /// Three users and four items; u1 and u2 share i1 and i2.
    private func makeShop(_ database: Database) throws {
        try database.execute(
            """
            UNWIND [['u1', 'i1'], ['u1', 'i2'], ['u2', 'i1'], ['u2', 'i2'], ['u2', 'i3'],
                    ['u3', 'i3'], ['u3', 'i4']] AS pair
            MERGE (u:User {id: pair[0]}) MERGE (i:Item {id: pair[1]}) MERGE (u)-[:BOUGHT]->(i)
            """)
    }

    private func items(_ database: Database, _ call: String) throws -> [String] {
        try database.execute(
            "MATCH (u:User {id: 'u1'}) CALL \(call) YIELD item RETURN item.id"
        ).rows().map { row in
            if case .string(let id) = row[0] { id } else { "" }
        }
    }

    @Test func itemsOfNearUsersAndLikeItems() throws {
        try TemporaryDatabase.with { database in
            try makeShop(database)
            #expect(try items(database, "recommend.userKNN(u, 'BOUGHT')") == ["i3"])
            #expect(try items(database, "recommend.itemKNN(u, 'BOUGHT', {})") == ["i3"])
            #expect(try items(database, "recommend.popular(u, 'BOUGHT', {k: 1})") == ["i3"])
            let all = try items(database, "recommend.popular(u, 'BOUGHT', {excludeSeen: false})")
            #expect(Set(all) == ["i1", "i2", "i3", "i4"])
        }
    }

    @Test func aWriteIsInTheNextAnswer() throws {
        try TemporaryDatabase.with { database in
            try makeShop(database)
            try database.execute(
                "MATCH (u:User {id: 'u1'}), (i:Item {id: 'i3'}) CREATE (u)-[:BOUGHT]->(i)")
            #expect(try items(database, "recommend.itemKNN(u, 'BOUGHT')") == ["i4"])
        }
    }

    @Test func aTransactionRecommendsFromItsOwnWrites() throws {
        try TemporaryDatabase.with { database in
            try makeShop(database)
            let session = database.makeSession()
            try session.begin()
            _ = try session.run(
                "MATCH (u:User {id: 'u1'}), (i:Item {id: 'i3'}) CREATE (u)-[:BOUGHT]->(i)")
            let rows = try session.run(
                """
                MATCH (u:User {id: 'u1'}) CALL recommend.itemKNN(u, 'BOUGHT') YIELD item
                RETURN collect(item.id) = ['i4']
                """
            ).rows()
            guard case .boolean(true) = rows[0][0] else {
                Issue.record("the transaction does not see its write: \(rows)")
                return
            }
            try session.rollback()
            #expect(try items(database, "recommend.itemKNN(u, 'BOUGHT')") == ["i3"])
        }
    }

    @Test(arguments: [
        ("recommend.itemKNN(u, 'BOUGHT', {neighbors: 3})", "no option `neighbors`"),
        ("recommend.itemKNN(u, 'BOUGHT', {k: 0})", "`k` must be an integer"),
        ("recommend.userKNN(u, 'BOUGHT', {similarity: 'cosinus'})", "one of 'cosine'"),
        ("recommend.userKNN(u, 'BOUGHT', {direction: 'UP'})", "'OUTGOING' or 'INCOMING'"),
        ("recommend.popular(u, 'BOUGHT', {halfLife: 3})", "property `timestamp`"),
        ("recommend.itemKNN(u, 'BOUGHT', {weight: 'idd'})", "Did you mean `id`?"),
        (
            "recommend.popular(u, 'BOUGHT', {weight: 'stars'})",
            "no relationship has the property `stars`"
        ),
        ("recommend.content(u, 'BOUGHT', {categories: 'id', weight: 'stars'})", "property `stars`"),
    ])
    func wrongOptionsSayWhatIsRight(call: String, expected: String) throws {
        try TemporaryDatabase.with { database in
            try makeShop(database)
            let error = #expect(throws: DatabaseError.self) { try items(database, call) }
            #expect(error?.message.contains(expected) == true)
        }
    }

    @Test func nothingToRecommendFromIsNoError() throws {
        try TemporaryDatabase.with { database in
            try makeShop(database)
            #expect(try items(database, "recommend.itemKNN(u, 'NO_SUCH_TYPE')").isEmpty)
            #expect(try items(database, "recommend.userKNN(null, 'BOUGHT')").isEmpty)
        }
    }

    /// As before the first item is hidden.
    @Test func aTypeThatNobodyHasUsedExcludesNothing() throws {
        try TemporaryDatabase.with { database in
            try makeShop(database)
            let call = "recommend.itemKNN(u, 'BOUGHT', {exclude: ['HIDDEN']})"
            let before = try items(database, call)
            #expect(try items(database, "recommend.itemKNN(u, 'BOUGHT')") == before)
        }
    }

    /// Before the first purchase nobody can have rated one, or looked at a thing: no rows.
    @Test(arguments: [
        "recommend.itemKNN(u, 'BOUGHT', {weight: 'stars', exclude: ['SEEN']})",
        "recommend.popular(u, 'BOUGHT', {weight: 'stars', exclude: ['SEEN']})",
        "recommend.popular(u, 'BOUGHT', {halfLife: 3})", "recommend.trending(u, 'BOUGHT')",
        "recommend.session(u, 'BOUGHT', {timestamp: 'at'})",
        "recommend.content(u, 'BOUGHT', {categories: 'id', weight: 'stars', exclude: ['SEEN']})",
        "recommend.hybrid(u, [{source: 'popular'}, {source: 'list', items: []}], "
            + "{relationshipType: 'BOUGHT', exclude: ['SEEN']})",
    ])
    func aShopWithoutPurchasesAnswersNoRows(call: String) throws {
        try TemporaryDatabase.with { database in
            try database.execute("CREATE (:User {id: 'u1'}), (:Item {id: 'i1'})")
            #expect(try items(database, call).isEmpty)
            // Nor after the last one was taken back.
            try database.execute("MATCH (u:User), (i:Item) CREATE (u)-[b:BOUGHT]->(i) DELETE b")
            #expect(try items(database, call).isEmpty)
        }
    }
}
