// Which films are like those that this user rated four or five, and which of those say so?
MATCH (u:User {id: $user})
CALL recommend.itemKNN(u, "RATED", {weight: "rating", minCommon: 5, k: 10})
YIELD item, score, reasons
RETURN item.title AS film, [r IN reasons WHERE r.weight >= 4 | r.node.title] AS because_you_liked
