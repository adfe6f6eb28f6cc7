// Whom does everybody follow that somebody this person follows knows, and how near are they?
CALL recommend.popular(null, "FOLLOWS", {k: 20}) YIELD item, score
MATCH (me:Person {id: $user})
WHERE item <> me
MATCH path = shortestPath((me)-[:FOLLOWS*..4]->(item))
RETURN item.name AS person, toInteger(score) AS followers, length(path) AS steps
ORDER BY steps, followers DESC, person LIMIT 10
