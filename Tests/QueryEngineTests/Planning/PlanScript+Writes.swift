/// Writes, and the barriers that keep them from being read too early or too late.
extension PlanScript {
    static let writes = #"""
        CREATE (u:User {id: 1})-[:RATED {rating: 5}]->(m:Movie {title: 'x'})
        ---
        ?
        ===
        CREATE (a:User {id: 1}), (b:User {id: a.id})
        ---
        ?
        ===
        MATCH (u:User {id: 'u1'}) MATCH (m:Movie {year: 1999}) MERGE (u)-[r:RATED {rating: 1}]->(m)
        ---
        ?
        ===
        MERGE (n:User {id: 'u1', name: 'Ann'})
        ---
        ?
        ===
        UNWIND $rows AS row MERGE (u:User {id: row.u}) MERGE (m:Movie {title: row.m}) MERGE (u)-[r:RATED]->(m) ON CREATE SET r.rating = 1 ON MATCH SET r.rating = r.rating + 1
        ---
        ?
        ===
        UNWIND $rows AS row MERGE (a:User {id: row.a}) MERGE (b:User {id: row.b})
        ---
        ?
        ===
        MATCH (u:User) SET u.age = u.age + 1
        ---
        ?
        ===
        MATCH (u:User) WITH u, u.age AS old SET u.age = 0 RETURN old
        ---
        ?
        ===
        MATCH (u:User)-[:RATED]->(m) SET u.age = m.year RETURN u.age
        ---
        ?
        ===
        MATCH (u:User) SET u:VIP RETURN count(*)
        ---
        ?
        ===
        MATCH (u:User) MATCH (v:VIP) SET u:VIP
        ---
        ?
        ===
        MATCH (u:User) DETACH DELETE u
        ---
        ?
        ===
        MATCH (u:User)-[r:RATED]->(m) DELETE r
        ---
        ?
        ===
        MATCH (u:User) CREATE (v:User {id: u.id + 1})
        ---
        ?
        ===
        MATCH (u:User) CREATE (m:Movie) WITH m LIMIT 1 RETURN m
        ---
        ?
        ===
        MATCH (u:User) WITH u LIMIT 3 CREATE (m:Movie {title: u.name}) RETURN m
        ---
        ?
        ===
        MATCH (u:User) FOREACH (x IN [1, 2] | CREATE (:Genre {name: u.name}) SET u.age = x)
        ---
        ?
        ===
        MATCH (u:User) CALL (u) { CREATE (:Movie {title: u.name}) } RETURN u
        ---
        ?
        ===
        MATCH (u:User) CALL (u) { SET u.age = 1 } IN TRANSACTIONS OF 100 ROWS
        ---
        ?
        ===
        CREATE (u:User {id: 9}) WITH u MATCH (v:User) RETURN v
        ---
        ?
        ===
        MATCH (u:User {id: 1}) REMOVE u.age, u:VIP
        ---
        ?
        """#
}
