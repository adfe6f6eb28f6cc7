// Which films would this user rate highest, by the ratings of the people who rate alike?
MATCH (u:User {id: $user})
CALL recommend.userKNN(u, "RATED",
    {weight: "rating", similarity: "pearson", over: "common", minCommon: 10, predict: true, k: 10})
YIELD item, score
RETURN item.title AS film, round(score, 2) AS predicted
