// Which items sell better lately than they used to, and are new to this user?
MATCH (u:User {id: $user})
CALL recommend.trending(u, "BOUGHT", {halfLife: 7 * 86400, k: 5}) YIELD item, score, reasons
RETURN item.name AS item, round(score, 2) AS more_than_expected, round(reasons[0].recent, 2) AS lately
