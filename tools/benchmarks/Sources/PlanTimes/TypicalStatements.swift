import Values

/// What applications send, over a shop's schema.
struct TypicalStatements {
    let name: String
    let text: String

    static let schema = [
        "CREATE CONSTRAINT FOR (u:User) REQUIRE u.id IS UNIQUE",
        "CREATE CONSTRAINT FOR (i:Item) REQUIRE i.id IS UNIQUE",
        "CREATE INDEX FOR (i:Item) ON (i.category, i.price)",
        "CREATE FULLTEXT INDEX titles FOR (i:Item) ON EACH [i.title]",
        """
        UNWIND range(1, 1000) AS n
        CREATE (u:User {id: n, name: 'user ' + n, age: n % 80}),
            (i:Item {id: n, title: 'item ' + n, category: n % 20, price: n * 1.5}),
            (u)-[:BOUGHT {timestamp: n}]->(i)
        """,
        """
        MATCH (u:User), (i:Item) WHERE i.id IN [u.id % 100, u.id % 7]
        CREATE (u)-[:BOUGHT {timestamp: 0}]->(i), (u)-[:SEEN]->(i)
        """,
        "MATCH (u:User), (v:User) WHERE v.id = u.id / 2 CREATE (u)-[:KNOWS {since: 2020}]->(v)",
        "CALL db.awaitIndexes()",
    ]

    /// What the statements are planned for: estimates look at the values.
    static let parameters: ValueMap = [
        "id": .integer(7), "user": .integer(7), "item": .integer(70), "name": .string("user 7"),
        "since": .integer(500), "price": .float(1_400), "low": .float(100), "high": .float(200),
        "category": .integer(3), "words": .string("item"),
        "rows": .list([
            .map(["user": .integer(7), "item": .integer(70), "timestamp": .integer(1_001)])
        ]),
    ]

    static let all = [
        TypicalStatements(
            name: "point read",
            text: "MATCH (u:User {id: $id}) RETURN u.name, u.age"),
        TypicalStatements(
            name: "two hops, filter, aggregate",
            text: """
                MATCH (u:User {id: $id})-[:BOUGHT]->(i:Item)<-[b:BOUGHT]-(peer:User)
                WHERE b.timestamp > $since AND peer.age >= 18
                RETURN peer.name AS name, count(*) AS common ORDER BY common DESC LIMIT 10
                """),
        TypicalStatements(
            name: "OPTIONAL MATCH",
            text: """
                MATCH (u:User {id: $id})
                OPTIONAL MATCH (u)-[b:BOUGHT]->(i:Item)
                RETURN u.name AS name, collect({item: i.title, at: b.timestamp}) AS bought
                """),
        TypicalStatements(
            name: "recommendation in Cypher",
            text: """
                MATCH (u:User {id: $id})-[:BOUGHT]->(:Item)<-[:BOUGHT]-(peer)-[:BOUGHT]->(new:Item)
                WHERE NOT (u)-[:BOUGHT]->(new) AND new.price < $price
                WITH new, count(DISTINCT peer) AS peers
                RETURN new.title AS title, peers ORDER BY peers DESC, title LIMIT 20
                """),
        TypicalStatements(
            name: "recommendation by procedure",
            text: """
                MATCH (u:User {id: $id})
                CALL recommend.itemKNN(u, 'BOUGHT', {k: 10}) YIELD item, score, reasons
                WHERE item.price < $price
                RETURN item.title AS title, score, [r IN reasons | r.node.title] AS because
                """),
        TypicalStatements(
            name: "MERGE",
            text: """
                MERGE (u:User {id: $user})
                ON CREATE SET u.created = timestamp(), u.name = $name
                ON MATCH SET u.seen = timestamp()
                RETURN u
                """),
        TypicalStatements(
            name: "MERGE of a relationship",
            text: """
                MATCH (u:User {id: $user}), (i:Item {id: $item})
                MERGE (u)-[b:BOUGHT]->(i)
                ON CREATE SET b.timestamp = timestamp(), b.quantity = 1
                ON MATCH SET b.quantity = b.quantity + 1
                """),
        TypicalStatements(
            name: "UNWIND batch",
            text: """
                UNWIND $rows AS row
                MATCH (u:User {id: row.user})
                MATCH (i:Item {id: row.item})
                CREATE (u)-[:BOUGHT {timestamp: row.timestamp, quantity: row.quantity}]->(i)
                """),
        TypicalStatements(
            name: "EXISTS subquery",
            text: """
                MATCH (u:User)
                WHERE u.age > 30 AND EXISTS {
                    MATCH (u)-[b:BOUGHT]->(i:Item {category: $category}) WHERE b.timestamp > $since
                }
                RETURN u.name ORDER BY u.name SKIP 20 LIMIT 10
                """),
        TypicalStatements(
            name: "full-text search",
            text: """
                CALL db.index.fulltext.queryNodes('titles', $words) YIELD node, score
                MATCH (node)<-[:BOUGHT]-(u:User)
                RETURN node.title AS title, score, count(u) AS buyers ORDER BY score DESC LIMIT 5
                """),
        TypicalStatements(
            name: "variable length",
            text: """
                MATCH path = (u:User {id: $id})-[:KNOWS*1..3]->(friend:User)
                WHERE friend.age < 40 AND all(r IN relationships(path) WHERE r.since > 2010)
                RETURN DISTINCT friend.name, length(path) AS hops
                """),
        TypicalStatements(
            name: "filter on two properties",
            text: """
                MATCH (i:Item) WHERE i.category = $category AND i.price >= $low AND i.price < $high
                RETURN i.id, i.title, i.price ORDER BY i.price LIMIT 50
                """),
    ]
}
