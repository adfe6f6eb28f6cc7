// Which items are like this user's purchases in name, category and brand, even if nobody has bought them yet?
MATCH (u:User {id: $user})
CALL recommend.content(u, "BOUGHT",
    {text: "name", neighbours: {IN_CATEGORY: 2, MADE_BY: 1}, label: "Item", k: 5})
YIELD item, score, reasons
RETURN item.name AS item, round(score, 3) AS score,
       [r IN reasons | CASE WHEN r.feature IS :: NODE THEN r.feature.name ELSE r.feature END] AS because_of
