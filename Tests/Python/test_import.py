"""Bulk import: every header form, what may go wrong, and what is left behind when it does."""
import gzip
import json

import pytest


@pytest.fixture
def files(tmp_path):
    """Writes files by name; returns their folder."""

    def write(**texts: str):
        for name, text in texts.items():
            (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
        return tmp_path

    return write


def test_header_forms(files, starling, query, tmp_path):
    folder = files(
        people=":LABEL,name:ID(P),age:int,notes:IGNORE,tags:string[],scores:double[],born:date\n"
               'Admin;Staff,ann,31,x,a;b;c,1.5;2,1990-02-03\n,"bo, jr",,,,,\n',
        films="key:ID(F),title,seen:boolean,at:datetime,wait:duration,place:point,x:long\n"
              'f1,"A ""quoted"" title",true,2024-01-02T03:04:05Z,P1DT2H,"{x: 1.5, y: 2}",-9223372036854775808\n'
              'f2,"two\nlines",FALSE,,,,\n',
        likes=":START_ID(P),:END_ID(F),:TYPE,stars:float\nann,f1,LIKES,4.5\n\"bo, jr\",f2,HATES,1\n")
    done = starling(
        "import", "--into", tmp_path / "db", "--nodes", f"Person={folder}/people.csv",
        "--nodes", f"Film={folder}/films.csv", "--relationships", f"{folder}/likes.csv")
    assert done.returncode == 0, done.stderr
    rows = query(tmp_path / "db", "MATCH (p:Person) RETURN p ORDER BY p.name")["rows"]
    assert set(rows[0][0]["labels"]) == {"Person", "Admin", "Staff"}
    assert rows[0][0]["properties"] == {
        "name": "ann", "age": 31, "tags": ["a", "b", "c"], "scores": [1.5, 2.0], "born": "1990-02-03"}
    assert rows[1][0]["properties"] == {"name": "bo, jr"}
    rows = query(tmp_path / "db", "MATCH (f:Film) RETURN f ORDER BY f.key")["rows"]
    first = rows[0][0]["properties"]
    assert first["title"] == 'A "quoted" title' and first["seen"] is True
    assert first["at"] == "2024-01-02T03:04:05Z" and first["wait"] == "P1DT2H"
    assert (first["place"]["x"], first["place"]["srid"], first["x"]) == (1.5, 7203, -(2**63))
    assert rows[1][0]["properties"]["title"] == "two\nlines"
    rows = query(tmp_path / "db", """
        MATCH (p:Person)-[r]->(f:Film) RETURN p.name, type(r), f.key, r.stars ORDER BY p.name""")["rows"]
    assert rows == [["ann", "LIKES", "f1", 4.5], ["bo, jr", "HATES", "f2", 1.0]]
    assert starling("check", "--data", tmp_path / "db").returncode == 0


def test_header_in_a_file_of_its_own_and_gzip(files, starling, query, tmp_path):
    folder = files(header="id:ID\tn:int\n", first="a\t1\n")
    with gzip.open(folder / "second.csv.gz", "wt") as file:
        file.write("b\t2\nc\t3\n")
    done = starling(
        "import", "--into", tmp_path / "db", "--delimiter", "TAB", "--nodes",
        f"A:B={folder}/header.csv,{folder}/first.csv,{folder}/second.csv.gz")
    assert done.returncode == 0, done.stderr
    assert query(tmp_path / "db", "MATCH (n:A:B) RETURN collect(n.n)")["rows"] == [[[1, 2, 3]]]


BAD = {
    "missing id": ("id:ID,n:int\na,1\n,2\n", "line 3, column 1", "id is missing"),
    "not a number": ("id:ID,n:int\na,one\n", "line 2, column 3", "`one`"),
    "too large": ("id:ID,n:int\na,3000000000\n", "line 2, column 3", "3000000000"),
    "ragged": ("id:ID,n:int\na,1\nb\n", "line 3", "1 fields, the header 2"),
    "open quote": ('id:ID,n\na,"x\nb,y\n', "line 2, column 3", "not closed"),
    "text after quote": ('id:ID,n\na,"x"y\n', "line 2, column 6", "closing quote"),
    "duplicate": ("id:ID\na\nb\na\n", "line 4, column 1", "twice"),
    "unknown type": ("id:ID,n:number\na,1\n", "line 1, column 7", "no type `number`"),
    "repeated property": ("id:ID,n,n\na,1,2\n", "line 1, column 9", "`n` twice"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_nodes(files, starling, query, tmp_path, name):
    text, place, reason = BAD[name]
    folder = files(bad=text)
    done = starling("import", "--into", tmp_path / "db", "--nodes", f"N={folder}/bad.csv")
    assert done.returncode == 1
    assert "bad.csv" in done.stderr and place in done.stderr and reason in done.stderr, done.stderr
    assert not (tmp_path / "db").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["bad.csv"]


def test_unknown_end_nodes(files, starling, query, tmp_path):
    folder = files(n="id:ID\na\nb\n", r=":START_ID,:END_ID\na,b\na,zz\n,b\nb,a\n")
    arguments = ("import", "--into", tmp_path / "db", "--nodes", f"N={folder}/n.csv",
                 "--relationships", f"R={folder}/r.csv")
    done = starling(*arguments)
    assert done.returncode == 1
    assert "line 3, column 3" in done.stderr and "`zz`" in done.stderr
    done = starling(*arguments, "--skip-bad-relationships", "--bad-tolerance", "1")
    assert done.returncode == 1 and "--bad-tolerance" in done.stderr
    done = starling(*arguments, "--skip-bad-relationships")
    assert done.returncode == 0, done.stderr
    assert query(tmp_path / "db", "MATCH ()-[r:R]->() RETURN count(r)")["rows"] == [[2]]
    report = (tmp_path / "db.import-report").read_text()
    assert "line 3" in report and "line 4" in report and "a,zz" in report


def test_duplicate_nodes_may_be_left_out(files, starling, query, tmp_path):
    folder = files(n="id:ID,v\na,1\na,2\n")
    done = starling("import", "--into", tmp_path / "db", "--skip-duplicate-nodes", "--nodes",
                    f"N={folder}/n.csv")
    assert done.returncode == 0
    assert query(tmp_path / "db", "MATCH (n) RETURN n.v")["rows"] == [["1"]]


def test_a_failed_import_leaves_the_target_as_it_was(files, starling, query, tmp_path):
    folder = files(good="id:ID\na\n", bad="id:ID\na\na\n")
    data = tmp_path / "db"
    assert starling("import", "--into", data, "--nodes", f"N={folder}/good.csv").returncode == 0
    again = starling("import", "--into", data, "--nodes", f"N={folder}/good.csv")
    assert again.returncode == 1 and "--overwrite" in again.stderr
    failed = starling("import", "--into", data, "--overwrite", "--nodes", f"N={folder}/bad.csv")
    assert failed.returncode == 1
    assert query(data, "MATCH (n:N) RETURN n.id")["rows"] == [["a"]]
    replaced = starling("import", "--into", data, "--overwrite", "--nodes", f"M={folder}/good.csv")
    assert replaced.returncode == 0
    assert query(data, "MATCH (n) RETURN labels(n)")["rows"] == [[["M"]]]


def test_refuses_a_database_in_use(files, starling, server, tmp_path):
    folder = files(good="id:ID\na\n")
    done = starling("import", "--into", tmp_path / "data", "--overwrite", "--nodes",
                    f"N={folder}/good.csv")
    assert done.returncode == 1 and "in use" in done.stderr


def test_refuses_to_overwrite_what_is_no_database(files, starling, tmp_path):
    folder = files(good="id:ID\na\n")
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "letter").write_text("dear")
    done = starling("import", "--into", precious, "--overwrite", "--nodes", f"N={folder}/good.csv")
    assert done.returncode == 1
    assert (precious / "letter").read_text() == "dear"


def test_integer_ids(files, starling, query, tmp_path):
    folder = files(n="id:ID(X)\n7\n007\n", ok="id:ID(X)\n7\n-8\n", r=":START_ID(X),:END_ID(X)\n07,-8\n")
    done = starling("import", "--into", tmp_path / "db", "--id-type", "integer", "--nodes",
                    f"N={folder}/n.csv")
    assert done.returncode == 1 and "twice" in done.stderr
    done = starling("import", "--into", tmp_path / "db", "--id-type", "integer", "--nodes",
                    f"N={folder}/ok.csv", "--relationships", f"R={folder}/r.csv")
    assert done.returncode == 0, done.stderr
    rows = query(tmp_path / "db", "MATCH (a)-[:R]->(b) RETURN a.id, b.id")["rows"]
    assert rows == [[7, -8]]


def test_wrong_usage(starling, tmp_path):
    for arguments in (
        ("import", "--into", tmp_path / "db"),
        ("import", "--nodes", "N=x.csv"),
        ("import", "--into", tmp_path / "db", "--nodes", "N=x.csv", "--delimiter", "ab"),
        ("import", "--into", tmp_path / "db", "--nodes", "N=x.csv", "--delimiter", ";"),
        ("import", "--into", tmp_path / "db", "--nodes", "N=x.csv", "--id-type", "number"),
    ):
        assert starling(*arguments).returncode == 2, arguments
    done = starling("import", "--into", tmp_path / "db", "--nodes", "N=missing.csv")
    assert done.returncode == 1 and "missing.csv" in done.stderr
