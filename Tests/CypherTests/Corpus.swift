/// Statements that parse, covering every clause, expression, pattern and command.
enum Corpus {
    static let all: [String] =
        reading + writing + patterns + expressions + subqueries + names + schema + show

    static let reading = lines(
        """
        RETURN 1
        RETURN 1;
        RETURN 1 AS one, 'a' AS `a b`, [1, 2][0]
        return distinct n.name as Name order by Name desc, n.age asc skip 1 limit 2
        RETURN *
        MATCH (n) RETURN *, n.x AS x
        MATCH (n) RETURN DISTINCT *
        MATCH (n) RETURN n
        MATCH (n:Person) WHERE n.age > 30 RETURN n.name ORDER BY n.name SKIP $s LIMIT $l
        MATCH (n) RETURN n OFFSET 2 LIMIT 3
        MATCH (n) RETURN n ORDER BY n.a ASCENDING, n.b DESCENDING
        MATCH (a), (b) WHERE a.x = b.x RETURN a, b
        OPTIONAL MATCH (n)-[r]->(m) WHERE r.since > 2000 RETURN n, m
        MATCH DIFFERENT RELATIONSHIPS (n)-->(m) RETURN n
        MATCH (n) WITH n, count(*) AS c WHERE c > 1 RETURN n, c
        MATCH (n) WITH DISTINCT n.x AS x ORDER BY x LIMIT 10 WHERE x IS NOT NULL RETURN x
        WITH 1 AS a WITH *, a + 1 AS b RETURN a, b
        WITH * RETURN 1
        UNWIND [1, 2, 3] AS x RETURN x
        UNWIND $rows AS row MATCH (n {id: row.id}) RETURN n
        MATCH (n:A) USING INDEX n:A(name) WHERE n.name = 'x' RETURN n
        MATCH (n:A) USING RANGE INDEX SEEK n:A(name, age) RETURN n
        MATCH (n:A)-->(m:B) USING SCAN n:A USING SCAN m:B USING JOIN ON n, m RETURN n
        RETURN 1 AS a UNION RETURN 2 AS a
        RETURN 1 AS a UNION ALL RETURN 2 AS a UNION ALL RETURN 3 AS a
        RETURN 1 AS a UNION DISTINCT RETURN 2 AS a
        LOAD CSV FROM 'file:///a.csv' AS row RETURN row
        LOAD CSV WITH HEADERS FROM $url AS row FIELDTERMINATOR ';' RETURN row.name
        CALL db.labels
        CALL db.labels()
        CALL db.labels YIELD label
        CALL db.labels() YIELD *
        CALL db.labels() YIELD label AS l WHERE l STARTS WITH 'A' RETURN l
        CALL my.proc(1, 'a', $p) YIELD a, b AS c RETURN a, c
        CALL my.proc() YIELD -
        MATCH (n) OPTIONAL CALL my.proc(n) YIELD x RETURN n, x
        USE neo4j MATCH (n) RETURN n
        USE graph.byName('neo4j') RETURN 1
        USE a.b RETURN 1
        EXPLAIN MATCH (n) RETURN n
        PROFILE MATCH (n) RETURN n
        CYPHER 5 RETURN 1
        CYPHER runtime=parallel planner=cost EXPLAIN RETURN 1
        MATCH (n) FINISH
        MATCH (n) ORDER BY n.x LIMIT 3 RETURN n
        MATCH (n) SKIP 2 RETURN n
        MATCH (n) FILTER n.x > 1 RETURN n
        MATCH (n) FILTER WHERE n.x > 1 LET y = n.x, z = 2 RETURN y + z
        MATCH (m:Movie) SEARCH m IN (VECTOR INDEX plots FOR $v LIMIT 5) SCORE AS s RETURN m, s
        MATCH (m) SEARCH m IN (VECTOR INDEX i FOR $v WHERE m.y > 1 LIMIT 5) WHERE m.x RETURN m
        """)

