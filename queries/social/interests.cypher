// Which groups should this person join, by what the people they follow are in?
MATCH (me:Person {id: $user})-[:FOLLOWS]->(friend)-[:MEMBER_OF]->(group:Group)
WHERE NOT (me)-[:MEMBER_OF]->(group)
WITH group, count(friend) AS friends, COUNT { (group)<-[:MEMBER_OF]-() } AS members
RETURN group.name AS group, friends, round(1.0 * friends / sqrt(members), 3) AS score
ORDER BY score DESC, group LIMIT 5
