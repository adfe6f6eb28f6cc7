// What should this user buy next, and which of their purchases say so?
MATCH (u:User {id: $user})
CALL recommend.itemKNN(u, "BOUGHT", {k: 5, reasons: 2}) YIELD item, score, reasons
RETURN item.name AS item, round(score, 3) AS score,
       [r IN reasons | r.node.name] AS because_you_bought