    static let writing = lines(
        """
        CREATE ()
        CREATE (n)
        CREATE (n:A:B {x: 1, y: 'z'}) RETURN n
        CREATE (n:A&B $props)
        CREATE (a)-[:R]->(b)<-[r:S {x: 1}]-(c), (d)
        CREATE p = (a)-[:R]->(b) RETURN p
        CREATE (:$($label) {x: 1})-[:$($type)]->()
        INSERT (n:A {x: 1})
        MATCH (a), (b) CREATE (a)-[:KNOWS $props]->(b)
        MERGE (n:A {id: 1})
        MERGE (n:A {id: $id}) ON CREATE SET n.created = timestamp() ON MATCH SET n.seen = n.seen + 1
        MERGE (n) ON MATCH SET n:B, n.x = 1 ON CREATE SET n += {a: 1} RETURN n
        MATCH (a), (b) MERGE (a)-[r:R]-(b) RETURN r
        MERGE p = (a)-[:R {x: 1}]->(b) RETURN p
        MATCH (n) SET n.x = 1
        MATCH (n) SET n.x = 1, n.y = n.x + 1, n = {a: 1}, n += $m, n:A:B, n IS C
        MATCH (n) SET n[$key] = 1, n['a' + 'b'] = 2
        MATCH (n) SET (CASE WHEN n.x THEN n ELSE null END).y = 1
        MATCH (n) SET n:$($labels)
        MATCH (n) SET n.a.b = 1
        MATCH (n) REMOVE n.x, n:A:B, n[$key], n IS C
        MATCH (n) DELETE n
        MATCH (n)-[r]->() DELETE n, r
        MATCH (n) DETACH DELETE n
        MATCH (n) NODETACH DELETE n
        MATCH (n) FOREACH (x IN [1, 2] | CREATE (:A {x: x}) SET n.x = x)
        FOREACH (x IN range(1, 3) | FOREACH (y IN [x] | MERGE (:A {y: y})))
        FOREACH (x IN $xs | DETACH DELETE x)
        MATCH (n) CREATE (m) WITH n, m SET m.x = n.x RETURN count(*)
        """)

    static let patterns = lines(
        """
        MATCH (a)-->(b)<--(c)--(d)<-->(e) RETURN a
        MATCH (a)-[r]->(b)<-[s]-(c)-[t]-(d)<-[u]->(e) RETURN a
        MATCH (a) - [ r : R ] - > (b) < - - (c) RETURN a
        MATCH ()-[]->() RETURN 1
        MATCH (a:A:B)-[:R|S]->(b) RETURN a
        MATCH (a)-[:R|:S|:T]->(b) RETURN a
        MATCH (a:A|B&!C)-[r:!R&!S|%]->(b:(A|B)&C) RETURN a
        MATCH (a:%)-[:%]->(:!%) RETURN a
        MATCH (a:$($l)|$all(['x'])) RETURN a
        MATCH (a IS A|B)-[r IS R]->(IS C) RETURN a
        MATCH (:A {x: 1})-[:R {y: 2}]->({z: 3}) RETURN 1
        MATCH (a WHERE a.x > 1)-[r:R WHERE r.y < 2]->(:B WHERE true) RETURN a
        MATCH (WHERE true) RETURN 1
        MATCH (a:A {x: 1} WHERE a.y) RETURN a
        MATCH (a)-[*]->(b) RETURN a
        MATCH (a)-[r*]->(b) RETURN r
        MATCH (a)-[:R*2]->(b) RETURN a
        MATCH (a)-[:R*1..3]->(b) RETURN a
        MATCH (a)-[:R*..3]->(b) RETURN a
        MATCH (a)-[:R*2..]->(b) RETURN a
        MATCH (a)-[:R*..]->(b) RETURN a
        MATCH (a)-[r:R*0..1 {x: 1}]-(b) RETURN r
        MATCH (a)-[:R]->+(b) RETURN a
        MATCH (a)-[:R]->*(b) RETURN a
        MATCH (a)-->{2}(b)--{1,3}(c)<--{,4}(d)-[:R]-{2,}(e) RETURN a
        MATCH ((a)-[:R]->(b)){1,3} RETURN a
        MATCH (s) ((a)-[:R]->(b) WHERE a.x < b.x)+ (t) RETURN s, t
        MATCH (s)((a)-->()){2}((b)-->())*(t)-->(u) RETURN s
        MATCH (s) ((a)-->(b)<--(c)){,2} (t) RETURN s
        MATCH p = (a)-->(b) RETURN p
        MATCH p = shortestPath((a)-[*]-(b)) RETURN p
        MATCH p = shortestPath((a)-[:R*..15]->(b)), (c) RETURN p
        MATCH allShortestPaths((a)-[*]-(b)) RETURN a
        MATCH p = SHORTEST 1 (a)-[:R]->+(b) RETURN p
        MATCH p = SHORTEST 3 PATHS (a)-->+(b) RETURN p
        MATCH p = SHORTEST 2 GROUPS (a)-->+(b) RETURN p
        MATCH p = SHORTEST 2 PATH GROUP (a)-->+(b) RETURN p
        MATCH p = ALL SHORTEST (a)-->+(b) RETURN p
        MATCH p = ANY SHORTEST PATHS (a)-->+(b) RETURN p
        MATCH p = ANY (a)-->+(b) RETURN p
        MATCH p = ANY 3 PATHS (a)-->+(b) RETURN p
        MATCH p = ALL PATHS (a)-->(b) RETURN p
        MATCH ANY SHORTEST ((a)-->+(b) WHERE a.x < b.x) RETURN a
        MATCH ((a)-->(b)) RETURN a
        MATCH (a)-->(b), (b)-->(c), p = (c) RETURN p
        """)

