import Starling
import Testing
import Values

/// Full-text, vector, text and relationship indexes, from the statement that makes them to the
/// plan that uses them.
@Suite struct SearchTests {
    private static let films = """
        CREATE (:Film {title: 'The Graph', plot: 'A graph of stars and gravity'}),
            (:Film {title: 'Swift Waters', plot: 'A river runs fast'}),
            (:Film {title: 'Graph Theory', plot: 'graph graph graph'}),
            (:Book {title: 'The river of graphs'}),
            (:Other {title: 'Graph'})
        """

    private func titles(_ session: Session, _ statement: String, _ parameters: ValueMap = [:])
        throws -> [String]
    {
        try session.run(statement, parameters: parameters).rows().map { row in
            guard case .string(let text) = row[0] else { return "?" }
            return text
        }
    }

    @Test func fullTextFromStatementToAnswer() throws {
        try TemporaryDatabase.with { database in
            let session = database.makeSession()
            _ = try session.run(Self.films)
            _ = try session.run(
                """
                CREATE FULLTEXT INDEX $name IF NOT EXISTS
                FOR (n:Film|Book) ON EACH [n.title, n.plot]
                OPTIONS {indexConfig: {`fulltext.analyzer`: $analyzer}}
                """,
                parameters: [
                    "name": .string("words"), "analyzer": .string("standard-no-stop-words"),
                ])
            let query = """
                CALL db.index.fulltext.queryNodes('words', $q) YIELD node, score
                RETURN node.title AS title, score
                """
            #expect(
                try titles(session, query, ["q": .string("graph")])
                    == ["Graph Theory", "The Graph"])
            #expect(
                try titles(session, query, ["q": .string("title:river")]) == ["The river of graphs"]
            )
            #expect(
                try titles(
                    session,
                    """
                    CALL db.index.fulltext.queryNodes('words', 'graph*', {limit: 1, skip: 1})
                    YIELD node RETURN node.title
                    """
                ).count == 1)
            let made = try titles(
                session, "SHOW FULLTEXT INDEXES YIELD createStatement RETURN createStatement")
            #expect(
                made == [
                    "CREATE FULLTEXT INDEX `words` FOR (e:`Film`|`Book`) ON EACH "
                        + "[e.`title`, e.`plot`] OPTIONS {indexConfig: "
                        + "{`fulltext.analyzer`: 'standard-no-stop-words'}}"
                ])
            _ = try session.run("DROP INDEX words")
            _ = try session.run(made[0])
            #expect(try titles(session, query, ["q": .string("\"runs fast\"")]) == ["Swift Waters"])
        }
    }

    @Test func aTransactionFindsItsOwnWrites() throws {
        try TemporaryDatabase.with { database in
            let session = database.makeSession()
            _ = try session.run("CREATE FULLTEXT INDEX f FOR (n:Film) ON EACH [n.title]")
            _ = try session.run(
                """
                CREATE VECTOR INDEX v FOR (n:Film) ON (n.embedding)
                OPTIONS {indexConfig: {`vector.dimensions`: toInteger($d)}}
                """, parameters: ["d": .string("2")])
            try session.begin()
            _ = try session.run("CREATE (:Film {title: 'new film', embedding: [1.0, 0.0]})")
            let count = """
                CALL db.index.fulltext.queryNodes('f', 'new') YIELD node
                CALL db.index.vector.queryNodes('v', 3, [1, 0]) YIELD score
                RETURN count(*)
                """
            #expect(try session.integer(count) == 1)
            #expect(try database.integer(count) == 0)
            try session.rollback()
            #expect(try session.integer(count) == 0)
        }
    }

    @Test func errorsSayWhatIsWrong() throws {
        try TemporaryDatabase.with { database in
            let session = database.makeSession()
            _ = try session.run("CREATE FULLTEXT INDEX f FOR (n:Film) ON EACH [n.title]")
            for (statement, part) in [
                ("CALL db.index.fulltext.queryNodes('f', 'a AND')", "character 6"),
                ("CALL db.index.fulltext.queryNodes('g', 'a')", "no index named"),
                ("CALL db.index.fulltext.queryRelationships('f', 'a')", "on nodes"),
                ("CALL db.index.vector.queryNodes('f', 1, [1.0])", "not a vector index"),
                ("CREATE VECTOR INDEX v FOR (n:A) ON (n.x)", "vector.dimensions"),
                ("CREATE INDEX r FOR (n:A) ON (n.x) OPTIONS {colour: 'red'}", "indexConfig"),
                (
                    "CREATE FULLTEXT INDEX g FOR (n:A) ON EACH [n.x] "
                        + "OPTIONS {indexConfig: {`fulltext.analyzer`: 'x'}}",
                    "there is no analyzer"
                ),
            ] {
                let error = #expect(throws: DatabaseError.self) {
                    try session.run(statement).rows()
                }
                #expect(error?.message.contains(part) == true, "\(String(describing: error))")
            }
        }
    }

    @Test func vectorsAndTheSearchClause() throws {
        try TemporaryDatabase.with { database in
            let session = database.makeSession()
            _ = try session.run(
                """
                CREATE VECTOR INDEX v FOR (n:Film) ON (n.e) OPTIONS {indexConfig:
                    {`vector.dimensions`: 2, `vector.similarity_function`: 'euclidean'}}
                """)
            _ = try session.run(
                """
                UNWIND range(0, 20) AS i
                CREATE (f:Film {title: 'f' + i, year: 2000 + i, e: [i, 0.0]})-[:BY]->(:Person {id: i})
                """)
            _ = try session.run(
                "MATCH (f:Film {year: 2020}) CALL db.create.setNodeVectorProperty(f, 'e', [0.5, 0])"
            )
            #expect(
                try titles(
                    session,
                    """
                    CALL db.index.vector.queryNodes('v', 3, [0.0, 0.0]) YIELD node, score
                    RETURN node.title + ' ' + score
                    """) == ["f0 1.0", "f20 0.8", "f1 0.5"])
            #expect(
                try titles(
                    session,
                    """
                    MATCH (f:Film)-[:BY]->(p:Person)
                      SEARCH f IN (VECTOR INDEX v FOR [3, 0] LIMIT 2) SCORE AS s
                    RETURN f.title + ' ' + p.id + ' ' + s ORDER BY s DESC
                    """) == ["f3 3 1.0", "f2 2 0.5"])
            #expect(
                try titles(
                    session,
                    """
                    MATCH (f:Film)
                      SEARCH f IN (VECTOR INDEX v FOR [3, 0] WHERE f.year >= 2010 LIMIT 3) SCORE AS s
                    RETURN f.title ORDER BY s DESC
                    """) == ["f20", "f10", "f11"])
            let plan = try session.run(
                """
                EXPLAIN MATCH (f:Film) SEARCH f IN (VECTOR INDEX v FOR [3, 0] LIMIT 2) RETURN f
                """
            ).summary().plan
            #expect(!String(describing: plan).contains("LabelScan"))
        }
    }

    /// Those that are left lie far behind the nearest.
    @Test func aConditionHoldsInsideAVectorSearch() throws {
        try TemporaryDatabase.with { database in
            let session = database.makeSession()
            _ = try session.run(
                """
                CREATE VECTOR INDEX v FOR (n:Item) ON (n.e) OPTIONS {indexConfig: {
                  `vector.dimensions`: 2, `vector.similarity_function`: 'dot',
                  `vector.hnsw.m`: 8, `vector.hnsw.ef_search`: 20}}
                """)
            _ = try session.run(
                "UNWIND range(0, 599) AS i CREATE (:Item {i: i, e: [600.0 - i, 0.0]})")
            #expect(
                try titles(
                    session,
                    """
                    MATCH (n:Item)
                      SEARCH n IN (VECTOR INDEX v FOR [1, 0] WHERE n.i % 200 = 150 LIMIT 2) SCORE AS s
                    RETURN n.i + ': ' + s
                    """) == ["150: 450.0", "350: 250.0"])
            #expect(
                try session.integer(
                    """
                    CALL db.index.vector.queryNodes('v', 9000, [1, 0]) YIELD node, score
                    RETURN count(DISTINCT node) + count(*)
                    """) == 1200)
            #expect(
                try titles(
                    session,
                    """
                    CALL db.index.vector.queryNodes('v', 2, [1, 0], {ef: 50}) YIELD node
                    RETURN toString(node.i)
                    """) == ["0", "1"])
            #expect(throws: DatabaseError.self) {
                try session.run("CALL db.index.vector.queryNodes('v', 2, [1, 0], {ef: 0})").rows()
            }
        }
    }

    private func plan(_ session: Session, _ statement: String) throws -> String {
        String(describing: try session.run("EXPLAIN " + statement).summary().plan)
    }

    @Test func textIndexesFindPieces() throws {
        try TemporaryDatabase.with { database in
            let session = database.makeSession()
            _ = try session.run(
                """
                UNWIND range(0, 999) AS i
                CREATE (:User {name: 'user number ' + i}), (:User {name: i}), (:User)
                """)
            let contains = "MATCH (u:User) WHERE u.name CONTAINS 'ber 77' RETURN count(u)"
            let ends = "MATCH (u:User) WHERE u.name ENDS WITH $end RETURN count(u)"
            let before = try session.integer(contains)
            _ = try session.run("CREATE TEXT INDEX t FOR (u:User) ON (u.name)")
            #expect(try session.integer(contains) == before && before == 11)
            #expect(try plan(session, contains).contains("NodeIndexContainsScan"))
            #expect(try plan(session, ends).contains("NodeIndexEndsWithScan"))
            let found = try session.run(ends, parameters: ["end": .string("7")]).rows()
            #expect(found.count == 1)
            #expect(try session.integer(ends.replacingEnd(with: "' 7'")) == 1)
            #expect(try session.integer(ends.replacingEnd(with: "'7'")) == 100)
            #expect(try session.integer(ends.replacingEnd(with: "null")) == 0)
            #expect(try session.integer(ends.replacingEnd(with: "''")) == 1000)
        }
    }

    @Test func pointIndexesFindBoxes() throws {
        try TemporaryDatabase.with { database in
            let session = database.makeSession()
            _ = try session.run(
                """
                UNWIND range(-18, 17) AS i UNWIND range(-9, 9) AS j
                CREATE (:City {p: point({longitude: i * 10, latitude: j * 10})}),
                    (:City {p: point({x: i, y: j})}), (:City {p: i})
                """)
            var statements: [String] = []
            for (center, distance) in [
                ("{longitude: 0, latitude: 0}", "2500000"),
                ("{longitude: 179, latitude: 5}", "3e6"),
                ("{longitude: -175, latitude: 60}", "4e6"),
                ("{longitude: 20, latitude: 85}", "2e6"),
                ("{longitude: 20, latitude: -90}", "1e5"), ("{longitude: 3, latitude: 3}", "3e7"),
                ("{x: 1, y: 1}", "2"), ("{x: 1, y: 1}", "0"), ("{x: 0, y: 0}", "-1"),
                ("{x: 0, y: 0, z: 0}", "100"),
            ] {
                statements.append("point.distance(c.p, point(\(center))) <= \(distance)")
                statements.append("\(distance) > point.distance(point(\(center)), c.p)")
            }
            for (lower, upper) in [
                ("{x: -2, y: 0}", "{x: 3, y: 1.5}"), ("{x: 3, y: 0}", "{x: -3, y: 1}"),
                ("{longitude: 150, latitude: -10}", "{longitude: -150, latitude: 20}"),
                ("{longitude: -20, latitude: -10}", "{longitude: 20, latitude: 20}"),
            ] {
                statements.append("point.withinBBox(c.p, point(\(lower)), point(\(upper)))")
            }
            statements = statements.map { "MATCH (c:City) WHERE \($0) RETURN count(c)" }
            let before = try statements.map { try session.integer($0) }
            #expect(before.contains { $0 != 0 })
            _ = try session.run("CREATE POINT INDEX p FOR (c:City) ON (c.p)")
            #expect(try statements.map { try session.integer($0) } == before)
            for statement in statements {
                #expect(try plan(session, statement).contains("NodeIndexSeekByRange"))
            }
        }
    }

    @Test func relationshipIndexesAreSought() throws {
        try TemporaryDatabase.with { database in
            let session = database.makeSession()
            _ = try session.run(
                """
                UNWIND range(0, 999) AS i
                CREATE (a:A {i: i})-[:T {id: i, name: 'n' + i}]->(b:B {i: i}), (a)-[:U {id: i}]->(a)
                """)
            let statements = [
                "MATCH (a)-[r:T {id: 7}]->(b) RETURN a.i + b.i + r.id",
                "MATCH (a)<-[r:T {id: 7}]-(b) RETURN a.i + b.i + r.id",
                "MATCH (a)-[r:T {id: 7}]-(b) RETURN sum(a.i + b.i + r.id)",
                "MATCH ()-[r:T]->() WHERE r.id >= 997 RETURN sum(r.id)",
                "MATCH (:B)-[r:T {id: 7}]->() RETURN count(*)",
                "MATCH ()-[r:T]->() WHERE r.id IN [1, 2, 2, 5000] RETURN sum(r.id)",
                "MATCH ()-[r:T]->() WHERE r.name CONTAINS 'n99' RETURN count(*)",
                "MATCH (a)-[r:U {id: 5}]->(a) RETURN count(a)",
                "UNWIND [1, 2] AS x MATCH (a)-[r:T {id: x}]->(b) RETURN sum(b.i)",
                "MATCH ()-[r:T {id: 3}]->(b), ()-[s:T {id: 3}]->(b) RETURN count(*)",
            ]
            let before = try statements.map { try session.integer($0) }
            _ = try session.run("CREATE INDEX r FOR ()-[r:T]-() ON (r.id)")
            _ = try session.run("CREATE INDEX u FOR ()-[r:U]-() ON (r.id)")
            _ = try session.run("CREATE TEXT INDEX n FOR ()-[r:T]-() ON (r.name)")
            #expect(try statements.map { try session.integer($0) } == before)
            #expect(before == [21, 21, 42, 2994, 0, 3, 11, 1, 3, 0])
            #expect(try plan(session, statements[0]).contains("RelationshipIndexSeek"))
            #expect(try plan(session, statements[3]).contains("RelationshipIndexSeekByRange"))
            #expect(try plan(session, statements[6]).contains("RelationshipIndexContainsScan"))
            _ = try session.run("MATCH ()-[r:T {id: 7}]->() SET r.id = -7")
            #expect(try session.integer(statements[3]) == 2994)
            #expect(try session.integer("MATCH ()-[r:T {id: -7}]->() RETURN count(r)") == 1)
            _ = try session.run("MATCH ()-[r:T {id: -7}]->() DELETE r")
            #expect(try session.integer("MATCH ()-[r:T {id: -7}]->() RETURN count(r)") == 0)
        }
    }
}

extension String {
    fileprivate func replacingEnd(with literal: String) -> String {
        split(separator: "$end", omittingEmptySubsequences: false).joined(separator: literal)
    }
}
