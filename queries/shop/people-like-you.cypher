// What did the people whose purchases are most like this user's buy, that the user has not?
MATCH (u:User {id: $user})
CALL recommend.userKNN(u, "BOUGHT", {similarity: "jaccard", neighbours: 20, k: 5})
YIELD item, score, reasons
RETURN item.name AS item, round(score, 3) AS score,
       [r IN reasons | r.node.name] AS bought_by