    static let expressions = lines(
        """
        RETURN null, true, FALSE, NULL
        RETURN 0, 42, -42, 0x1F, 0XfF, 0o17, 1_000_000, 9223372036854775807, -9223372036854775808
        RETURN 1.5, .5, 1e3, 1E-3, 1.5e+3, -0.0, 1_0.5, 6.022e23, 5e-324, 1.7976931348623157e308
        RETURN Infinity, -INF, NaN
        RETURN 'a', "b", 'it\\'s', "q\\"", '\\n\\t\\\\\\b\\f\\r', '\\u00e9\\U0001F600', '', 'ü'
        RETURN $a, $1, $`a b`, $_x, $match
        RETURN [], [1], [1, [2, 3]], {}, {a: 1}, {a: {b: [1, {c: 2}]}, `x y`: 1, match: 2}
        RETURN a.b.c, a[0], a['x'], a[1..2], a[..2], a[1..], a[..], a.b[0].c
        RETURN 1 + 2 - 3 * 4 / 5 % 6 ^ 7
        RETURN -a, +a, - -a, -(-a), -(1), -a.b, -a ^ 2, 2 ^ -3
        RETURN (1 + 2) * 3, 1 + (2 * 3), (1 - 2) - 3, 1 - (2 - 3), 2 ^ 3 ^ 4, 2 ^ (3 ^ 4)
        RETURN 'a' || 'b' || 'c', 'a' + 1
        RETURN a OR b XOR c AND NOT d, (a OR b) AND c, NOT (a AND b), NOT NOT a, (NOT a) = b
        RETURN a AND b AND c AND d AND e, a OR (b OR (c OR d)), a XOR b XOR c
        RETURN a = b, a <> b, a < b, a <= b, a > b, a >= b, 1 < a <= b < 4, (a = b) = c
        RETURN a = b IN c, (a = b) IN c, a IN b IN c, a IN (b IN c)
        RETURN a STARTS WITH 'x', a ENDS WITH 'y', a CONTAINS 'z', a =~ '.*', NOT a CONTAINS b
        RETURN a IS NULL, a IS NOT NULL, a.b IS NULL IS NOT NULL, NOT a IS NULL
        RETURN a IS :: INTEGER, a IS NOT :: STRING, a IS TYPED FLOAT NOT NULL, a :: BOOLEAN
        RETURN a IS :: LIST<INTEGER | STRING NOT NULL> NOT NULL, a IS :: INTEGER LIST, a IS :: ANY
        RETURN a IS :: ANY<INTEGER | FLOAT>, a IS :: INT | BOOL, a IS :: LIST<LIST<DATE>>
        RETURN a IS :: LOCAL TIME, a IS :: ZONED DATETIME, a IS :: TIME WITHOUT TIME ZONE
        RETURN a IS :: TIMESTAMP WITH TIMEZONE, a IS :: SIGNED INTEGER, a IS :: VARCHAR, a :: MAP
        RETURN a IS :: DURATION, a IS :: POINT, a IS :: NODE, a IS :: ANY EDGE, a IS :: PATH
        RETURN a IS :: PROPERTY VALUE, a IS :: NOTHING, a IS :: NULL, a IS :: ANY VALUE<INT | MAP>
        RETURN a IS NORMALIZED, a IS NOT NFKC NORMALIZED, normalize(a, NFD), normalize(a)
        RETURN n:A, n:A:B, n:A|B, n:A&!B, n IS A, n:$('x'), NOT n:A, n.x:A
        RETURN count(*), count(n), count(DISTINCT n), collect(DISTINCT n.x)[0], count( * )
        RETURN f(), f(1), f(1, 2), a.b.f(x), toUpper(trim(' x ')), duration.between(a, b).days
        RETURN trim(BOTH 'x' FROM a), trim(LEADING FROM a), trim(TRAILING 'y' FROM a), trim(both)
        RETURN exists(n.x), exists((n)-->()), size(n.list)
        RETURN CASE WHEN a THEN 1 END, CASE WHEN a THEN 1 WHEN b THEN 2 ELSE 3 END
        RETURN CASE x WHEN 1 THEN 'a' WHEN 2, 3 THEN 'b' ELSE 'c' END
        RETURN CASE x WHEN > 5 THEN 1 WHEN <= 2, = 4 THEN 2 WHEN <> 3 THEN 3 END
        RETURN CASE x WHEN IS NULL THEN 1 WHEN IS NOT NULL THEN 2 WHEN IS :: INTEGER THEN 3 END
        RETURN CASE x WHEN :: STRING THEN 1 WHEN IS NOT TYPED FLOAT THEN 2 END
        RETURN CASE x WHEN STARTS WITH 'a' THEN 1 WHEN =~ 'b', 'c' THEN 2 WHEN > 3 THEN 4 END
        RETURN CASE -x WHEN -1 THEN -2 END, CASE CASE WHEN a THEN b END WHEN c THEN d END
        RETURN CASE WHEN (a)-->() THEN 1 ELSE 2 END
        RETURN [x IN xs], [x IN xs WHERE x > 1], [x IN xs | x + 1], [x IN xs WHERE x > 1 | x + 1]
        RETURN [x IN xs, 1], [(x IN xs)], [x IN xs AND b, c], [[x IN xs | x]]
        RETURN [n IN ns WHERE n:A | n.x], [n IN ns WHERE n:A|B | n], [n IN ns WHERE (n:A|B)]
        RETURN [x IN [y IN ys WHERE y:A | y] WHERE x IS :: INT | FLOAT | x]
        RETURN [(a)-->(b) | b.x], [p = (a)-[:R]->(b:B) WHERE b:C | p], [(a)--() WHERE a | 1]
        RETURN all(x IN xs WHERE x), any(x IN xs WHERE x > 1), none(x IN [] WHERE x), single(x IN y WHERE z)
        RETURN reduce(acc = 0, x IN xs | acc + x), reduce(s = '', x IN [1, 2] | s || x)
        RETURN all(x), any((x IN xs)), single(a, b)
        MATCH (n) RETURN n {.name, .*, age: n.x + 1, m, other: {a: 1}}, n {}
        MATCH (a), (b) WHERE (a)-->(b) AND NOT (a)<-[:R|S*1..2]-(:B {x: 1}) RETURN a
        MATCH (a) WHERE ((a)-->()) OR (a)--() RETURN a
        MATCH (a), (b) WHERE a.x - (b).y > 1 AND (a.x) - (b.y) > 2 RETURN a
        RETURN (a)-(b), (a) - -(b), (a)-[1, 2], a<-1, (a)<(b), (a)<-(b), (n:A), (a)
        RETURN shortestPath((a)-[*]->(b)), length(shortestPath((a)-[:R*]->(b)))
        WITH [1, 2] AS l RETURN l[0] + l[-1], -1[0], (1).x, 2.5[0], (-1).x, 'abc'.x, {a: 1}.a, [1][0]
        """)

