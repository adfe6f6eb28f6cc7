// Who follows most of the same people as this person, and how many are those?
MATCH (me:Person {id: $user})
CALL recommend.neighbours(me, "FOLLOWS", {similarity: "jaccard", minCommon: 2, k: 10})
YIELD node, similarity, common
RETURN node.name AS person, round(similarity, 3) AS similarity, common
