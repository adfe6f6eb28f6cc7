"""The main job on real input: MovieLens-100k, imported, queried, and recommended from."""
import pytest


def test_counts(query, movielens):
    assert query(movielens, "MATCH (u:User) RETURN count(*)")["rows"] == [[943]]
    assert query(movielens, "MATCH (m:Movie) RETURN count(*)")["rows"] == [[1682]]
    rows = query(movielens, "MATCH ()-[r:RATED]->() RETURN count(r), avg(r.rating)")["rows"]
    assert rows[0][0] == 100_000
    assert rows[0][1] == pytest.approx(3.52986, abs=1e-9)


def test_paths_never_walk_a_relationship_twice(query, movielens):
    rows = query(
        movielens, "MATCH (:User)-[:RATED]->(:Movie)<-[:RATED]-(:User) RETURN count(*)")["rows"]
    assert rows == [[16_707_190]]


def test_films_rated_together_with_star_wars(query, movielens):
    rows = query(movielens, """
        MATCH (:Movie {title: 'Star Wars (1977)'})<-[:RATED]-(:User)-[:RATED]->(other:Movie)
        RETURN other.title AS title, count(*) AS together
        ORDER BY together DESC, title LIMIT 5""")["rows"]
    assert rows == [
        ["Return of the Jedi (1983)", 480], ["Fargo (1996)", 394], ["Toy Story (1995)", 381],
        ["Raiders of the Lost Ark (1981)", 380], ["Independence Day (ID4) (1996)", 362]]


NEAREST = [(119, 0.98608), (90, 0.98041), (624, 0.97981), (936, 0.97938), (308, 0.97777)]


def test_nearest_users_in_plain_cypher(query, movielens):
    rows = query(movielens, """
        MATCH (u:User {id: 196})-[a:RATED]->(:Movie)<-[b:RATED]-(peer:User)
        WITH peer, count(*) AS common, sum(a.rating * b.rating) AS dot,
             sum(a.rating * a.rating) AS aa, sum(b.rating * b.rating) AS bb
        WHERE common > 10
        RETURN peer.id AS id, dot / (sqrt(aa) * sqrt(bb)) AS similarity
        ORDER BY similarity DESC, id LIMIT 5""")["rows"]
    assert [row[0] for row in rows] == [node for node, _ in NEAREST]
    assert [row[1] for row in rows] == pytest.approx([s for _, s in NEAREST], abs=5e-6)


def test_nearest_users_through_the_procedure(query, movielens):
    rows = query(movielens, """
        MATCH (u:User {id: 196})
        CALL recommend.neighbours(u, 'RATED',
            {weight: 'rating', similarity: 'cosine', over: 'common', minCommon: 11, k: 5})
        YIELD node, similarity, common
        RETURN node.id, similarity, common""")["rows"]
    assert [row[0] for row in rows] == [node for node, _ in NEAREST]
    assert [row[1] for row in rows] == pytest.approx([s for _, s in NEAREST], abs=5e-6)
    assert all(row[2] > 10 for row in rows)


@pytest.mark.parametrize("method", ["userKNN", "itemKNN"])
def test_recommendations_leave_out_what_the_user_has(query, movielens, method):
    rows = query(movielens, f"""
        MATCH (u:User {{id: 196}})
        CALL recommend.{method}(u, 'RATED', {{weight: 'rating', k: 20}})
        YIELD item, score, reasons
        RETURN item.title, score, size(reasons), exists((u)-[:RATED]->(item)) AS seen""")["rows"]
    assert len(rows) == 20
    assert [row[1] for row in rows] == sorted((row[1] for row in rows), reverse=True)
    assert all(row[2] == 3 and row[3] is False for row in rows)


def test_user_knn_follows_its_formula(query, movielens):
    """The procedure against the same sum written out in Cypher."""
    formula = query(movielens, """
        MATCH (u:User {id: 196})
        CALL recommend.neighbours(u, 'RATED', {weight: 'rating', k: 50}) YIELD node, similarity
        MATCH (node)-[r:RATED]->(item:Movie) WHERE NOT (u)-[:RATED]->(item)
        RETURN item.id AS id, sum(similarity * r.rating) AS score
        ORDER BY score DESC, id LIMIT 10""")["rows"]
    procedure = query(movielens, """
        MATCH (u:User {id: 196})
        CALL recommend.userKNN(u, 'RATED', {weight: 'rating'}) YIELD item, score
        RETURN item.id, score""")["rows"]
    assert [row[0] for row in procedure] == [row[0] for row in formula]
    assert [row[1] for row in procedure] == pytest.approx([row[1] for row in formula], rel=1e-12)


def test_popular_counts_ratings(query, movielens):
    expected = query(movielens, """
        MATCH (m:Movie)<-[:RATED]-() RETURN m.id AS id, count(*) AS n ORDER BY n DESC, id LIMIT 5""")
    popular = query(movielens, """
        CALL recommend.popular(null, 'RATED', {k: 5}) YIELD item, score
        RETURN item.id, toInteger(score)""")
    assert sorted(popular["rows"]) == sorted(expected["rows"])
