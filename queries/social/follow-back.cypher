// Who follows this person without being followed back, those with the most followers first?
MATCH (me:Person {id: $user})<-[:FOLLOWS]-(other)
WHERE NOT (me)-[:FOLLOWS]->(other)
RETURN other.name AS person, COUNT { (other)<-[:FOLLOWS]-() } AS followers
ORDER BY followers DESC, person LIMIT 10
