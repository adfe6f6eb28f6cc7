/// Writes, and the barriers that keep them from being read too early or too late.
extension PlanScript {
    static let writes = #"""
        CREATE (u:User {id: 1})-[:RATED {rating: 5}]->(m:Movie {title: 'x'})
        ---
        EmptyResult
          Create (u:User), (m:Movie), (u)-[:RATED]->(m)
        ===
        CREATE (a:User {id: 1}), (b:User {id: a.id})
        ---
        EmptyResult
          Create (b:User)
            Create (a:User)
        ===
        MATCH (u:User {id: 'u1'}) MATCH (m:Movie {year: 1999}) MERGE (u)-[r:RATED {rating: 1}]->(m)
        ---
        EmptyResult
          Merge (u)-[r:RATED]->(m)
            NodeIndexSeek m:Movie(year) WHERE year = 1999
              NodeIndexSeek u:User(id) WHERE id = 'u1'
            Filter r.rating = 1
              Expand(Into) (u)-[r:RATED]->(m)
                Argument u, m
        ===
        MERGE (n:User {id: 'u1', name: 'Ann'})
        ---
        EmptyResult
          Merge (n:User)
            SingleRow
            Filter n.name = 'Ann'
              NodeIndexSeek n:User(id) WHERE id = 'u1'
                Argument
        ===
        UNWIND $rows AS row MERGE (u:User {id: row.u}) MERGE (m:Movie {title: row.m}) MERGE (u)-[r:RATED]->(m) ON CREATE SET r.rating = 1 ON MATCH SET r.rating = r.rating + 1
        ---
        EmptyResult
          Merge (u)-[r:RATED]->(m) ON CREATE SET r.rating = 1 ON MATCH SET r.rating = r.rating + 1
            Merge (m:Movie)
              Merge (u:User)
                Unwind $rows AS row
                NodeIndexSeek u:User(id) WHERE id = row.u
                  Argument row
              Filter m.title = row.m
                CartesianProduct
                  Argument row
                  NodeByLabelScan m:Movie
            Expand(Into) (u)-[r:RATED]->(m)
              Argument u, m
        ===
        UNWIND $rows AS row MERGE (a:User {id: row.a}) MERGE (b:User {id: row.b})
        ---
        EmptyResult
          Merge (b:User)
            Eager
              Merge (a:User)
                Unwind $rows AS row
                NodeIndexSeek a:User(id) WHERE id = row.a
                  Argument row
            NodeIndexSeek b:User(id) WHERE id = row.b
              Argument row
        ===
        MATCH (u:User) SET u.age = u.age + 1
        ---
        EmptyResult
          Set u.age = u.age + 1
            NodeByLabelScan u:User
        ===
        MATCH (u:User) WITH u, u.age AS old SET u.age = 0 RETURN old
        ---
        ProduceResults old
          Set u.age = 0
            Projection u.age AS old
              NodeByLabelScan u:User
        ===
        MATCH (u:User)-[:RATED]->(m) SET u.age = m.year RETURN u.age
        ---
        ProduceResults u.age
          Projection u.age AS `u.age`
            Eager
              Set u.age = m.year
                Expand(All) (u)-[:RATED]->(m)
                  NodeByLabelScan u:User
        ===
        MATCH (u:User) SET u:VIP RETURN count(*)
        ---
        ProduceResults count(*)
          EagerAggregation count(*) AS `count(*)`
            Set u:VIP
              NodeByLabelScan u:User
        ===
        MATCH (u:User) MATCH (v:VIP) SET u:VIP
        ---
        EmptyResult
          Set u:VIP
            Eager
              CartesianProduct
                NodeByLabelScan v:VIP
                NodeByLabelScan u:User
        ===
        MATCH (u:User) DETACH DELETE u
        ---
        EmptyResult
          DetachDelete u
            NodeByLabelScan u:User
        ===
        MATCH (u:User)-[r:RATED]->(m) DELETE r
        ---
        EmptyResult
          Delete r
            Eager
              Expand(All) (u)-[r:RATED]->(m)
                NodeByLabelScan u:User
        ===
        MATCH (u:User) CREATE (v:User {id: u.id + 1})
        ---
        EmptyResult
          Create (v:User)
            Eager
              NodeByLabelScan u:User
        ===
        MATCH (u:User) CREATE (m:Movie) WITH m LIMIT 1 RETURN m
        ---
        ProduceResults m
          Limit 1
            Eager
              Create (m:Movie)
                NodeByLabelScan u:User
        ===
        MATCH (u:User) WITH u LIMIT 3 CREATE (m:Movie {title: u.name}) RETURN m
        ---
        ProduceResults m
          Create (m:Movie)
            Limit 3
              NodeByLabelScan u:User
        ===
        MATCH (u:User) FOREACH (x IN [1, 2] | CREATE (:Genre {name: u.name}) SET u.age = x)
        ---
        EmptyResult
          Foreach x IN [1, 2]
            NodeByLabelScan u:User
            Set u.age = x
              Create (:Genre)
                Argument u, x
        ===
        MATCH (u:User) CALL (u) { CREATE (:Movie {title: u.name}) } RETURN u
        ---
        ProduceResults u
          SubqueryForeach
            NodeByLabelScan u:User
            Create (:Movie)
              Argument u
        ===
        MATCH (u:User) CALL (u) { SET u.age = 1 } IN TRANSACTIONS OF 100 ROWS
        ---
        EmptyResult
          TransactionApply IN TRANSACTIONS OF 100 ROWS
            Eager
              NodeByLabelScan u:User
            Set u.age = 1
              Argument u
        ===
        CREATE (u:User {id: 9}) WITH u MATCH (v:User) RETURN v
        ---
        ProduceResults v
          CartesianProduct
            Eager
              Create (u:User)
            NodeByLabelScan v:User
        ===
        MATCH (u:User {id: 1}) REMOVE u.age, u:VIP
        ---
        EmptyResult
          Set u.age = null, REMOVE u:VIP
            NodeIndexSeek u:User(id) WHERE id = 1
        ===
        CREATE (u:User) WITH u CALL { MATCH (v:User) RETURN count(*) AS n } RETURN n
        ---
        ProduceResults n
          CartesianProduct
            Eager
              Create (u:User)
            NodeCountFromCountStore count((:User)) AS n
        """#
}
