// Through whom can this person get to know the ones most like them: the shortest chains of follows?
MATCH (me:Person {id: $user})
CALL recommend.content(me, "FOLLOWS", {neighbours: "MEMBER_OF", label: "Person", k: 5}) YIELD item, score
WHERE item <> me
MATCH path = shortestPath((me)-[:FOLLOWS*..5]->(item))
RETURN item.name AS person, round(score, 3) AS alike, [n IN nodes(path)[1..-1] | n.name] AS through
