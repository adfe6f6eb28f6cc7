extension PlanScript {
    /// Matches that are found by themselves and joined to the rows.
    static let joins = #"""
        MATCH (u:User) OPTIONAL MATCH (u)-[r:RATED]->(:Movie)-[:IN_GENRE]->(:Genre {name: 'War'}) RETURN u.name, count(r) AS n
        ---
        ProduceResults u.name, n
          EagerAggregation u.name AS `u.name`, count(anon_8) AS n, weighted by anon_9
            Projection coalesce(anon_8, 1) AS anon_9
              OptionalApply
                NodeByLabelScan u:User
                NodeHashJoin u
                  Argument u
                  Expand(Groups) (anon_2)<-[:RATED]-(u) AS anon_8
                    Filter anon_2:Movie
                      Expand(All) (anon_4)<-[:IN_GENRE]-(anon_2)
                        Filter anon_4.name = 'War'
                          NodeByLabelScan anon_4:Genre
        ===
        MATCH (u:User) OPTIONAL MATCH (u)-[r:RATED]->(m:Movie {year: 1999}) RETURN u.name, m.title, r.rating
        ---
        ProduceResults u.name, m.title, r.rating
          Projection u.name AS `u.name`, m.title AS `m.title`, r.rating AS `r.rating`
            OptionalApply
              NodeByLabelScan u:User
              NodeHashJoin u
                Argument u
                Expand(All) (m)<-[r:RATED]-(u)
                  NodeIndexSeek m:Movie(year) WHERE year = 1999
        ===
        MATCH (u:User) OPTIONAL MATCH (u)-[r:RATED]->(m) RETURN u.name, count(m) AS n, avg(u.age) AS age
        ---
        ProduceResults u.name, n, age
          EagerAggregation u.name AS `u.name`, count(anon_7) AS n, avg(u.age) AS age, weighted by anon_8
            Projection coalesce(anon_7, 1) AS anon_8
              OptionalApply
                NodeByLabelScan u:User
                Expand(Count) (u)-[:RATED]->() AS anon_7
                  Argument u
        ===
        MATCH (u:User) OPTIONAL MATCH (u)-[r:RATED]->(m:Movie {year: 1999}) RETURN u.name, m.title LIMIT 3
        ---
        ProduceResults u.name, m.title
          Projection u.name AS `u.name`, m.title AS `m.title`
            Limit 3
              OptionalApply
                NodeByLabelScan u:User
                Filter (m:Movie) AND (m.year = 1999)
                  Expand(All) (u)-[:RATED]->(m)
                    Argument u
        ===
        MATCH (u:User) WITH u WHERE u.age > 30 MATCH (u)-[r:RATED]->(:Movie {year: 1999}) RETURN u.name, avg(r.rating) AS a
        ---
        ProduceResults u.name, a
          EagerAggregation u.name AS `u.name`, avg(r.rating) AS a
            NodeHashJoin u
              Filter u.age > 30
                NodeByLabelScan u:User
              Expand(All) (anon_2)<-[r:RATED]-(u)
                NodeIndexSeek anon_2:Movie(year) WHERE year = 1999
        ===
        MATCH (u:User) WITH u, u.age AS age MATCH (u)-[r:RATED]->(:Movie {year: age}) RETURN u.name
        ---
        ProduceResults u.name
          Projection u.name AS `u.name`
            Filter (anon_3:Movie) AND (anon_3.year = age)
              Expand(All) (u)-[:RATED]->(anon_3)
                Projection u.age AS age
                  NodeByLabelScan u:User
        ===
        MATCH (u:User {id: 3}) WITH u MATCH (u)-[r:RATED]->(:Movie {year: 1999}) RETURN u.name
        ---
        ProduceResults u.name
          Projection u.name AS `u.name`
            Filter (anon_2:Movie) AND (anon_2.year = 1999)
              Expand(All) (u)-[:RATED]->(anon_2)
                NodeIndexSeek u:User(id) WHERE id = 3
        ===
        MATCH (u:User) WHERE NOT EXISTS { (u)-[:RATED]->(:Movie)-[:IN_GENRE]->(:Genre {name: 'War'}) } RETURN u.name
        ---
        ProduceResults u.name
          Projection u.name AS `u.name`
            AntiSemiApply
              NodeByLabelScan u:User
              NodeHashJoin u
                Argument u
                Expand(Groups) (anon_2)<-[:RATED]-(u) AS anon_9
                  Filter anon_2:Movie
                    Expand(All) (anon_4)<-[:IN_GENRE]-(anon_2)
                      Filter anon_4.name = 'War'
                        NodeByLabelScan anon_4:Genre
        ===
        MATCH (u:User) RETURN u.name, COUNT { (u)-[:RATED]->(:Movie)-[:IN_GENRE]->(:Genre {name: 'War'}) } AS n
        ---
        ProduceResults u.name, n
          Projection u.name AS `u.name`, COUNT { (u) NodeByLabelScan anon_5:Genre → Filter anon_5.name = 'War' → Expand(All) (anon_5)<-[:IN_GENRE]-(anon_3) → Filter anon_3:Movie → Expand(Groups) (anon_3)<-[:RATED]-(u) AS anon_10 → NodeHashJoin u } AS n
            NodeByLabelScan u:User
        ===
        MATCH (p:Person)-[:KNOWS]->(q:Person) WITH p, q MATCH (p)-[:LIVES_IN]->(c:City {name: 'Rome'})<-[:LIVES_IN]-(q) RETURN p, q
        ---
        ProduceResults p, q
          Filter (c:City) AND (c.name = 'Rome')
            Expand(Intersect) (p)-[:LIVES_IN]->(c), (q)-[:LIVES_IN]->(c)
              Filter q:Person
                Expand(All) (p)-[:KNOWS]->(q)
                  NodeByLabelScan p:Person
        ===
        MATCH (u:User) OPTIONAL MATCH (u)-[r:RATED]->(m:Movie {year: 1999}) SET u.seen = m.title
        ---
        EmptyResult
          Set u.seen = m.title
            OptionalApply
              NodeByLabelScan u:User
              Filter (m:Movie) AND (m.year = 1999)
                Expand(All) (u)-[:RATED]->(m)
                  Argument u
        ===
        MATCH (a:User)-[:RATED]->(m:Movie)<-[:RATED]-(b:User) WHERE a.name = b.name AND a.age < b.age RETURN m.title, count(*) AS n
        ---
        ProduceResults m.title, n
          EagerAggregation m.title AS `m.title`, count(*) AS n
            Filter (m = `m'`) AND (a.name = b.name) AND (a.age < b.age)
              ValueHashJoin anon_9 = anon_10, `m'` = m
                Projection a.name AS anon_9
                  Filter `m'`:Movie
                    Expand(All) (a)-[:RATED]->(`m'`)
                      NodeByLabelScan a:User
                Projection b.name AS anon_10
                  Filter m:Movie
                    Expand(All) (b)-[:RATED]->(m)
                      NodeByLabelScan b:User
        ===
        MATCH (a:User)-[:RATED]->(m:Movie)<-[:RATED]-(b:User {name: 'Ada'}) WHERE a.age = b.age RETURN a.name
        ---
        ProduceResults a.name
          Projection a.name AS `a.name`
            Filter (a:User) AND (a.age = b.age)
              Expand(All) (m)<-[:RATED]-(a) not anon_3
                Filter m:Movie
                  Expand(All) (b)-[:RATED]->(m)
                    Filter b.name = 'Ada'
                      NodeByLabelScan b:User
        """#
}
