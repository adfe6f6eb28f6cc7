// Which films would this user rate highest, by how much better or worse others rated them than what this user rated?
MATCH (u:User {id: $user})
CALL recommend.slopeOne(u, "RATED", {weight: "rating", minCommon: 20, k: 10}) YIELD item, score, reasons
RETURN item.title AS film, round(score, 2) AS predicted, [r IN reasons | r.node.title] AS compared_with
