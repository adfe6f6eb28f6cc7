"""The stock Neo4j driver against the server: what applications do all day."""
import datetime

import pytest
import pytz
from neo4j import GraphDatabase, READ_ACCESS
from neo4j.exceptions import ClientError, ConstraintError, CypherSyntaxError, DatabaseError
from neo4j.spatial import CartesianPoint, WGS84Point
from neo4j.time import Date, DateTime, Duration, Time


@pytest.mark.parametrize("scheme", ["bolt", "neo4j"])
def test_connects(server, scheme):
    with GraphDatabase.driver(f"{scheme}://127.0.0.1:{server.port}") as driver:
        driver.verify_connectivity()
        records, summary, keys = driver.execute_query("RETURN 1 AS one", database_="neo4j")
        assert (records[0]["one"], keys) == (1, ["one"])
        assert summary.query_type == "r"


VALUES = [
    None, True, False, 0, -1, 127, 128, -129, 2**31, 2**63 - 1, -(2**63), 0.0, -1.5, 1e300,
    float("inf"), "", "text", "smörgåsbord ✓ 🐦", "x" * 70_000, b"", b"\x00\xff" * 200, [], [1, "two", None, [3.0]],
    {}, {"a": 1, "b": {"c": [True]}}, list(range(300)), {f"k{i}": i for i in range(20)},
    Date(2024, 2, 29), Time(12, 30, 15, 123456789),
    Time(12, 30, 15, 5, tzinfo=pytz.FixedOffset(120)),
    DateTime(2024, 2, 29, 12, 30, 15, 123456789),
    DateTime(2024, 2, 29, 12, 30, 15, 5, tzinfo=datetime.timezone(datetime.timedelta(hours=-3))),
    Duration(months=14, days=-3, seconds=5, nanoseconds=7),
    CartesianPoint((1.5, -2.5)), CartesianPoint((1.0, 2.0, 3.0)), WGS84Point((12.5, 55.7)),
    WGS84Point((12.5, 55.7, 10.0)),
]


@pytest.mark.parametrize("value", VALUES, ids=lambda value: repr(value)[:40])
def test_values_go_there_and_back(driver, value):
    assert driver.execute_query("RETURN $v AS v", v=value).records[0]["v"] == value


def test_nan(driver):
    back = driver.execute_query("RETURN $v AS v", v=float("nan")).records[0]["v"]
    assert back != back


def test_named_zone(driver):
    value = driver.execute_query(
        "RETURN datetime('2024-07-01T12:00:00[Europe/Stockholm]') AS v").records[0]["v"]
    assert value.utcoffset() == datetime.timedelta(hours=2)


def test_properties_come_back_as_stored(driver):
    storable = [v for v in VALUES if v is not None and not isinstance(v, dict)
                and v != [1, "two", None, [3.0]]]
    for value in storable:
        record = driver.execute_query("CREATE (n:T {v: $v}) RETURN n.v AS v", v=value).records[0]
        assert record["v"] == value
    with pytest.raises(ClientError):
        driver.execute_query("CREATE (n:T {v: $v})", v={"a": 1})


def test_nodes_relationships_and_paths(driver):
    record = driver.execute_query("""
        CREATE p = (a:Person:Admin {name: 'Ann'})-[r:KNOWS {since: 2020}]->(b:Person {name: 'Bo'})
        RETURN a, r, b, p""").records[0]
    a, r, b, p = record["a"], record["r"], record["b"], record["p"]
    assert a.labels == {"Person", "Admin"} and dict(a) == {"name": "Ann"}
    assert r.type == "KNOWS" and dict(r) == {"since": 2020}
    assert (r.start_node.element_id, r.end_node.element_id) == (a.element_id, b.element_id)
    assert [n["name"] for n in p.nodes] == ["Ann", "Bo"] and len(p) == 1
    again = driver.execute_query(
        "MATCH (n) WHERE elementId(n) = $id RETURN n", id=a.element_id).records[0]["n"]
    assert again.element_id == a.element_id and dict(again) == dict(a)


def test_path_against_its_direction(driver):
    driver.execute_query("CREATE (:A)-[:R]->(:B)<-[:R]-(:C)")
    path = driver.execute_query("MATCH p = (:A)-->(:B)<--(:C) RETURN p").records[0]["p"]
    assert [list(n.labels)[0] for n in path.nodes] == ["A", "B", "C"]
    assert list(path.relationships[1].start_node.labels) == ["C"]


def test_counters(driver):
    summary = driver.execute_query(
        "CREATE (a:A {x: 1, y: 2})-[:R {z: 3}]->(b:B:C)").summary.counters
    assert summary.contains_updates
    assert (summary.nodes_created, summary.relationships_created) == (2, 1)
    assert (summary.properties_set, summary.labels_added) == (3, 3)
    summary = driver.execute_query("MATCH (n) DETACH DELETE n").summary.counters
    assert (summary.nodes_deleted, summary.relationships_deleted) == (2, 1)


