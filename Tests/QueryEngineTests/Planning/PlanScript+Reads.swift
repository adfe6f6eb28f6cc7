/// How the graph is read: starts, directions, indexes, joins.
extension PlanScript {
    static let reads = #"""
        MATCH (n) RETURN n
        ---
        ProduceResults n
          AllNodesScan n
        ===
        MATCH (u:User) RETURN u.name
        ---
        ProduceResults u.name
          Projection u.name AS `u.name`
            NodeByLabelScan u:User
        ===
        MATCH (u:User {id: $id}) RETURN u
        ---
        ProduceResults u
          NodeIndexSeek u:User(id) WHERE id = $id
        ===
        MATCH (u:User) WHERE u.id IN [1, 2, 3] RETURN u
        ---
        ProduceResults u
          NodeIndexSeek u:User(id) WHERE id IN [1, 2, 3]
        ===
        MATCH (m:Movie) WHERE m.year >= 1990 AND m.year < 2000 AND m.title STARTS WITH 'A' RETURN m.title
        ---
        ProduceResults m.title
          Projection m.title AS `m.title`
            Filter m.title STARTS WITH 'A'
              NodeIndexSeekByRange m:Movie(year) WHERE year >= 1990 AND year < 2000
        ===
        MATCH (p:Person {name: 'Ann'}) WHERE p.age > 30 RETURN p
        ---
        ProduceResults p
          NodeIndexSeekByRange p:Person(name, age) WHERE name = 'Ann' AND age > 30
        ===
        MATCH (p:Person) WHERE p.name STARTS WITH 'An' RETURN p
        ---
        ProduceResults p
          NodeIndexSeekByRange p:Person(name, age) WHERE name STARTS WITH 'An'
        ===
        MATCH (n) WHERE id(n) = 5 RETURN n
        ---
        ProduceResults n
          NodeByIdSeek id(n) = 5
        ===
        MATCH (n) WHERE elementId(n) IN $ids RETURN n
        ---
        ProduceResults n
          NodeByElementIdSeek elementId(n) IN $ids
        ===
        MATCH ()-[r]->() WHERE id(r) = $id RETURN r
        ---
        ProduceResults r
          RelationshipByIdSeek id(r) = $id
        ===
        MATCH (a)<-[r:RATED|LIKES]-(b:User) WHERE elementId(r) IN $ids RETURN a, b
        ---
        ProduceResults a, b
          Filter (r:(RATED|LIKES)) AND (b:User)
            RelationshipByElementIdSeek elementId(r) IN $ids
        ===
        UNWIND [1, 2] AS x MATCH (a)-[r]-(b), (c)-[s:LIKES]->(c) WHERE id(r) = x AND id(s) = x RETURN a
        ---
        ProduceResults a
          Filter (c = anon_6) AND (s <> r) AND (s:LIKES)
            RelationshipByIdSeek id(s) = x
              RelationshipByIdSeek id(r) = x
                Unwind [1, 2] AS x
        ===
        MATCH (u:User:VIP) RETURN u
        ---
        ProduceResults u
          Filter u:User
            NodeByLabelScan u:VIP
        ===
        MATCH (x:User|Movie) RETURN x
        ---
        ProduceResults x
          UnionNodeByLabelsScan x:User|Movie
        ===
        MATCH (u:User)-[r:RATED]->(m:Movie) RETURN u, r, m
        ---
        ProduceResults u, r, m
          Filter m:Movie
            Expand(All) (u)-[r:RATED]->(m)
              NodeByLabelScan u:User
        ===
        MATCH (u:User {id: 1})-[r:RATED]->(m:Movie) WHERE r.rating > 3 RETURN m.title
        ---
        ProduceResults m.title
          Projection m.title AS `m.title`
            Filter (m:Movie) AND (r.rating > 3)
              Expand(All) (u)-[r:RATED]->(m)
                NodeIndexSeek u:User(id) WHERE id = 1
        ===
        MATCH (m:Movie)<-[:RATED]-(u:User {id: 1}) RETURN m.title
        ---
        ProduceResults m.title
          Projection m.title AS `m.title`
            Filter m:Movie
              Expand(All) (u)-[:RATED]->(m)
                NodeIndexSeek u:User(id) WHERE id = 1
        ===
        MATCH (u:User)-[:RATED]->(m:Movie)-[:IN_GENRE]->(g:Genre {name: 'Noir'}) RETURN u.name
        ---
        ProduceResults u.name
          Projection u.name AS `u.name`
            Filter u:User
              Expand(All) (m)<-[:RATED]-(u)
                Filter m:Movie
                  Expand(All) (g)<-[:IN_GENRE]-(m)
                    Filter g.name = 'Noir'
                      NodeByLabelScan g:Genre
        ===
        MATCH (:User)-[:RATED]->(:Movie)<-[:RATED]-(:User) RETURN count(*)
        ---
        ProduceResults count(*)
          EagerAggregation count(*) AS `count(*)`, weighted by anon_6
            Expand(Count) (anon_2)<-[:RATED]-(:User) × (anon_2)<-[:RATED]-(:User) AS anon_6
              NodeByLabelScan anon_2:Movie
        ===
        MATCH (a:User {id: 1})-[:RATED]->(m)<-[:RATED]-(b:User {id: 2}) RETURN m
        ---
        ProduceResults m
          Expand(Intersect) (a)-[:RATED]->(m), (b)-[:RATED]->(m)
            NodeIndexSeek b:User(id) WHERE id = 2
              NodeIndexSeek a:User(id) WHERE id = 1
        ===
        MATCH (a:Person)-[:KNOWS]->(b)-[:KNOWS]->(c)-[:KNOWS]->(a) RETURN a, b, c
        ---
        ProduceResults a, b, c
          Expand(Intersect) (b)-[:KNOWS]->(c) not anon_1, (a)<-[:KNOWS]-(c) not anon_1
            Expand(All) (a)-[:KNOWS]->(b)
              NodeByLabelScan a:Person
        ===
        MATCH (a:Person {name: 'Ann', age: 3})-[:KNOWS*1..3]->(b) RETURN b
        ---
        ProduceResults b
          VarLengthExpand(All) (a)-[:KNOWS*1..3]->(b)
            NodeIndexSeek a:Person(name, age) WHERE name = 'Ann' AND age = 3
        ===
        MATCH p = (a:Person {name: 'Ann'})-[rs:KNOWS*]-(b:Person {name: 'Bob'}) WHERE all(r IN rs WHERE r.since > 2000) RETURN length(p)
        ---
        ProduceResults length(p)
          Projection length(path(a, rs, b)) AS `length(p)`
            Filter (b:Person) AND (b.name = 'Bob')
              VarLengthExpand(All) (a)-[rs:KNOWS*]-(b) each r.since > 2000
                NodeIndexSeek a:Person(name, age) WHERE name = 'Ann'
        ===
        MATCH ()-[r:LIVES_IN]->() RETURN r
        ---
        ProduceResults r
          DirectedRelationshipTypeScan ()-[r:LIVES_IN]->()
        ===
        MATCH (a:VIP), (g:Genre) RETURN a, g
        ---
        ProduceResults a, g
          CartesianProduct
            NodeByLabelScan a:VIP
            NodeByLabelScan g:Genre
        ===
        MATCH (a:User), (b:Person) WHERE a.name = b.name RETURN a, b
        ---
        ProduceResults a, b
          NodeIndexSeek b:Person(name, age) WHERE name = a.name
            NodeByLabelScan a:User
        ===
        MATCH (u:User {id: 1}) MATCH (m:Movie {year: u.age}) RETURN m
        ---
        ProduceResults m
          NodeIndexSeek m:Movie(year) WHERE year = u.age
            NodeIndexSeek u:User(id) WHERE id = 1
        ===
        MATCH p = shortestPath((a:Person {name: 'Ann'})-[:KNOWS*..6]-(b:Person {name: 'Bob'})) RETURN p
        ---
        ProduceResults p
          Projection path(a, anon_1, b) AS p
            ShortestPath (a)-[:KNOWS*1..6]-(b)
              CartesianProduct
                NodeIndexSeek a:Person(name, age) WHERE name = 'Ann'
                NodeIndexSeek b:Person(name, age) WHERE name = 'Bob'
        ===
        MATCH ()-[r:KNOWS]->() WITH r LIMIT 1 MATCH (a)-[r]->(b) RETURN a, b
        ---
        ProduceResults a, b
          Projection endNode(r) AS b
            Projection startNode(r) AS a
              Filter r IS NOT NULL
                Limit 1
                  Expand(All) (anon_0)-[r:KNOWS]->(anon_2)
                    AllNodesScan anon_0
        ===
        MATCH (p:Person)-[:LIVES_IN|KNOWS]-(x) RETURN x
        ---
        ProduceResults x
          Expand(All) (p)-[:LIVES_IN|KNOWS]-(x)
            NodeByLabelScan p:Person
        ===
        MATCH ((a:Person)-[r:KNOWS WHERE r.since > 2000]->(b:Person)){1,3} RETURN a, r, b
        ---
        ProduceResults a, r, b
          Projection nodes(path(anon_0, r, anon_2))[0..-1] AS a, nodes(path(anon_0, r, anon_2))[1..] AS b
            VarLengthExpand(All) (anon_0)-[r:KNOWS*1..3]->(anon_2) each (let anon_6 = startNode(anon_5) in (anon_6:Person)) AND (let anon_7 = endNode(anon_5) in (anon_7:Person)) AND (anon_5.since > 2000)
              AllNodesScan anon_0
        ===
        MATCH (a:City)-[r]->(b), (c:Genre)-[s*1..2]->(d) RETURN a, c
        ---
        ProduceResults a, c
          Filter NOT (r IN s)
            CartesianProduct
              Expand(All) (a)-[r]->(b)
                NodeByLabelScan a:City
              VarLengthExpand(All) (c)-[s*1..2]->(d)
                NodeByLabelScan c:Genre
        ===
        MATCH ()-[r:KNOWS]->() WITH r MATCH (a)-[r]-(b), (b)-[s:KNOWS]->(c) RETURN a, c
        ---
        ProduceResults a, c
          Expand(All) (b)-[:KNOWS]->(c) not r
            Projection CASE WHEN anon_7 THEN endNode(r) ELSE startNode(r) END AS b
              Projection CASE WHEN anon_7 THEN startNode(r) ELSE endNode(r) END AS a
                Unwind CASE WHEN startNode(r) = endNode(r) THEN [true] ELSE [true, false] END AS anon_7
                  Filter r IS NOT NULL
                    Expand(All) (anon_0)-[r:KNOWS]->(anon_2)
                      AllNodesScan anon_0
        ===
        MATCH (x:VIP) MATCH (a:Person)-[:KNOWS* {since: x.age}]->(b:City) RETURN b
        ---
        ProduceResults b
          Filter a:Person
            VarLengthExpand(All) (b)<-[:KNOWS*]-(a) each anon_4.since = x.age
              CartesianProduct
                NodeByLabelScan x:VIP
                NodeByLabelScan b:City
        ===
        MATCH (a:Genre)-[:KNOWS*2 {since: d.age}]->(b), (c:City)-[:RATED* {since: a.age}]->(d) RETURN b
        ---
        ProduceResults b
          VarLengthExpand(All) (a)-[:KNOWS*2]->(b) each anon_6.since = d.age
            VarLengthExpand(All) (c)-[:RATED*]->(d) each anon_7.since = a.age
              CartesianProduct
                NodeByLabelScan a:Genre
                NodeByLabelScan c:City
        ===
        MATCH (n:User) WHERE $flag RETURN n
        ---
        ProduceResults n
          CartesianProduct
            Filter $flag
            NodeByLabelScan n:User
        ===
        MATCH (a:User)-[:RATED]->(a) RETURN a
        ---
        ProduceResults a
          Expand(Into) (a)-[:RATED]->(a)
            NodeByLabelScan a:User
        ===
        MATCH (a:Genre)-[:KNOWS*2..1]->(b) RETURN b
        ---
        ProduceResults b
          Filter false
            NodeByLabelScan a:Genre
        ===
        MATCH (u:User {id: $id}) MATCH (m:Movie)<-[r:RATED]-() WHERE NOT (u)-[:RATED]->(m) RETURN m, count(r), avg(r.rating)
        ---
        ProduceResults m, count(r), avg(r.rating)
          EagerAggregation m, count(r) AS `count(r)`, avg(r.rating) AS `avg(r.rating)`
            Expand(All) (m)<-[r:RATED]-(anon_3)
              AntiSemiApply
                CartesianProduct
                  NodeIndexSeek u:User(id) WHERE id = $id
                  NodeByLabelScan m:Movie
                Expand(Into) (u)-[:RATED]->(m)
                  Argument u, m
        ===
        MATCH (u:User {id: $id}), (m:Movie) WHERE m.year = u.age RETURN m
        ---
        ProduceResults m
          NodeIndexSeek m:Movie(year) WHERE year = u.age
            NodeIndexSeek u:User(id) WHERE id = $id
        ===
        MATCH (a:User)-[:RATED]->(m:Movie)<-[:RATED]-(b:User) WHERE a.id < b.id AND m.year > 1990 RETURN m.title, a.id, b.id
        ---
        ProduceResults m.title, a.id, b.id
          Projection m.title AS `m.title`, a.id AS `a.id`, b.id AS `b.id`
            Filter (b:User) AND (a.id < b.id)
              Expand(All) (m)<-[:RATED]-(b)
                Filter a:User
                  Expand(All) (m)<-[:RATED]-(a)
                    NodeIndexSeekByRange m:Movie(year) WHERE year > 1990
        ===
        MATCH (a:User)-[:RATED]->(m:Movie)<-[:RATED]-(b:User) WHERE a.id <= b.id AND m.year > 1990 RETURN m.title, a.id, b.id
        ---
        ProduceResults m.title, a.id, b.id
          Projection m.title AS `m.title`, a.id AS `a.id`, b.id AS `b.id`
            Filter (b:User) AND (a.id <= b.id)
              Expand(All) (m)<-[:RATED]-(b) not anon_1
                Filter a:User
                  Expand(All) (m)<-[:RATED]-(a)
                    NodeIndexSeekByRange m:Movie(year) WHERE year > 1990
        """#
}
