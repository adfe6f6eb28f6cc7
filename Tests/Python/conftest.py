"""Everything here runs the `starling` binary as a user would; STARLING names it."""
import json
import os
import re
import shutil
import signal
import subprocess
from pathlib import Path

import pytest
from neo4j import GraphDatabase

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared"


@pytest.fixture(scope="session")
def binary() -> str:
    path = os.environ.get("STARLING") or str(ROOT / ".build" / "release" / "starling")
    assert Path(path).exists(), f"build the release binary first: {path}"
    return path


class Server:
    """A running `starling serve` on a port of its own choosing."""

    def __init__(self, binary: str, data: Path, *options: str, wrapper: tuple[str, ...] = (),
                 host: str = "127.0.0.1", log=None):
        self.process = subprocess.Popen(
            [*wrapper, binary, "serve", "--data", str(data), "--bolt", f"{host}:0", *options],
            stdout=subprocess.PIPE, stderr=log, text=True)
        line = self.process.stdout.readline()
        match = re.search(r"bolt(?:\+s)?://([\d.]+):(\d+)", line)
        assert match, f"the server did not become ready: {line!r}"
        self.port = int(match.group(2))
        self.pid = self.process.pid
        if wrapper:  # signals are for the server, not for what it runs under
            children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
            self.pid = int(children[0])

    @property
    def uri(self) -> str:
        return f"bolt://127.0.0.1:{self.port}"

    def driver(self, **options):
        return GraphDatabase.driver(self.uri, **options)

    def stop(self) -> int:
        if self.process.poll() is None:
            os.kill(self.pid, signal.SIGTERM)
        try:
            return self.process.wait(timeout=20)
        finally:
            self.process.kill()
            self.process.stdout.close()

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


@pytest.fixture
def server(binary, tmp_path):
    server = Server(binary, tmp_path / "data")
    yield server
    server.stop()


@pytest.fixture
def driver(server):
    with server.driver() as driver:
        yield driver


@pytest.fixture(scope="session")
def starling(binary):
    """Runs `starling` with arguments; returns the finished process."""

    def run(*arguments: object, input: str | None = None) -> subprocess.CompletedProcess:
        return subprocess.run(
            [binary, *map(str, arguments)], input=input, capture_output=True, text=True, timeout=300)

    return run


@pytest.fixture(scope="session")
def query(starling):
    """Runs one statement with `starling query --format json`; returns the parsed answer."""

    def run(data: Path, statement: str, *options: str, **parameters: object) -> dict:
        named = [text for name, value in parameters.items()
                 for text in ("--param", f"{name}={json.dumps(value)}")]
        done = starling("query", "--data", data, "--format", "json", *named, *options, statement)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return run


@pytest.fixture(scope="session")
def movielens(starling, tmp_path_factory):
    """MovieLens-100k as a database, where the data is there."""
    source = SHARED / "data" / "ml-100k"
    if not source.exists():
        pytest.skip("MovieLens-100k is not here")
    folder = tmp_path_factory.mktemp("movielens")
    subprocess.run(
        [str(ROOT / "tools" / "convert-movielens"), str(source), str(folder / "csv")], check=True)
    csv = folder / "csv"
    done = starling(
        "import", "--into", folder / "data", "--id-type", "integer",
        "--nodes", f"User={csv}/users.csv", "--nodes", f"Movie={csv}/movies.csv",
        "--nodes", f"Genre={csv}/genres.csv", "--relationships", f"RATED={csv}/rated.csv",
        "--relationships", f"IN_GENRE={csv}/in_genre.csv")
    assert done.returncode == 0, done.stderr
    yield folder / "data"
    shutil.rmtree(folder)
