// What should this user's front page show: several methods together, at most two items of a category, bargains first?
MATCH (u:User {id: $user})
CALL recommend.hybrid(u,
    [{source: "itemKNN", weight: 2}, {source: "content", neighbours: ["IN_CATEGORY", "MADE_BY"]},
     {source: "popular", halfLife: 14 * 86400}, {source: "rp3beta"}],
    {relationshipType: "BOUGHT", k: 8, diversity: 0.2, perGroup: 2, groupBy: "IN_CATEGORY",
     boost: {when: "item.price < 20", factor: 1.2}})
YIELD item, score, reasons
RETURN item.name AS item, round(score, 4) AS score, [r IN reasons | r.source] AS proposed_by
