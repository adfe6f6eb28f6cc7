/// Plans inside plans: optional matches, tests of existence, subqueries.
extension PlanScript {
    static let subqueries = #"""
        MATCH (u:User) OPTIONAL MATCH (u)-[:RATED]->(m:Movie) RETURN u.name, m.title
        ---
        ProduceResults u.name, m.title
          Projection u.name AS `u.name`, m.title AS `m.title`
            OptionalApply
              NodeByLabelScan u:User
              Filter m:Movie
                Expand(All) (u)-[:RATED]->(m)
                  Argument u
        ===
        MATCH (u:User) WHERE (u)-[:RATED]->() RETURN u
        ---
        ProduceResults u
          SemiApply
            NodeByLabelScan u:User
            Expand(Count) (u)-[:RATED]->() AS anon_4
              Argument u
        ===
        MATCH (u:User) WHERE NOT (u)-[:RATED]->(:Movie {year: 1999}) RETURN u
        ---
        ProduceResults u
          AntiSemiApply
            NodeByLabelScan u:User
            NodeHashJoin u
              Argument u
              Expand(Groups) (anon_2)<-[:RATED]-(u) AS anon_5
                NodeIndexSeek anon_2:Movie(year) WHERE year = 1999
        ===
        MATCH (u:User) WHERE u.age > 3 AND EXISTS { MATCH (u)-[:RATED]->(m:Movie) WHERE m.year = u.age } RETURN u
        ---
        ProduceResults u
          SemiApply
            Filter u.age > 3
              NodeByLabelScan u:User
            Filter (m:Movie) AND (m.year = u.age)
              Expand(All) (u)-[:RATED]->(m)
                Argument u
        ===
        MATCH (u:User) WHERE EXISTS { (u)-[:RATED]->() } OR u.age > 3 RETURN u
        ---
        ProduceResults u
          Filter EXISTS { (u) Expand(Count) (u)-[:RATED]->() AS anon_4 } OR (u.age > 3)
            NodeByLabelScan u:User
        ===
        MATCH (u:User) RETURN u.name, COUNT { (u)-[:RATED]->() } AS n
        ---
        ProduceResults u.name, n
          Projection u.name AS `u.name`, COUNT { (u) Expand(Count) (u)-[:RATED]->() AS anon_5 } AS n
            NodeByLabelScan u:User
        ===
        MATCH (u:User) RETURN [(u)-[r:RATED]->(m) WHERE r.rating > 3 | m.title] AS titles
        ---
        ProduceResults titles
          Projection COLLECT { (u) Expand(All) (u)-[r:RATED]->(m) → Filter r.rating > 3 → Projection m.title AS anon_3 } AS titles
            NodeByLabelScan u:User
        ===
        MATCH (u:User) RETURN COLLECT { MATCH (u)-[:RATED]->(m) RETURN m.title ORDER BY m.year LIMIT 3 } AS titles
        ---
        ProduceResults titles
          Projection COLLECT { (u) Expand(All) (u)-[:RATED]->(m) → Projection m.year AS anon_4 → Top anon_4 ASC LIMIT 3 → Projection m.title AS `m.title` } AS titles
            NodeByLabelScan u:User
        ===
        MATCH (u:User) CALL (u) { MATCH (u)-[:RATED]->(m) RETURN m ORDER BY m.year LIMIT 1 } RETURN u.name, m.title
        ---
        ProduceResults u.name, m.title
          Projection u.name AS `u.name`, m.title AS `m.title`
            Apply row by row
              NodeByLabelScan u:User
              Top anon_3 ASC LIMIT 1
                Projection m.year AS anon_3
                  Expand(All) (u)-[:RATED]->(m)
                    Argument u
        ===
        MATCH (u:User) CALL (u) { MATCH (u)-[:RATED]->(m) RETURN m.year AS year, count(*) AS n } RETURN u.name, year, n
        ---
        ProduceResults u.name, year, n
          Projection u.name AS `u.name`
            Apply
              NodeByLabelScan u:User
              EagerAggregation m.year AS year, anon_6, count(*) AS n
                Expand(All) (u)-[:RATED]->(m)
                  Argument u
        ===
        MATCH (u:User) CALL { WITH u MATCH (u)-[:RATED]->(m) RETURN m UNION MATCH (m:Movie {year: 1999}) RETURN m } RETURN m
        ---
        ProduceResults m
          Apply
            NodeByLabelScan u:User
            Distinct m, anon_5
              Union
                Expand(All) (u)-[:RATED]->(m)
                  Argument u
                NodeIndexSeek m:Movie(year) WHERE year = 1999
                  Argument
        ===
        CALL { MATCH (u:User) RETURN count(*) AS users } RETURN users
        ---
        ProduceResults users
          NodeCountFromCountStore count((:User)) AS users
        ===
        MATCH (a:Person {name: 'Ann'}), (b:Person {name: 'Bob'}) RETURN shortestPath((a)-[:KNOWS*]-(b)) AS p
        ---
        ProduceResults p
          Projection COLLECT { (a, b) ShortestPath (a)-[:KNOWS*]-(b) → Projection path(a, anon_2, b) AS anon_5 }[0] AS p
            CartesianProduct
              NodeIndexSeek a:Person(name, age) WHERE name = 'Ann'
              NodeIndexSeek b:Person(name, age) WHERE name = 'Bob'
        ===
        MATCH p = (a:User)-[:RATED]->() RETURN [x IN nodes(p) WHERE (x)-[:IN_GENRE]->() | x.title] AS titles
        ---
        ProduceResults titles
          Projection [x IN nodes(path(a, anon_1, anon_2)) WHERE EXISTS { (x) Expand(Count) (x)-[:IN_GENRE]->() AS anon_8 } | x.title] AS titles
            Expand(All) (a)-[:RATED]->(anon_2)
              NodeByLabelScan a:User
        ===
        MATCH p = (a:User)-[:RATED]->() WHERE EXISTS { MATCH (b:City) WHERE b.id = length(p) } RETURN a
        ---
        ProduceResults a
          SemiApply
            Expand(All) (a)-[:RATED]->(anon_2)
              NodeByLabelScan a:User
            Filter b.id = length(path(a, anon_1, anon_2))
              ValueHashJoin anon_6 = anon_7
                Projection length(path(a, anon_1, anon_2)) AS anon_6
                  Argument a, anon_1, anon_2
                Projection b.id AS anon_7
                  NodeByLabelScan b:City
        ===
        MATCH (v:VIP) CALL { MATCH (u:User) RETURN count(*) AS n } RETURN v, n
        ---
        ProduceResults v, n
          CartesianProduct
            NodeByLabelScan v:VIP
            NodeCountFromCountStore count((:User)) AS n
        ===
        MATCH (u:User) CALL (u) { MATCH (u)-[:RATED]->(m) RETURN count(m) AS n } RETURN u.name, n
        ---
        ProduceResults u.name, n
          Projection u.name AS `u.name`
            Apply
              NodeByLabelScan u:User
              EagerAggregation by row, count(*) AS n, weighted by anon_6
                Expand(Count) (u)-[:RATED]->() AS anon_6
                  Argument u
        ===
        MATCH (u:User) CALL (u) { MATCH (u)-[r:RATED]->(m:Movie) RETURN avg(r.score) AS mean, max(m.year) AS year } RETURN u.name, mean
        ---
        ProduceResults u.name, mean
          Projection u.name AS `u.name`
            Apply
              NodeByLabelScan u:User
              EagerAggregation by row, avg(r.score) AS mean
                Filter m:Movie
                  Expand(All) (u)-[r:RATED]->(m)
                    Argument u
        ===
        MATCH (u:User) WHERE u.age < 10 CALL (u) { MATCH (u)-[:RATED]->(:Movie)<-[:RATED]-(p:User) RETURN count(DISTINCT p) AS n } RETURN sum(n)
        ---
        ProduceResults sum(n)
          EagerAggregation sum(n) AS `sum(n)`
            Apply
              Filter u.age < 10
                NodeByLabelScan u:User
              EagerAggregation by row, count(p) AS n
                Filter p:User
                  Expand(Groups) (anon_2)<-[:RATED]-(p) not anon_1 by anon_7 AS anon_8
                    Filter anon_2:Movie
                      Expand(All) (u)-[:RATED]->(anon_2)
                        Argument u
        ===
        MATCH (u:User) WHERE u.age < 10 CALL (u) { MATCH (u)-[:RATED]->(:Movie)<-[:RATED]-(:User)-[:RATED]->(m:Movie) RETURN count(DISTINCT m) AS n } RETURN sum(n)
        ---
        ProduceResults sum(n)
          EagerAggregation sum(n) AS `sum(n)`
            Apply
              Filter u.age < 10
                NodeByLabelScan u:User
              EagerAggregation by row, count(m) AS n
                Filter m:Movie
                  Expand(Groups) (anon_4)-[:RATED]->(m) not anon_1, anon_3 by anon_9 AS anon_10
                    Filter anon_4:User
                      Expand(All) (anon_2)<-[:RATED]-(anon_4) not anon_1
                        Filter anon_2:Movie
                          Expand(All) (u)-[:RATED]->(anon_2)
                            Argument u
        """#
}
