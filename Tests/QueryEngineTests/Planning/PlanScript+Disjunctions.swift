extension PlanScript {
    /// Conditions with OR.
    static let disjunctions = #"""
        MATCH (u:User) WHERE u.id = 1 OR u.id = $two OR 3 = u.id RETURN u
        ---
        ProduceResults u
          NodeIndexSeek u:User(id) WHERE id IN [1, $two, 3]
        ===
        MATCH (u:User) WHERE u.id = 1 OR u.id IN [2, 3] OR u.id IN $more RETURN u
        ---
        ProduceResults u
          Distinct u
            Union
              NodeIndexSeek u:User(id) WHERE id IN [1, 2, 3]
              NodeIndexSeek u:User(id) WHERE id IN $more
        ===
        MATCH (u:User) WHERE u.id = 1 OR u.id > 999 RETURN u
        ---
        ProduceResults u
          Filter (u.id = 1) OR (u.id > 999)
            NodeByLabelScan u:User
        ===
        MATCH (u:User) WHERE u.id = 1 OR u.age = 3 OR u.age = 4 RETURN u
        ---
        ProduceResults u
          Filter (u.id = 1) OR (u.age IN [3, 4])
            NodeByLabelScan u:User
        ===
        MATCH (n) WHERE (n:User AND n.id = 1) OR (n:Movie AND n.year = 1990 AND n.title <> 'x') RETURN n
        ---
        ProduceResults n
          Distinct n
            Union
              NodeIndexSeek n:User(id) WHERE id = 1
              Filter n.title <> 'x'
                NodeIndexSeek n:Movie(year) WHERE year = 1990
        ===
        MATCH (n:User|Movie {id: $id}) RETURN n
        ---
        ProduceResults n
          Filter n.id = $id
            UnionNodeByLabelsScan n:User|Movie
        ===
        MATCH (n:VIP|User {id: $id}) RETURN n
        ---
        ProduceResults n
          Filter n.id = $id
            Distinct n
              Union
                NodeByLabelScan n:VIP
                NodeIndexSeek n:User(id) WHERE id = $id
        ===
        MATCH (n:VIP|User) WHERE n.id = $id AND n.age > 20 RETURN n
        ---
        ProduceResults n
          Filter (n.id = $id) AND (n.age > 20)
            Distinct n
              Union
                NodeByLabelScan n:VIP
                NodeIndexSeek n:User(id) WHERE id = $id
        ===
        MATCH (n) WHERE n.id = 1 OR n.name = 'x' RETURN n
        ---
        ProduceResults n
          Filter (n.id = 1) OR (n.name = 'x')
            AllNodesScan n
        ===
        MATCH (p:Person) WHERE p.name = 'a' AND p.age = 3 OR p.name = 'b' AND p.age > 4 RETURN p
        ---
        ProduceResults p
          Distinct p
            Union
              NodeIndexSeek p:Person(name, age) WHERE name = 'a' AND age = 3
              NodeIndexSeekByRange p:Person(name, age) WHERE name = 'b' AND age > 4
        ===
        MATCH (a:User), (b:User) WHERE (a.id = 1 AND b.id = 2) OR (a.id = 2 AND b.id = 1) RETURN a, b
        ---
        ProduceResults a, b
          Filter ((a.id = 1) AND (b.id = 2)) OR ((a.id = 2) AND (b.id = 1))
            CartesianProduct
              NodeIndexSeek a:User(id) WHERE id IN [1, 2]
              NodeIndexSeek b:User(id) WHERE id IN [2, 1]
        ===
        MATCH (u:User)-[:RATED]->(m:Movie) WHERE (u.id = 1 AND m.year = 1990) OR (u.id = 2 AND m.year > 2000) RETURN u, m
        ---
        ProduceResults u, m
          Filter (m:Movie) AND ((m.year = 1990) OR (m.year > 2000)) AND (((u.id = 1) AND (m.year = 1990)) OR ((u.id = 2) AND (m.year > 2000)))
            Expand(All) (u)-[:RATED]->(m)
              NodeIndexSeek u:User(id) WHERE id IN [1, 2]
        ===
        MATCH (u:User)-[r:RATED]->(m:Movie) WHERE u.id = 1 AND (r.rating > 4 OR m.year = 1990) RETURN m
        ---
        ProduceResults m
          Filter (m:Movie) AND ((r.rating > 4) OR (m.year = 1990))
            Expand(All) (u)-[r:RATED]->(m)
              NodeIndexSeek u:User(id) WHERE id = 1
        ===
        UNWIND $rows AS row MATCH (n:User|Movie) WHERE n.id = row.id OR n.year = row.year RETURN n
        ---
        ProduceResults n
          Filter (n.id = row.id) OR (n.year = row.year)
            CartesianProduct
              Unwind $rows AS row
              UnionNodeByLabelsScan n:User|Movie
        ===
        UNWIND $rows AS row MATCH (u:User) WHERE u.id = row.id OR u.id = row.other RETURN u.name
        ---
        ProduceResults u.name
          Projection u.name AS `u.name`
            Apply
              Unwind $rows AS row
              Distinct u, anon_3
                Union
                  NodeIndexSeek u:User(id) WHERE id = row.id
                    Argument row
                  NodeIndexSeek u:User(id) WHERE id = row.other
                    Argument row
        ===
        MATCH (u:User {id: 1}) OPTIONAL MATCH (v:User) WHERE v.id = u.friend OR v.id = u.other RETURN u, v
        ---
        ProduceResults u, v
          OptionalApply
            NodeIndexSeek u:User(id) WHERE id = 1
            Apply
              Argument u
              Distinct v, anon_3
                Union
                  NodeIndexSeek v:User(id) WHERE id = u.friend
                    Argument u
                  NodeIndexSeek v:User(id) WHERE id = u.other
                    Argument u
        ===
        MATCH (u:User) WHERE id(u) = 3 OR id(u) = 4 OR elementId(u) = 'x' RETURN u
        ---
        ProduceResults u
          Filter u:User
            Distinct u
              Union
                NodeByIdSeek id(u) IN [3, 4]
                NodeByElementIdSeek elementId(u) = 'x'
        ===
        MATCH (u:User) WHERE u.id = 1 OR EXISTS { (u)-[:RATED]->(:Movie {year: 1990}) } RETURN u
        ---
        ProduceResults u
          Filter (u.id = 1) OR EXISTS { (u) SingleRow → NodeIndexSeek anon_2:Movie(year) WHERE year = 1990 → Expand(Groups) (anon_2)<-[:RATED]-(u) AS anon_5 → NodeHashJoin u }
            NodeByLabelScan u:User
        ===
        MATCH (u:User) WHERE (u.id = 1 AND EXISTS { (u)-[:RATED]->() }) OR u.id = 2 RETURN u
        ---
        ProduceResults u
          Filter ((u.id = 1) AND EXISTS { (u) Expand(Count) (u)-[:RATED]->() AS anon_4 }) OR (u.id = 2)
            Distinct u
              Union
                NodeIndexSeek u:User(id) WHERE id = 1
                NodeIndexSeek u:User(id) WHERE id = 2
        ===
        MATCH (u:User) WHERE u.id = 1 OR u.id = 2 SET u.id = 3
        ---
        EmptyResult
          Set u.id = 3
            Eager
              NodeIndexSeek u:User(id) WHERE id IN [1, 2]
        ===
        MATCH (m:Movie) WHERE m.year = 1990 OR m.year = 1995 OR m.title STARTS WITH 'A' RETURN count(*)
        ---
        ProduceResults count(*)
          EagerAggregation count(*) AS `count(*)`
            Filter (m.year IN [1990, 1995]) OR (m.title STARTS WITH 'A')
              NodeByLabelScan m:Movie
        ===
        MATCH (u:User) WHERE u.id > 12 AND u.id IN [1, 2, 20] RETURN u
        ---
        ProduceResults u
          Filter u.id > 12
            NodeIndexSeek u:User(id) WHERE id IN [1, 2, 20]
        ===
        MATCH (u:User {id: 1}) MATCH (n) WHERE n:VIP OR (n:User AND n.id = u.friend) RETURN n
        ---
        ProduceResults n
          Filter (n:VIP) OR ((n:User) AND (n.id = u.friend))
            CartesianProduct
              NodeIndexSeek u:User(id) WHERE id = 1
              UnionNodeByLabelsScan n:VIP|User
        """#
}
