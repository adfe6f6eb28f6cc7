// What goes with this user's purchases for less than fifty, five items and never fewer where there are five?
MATCH (u:User {id: $user})
CALL recommend.itemKNN(u, "BOUGHT", {k: 5, filter: "item.price < 50"}) YIELD item, score
RETURN item.name AS item, item.price AS price, round(score, 3) AS score
