// Which items did this user look at more than once without buying, most often first?
MATCH (u:User {id: $user})-[v:VIEWED]->(item:Item)
WHERE NOT (u)-[:BOUGHT]->(item)
WITH item, count(v) AS views, max(v.timestamp) AS lately
WHERE views > 1
MATCH (item)-[:IN_CATEGORY]->(category:Category)
RETURN item.name AS item, category.name AS category, views
ORDER BY views DESC, lately DESC, item LIMIT 5