    static let subqueries = lines(
        """
        MATCH (n) WHERE EXISTS { (n)-->() } RETURN n
        MATCH (n) WHERE EXISTS { MATCH (n)-->(m) WHERE m.x > n.x } RETURN n
        MATCH (n) WHERE exists { (n)-[:R]->(m) WHERE m.x = 1 } RETURN n
        MATCH (n) WHERE NOT EXISTS { MATCH (n)-->(m) RETURN m } RETURN n
        MATCH (n) WHERE EXISTS { p = (n)-->(m) } RETURN n
        MATCH (n) WHERE EXISTS { MATCH (n) WHERE EXISTS { (n)--() } RETURN 1 UNION RETURN 2 } RETURN n
        MATCH (n) RETURN COUNT { (n)-->() } AS c, COUNT { (n)--() WHERE true } > 1
        MATCH (n) RETURN COUNT { MATCH (n)-->(m) RETURN DISTINCT m }
        MATCH (n) RETURN COLLECT { MATCH (n)-->(m) RETURN m.name ORDER BY m.name LIMIT 3 }
        MATCH (n) RETURN COUNT { (a), (b) }
        CALL { MATCH (n) RETURN n } RETURN n
        MATCH (n) CALL { WITH n MATCH (n)-->(m) RETURN m } RETURN n, m
        MATCH (n) CALL (n) { MATCH (n)-->(m) RETURN m } RETURN n, m
        MATCH (n) CALL (*) { RETURN n.x AS x } RETURN x
        MATCH (n) CALL () { RETURN 1 AS x } RETURN x
        MATCH (n) CALL (n) { SET n.x = 1 }
        MATCH (n) OPTIONAL CALL (n) { MATCH (n)-->(m) RETURN m } RETURN m
        MATCH (n) CALL { WITH n DETACH DELETE n } IN TRANSACTIONS
        MATCH (n) CALL (n) { DELETE n } IN TRANSACTIONS OF 1000 ROWS
        MATCH (n) CALL (n) { DELETE n } IN TRANSACTIONS OF $n ROWS ON ERROR CONTINUE REPORT STATUS AS s RETURN s
        MATCH (n) CALL (n) { DELETE n } IN 3 CONCURRENT TRANSACTIONS OF 1 ROW ON ERROR BREAK
        MATCH (n) CALL (n) { DELETE n } IN CONCURRENT TRANSACTIONS ON ERROR FAIL
        CALL { RETURN 1 AS x UNION ALL RETURN 2 AS x } RETURN x
        CALL { CALL { RETURN 1 AS x } RETURN x } RETURN x
        LOAD CSV FROM 'f' AS r CALL (r) { CREATE (:A {x: r[0]}) } IN TRANSACTIONS
        """)

