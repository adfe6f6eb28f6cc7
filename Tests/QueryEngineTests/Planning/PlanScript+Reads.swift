/// How the graph is read: starts, directions, indexes, joins.
extension PlanScript {
    static let reads = #"""
        MATCH (n) RETURN n
        ---
        ?
        ===
        MATCH (u:User) RETURN u.name
        ---
        ?
        ===
        MATCH (u:User {id: $id}) RETURN u
        ---
        ?
        ===
        MATCH (u:User) WHERE u.id IN [1, 2, 3] RETURN u
        ---
        ?
        ===
        MATCH (m:Movie) WHERE m.year >= 1990 AND m.year < 2000 AND m.title STARTS WITH 'A' RETURN m.title
        ---
        ?
        ===
        MATCH (p:Person {name: 'Ann'}) WHERE p.age > 30 RETURN p
        ---
        ?
        ===
        MATCH (p:Person) WHERE p.name STARTS WITH 'An' RETURN p
        ---
        ?
        ===
        MATCH (n) WHERE id(n) = 5 RETURN n
        ---
        ?
        ===
        MATCH (n) WHERE elementId(n) IN $ids RETURN n
        ---
        ?
        ===
        MATCH (u:User:VIP) RETURN u
        ---
        ?
        ===
        MATCH (x:User|Movie) RETURN x
        ---
        ?
        ===
        MATCH (u:User)-[r:RATED]->(m:Movie) RETURN u, r, m
        ---
        ?
        ===
        MATCH (u:User {id: 1})-[r:RATED]->(m:Movie) WHERE r.rating > 3 RETURN m.title
        ---
        ?
        ===
        MATCH (m:Movie)<-[:RATED]-(u:User {id: 1}) RETURN m.title
        ---
        ?
        ===
        MATCH (u:User)-[:RATED]->(m:Movie)-[:IN_GENRE]->(g:Genre {name: 'Noir'}) RETURN u.name
        ---
        ?
        ===
        MATCH (:User)-[:RATED]->(:Movie)<-[:RATED]-(:User) RETURN count(*)
        ---
        ?
        ===
        MATCH (a:User {id: 1})-[:RATED]->(m)<-[:RATED]-(b:User {id: 2}) RETURN m
        ---
        ?
        ===
        MATCH (a:Person)-[:KNOWS]->(b)-[:KNOWS]->(c)-[:KNOWS]->(a) RETURN a, b, c
        ---
        ?
        ===
        MATCH (a:Person {name: 'Ann', age: 3})-[:KNOWS*1..3]->(b) RETURN b
        ---
        ?
        ===
        MATCH p = (a:Person {name: 'Ann'})-[rs:KNOWS*]-(b:Person {name: 'Bob'}) WHERE all(r IN rs WHERE r.since > 2000) RETURN length(p)
        ---
        ?
        ===
        MATCH ()-[r:LIVES_IN]->() RETURN r
        ---
        ?
        ===
        MATCH (a:VIP), (g:Genre) RETURN a, g
        ---
        ?
        ===
        MATCH (a:User), (b:Person) WHERE a.name = b.name RETURN a, b
        ---
        ?
        ===
        MATCH (u:User {id: 1}) MATCH (m:Movie {year: u.age}) RETURN m
        ---
        ?
        ===
        MATCH p = shortestPath((a:Person {name: 'Ann'})-[:KNOWS*..6]-(b:Person {name: 'Bob'})) RETURN p
        ---
        ?
        ===
        MATCH ()-[r:KNOWS]->() WITH r LIMIT 1 MATCH (a)-[r]->(b) RETURN a, b
        ---
        ?
        ===
        MATCH (p:Person)-[:LIVES_IN|KNOWS]-(x) RETURN x
        ---
        ?
        ===
        MATCH ((a:Person)-[r:KNOWS WHERE r.since > 2000]->(b:Person)){1,3} RETURN a, r, b
        ---
        ?
        """#
}
