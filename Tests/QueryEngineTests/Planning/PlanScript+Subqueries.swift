/// Plans inside plans: optional matches, tests of existence, subqueries.
extension PlanScript {
    static let subqueries = #"""
        MATCH (u:User) OPTIONAL MATCH (u)-[:RATED]->(m:Movie) RETURN u.name, m.title
        ---
        ?
        ===
        MATCH (u:User) WHERE (u)-[:RATED]->() RETURN u
        ---
        ?
        ===
        MATCH (u:User) WHERE NOT (u)-[:RATED]->(:Movie {year: 1999}) RETURN u
        ---
        ?
        ===
        MATCH (u:User) WHERE u.age > 3 AND EXISTS { MATCH (u)-[:RATED]->(m:Movie) WHERE m.year = u.age } RETURN u
        ---
        ?
        ===
        MATCH (u:User) WHERE EXISTS { (u)-[:RATED]->() } OR u.age > 3 RETURN u
        ---
        ?
        ===
        MATCH (u:User) RETURN u.name, COUNT { (u)-[:RATED]->() } AS n
        ---
        ?
        ===
        MATCH (u:User) RETURN [(u)-[r:RATED]->(m) WHERE r.rating > 3 | m.title] AS titles
        ---
        ?
        ===
        MATCH (u:User) RETURN COLLECT { MATCH (u)-[:RATED]->(m) RETURN m.title ORDER BY m.year LIMIT 3 } AS titles
        ---
        ?
        ===
        MATCH (u:User) CALL (u) { MATCH (u)-[:RATED]->(m) RETURN m ORDER BY m.year LIMIT 1 } RETURN u.name, m.title
        ---
        ?
        ===
        MATCH (u:User) CALL (u) { MATCH (u)-[:RATED]->(m) RETURN m.year AS year, count(*) AS n } RETURN u.name, year, n
        ---
        ?
        ===
        MATCH (u:User) CALL { WITH u MATCH (u)-[:RATED]->(m) RETURN m UNION MATCH (m:Movie {year: 1999}) RETURN m } RETURN m
        ---
        ?
        ===
        CALL { MATCH (u:User) RETURN count(*) AS users } RETURN users
        ---
        ?
        ===
        MATCH (a:Person {name: 'Ann'}), (b:Person {name: 'Bob'}) RETURN shortestPath((a)-[:KNOWS*]-(b)) AS p
        ---
        ?
        """#
}