    static let names = lines(
        """
        MATCH (match:MATCH)-[return:RETURN]->(where) RETURN match.where, return.order, where
        MATCH (n) RETURN n.count, n.exists, n.null, n.in, n.case, n.`a b`, n.`a``b`
        MATCH (start)-->(end) WHERE end.x > start.x RETURN start, end
        WITH 1 AS count, 2 AS limit, 3 AS order RETURN count, limit + order, order
        WITH 1 AS end RETURN CASE WHEN true THEN end END, CASE end WHEN 1 THEN 2 END
        WITH 1 AS all, 2 AS any RETURN all + any, any
        WITH {x: 1} AS count RETURN count {.x}, count.x
        RETURN 1 AS RETURN, 2 AS `AS`
        RETURN {end: 1, `end`: 2, true: 3, null: 4}
        WITH 1 AS x ORDER BY x RETURN x AS limit ORDER BY limit LIMIT 1
        MATCH (`weird name`:`Weird Label`)-[`r 1`:`TYPE-1`]->() RETURN `weird name`.`key-1`
        MATCH (größe:Straße {länge: 1}) RETURN größe
        UNWIND [1] AS set UNWIND [2] AS call RETURN set, call
        MATCH (index)-[type:TYPE]->(node) RETURN index, type, node
        RETURN `exists`(x), `a b`.`c d`(1), date(), point({x: 1, y: 2}), labels(n), type(r)
        CALL `my proc`.`x y`(1)
        RETURN /* comment */ 1 // the end
        /* first */ MATCH (n) /* all */ RETURN n // of them
        """)

