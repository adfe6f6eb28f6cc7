/// What becomes of rows: projections, aggregates, order, limits, unions, calls.
extension PlanScript {
    static let rows = #"""
        RETURN 1 + 1 AS two
        ---
        ?
        ===
        MATCH (u:User) RETURN count(u)
        ---
        ?
        ===
        MATCH (n) RETURN count(*) AS n
        ---
        ?
        ===
        MATCH ()-[:RATED]->() RETURN count(*)
        ---
        ?
        ===
        MATCH (:User)-[:RATED]->() RETURN count(*)
        ---
        ?
        ===
        MATCH (u:User) RETURN u.name AS name ORDER BY u.age DESC LIMIT 10
        ---
        ?
        ===
        MATCH (u:User) RETURN u.name AS name, u.age AS age ORDER BY age SKIP 5 LIMIT 10
        ---
        ?
        ===
        MATCH (u:User) RETURN u.name ORDER BY u.name
        ---
        ?
        ===
        MATCH (u:User) RETURN DISTINCT u.age AS age ORDER BY age
        ---
        ?
        ===
        MATCH (u:User)-[:RATED]->(m) RETURN u.name AS name, count(*) + 1 AS n ORDER BY n DESC LIMIT 3
        ---
        ?
        ===
        MATCH (u:User)-[r:RATED]->(m) WITH m, avg(r.rating) AS score, count(*) AS n WHERE n > 10 RETURN m.title, score ORDER BY score DESC LIMIT 5
        ---
        ?
        ===
        MATCH (u:User) WITH u, u.age AS age LIMIT 3 RETURN age, u.name
        ---
        ?
        ===
        MATCH (u:User) WITH u.name AS name WHERE u.age > 3 RETURN name
        ---
        ?
        ===
        UNWIND [1, 2, 3] AS x WITH x WHERE x > 1 RETURN collect(x) AS xs
        ---
        ?
        ===
        MATCH (u:User) WITH u SKIP 1 RETURN u LIMIT 2
        ---
        ?
        ===
        RETURN 1 AS a UNION RETURN 2 AS a
        ---
        ?
        ===
        MATCH (u:User) RETURN u.name AS n UNION ALL MATCH (m:Movie) RETURN m.title AS n
        ---
        ?
        ===
        MATCH (u:User) RETURN u {.name, .age, years: u.age * 2} AS map
        ---
        ?
        ===
        MATCH (u:User) RETURN CASE u.age WHEN 1 THEN 'a' WHEN > 5 THEN 'b' ELSE 'c' END AS word
        ---
        ?
        ===
        MATCH (u:User) WHERE 1 < u.age < 9 RETURN u
        ---
        ?
        ===
        CALL db.labels()
        ---
        ?
        ===
        CALL db.labels() YIELD label AS l WHERE l STARTS WITH 'U' RETURN l
        ---
        ?
        ===
        MATCH (m:Movie {year: 1999}) CALL shop.similar(m) YIELD other, score RETURN other.title ORDER BY score DESC LIMIT 3
        ---
        ?
        ===
        SHOW INDEXES YIELD name, type WHERE type = 'RANGE'
        ---
        ?
        ===
        LOAD CSV WITH HEADERS FROM 'file:///users.csv' AS row RETURN row.name
        ---
        ?
        """#
}
