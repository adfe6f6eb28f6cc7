// What sells lately (a purchase counts half for every 14 days of age), and is new to this user?
MATCH (u:User {id: $user})
CALL recommend.popular(u, "BOUGHT", {halfLife: 14 * 86400, k: 5}) YIELD item, score, reasons
RETURN item.name AS item, round(score, 2) AS score, reasons[0].interactions AS purchases
