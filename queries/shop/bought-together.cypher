// Which items go into the same hands as the one that this user bought last?
MATCH (u:User {id: $user})-[b:BOUGHT]->(last:Item)
WITH last ORDER BY b.timestamp DESC LIMIT 1
CALL recommend.neighbours(last, "BOUGHT", {minCommon: 3, k: 5}) YIELD node, similarity, common
RETURN last.name AS bought, node.name AS goes_with, round(similarity, 3) AS similarity, common