def test_ten_thousand_rows_in_hundreds(driver):
    with driver.session(fetch_size=100) as session:
        result = session.run("UNWIND range(1, 10000) AS n RETURN n, toString(n) AS text")
        rows = [(record["n"], record["text"]) for record in result]
    assert rows == [(n, str(n)) for n in range(1, 10_001)]


def test_a_result_may_be_left_early(driver):
    with driver.session(fetch_size=10) as session:
        result = session.run("UNWIND range(1, 1000000) AS n RETURN n")
        assert next(iter(result))["n"] == 1
        result.consume()
        assert session.run("RETURN 2 AS n").single()["n"] == 2


def test_explicit_transactions(driver):
    with driver.session() as session:
        with session.begin_transaction() as tx:
            tx.run("CREATE (:T {n: 1})")
            assert tx.run("MATCH (t:T) RETURN count(*) AS n").single()["n"] == 1
            with driver.session() as other:
                assert other.run("MATCH (t:T) RETURN count(*) AS n").single()["n"] == 0
            tx.rollback()
        assert session.run("MATCH (t:T) RETURN count(*) AS n").single()["n"] == 0
        with session.begin_transaction() as tx:
            tx.run("CREATE (:T {n: 1})")
            tx.commit()
        assert session.run("MATCH (t:T) RETURN count(*) AS n").single()["n"] == 1


def test_several_open_results_in_one_transaction(driver):
    with driver.session(fetch_size=5) as session, session.begin_transaction() as tx:
        one = tx.run("UNWIND range(1, 20) AS n RETURN n")
        two = tx.run("UNWIND range(21, 40) AS n RETURN n")
        pairs = [(a["n"], b["n"]) for a, b in zip(one, two)]
    assert pairs == [(n, n + 20) for n in range(1, 21)]


def test_managed_transactions(driver):
    def work(tx):
        tx.run("CREATE (:M {n: $n})", n=1)
        return tx.run("MATCH (m:M) RETURN count(*) AS n").single()["n"]

    with driver.session() as session:
        assert session.execute_write(work) == 1
        assert session.execute_read(lambda tx: tx.run("MATCH (m:M) RETURN m.n AS n").single()["n"]) == 1


def test_managed_transactions_that_read_first_do_not_lose_updates(server):
    """Read, compute in the client, write: retried until nobody came in between."""
    from concurrent.futures import ThreadPoolExecutor

    with server.driver() as driver:
        driver.execute_query("CREATE (:Counter {n: 0})")

        def increment(tx):
            n = tx.run("MATCH (c:Counter) RETURN c.n AS n").single()["n"]
            tx.run("MATCH (c:Counter) SET c.n = $n", n=n + 1).consume()

        def many(_):
            with driver.session() as session:
                for _ in range(10):
                    session.execute_write(increment)

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(many, range(4)))
        assert driver.execute_query("MATCH (c:Counter) RETURN c.n AS n").records[0]["n"] == 40


def test_transactions_inside_a_statement(driver):
    text = "UNWIND range(1, 5) AS i CALL (i) { CREATE (:Inner {i: i}) } IN TRANSACTIONS OF 2 ROWS"
    with driver.session() as session:
        assert session.run(text).consume().counters.nodes_created == 5
        transaction = session.begin_transaction()
        with pytest.raises(DatabaseError, match="auto-commit"):
            transaction.run(text)
        transaction.close()
        assert session.run("MATCH (n:Inner) RETURN count(n) AS c").single()["c"] == 5


def test_syntax_error_points_at_its_place(driver):
    with pytest.raises(CypherSyntaxError) as caught:
        driver.execute_query("MATCH (n) RETRUN n")
    assert caught.value.code == "Neo.ClientError.Statement.SyntaxError"
    assert "line 1, column 11" in caught.value.message and "^" in caught.value.message
    # The connection is well again.
    assert driver.execute_query("RETURN 1 AS n").records[0]["n"] == 1


def test_unknown_variable_suggests_a_known_one(driver):
    with pytest.raises(CypherSyntaxError, match="UndefinedVariable.*`persn`"):
        driver.execute_query("MATCH (person) RETURN persn")


def test_failure_inside_a_transaction_fails_it(driver):
    with driver.session() as session:
        tx = session.begin_transaction()
        tx.run("CREATE (:Lost)").consume()
        with pytest.raises(ClientError):
            tx.run("RETURN 1 / 0").consume()
        tx.close()
        assert session.run("MATCH (n:Lost) RETURN count(*) AS n").single()["n"] == 0


def test_missing_parameter(driver):
    with pytest.raises(ClientError, match="ParameterMissing|missing") as caught:
        driver.execute_query("RETURN $nothing")
    assert caught.value.code == "Neo.ClientError.Statement.ParameterMissing"


