// Which people around this person know each other best: triangles of mutual follows, the closest pairs first?
MATCH (me:Person {id: $user})-[:FOLLOWS]->(a), (me)-[:FOLLOWS]->(b)
WHERE a.id < b.id AND (a)-[:FOLLOWS]->(b) AND (b)-[:FOLLOWS]->(a)
MATCH (a)-[:FOLLOWS]->(both)<-[:FOLLOWS]-(b)
RETURN a.name AS one, b.name AS other, count(both) AS both_follow
ORDER BY both_follow DESC, one, other LIMIT 10
