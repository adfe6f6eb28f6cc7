// Whom do the people that this person follows follow, that this person does not yet, most often first?
MATCH (me:Person {id: $user})-[:FOLLOWS]->(friend)-[:FOLLOWS]->(other)
WHERE other <> me AND NOT (me)-[:FOLLOWS]->(other)
RETURN other.name AS person, count(DISTINCT friend) AS followed_by, collect(friend.name)[..3] AS among_them
ORDER BY followed_by DESC, person LIMIT 10
