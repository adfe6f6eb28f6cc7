// What do people look at in the same hour as the items that this user looked at last?
MATCH (u:User {id: $user})
CALL recommend.session(u, "VIEWED", {timestamp: "timestamp", gap: 7 * 86400, last: 3, k: 5})
YIELD item, score, reasons
RETURN item.name AS item, round(score, 3) AS score, [r IN reasons | r.node.name] AS after
