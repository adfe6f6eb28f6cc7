// Which groups hold together: what share of the follows of their members stays inside?
MATCH (group:Group)<-[:MEMBER_OF]-(one)-[:FOLLOWS]->(other)
WITH group, count(*) AS follows, sum(CASE WHEN (other)-[:MEMBER_OF]->(group) THEN 1 ELSE 0 END) AS inside
MATCH (me:Person {id: $user})
RETURN group.name AS group, follows, round(1.0 * inside / follows, 3) AS inside_share,
       EXISTS { (me)-[:MEMBER_OF]->(group) } AS is_mine
ORDER BY inside_share DESC, group LIMIT 10
