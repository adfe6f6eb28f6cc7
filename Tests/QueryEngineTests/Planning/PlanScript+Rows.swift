/// What becomes of rows: projections, aggregates, order, limits, unions, calls.
extension PlanScript {
    static let rows = #"""
        RETURN 1 + 1 AS two
        ---
        ProduceResults two
          Projection 1 + 1 AS two
        ===
        MATCH (u:User) RETURN count(u)
        ---
        ProduceResults count(u)
          NodeCountFromCountStore count((:User)) AS `count(u)`
        ===
        MATCH (n) RETURN count(*) AS n
        ---
        ProduceResults n
          NodeCountFromCountStore count(()) AS n
        ===
        MATCH ()-[:RATED]->() RETURN count(*)
        ---
        ProduceResults count(*)
          RelationshipCountFromCountStore count(()-[:RATED]->()) AS `count(*)`
        ===
        MATCH (:User)-[:RATED]->() RETURN count(*)
        ---
        ProduceResults count(*)
          RelationshipCountFromCountStore count((:User)-[:RATED]->()) AS `count(*)`
        ===
        MATCH (u:User) RETURN u.name AS name ORDER BY u.age DESC LIMIT 10
        ---
        ProduceResults name
          Projection u.name AS name
            Top anon_2 DESC LIMIT 10
              Projection u.age AS anon_2
                NodeByLabelScan u:User
        ===
        MATCH (u:User) RETURN u.name AS name, u.age AS age ORDER BY age SKIP 5 LIMIT 10
        ---
        ProduceResults name, age
          Projection u.name AS name
            Top age ASC SKIP 5 LIMIT 10
              Projection u.age AS age
                NodeByLabelScan u:User
        ===
        MATCH (u:User) RETURN u.name ORDER BY u.name
        ---
        ProduceResults u.name
          Sort `u.name` ASC
            Projection u.name AS `u.name`
              NodeByLabelScan u:User
        ===
        MATCH (u:User)-[r:RATED]->(m:Movie) RETURN u.name, max(r.rating)
        ---
        ProduceResults u.name, max(r.rating)
          EagerAggregation u.name AS `u.name`, max(r.rating) AS `max(r.rating)`
            Filter m:Movie
              Expand(All) (u)-[r:RATED]->(m)
                NodeByLabelScan u:User
        ===
        MATCH (u:User)-[r:RATED]->(m:Movie) RETURN m.title, max(r.rating)
        ---
        ProduceResults m.title, max(r.rating)
          EagerAggregation m.title AS `m.title`, max(r.rating) AS `max(r.rating)`
            Filter u:User
              Expand(All) (m)<-[r:RATED]-(u)
                NodeByLabelScan m:Movie
        ===
        MATCH (u:User)-[r:RATED]->(m:Movie)-[:IN_GENRE]->(g:Genre) RETURN m.title, max(r.rating)
        ---
        ProduceResults m.title, max(r.rating)
          EagerAggregation m.title AS `m.title`, max(r.rating) AS `max(r.rating)`, weighted by anon_7
            Filter u:User
              Expand(All) (m)<-[r:RATED]-(u)
                Expand(Count) (m)-[:IN_GENRE]->(:Genre) AS anon_7
                  NodeByLabelScan m:Movie
        ===
        MATCH (u:User)-[r:RATED]->(m:Movie) RETURN u.age / 10 AS decade, size(u.name) > 8 AS long, max(r.rating)
        ---
        ProduceResults decade, long, max(r.rating)
          EagerAggregation u.age / 10 AS decade, size(u.name) > 8 AS long, max(r.rating) AS `max(r.rating)`
            Filter m:Movie
              Expand(All) (u)-[r:RATED]->(m)
                NodeByLabelScan u:User
        ===
        MATCH (u:User)-[r:RATED]->(m:Movie) RETURN m.title + 'x' AS title, max(r.rating)
        ---
        ProduceResults title, max(r.rating)
          EagerAggregation m.title + 'x' AS title, max(r.rating) AS `max(r.rating)`
            Filter u:User
              Expand(All) (m)<-[r:RATED]-(u)
                NodeByLabelScan m:Movie
        ===
        MATCH (u:User)-[r:RATED]->(m:Movie) RETURN u.age * rand() AS drawn, max(r.rating)
        ---
        ProduceResults drawn, max(r.rating)
          EagerAggregation u.age * rand() AS drawn, max(r.rating) AS `max(r.rating)`
            Filter m:Movie
              Expand(All) (u)-[r:RATED]->(m)
                NodeByLabelScan u:User
        ===
        MATCH (me:User {id: 7}), (u:User)-[r:RATED]->(m:Movie) WHERE u.age = me.age RETURN m.title, r.rating
        ---
        ProduceResults m.title, r.rating
          Projection m.title AS `m.title`, r.rating AS `r.rating`
            Filter m:Movie
              Expand(All) (u)-[r:RATED]->(m)
                Filter u.age = me.age
                  CartesianProduct
                    NodeIndexSeek me:User(id) WHERE id = 7
                    NodeByLabelScan u:User
        ===
        MATCH (me:User {id: 7}) WITH me.age AS age MATCH (u:User)-[r:RATED]->(m:Movie) WHERE u.age = age RETURN m.title, r.rating
        ---
        ProduceResults m.title, r.rating
          Projection m.title AS `m.title`, r.rating AS `r.rating`
            Filter m:Movie
              Expand(All) (u)-[r:RATED]->(m)
                Filter u.age = age
                  CartesianProduct
                    Projection me.age AS age
                      NodeIndexSeek me:User(id) WHERE id = 7
                    NodeByLabelScan u:User
        ===
        MATCH (x:User) WITH avg(x.age) AS mean MATCH (u:User)-[r:RATED]->(m:Movie) WHERE u.age > mean RETURN m.title, r.rating
        ---
        ProduceResults m.title, r.rating
          Projection m.title AS `m.title`, r.rating AS `r.rating`
            Filter m:Movie
              Expand(All) (u)-[r:RATED]->(m)
                Filter u.age > mean
                  CartesianProduct
                    EagerAggregation avg(x.age) AS mean
                      NodeByLabelScan x:User
                    NodeByLabelScan u:User
        ===
        WITH 30 + rand() AS age MATCH (u:User)-[r:RATED]->(m:Movie) WHERE u.age = age RETURN m.title, r.rating
        ---
        ProduceResults m.title, r.rating
          Projection m.title AS `m.title`, r.rating AS `r.rating`
            Filter m:Movie
              Expand(All) (u)-[r:RATED]->(m)
                Filter u.age = age
                  CartesianProduct
                    Projection 30 + rand() AS age
                    NodeByLabelScan u:User
        ===
        UNWIND [20, 30] AS age MATCH (u:User)-[r:RATED]->(m:Movie) WHERE u.age = age RETURN m.title, r.rating
        ---
        ProduceResults m.title, r.rating
          Projection m.title AS `m.title`, r.rating AS `r.rating`
            Filter m:Movie
              Expand(All) (u)-[r:RATED]->(m)
                Filter u.age = age
                  ValueHashJoin age = anon_6
                    Unwind [20, 30] AS age
                    Projection u.age AS anon_6
                      NodeByLabelScan u:User
        ===
        UNWIND [20, 30] AS age MATCH (u:User)-[r:RATED]->(m:Movie) WHERE u.age > age RETURN m.title, r.rating
        ---
        ProduceResults m.title, r.rating
          Projection m.title AS `m.title`, r.rating AS `r.rating`
            Filter u.age > age
              CartesianProduct
                Unwind [20, 30] AS age
                Filter m:Movie
                  Expand(All) (u)-[r:RATED]->(m)
                    NodeByLabelScan u:User
        ===
        MATCH (x:User)-[:RATED]->(:Movie {id: 5}) MATCH (m:Movie)<-[r:RATED]-(u:User) WHERE u.age = x.age AND m.year > 2000 RETURN x, m.title, count(*)
        ---
        ProduceResults x, m.title, count(*)
          EagerAggregation x, m.title AS `m.title`, count(*) AS `count(*)`, weighted by anon_8
            Filter (m:Movie) AND (m.year > 2000)
              Expand(All) (u)-[:RATED]->(m)
                Filter u.age = x.age
                  ValueHashJoin anon_9 = anon_10
                    Projection x.age AS anon_9
                      Filter x:User
                        Expand(Groups) (anon_2)<-[:RATED]-(x) AS anon_8
                          Filter anon_2.id = 5
                            NodeByLabelScan anon_2:Movie
                    Projection u.age AS anon_10
                      NodeByLabelScan u:User
        ===
        MATCH (u:User)-[r:RATED]->(m:Movie) RETURN u.name, m.title, max(r.rating)
        ---
        ProduceResults u.name, m.title, max(r.rating)
          EagerAggregation u.name AS `u.name`, m.title AS `m.title`, max(r.rating) AS `max(r.rating)`
            Filter m:Movie
              Expand(All) (u)-[r:RATED]->(m)
                NodeByLabelScan u:User
        ===
        MATCH (u:User)-[:RATED]->(m)<-[:RATED]-(p) RETURN p, count(*)
        ---
        ProduceResults p, count(*)
          Projection p, anon_6 AS `count(*)`
            Expand(Groups) (m)<-[:RATED]-(p) × (m)<-[:RATED]-(:User) AS anon_6
              AllNodesScan m
        ===
        MATCH (u:User) RETURN DISTINCT u.age AS age ORDER BY age
        ---
        ProduceResults age
          Sort age ASC
            Distinct age
              Projection u.age AS age
                NodeByLabelScan u:User
        ===
        MATCH (u:User)-[:RATED]->(m) RETURN u.name AS name, count(*) + 1 AS n ORDER BY n DESC LIMIT 3
        ---
        ProduceResults name, n
          Top n DESC LIMIT 3
            Projection anon_4 + 1 AS n
              EagerAggregation u.name AS name, count(*) AS anon_4, weighted by anon_6
                Expand(Count) (u)-[:RATED]->() AS anon_6
                  NodeByLabelScan u:User
        ===
        MATCH (u:User)-[r:RATED]->(m) WITH m, avg(r.rating) AS score, count(*) AS n WHERE n > 10 RETURN m.title, score ORDER BY score DESC LIMIT 5
        ---
        ProduceResults m.title, score
          Projection m.title AS `m.title`
            Top score DESC LIMIT 5
              Filter n > 10
                EagerAggregation m, avg(r.rating) AS score, count(*) AS n
                  Expand(All) (u)-[r:RATED]->(m)
                    NodeByLabelScan u:User
        ===
        MATCH (u:User) WITH u, u.age AS age LIMIT 3 RETURN age, u.name
        ---
        ProduceResults age, u.name
          Projection u.name AS `u.name`
            Projection u.age AS age
              Limit 3
                NodeByLabelScan u:User
        ===
        MATCH (u:User) WITH u.name AS name WHERE u.age > 3 RETURN name
        ---
        ProduceResults name
          Projection u.name AS name
            Filter u.age > 3
              NodeByLabelScan u:User
        ===
        UNWIND [1, 2, 3] AS x WITH x WHERE x > 1 RETURN collect(x) AS xs
        ---
        ProduceResults xs
          EagerAggregation collect(x) AS xs
            Filter x > 1
              Unwind [1, 2, 3] AS x
        ===
        MATCH (u:User) WITH u SKIP 1 RETURN u LIMIT 2
        ---
        ProduceResults u
          Limit 2
            Skip 1
              NodeByLabelScan u:User
        ===
        RETURN 1 AS a UNION RETURN 2 AS a
        ---
        ProduceResults a
          Distinct a
            Union
              Projection 1 AS a
              Projection 2 AS a
        ===
        MATCH (u:User) RETURN u.name AS n UNION ALL MATCH (m:Movie) RETURN m.title AS n
        ---
        ProduceResults n
          Union
            Projection u.name AS n
              NodeByLabelScan u:User
            Projection m.title AS n
              NodeByLabelScan m:Movie
        ===
        MATCH (u:User) RETURN u {.name, .age, years: u.age * 2} AS map
        ---
        ProduceResults map
          Projection CASE WHEN u IS NULL THEN null ELSE {name: u.name, age: u.age, years: u.age * 2} END AS map
            NodeByLabelScan u:User
        ===
        MATCH (u:User) RETURN CASE u.age WHEN 1 THEN 'a' WHEN > 5 THEN 'b' ELSE 'c' END AS word
        ---
        ProduceResults word
          Projection let anon_1 = u.age in CASE WHEN anon_1 = 1 THEN 'a' WHEN anon_1 > 5 THEN 'b' ELSE 'c' END AS word
            NodeByLabelScan u:User
        ===
        MATCH (u:User) WHERE 1 < u.age < 9 RETURN u
        ---
        ProduceResults u
          Filter (1 < u.age) AND (u.age < 9)
            NodeByLabelScan u:User
        ===
        CALL db.labels()
        ---
        ProduceResults label
          ProcedureCall db.labels() YIELD label
        ===
        CALL db.labels() YIELD label AS l WHERE l STARTS WITH 'U' RETURN l
        ---
        ProduceResults l
          Filter l STARTS WITH 'U'
            ProcedureCall db.labels() YIELD label AS l
        ===
        MATCH (m:Movie {year: 1999}) CALL shop.similar(m) YIELD other, score RETURN other.title ORDER BY score DESC LIMIT 3
        ---
        ProduceResults other.title
          Projection other.title AS `other.title`
            Top score DESC LIMIT 3
              ProcedureCall shop.similar(m) YIELD other, score
                NodeIndexSeek m:Movie(year) WHERE year = 1999
        ===
        SHOW INDEXES YIELD name, type WHERE type = 'RANGE'
        ---
        ProduceResults name, type
          Filter type = 'RANGE'
            ProcedureCall show.indexes() YIELD name, type
        ===
        LOAD CSV WITH HEADERS FROM 'file:///users.csv' AS row RETURN row.name
        ---
        ProduceResults row.name
          Projection row.name AS `row.name`
            LoadCSV 'file:///users.csv' AS row
        """#
}
