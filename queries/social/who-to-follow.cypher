// Whom should this person follow next, and which of the people they follow already say so?
MATCH (me:Person {id: $user})
CALL recommend.rp3beta(me, "FOLLOWS", {k: 10, reasons: 2}) YIELD item, score, reasons
RETURN item.name AS person, round(score, 4) AS score, [r IN reasons | r.node.name] AS because_you_follow
