import Starling
import Testing
import Values

/// `SHORTEST` over repeated patterns, beside all walks of the same pattern.
@Suite struct ShortestTrailTests {
    /// One repetition each, over nodes `x`, `y` and `z`.
    private static let patterns = [
        "(x)-[:R]->(y)-[:S]->(z)",
        "(x)-[:R]-(y)-[:R|S]-(z)",
        "(x)-[:R]->(y)<-[:S]-(z)",
        "(x)-[r:R]->(y)-[s]->(z) WHERE r.w <= s.w",
        "(x)-[:S]-(y)-[:R]->()-[:R]-(z) WHERE y.v <> z.v",
        "(x)-[:R]-(y)-[:S]-(z) WHERE y.v <> a.v",
    ]
    private static let lengths: [(minimum: Int, maximum: Int)] = [(1, 3), (0, 2), (2, 3)]

    fileprivate struct Path: Hashable {
        let relationships: String
        let lists: String
        let length: Int
    }

    private func paths(_ session: Session, _ pattern: String, _ pair: (Int, Int)) throws
        -> [Path]
    {
        let rows = try session.run(
            """
            MATCH (a:N {v: \(pair.0)}), (b:N {v: \(pair.1)})
            MATCH \(pattern)
            RETURN [r IN relationships(p) | id(r)] AS ids, [n IN x + y + z | n.v] AS lists,
                length(p) AS length
            """
        ).rows()
        return rows.map { row in
            guard case .integer(let length) = row[2] else { return Path(row: row, length: -1) }
            return Path(row: row, length: Int(length))
        }
    }

    private static func makeGraph(_ session: Session, seed: UInt64) throws {
        var state = seed
        func random(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((state >> 33) % UInt64(bound))
        }
        _ = try session.run("MATCH (n) DETACH DELETE n")
        _ = try session.run("UNWIND range(0, 4) AS v CREATE (:N {v: v})")
        for _ in 0..<11 {
            _ = try session.run(
                """
                MATCH (a:N {v: \(random(5))}), (b:N {v: \(random(5))})
                CREATE (a)-[:\(random(2) == 0 ? "R" : "S") {w: \(random(4))}]->(b)
                """)
        }
    }

    @Test(arguments: [UInt64(3), 17, 29]) func areTheFirstOfAllWalks(seed: UInt64) throws {
        var options = Database.Options()
        options.batchCapacity = seed == 3 ? 2 : 2048
        try TemporaryDatabase.with(options) { database in
            let session = database.makeSession()
            try Self.makeGraph(session, seed: seed)
            for (place, pattern) in Self.patterns.enumerated() {
                let bounds = Self.lengths[place % Self.lengths.count]
                for pair in [(0, 1), (2, 3), (4, 4), (1, 0)] {
                    let walk = "(a) (\(pattern)){\(bounds.minimum), \(bounds.maximum)} (b)"
                    let all = try paths(session, "p = " + walk, pair)
                    let lengths = all.map(\.length).sorted()
                    for count in [1, 3] {
                        let some = try paths(session, "p = SHORTEST \(count) " + walk, pair)
                        #expect(some.map(\.length) == Array(lengths.prefix(count)), "\(walk)")
                        #expect(Set(some).count == some.count)
                        #expect(Set(some).isSubset(of: all), "\(walk)")
                        let groups = try paths(
                            session, "p = SHORTEST \(count) GROUPS " + walk, pair)
                        let best = Set(Set(lengths).sorted().prefix(count))
                        #expect(Set(groups) == Set(all.filter { best.contains($0.length) }))
                        #expect(groups.count == all.count { best.contains($0.length) }, "\(walk)")
                    }
                }
            }
        }
    }

    /// Six to the power of fourteen walks lead to the end, and none to the node beside it.
    @Test func doNotEnumerateWalks() throws {
        var options = Database.Options()
        options.timeoutMilliseconds = 20_000
        try TemporaryDatabase.with(options) { database in
            let session = database.makeSession()
            _ = try session.run(
                "UNWIND range(0, 14) AS level UNWIND range(0, 5) AS i CREATE (:L {level: level, i: i})"
            )
            _ = try session.run(
                "MATCH (a:L), (b:L) WHERE b.level = a.level + 1 CREATE (a)-[:R {i: b.i}]->(b)")
            _ = try session.run("CREATE (:L {level: 14, i: 6})")
            let search = """
                MATCH (a:L {level: 0, i: 0}), (b:L {level: 14})
                MATCH p = SHORTEST 4 (a) ((x)-[r:R]->(y)-[s:R]->(z) WHERE r.i <= s.i)+ (b)
                RETURN count(p)
                """
            #expect(try session.integer(search) == 24)
            let any =
                "MATCH p = ANY SHORTEST (a:L {level: 2})((x)--(y)--(z))+(b:L {i: 6}) RETURN count(p)"
            #expect(try session.integer(any) == 0)
        }
    }

    @Test func areNamedInPlans() throws {
        try TemporaryDatabase.with { database in
            let plan = try database.execute(
                "EXPLAIN MATCH p = SHORTEST 2 GROUPS (a:A)((x)-[:R]->()-[:S]->(z))+(b:B) RETURN p"
            ).summary().plan
            let text = String(describing: plan)
            #expect(text.contains("StatefulShortestPath(Into)"))
            #expect(text.contains("SHORTEST 2 GROUPS (a) ((x)-[…]-(z)){1,} (b)"))
        }
    }
}

extension ShortestTrailTests.Path {
    fileprivate init(row: [Value], length: Int) {
        self.init(
            relationships: row[0].cypherText, lists: row[1].cypherText, length: length)
    }
}