    static let schema = lines(
        """
        CREATE INDEX FOR (n:A) ON (n.x)
        CREATE INDEX name IF NOT EXISTS FOR (n:A) ON (n.x, n.y) OPTIONS {indexProvider: 'range-1.0'}
        CREATE RANGE INDEX name FOR ()-[r:R]-() ON (r.x)
        CREATE BTREE INDEX FOR (n:A) ON n.x
        CREATE TEXT INDEX t FOR (n:A) ON (n.x)
        CREATE POINT INDEX p IF NOT EXISTS FOR (n:A) ON (n.x)
        CREATE FULLTEXT INDEX f FOR (n:A|B) ON EACH [n.x, n.y] OPTIONS $options
        CREATE FULLTEXT INDEX f FOR ()-[r:R|S]-() ON EACH [r.x]
        CREATE VECTOR INDEX v FOR (n:A) ON (n.e) OPTIONS {indexConfig: {`vector.dimensions`: 128}}
        CREATE LOOKUP INDEX l FOR (n) ON EACH labels(n)
        CREATE LOOKUP INDEX FOR ()-[r]-() ON EACH type(r)
        CREATE INDEX ON :A(x, y)
        CREATE INDEX `if` FOR (n:A) ON (n.x)
        DROP INDEX name
        DROP INDEX name IF EXISTS
        CREATE CONSTRAINT FOR (n:A) REQUIRE n.x IS UNIQUE
        CREATE CONSTRAINT c IF NOT EXISTS FOR (n:A) REQUIRE (n.x, n.y) IS UNIQUE
        CREATE CONSTRAINT c FOR (n:A) REQUIRE n.x IS NODE UNIQUE
        CREATE CONSTRAINT c FOR (n:A) REQUIRE n.x IS NOT NULL
        CREATE CONSTRAINT c FOR ()-[r:R]-() REQUIRE r.x IS NOT NULL
        CREATE CONSTRAINT c FOR (n:A) REQUIRE (n.x, n.y) IS NODE KEY
        CREATE CONSTRAINT c FOR ()-[r:R]->() REQUIRE r.x IS RELATIONSHIP KEY
        CREATE CONSTRAINT c FOR ()<-[r:R]-() REQUIRE r.x IS REL UNIQUE
        CREATE CONSTRAINT c FOR (n:A) REQUIRE n.x IS KEY OPTIONS {}
        CREATE CONSTRAINT c FOR (n:A) REQUIRE n.x IS :: INTEGER | LIST<STRING NOT NULL>
        CREATE CONSTRAINT c FOR (n:A) REQUIRE n.x IS TYPED DATE
        CREATE CONSTRAINT c FOR (n:A) REQUIRE n.x :: FLOAT
        CREATE CONSTRAINT c ON (n:A) ASSERT n.x IS UNIQUE
        CREATE CONSTRAINT ON (n:A) ASSERT exists(n.x)
        DROP CONSTRAINT c
        DROP CONSTRAINT c IF EXISTS
        """)

    static let show = lines(
        """
        SHOW INDEXES
        SHOW INDEX
        SHOW ALL INDEXES
        SHOW FULLTEXT INDEXES
        SHOW VECTOR INDEXES YIELD name, state WHERE state = 'ONLINE' RETURN name
        SHOW INDEXES YIELD * WHERE name = 'x'
        SHOW INDEXES YIELD name AS n, type ORDER BY n DESC SKIP 1 LIMIT 2 WHERE n > 'a' RETURN *
        SHOW INDEXES WHERE type = 'RANGE'
        SHOW CONSTRAINTS
        SHOW UNIQUE CONSTRAINTS
        SHOW NODE KEY CONSTRAINTS
        SHOW RELATIONSHIP PROPERTY EXISTENCE CONSTRAINTS
        SHOW PROPERTY TYPE CONSTRAINTS
        SHOW PROCEDURES
        SHOW PROCEDURES EXECUTABLE YIELD name
        SHOW FUNCTIONS
        SHOW BUILT IN FUNCTIONS EXECUTABLE BY CURRENT USER
        SHOW USER DEFINED FUNCTIONS
        SHOW TRANSACTIONS
        SHOW TRANSACTIONS 'neo4j-transaction-1', 'neo4j-transaction-2' YIELD currentQuery
        SHOW TRANSACTION $ids
        SHOW DATABASES
        SHOW DATABASE neo4j YIELD name
        SHOW DEFAULT DATABASE
        SHOW HOME DATABASE
        SHOW USERS
        SHOW CURRENT USER YIELD user
        TERMINATE TRANSACTIONS 'neo4j-transaction-1'
        TERMINATE TRANSACTION 'a', 'b' YIELD message RETURN message
        EXPLAIN SHOW INDEXES
        """)

    private static func lines(_ text: String) -> [String] {
        text.split(separator: "\n").map(String.init)
    }
}
