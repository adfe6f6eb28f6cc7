"""`starling query`, `info`, `check`, `backup`: what scripts rely on."""
import csv
import io
import json
import re

import pytest


@pytest.fixture
def data(starling, tmp_path):
    folder = tmp_path / "csv"
    folder.mkdir()
    (folder / "n.csv").write_text("id:ID,n:int\n" + "".join(f"x{i},{i}\n" for i in range(10)))
    (folder / "r.csv").write_text(":START_ID,:END_ID,w:double\n" + "".join(
        f"x{i},x{(i + 1) % 10},{i / 2}\n" for i in range(10)))
    done = starling("import", "--into", tmp_path / "db", "--nodes", f"N={folder}/n.csv",
                    "--relationships", f"NEXT={folder}/r.csv")
    assert done.returncode == 0, done.stderr
    return tmp_path / "db"


def test_json_shapes(query, data):
    answer = query(data, """
        MATCH p = (a:N {id: 'x3'})-[r:NEXT]->(b) RETURN a, r, p, date('2024-02-03') AS d,
        point({x: 1, y: 2}) AS pt, 0.0/0.0 AS nan, 1.0/0.0 AS inf, null AS nothing, [1, {k: 2}] AS l""")
    assert answer["columns"] == ["a", "r", "p", "d", "pt", "nan", "inf", "nothing", "l"]
    node, rel, path, date, point, nan, inf, nothing, nested = answer["rows"][0]
    assert node["labels"] == ["N"] and node["properties"] == {"id": "x3", "n": 3}
    assert rel["type"] == "NEXT" and rel["properties"] == {"w": 1.5}
    assert rel["startNodeElementId"] == node["elementId"]
    assert [n["properties"]["id"] for n in path["nodes"]] == ["x3", "x4"]
    assert path["relationships"] == [rel]
    assert (date, point, nan, inf) == ("2024-02-03", {"srid": 7203, "x": 1.0, "y": 2.0}, "NaN", "Infinity")
    assert nothing is None and nested == [1, {"k": 2}]
    assert set(answer["timing_ms"]) == {"first", "median", "min", "max"}
    assert "summary" in answer


def test_parameters(query, data):
    rows = query(data, "RETURN $a, $b, $c, $d", a=1, b="text", c=[1.5, None, True], d={"k": [1]})["rows"]
    assert rows == [[1, "text", [1.5, None, True], {"k": [1]}]]
    assert query(data, "RETURN $big", big=2**63 - 1)["rows"] == [[2**63 - 1]]


def test_repeat_times_reads_and_refuses_writes(starling, query, data):
    answer = query(data, "MATCH (n) RETURN count(*)", "--repeat", "5")
    timing = answer["timing_ms"]
    assert 0 < timing["min"] <= timing["median"] <= timing["max"]
    done = starling("query", "--data", data, "--repeat", "2", "CREATE (:X)")
    assert done.returncode == 1
    assert query(data, "MATCH (x:X) RETURN count(*)")["rows"] == [[0]]


def test_file_and_formats(starling, data, tmp_path):
    (tmp_path / "q.cypher").write_text("MATCH (n:N) RETURN n.id AS id, n.n AS n ORDER BY n LIMIT 2;")
    done = starling("query", "--data", data, "--file", tmp_path / "q.cypher", "--format", "csv")
    assert list(csv.reader(io.StringIO(done.stdout))) == [["id", "n"], ["x0", "0"], ["x1", "1"]]
    done = starling("query", "--data", data, "RETURN 'a,\"b\"' AS t, null AS n", "--format", "csv")
    assert list(csv.reader(io.StringIO(done.stdout))) == [["t", "n"], ['a,"b"', ""]]
    done = starling("query", "--data", data, "RETURN '日本' AS wide, 1 AS n")
    lines = done.stdout.splitlines()
    assert "日本" in done.stdout and lines[0].startswith("+") and "1 row" in lines[-1]


def test_errors_and_exit_status(starling, data, tmp_path):
    done = starling("query", "--data", data, "MATCH (n) RETURN m")
    assert done.returncode == 1 and not done.stdout
    assert "line 1, column 18" in done.stderr and "^" in done.stderr
    assert starling("query", "--data", tmp_path / "nowhere", "RETURN 1").returncode == 1
    assert starling("query", "--data", data).returncode == 2
    assert starling("query", "--data", data, "--format", "xml", "RETURN 1").returncode == 2
    assert starling("query", "--data", data, "--param", "x=unquoted", "RETURN $x").returncode == 2
    assert starling("dance").returncode == 2
    assert starling("--help").returncode == 0
    assert re.fullmatch(r"starling \d+\.\d+\.\d+\n", starling("--version").stdout)


def test_info_and_check(starling, data):
    info = starling("info", "--data", data)
    assert info.returncode == 0 and "10" in info.stdout and "NEXT" in info.stdout
    assert starling("check", "--data", data).returncode == 0


def test_backup(starling, query, data, tmp_path):
    done = starling("backup", "--data", data, "--to", tmp_path / "copy")
    assert done.returncode == 0, done.stderr
    assert query(tmp_path / "copy", "MATCH (n) RETURN count(*)")["rows"] == [[10]]
    again = starling("backup", "--data", data, "--to", tmp_path / "copy")
    assert again.returncode == 1 and "copy" in again.stderr
