// Which less known films end the walks from this user's films over the people who rated them?
MATCH (u:User {id: $user})
CALL recommend.rp3beta(u, "RATED", {beta: 0.8, k: 10}) YIELD item, score, reasons
RETURN item.title AS film, COUNT { (item)<-[:RATED]-() } AS ratings, [r IN reasons | r.node.title] AS from_your
