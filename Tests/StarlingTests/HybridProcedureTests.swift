import Starling
import Testing
import Values

/// Filters, content, hybrids and re-ranking through Cypher.
@Suite struct HybridProcedureTests {
    /// Users u0 … u5 and items i0 … i11 of two categories; i11 is nobody's yet.
    private func makeShop(_ database: Database) throws {
        try database.execute(
            """
            UNWIND range(0, 11) AS n
            CREATE (i:Item {id: 'i' + n, price: n * 10, name: CASE WHEN n % 2 = 0 THEN 'red ' ELSE 'blue ' END + 'thing ' + n})
            MERGE (c:Category {name: CASE WHEN n % 2 = 0 THEN 'even' ELSE 'odd' END})
            CREATE (i)-[:IN]->(c)
            """)
        try database.execute(
            """
            UNWIND range(0, 5) AS n CREATE (u:User {id: 'u' + n})
            WITH u, n UNWIND range(0, 4) AS step
            MATCH (i:Item {id: 'i' + ((n + 2 * step) % 11)})
            CREATE (u)-[:BOUGHT {at: 100 * n + step}]->(i)
            """)
    }

    private func items(_ database: Database, _ call: String) throws -> [String] {
        try database.execute(
            "MATCH (user:User {id: 'u0'}) CALL \(call) YIELD item RETURN item.id",
            ["max": .integer(60)]
        ).rows().map { row in if case .string(let id) = row[0] { id } else { "" } }
    }

    private static let sources = [
        "recommend.itemKNN(user, 'BOUGHT', {OPTIONS})",
        "recommend.userKNN(user, 'BOUGHT', {OPTIONS})",
        "recommend.rp3beta(user, 'BOUGHT', {OPTIONS})",
        "recommend.slopeOne(user, 'BOUGHT', {OPTIONS})",
        "recommend.popular(user, 'BOUGHT', {OPTIONS})",
        "recommend.session(user, 'BOUGHT', {OPTIONS})",
        "recommend.content(user, 'BOUGHT', {neighbours: 'IN', text: 'name', label: 'Item', OPTIONS})",
    ]

    /// A filter changes who is in the answer, not the order, and never how many.
    @Test(arguments: sources)
    func filtersAreInsideTheSearch(call: String) throws {
        try TemporaryDatabase.with { database in
            try makeShop(database)
            func found(_ options: String) throws -> [String] {
                try items(database, call.replacing("OPTIONS", with: options))
            }
            let all = try found("k: 100")
            #expect(!all.isEmpty)
            let cheap = all.filter { (Int($0.dropFirst()) ?? 99) * 10 < 60 }
            #expect(!cheap.isEmpty)
            #expect(try found("k: 1, filter: 'item.price < $max'") == [cheap[0]])
            let odd = all.filter { (Int($0.dropFirst()) ?? 0) % 2 == 1 }
            #expect(
                try found(
                    "k: 100, filter: \"EXISTS { (item)-[:IN]->(:Category {name: 'odd'}) } AND item <> user\""
                ) == odd)
        }
    }

    @Test(arguments: [
        ("recommend.itemKNN(user, 'BOUGHT', {filter: 'item.price <'})", "`filter`"),
        ("recommend.itemKNN(user, 'BOUGHT', {filter: 'thing.price < 3'})", "thing"),
        ("recommend.itemKNN(user, 'BOUGHT', {filter: 'item.price < $nothing'})", "nothing"),
        (
            "recommend.hybrid(user, [{source: 'guess'}], {relationshipType: 'BOUGHT'})",
            "no source 'guess'"
        ),
        ("recommend.hybrid(user, [{source: 'itemKNN'}])", "needs `relationshipType`"),
        ("recommend.hybrid(user, [], {})", "a list of 1 to"),
        ("recommend.content(user, 'BOUGHT')", "say what to compare"),
        ("recommend.rerank([user], {diversity: 0.5})", "need `relationshipType`"),
        ("recommend.rerank([user], {perGroup: 1})", "needs `groupBy`"),
    ])
    func wrongOptionsSayWhatIsRight(call: String, expected: String) throws {
        try TemporaryDatabase.with { database in
            try makeShop(database)
            let error = #expect(throws: DatabaseError.self) { try items(database, call) }
            #expect(error?.message.contains(expected) == true, "\(error?.message ?? "")")
        }
    }

    @Test func contentFindsWhatNobodyHasYet() throws {
        try TemporaryDatabase.with { database in
            try makeShop(database)
            try database.execute("CREATE (:Item {id: 'new', name: 'red scarf', price: 1})")
            let found = try database.execute(
                """
                MATCH (u:User {id: 'u0'})
                CALL recommend.content(u, 'BOUGHT', {text: {name: 1}, label: 'Item', k: 20, filter: 'item.price = 1'})
                YIELD item, score, reasons
                RETURN item.id, reasons[0].feature, reasons[0].by
                """
            ).rows()
            #expect(found.map { $0.map(\.cypherText) } == [["'new'", "'red'", "'name'"]])
        }
    }

    @Test func hybridsTellWhoProposed() throws {
        try TemporaryDatabase.with { database in
            try makeShop(database)
            let found = try database.execute(
                """
                MATCH (u:User {id: 'u0'}), (liked:Item {id: 'i1'})
                CALL recommend.hybrid(u,
                    [{source: 'list', items: [{item: liked, score: 5}], weight: 10},
                     {source: 'itemKNN', when: 'COUNT { (user)-[:BOUGHT]->() } > 100'},
                     {source: 'popular'}],
                    {relationshipType: 'BOUGHT', fusion: 'weighted', k: 3})
                YIELD item, reasons
                RETURN item.id, [r IN reasons | r.source]
                """
            ).rows()
            #expect(found.count == 3)
            #expect(found[0][0].cypherText == "'i1'")
            #expect(found[0][1].cypherText.hasPrefix("['list'"))
            #expect(found.allSatisfy { !$0[1].cypherText.contains("itemKNN") })
            let cheap = try items(
                database,
                "recommend.hybrid(user, [{source: 'itemKNN'}, {source: 'popular'}], "
                    + "{relationshipType: 'BOUGHT', k: 3, filter: 'item.price < $max'})")
            #expect(Set(cheap) == ["i1", "i3", "i5"])
        }
    }

    @Test func listsAreReranked() throws {
        try TemporaryDatabase.with { database in
            try makeShop(database)
            func found(_ options: String) throws -> [String] {
                try database.execute(
                    """
                    MATCH (i:Item) WITH i ORDER BY i.price LIMIT 6
                    WITH collect({item: i, score: 100 - i.price}) AS items
                    CALL recommend.rerank(items, {\(options)}) YIELD item RETURN item.id
                    """
                ).rows().map { row in if case .string(let id) = row[0] { id } else { "" } }
            }
            #expect(try found("k: 3") == ["i0", "i1", "i2"])
            #expect(try found("perGroup: 1, groupBy: 'IN'") == ["i0", "i1"])
            #expect(try found("perGroup: 1, groupBy: 'item.price % 30'") == ["i0", "i1", "i2"])
            #expect(
                try found("k: 2, pin: 'item.price = 50', bury: 'item.price = 0'") == ["i5", "i1"])
            #expect(
                try found("k: 1, boost: {when: 'item.price = 30', factor: 2}") == ["i3"])
            #expect(
                try found("k: 6, diversity: 0.9, relationshipType: 'BOUGHT'").first == "i0")
        }
    }
}