def test_uniqueness(driver):
    driver.execute_query("CREATE CONSTRAINT FOR (u:U) REQUIRE u.id IS UNIQUE")
    driver.execute_query("CREATE (:U {id: 1})")
    with pytest.raises(ConstraintError):
        driver.execute_query("CREATE (:U {id: 1})")
    assert driver.execute_query("MATCH (u:U) RETURN count(*) AS n").records[0]["n"] == 1


def test_read_sessions_do_not_write(driver):
    with driver.session(default_access_mode=READ_ACCESS) as session:
        with pytest.raises(ClientError):
            session.run("CREATE (:X)").consume()


def test_explain_and_profile(driver):
    driver.execute_query("UNWIND range(1, 10) AS n CREATE (:P {n: n})")
    plan = driver.execute_query("EXPLAIN MATCH (p:P) RETURN p.n").summary.plan
    assert plan["operatorType"].startswith("ProduceResults")
    profile = driver.execute_query("PROFILE MATCH (p:P) WHERE p.n > 5 RETURN p.n").summary.profile
    assert profile["rows"] == 5


def test_the_everyday_loop(driver):
    """As people write it: merge by key, then merge the interaction."""
    driver.execute_query("MERGE (n:user {id:'u1', name:'Ann'})")
    driver.execute_query("UNWIND range(0, 19) AS n MERGE (:item {id: 'i' + n})")
    for _ in range(2):
        for n in range(20):
            driver.execute_query(
                f"MATCH (u:user {{id:'u1'}}) MATCH (i:item {{id:'i{n}'}}) "
                "MERGE (u)-[r:VIEWED {timestamp: 1}]->(i)")
    driver.execute_query("MERGE (n:user {id:'u1', name:'Ann'})")
    record = driver.execute_query(
        "MATCH (u:user)-[r:VIEWED]->(i:item) RETURN count(DISTINCT u) AS u, count(r) AS r").records[0]
    assert (record["u"], record["r"]) == (1, 20)


def test_a_committed_click_is_in_the_next_answer_on_every_connection(server):
    recommend = """MATCH (u:User {id: $id})
        CALL recommend.itemKNN(u, 'BOUGHT', {k: 100}) YIELD item RETURN collect(item.id) AS items"""
    with server.driver() as writer, server.driver() as reader:
        writer.execute_query("""
            UNWIND range(0, 9) AS n MERGE (i:Item {id: n})
            WITH i MATCH (i) WITH collect(i) AS items
            FOREACH (i IN items | MERGE (:User {id: 100 + i.id}))""")
        writer.execute_query("""
            MATCH (u:User), (i:Item) WHERE u.id - 100 = i.id OR u.id - 100 = i.id - 1
            CREATE (u)-[:BOUGHT]->(i)""")
        writer.execute_query("CREATE (:User {id: 1})")
        for n in range(9):
            writer.execute_query(
                "MATCH (u:User {id: 1}), (i:Item {id: $n}) CREATE (u)-[:BOUGHT]->(i)", n=n)
            items = reader.execute_query(recommend, id=1).records[0]["items"]
            assert n + 1 in items and n not in items


def test_stops_cleanly_and_keeps_what_was_written(binary, tmp_path):
    from conftest import Server

    server = Server(binary, tmp_path / "data")
    with server.driver() as driver:
        driver.execute_query("CREATE (:Kept)")
    assert server.stop() == 0
    server = Server(binary, tmp_path / "data")
    with server.driver() as driver:
        assert driver.execute_query("MATCH (n:Kept) RETURN count(*) AS n").records[0]["n"] == 1
    assert server.stop() == 0


def test_native_authentication(binary, starling, tmp_path):
    from conftest import Server
    from neo4j.exceptions import AuthError

    data = tmp_path / "data"
    starling("query", "--data", data, "RETURN 1")
    Server(binary, data).stop()
    assert starling("user", "set", "ann", "--data", data, input="secret\n").returncode == 0
    server = Server(binary, data, "--auth", "native")
    try:
        with server.driver(auth=("ann", "secret")) as driver:
            driver.verify_connectivity()
        for wrong in (("ann", "guess"), ("bo", "secret"), None):
            with pytest.raises(AuthError), server.driver(auth=wrong) as driver:
                driver.verify_connectivity()
    finally:
        server.stop()


def test_a_server_that_has_just_started_stops_when_asked(binary, tmp_path):
    from conftest import Server

    for _ in range(20):
        assert Server(binary, tmp_path / "data").stop() == 0


def test_without_authentication_only_on_loopback(starling, tmp_path):
    done = starling("serve", "--data", tmp_path / "data", "--bolt", "0.0.0.0:0")
    assert done.returncode == 2 and "--auth native" in done.stderr
