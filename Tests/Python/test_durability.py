"""What was acknowledged survives: kill -9 in the middle of writes, and the order of system calls."""
import random
import re
import shutil
import threading
import time

import pytest
from conftest import Server
from neo4j.exceptions import DriverError, Neo4jError

ROUNDS = 50


def write_until_killed(server: Server, first: int, acknowledged: list[int]) -> None:
    """Creates nodes and relationships one by one, noting each that was acknowledged."""
    number = first
    try:
        with server.driver() as driver, driver.session() as session:
            while True:
                session.run(
                    "MERGE (hub:Hub {id: $hub}) CREATE (hub)-[:HAS {n: $n}]->(:Leaf {n: $n})",
                    hub=number % 7, n=number).consume()
                acknowledged.append(number)
                number += 1
    except (DriverError, Neo4jError, OSError):
        pass


def test_kill_nine_fifty_times(binary, starling, query, tmp_path):
    seed = 20_240
    print(f"seed {seed}")
    rng = random.Random(seed)
    data = tmp_path / "data"
    acknowledged: list[int] = []
    for _ in range(ROUNDS):
        server = Server(binary, data)
        before = len(acknowledged)
        first = (acknowledged[-1] if acknowledged else -1) + 1_000
        writer = threading.Thread(target=write_until_killed, args=(server, first, acknowledged))
        writer.start()
        while len(acknowledged) == before and writer.is_alive():
            time.sleep(0.002)
        time.sleep(rng.uniform(0, 0.12))
        server.kill()
        writer.join(timeout=30)
        assert not writer.is_alive()
        there = query(data, "MATCH (:Hub)-[r:HAS]->(l:Leaf) WHERE r.n = l.n RETURN collect(l.n)")
        missing = set(acknowledged) - set(there["rows"][0][0])
        assert not missing, f"acknowledged, but gone: {sorted(missing)[:5]}"
        checked = starling("check", "--data", data)
        assert checked.returncode == 0, checked.stdout + checked.stderr
    assert len(acknowledged) >= ROUNDS


def sync_calls(trace: str) -> list[tuple[str, str]]:
    """The trace's calls in order, as (kind, line): write to the data file, sync, or send.

    LMDB writes its meta page last, through a descriptor that it opened with O_DSYNC: such a write
    is on disk when it returns, so it is a sync.
    """
    calls, synchronous = [], set()
    for line in trace.splitlines():
        if opened := re.search(r"\bopenat\(.*data\.mdb.*\bO_D?SYNC\b.*= (\d+)", line):
            synchronous.add(opened.group(1))
        elif written := re.search(r"\b(?:pwrite64|pwritev|writev|write)\((\d+)<[^>]*data\.mdb>", line):
            calls.append(("sync" if written.group(1) in synchronous else "write", line))
        elif re.search(r"\b(fdatasync|fsync|msync)\(", line):
            calls.append(("sync", line))
        elif re.search(r"\b(write|writev|sendto|sendmsg)\(\d+<(TCP|socket)", line):
            calls.append(("send", line))
    assert synchronous, "LMDB opened its file in another way than this test knows"
    return calls


needs_strace = pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
TRACE = ("strace", "-f", "-yy", "-qq", "-e",
         "trace=openat,pwrite64,pwritev,write,writev,fdatasync,fsync,msync,sendto,sendmsg", "-o")


@needs_strace
def test_a_commit_is_synced_before_it_is_acknowledged(binary, tmp_path):
    trace = tmp_path / "trace"
    server = Server(binary, tmp_path / "data", wrapper=(*TRACE, str(trace)))
    with server.driver() as driver, driver.session() as session:
        for n in range(20):
            session.run("CREATE (:N {n: $n})", n=n).consume()
    assert server.stop() == 0
    calls = sync_calls(trace.read_text())
    dirty = commits = 0
    for kind, line in calls:
        if kind == "write":
            dirty += 1
        elif kind == "sync":
            commits += dirty > 0
            dirty = 0
        else:
            assert dirty == 0, f"sent before the data was synced: {line}"
    assert commits >= 20


@needs_strace
def test_an_import_is_synced_before_it_ends(binary, tmp_path):
    import subprocess

    (tmp_path / "nodes.csv").write_text("id:ID\n" + "\n".join(map(str, range(1000))) + "\n")
    trace = tmp_path / "trace"
    subprocess.run(
        [*TRACE, str(trace), binary, "import", "--into", str(tmp_path / "data"), "--nodes",
         f"N={tmp_path}/nodes.csv"], check=True, stdout=subprocess.DEVNULL)
    kinds = [kind for kind, line in sync_calls(trace.read_text()) if kind != "send"]
    assert "write" in kinds and kinds[-1] == "sync"


def test_backup_while_writing(binary, starling, query, tmp_path):
    server = Server(binary, tmp_path / "data")
    acknowledged: list[int] = []
    writer = threading.Thread(target=write_until_killed, args=(server, 0, acknowledged))
    writer.start()
    while len(acknowledged) < 20:
        time.sleep(0.01)
    known = list(acknowledged)
    done = starling("backup", "--data", tmp_path / "data", "--to", tmp_path / "copy")
    server.kill()
    writer.join()
    assert done.returncode == 0, done.stderr
    assert starling("check", "--data", tmp_path / "copy").returncode == 0
    there = query(tmp_path / "copy", "MATCH (l:Leaf) RETURN collect(l.n)")["rows"][0][0]
    assert set(known) <= set(there)


def test_two_processes_see_each_other(binary, query, tmp_path):
    data = tmp_path / "data"
    server = Server(binary, data)
    try:
        with server.driver() as driver:
            for n in range(5):
                driver.execute_query("CREATE (:FromServer {n: $n})-[:R]->(:End)", n=n)
                assert query(data, "MATCH (s:FromServer)-[:R]->(:End) RETURN count(*)")["rows"] == [[n + 1]]
                query(data, "MATCH (s:FromServer {n: $n}) CREATE (s)-[:R2]->(:NewLabel {n: $n})", n=n)
                records = driver.execute_query(
                    "MATCH (:FromServer {n: $n})-[:R2]->(x:NewLabel) RETURN x.n AS n", n=n).records
                assert [record["n"] for record in records] == [n]
    finally:
        server.stop()
