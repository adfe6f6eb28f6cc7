import Cypher
import GraphStore
import QueryEngine
import Testing
import Values

@testable import Starling

@Suite struct PlanCacheTests {
    private func lifted(_ text: String) throws -> (key: String, literals: String) {
        let lifted = LiftedStatement(try Parser.parse(text))
        return (lifted.key(of: text), Value.map(lifted.literals).cypherText)
    }

    @Test func textsThatDifferInLiteralsShareAPlan() throws {
        for (one, two) in [
            ("MATCH (n {id: 15}) RETURN n", "MATCH (n {id: 27}) RETURN n"),
            ("MATCH (n) WHERE n.x = 'ab' RETURN n", "MATCH (n) WHERE n.x = 'cd' RETURN n"),
            ("MERGE (n:A {x: 1.5}) RETURN 1", "MERGE (n:A {x: 2.5}) RETURN 1"),
            ("MATCH ()-[r {w: 1}]->() RETURN 1", "MATCH ()-[r {w: 2}]->() RETURN 1"),
        ] {
            #expect(try lifted(one).key == lifted(two).key)
            #expect(try lifted(one).literals != lifted(two).literals)
        }
    }

    @Test func whatAPlanDependsOnStays() throws {
        for (one, two) in [
            ("MATCH (n {id: 15}) RETURN n", "MATCH (n {id: '5'}) RETURN n"),
            ("MATCH (n {id: 15}) RETURN n", "MATCH (n {id: 155}) RETURN n"),
            ("MATCH (n)-[*1]->() RETURN 1", "MATCH (n)-[*2]->() RETURN 1"),
            ("MATCH (n) RETURN n.x = 1", "MATCH (n) RETURN n.x = 2"),
            ("MATCH (n) RETURN n LIMIT 1", "MATCH (n) RETURN n LIMIT 2"),
            ("EXPLAIN MATCH (n {id: 1}) RETURN n", "EXPLAIN MATCH (n {id: 2}) RETURN n"),
            ("MATCH (n {id: null}) RETURN n", "MATCH (n {id: true}) RETURN n"),
        ] {
            #expect(try lifted(one).key != lifted(two).key)
        }
    }

    @Test func valuesArriveInSharedPlans() throws {
        try TemporaryDatabase.with { database in
            for id in 10..<30 { try database.execute("CREATE (:N {id: \(id), s: 'v\(id)'})") }
            for id in 10..<30 {
                let text = "MATCH (n:N {id: \(id)}) WHERE n.s = 'v\(id)' RETURN n.id"
                #expect(try database.integer(text) == Int64(id))
                // The second time from the cache.
                #expect(try database.integer(text) == Int64(id))
            }
            let session = database.makeSession()
            try session.begin()
            #expect(try session.integer("MATCH (n:N {id: 11}) RETURN n.id") == 11)
            #expect(try session.integer("MATCH (n:N {id: 12}) SET n.id = 99 RETURN n.id") == 99)
            try session.rollback()
        }
    }

    /// An everyday query's way from text to plan; its bound in release mode is 100 µs.
    @Test func preparingAQueryIsQuick() throws {
        let text = """
            MATCH (u:User {id: $id})-[r:RATED]->(m:Movie)<-[s:RATED]-(v:User)
            WHERE r.rating > 3 AND s.rating > 3 AND u <> v
            RETURN v.name AS name, count(*) AS common ORDER BY common DESC LIMIT 10
            """
        try TemporaryDatabase.with { database in
            try database.execute("CREATE (:User {id: 1, name: 'a'})-[:RATED {rating: 4}]->(:Movie)")
            let view = try database.store.beginRead()
            defer { view.close() }
            func prepare() throws {
                _ = try StatementPlanner.prepare(
                    try Parser.parse(text), view: view,
                    procedures: database.procedures)
            }
            for _ in 0..<20 { try prepare() }
            let clock = ContinuousClock()
            var fastest = Duration.seconds(1)
            for _ in 0..<10 {
                let time = try clock.measure { for _ in 0..<20 { try prepare() } }
                fastest = min(fastest, time / 20)
            }
            #if DEBUG
                #expect(fastest < .milliseconds(5))
            #else
                #expect(fastest < .microseconds(100))
            #endif
        }
    }
}
