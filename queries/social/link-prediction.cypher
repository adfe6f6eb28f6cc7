// Which new friendships are most likely, where a common friend counts more the fewer friends it has (Adamic and Adar)?
MATCH (me:Person {id: $user})-[:FOLLOWS]-(common)-[:FOLLOWS]-(other:Person)
WHERE other <> me AND NOT (me)-[:FOLLOWS]-(other)
WITH DISTINCT other, common
RETURN other.name AS person, round(sum(1 / log(COUNT { (common)-[:FOLLOWS]-() })), 3) AS score,
       count(*) AS common_friends
ORDER BY score DESC, person LIMIT 10
