"""`starling shell`: scripts through a pipe, and a person at a terminal."""
import os
import pty
import re
import select
import signal
import subprocess
import time

import pytest

CONTROL_SEQUENCE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[=>]|\r")
LONG_STATEMENT = "UNWIND range(1, 100000) AS a UNWIND range(1, 100000) AS b RETURN sum(a * b);"


@pytest.fixture
def script(starling, tmp_path):
    def run(text: str):
        return starling("shell", "--data", tmp_path / "data", input=text)

    return run


def test_a_script_through_a_pipe(script):
    done = script("""
        CREATE (:Person {name: 'Ann; or "Bob"'});
        // a comment; with a semicolon
        MATCH (p:Person)
        RETURN p.name AS name,
               size('wide 鳥') AS size;
    """)
    assert done.returncode == 0, done.stderr
    assert 'Ann; or "Bob"' in done.stdout and "nodes created: 1" in done.stdout


def test_parameters_and_formats(script):
    done = script(""":param {user: 'u7', k: 2}
:param k => $k + 1
:param
:format csv
RETURN $user AS user, $k AS k;
:param user
RETURN $user;
""")
    assert done.stdout.splitlines()[:4] == ["user => 'u7'", "k => 3", "user,k", "u7,3"]
    assert "user" in done.stderr and done.returncode == 1


def test_transactions_by_hand(script):
    done = script(""":format csv
:begin
CREATE (:N);
:rollback
:begin
CREATE (:M);
:commit
MATCH (n) RETURN labels(n) AS labels;
""")
    assert done.returncode == 0, done.stderr
    assert "M" in done.stdout and "N'" not in done.stdout


def test_a_script_may_read_another(script, tmp_path):
    (tmp_path / "more.cypher").write_text("RETURN 42 AS answer;")
    done = script(f":format csv\n:source {tmp_path}/more.cypher\n")
    assert done.stdout.splitlines()[:2] == ["answer", "42"]


def test_an_error_in_a_script_has_its_place_and_status(script):
    done = script("RETURN 1 AS one;\nMATCH (n) RETRN n;\n")
    assert done.returncode == 1
    assert "line 1, column 11" in done.stderr and "^" in done.stderr and "RETURN" in done.stderr


def test_over_bolt(server, starling):
    done = starling("shell", "--connect", server.uri, input=":begin\nCREATE (n:N {x: 1}) "
                    "RETURN n.x AS x;\n:commit\nMATCH (n:N) RETURN count(n) AS nodes;")
    assert done.returncode == 0, done.stderr
    assert "nodes created: 1" in done.stdout and "nodes" in done.stdout


def test_no_server(starling):
    done = starling("shell", "--connect", "bolt://127.0.0.1:1", input="RETURN 1;")
    assert done.returncode == 1 and "127.0.0.1:1" in done.stderr


class Terminal:
    """The shell in a terminal of eighty columns, with someone typing."""

    def __init__(self, binary: str, *arguments: str, home: str):
        self.master, slave = pty.openpty()
        self.process = subprocess.Popen(
            [binary, "shell", *arguments], stdin=slave, stdout=slave, stderr=slave,
            start_new_session=True, env={**os.environ, "HOME": home, "TERM": "xterm",
                                         "COLUMNS": "80", "LINES": "24"},
            preexec_fn=self.take_terminal)
        os.close(slave)
        self.screen = ""

    @staticmethod
    def take_terminal() -> None:
        import fcntl
        import termios
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)

    def type(self, text: str) -> None:
        os.write(self.master, text.encode())

    def wait_for(self, text: str, seconds: float = 20) -> str:
        """Reads until the text is on the screen; returns what came until then, and forgets it."""
        end = time.monotonic() + seconds
        while text not in self.screen:
            readable, _, _ = select.select([self.master], [], [], max(0, end - time.monotonic()))
            assert readable, f"{text!r} did not come; the screen: {self.screen!r}"
            self.screen += CONTROL_SEQUENCE.sub("", os.read(self.master, 65536).decode())
        seen, _, self.screen = self.screen.partition(text)
        return seen + text

    def close(self) -> None:
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        os.close(self.master)


@pytest.fixture
def terminal(binary, tmp_path):
    terminal = Terminal(binary, "--data", str(tmp_path / "data"), home=str(tmp_path))
    terminal.wait_for("starling >")
    yield terminal
    terminal.close()


def test_statements_take_several_lines_and_answers_are_timed(terminal):
    terminal.type("RETURN 20 + 22\n")
    terminal.type("AS answer;\n")
    terminal.wait_for("| answer |")
    terminal.wait_for("42")
    terminal.wait_for(" ms")


def test_control_c_stops_the_statement_and_not_the_shell(terminal):
    terminal.type(LONG_STATEMENT + "\n")
    time.sleep(0.5)
    terminal.type("\x03")
    terminal.wait_for("cancelled", seconds=5)
    terminal.type("RETURN 'still' + 'here' AS x;\n")
    terminal.wait_for("stillhere")


def test_control_c_drops_the_line(terminal):
    terminal.type("MATCH (n) RETU\x03")
    terminal.wait_for("starling >")
    terminal.type("RETURN 'fr' + 'esh' AS x;\n")
    terminal.wait_for("fresh")


def test_tab_completes_what_the_database_has(terminal):
    terminal.type("CREATE (:Category {popularity: 3});\n")
    terminal.wait_for("nodes created: 1")
    # The terminal shows what Tab adds to what was typed.
    terminal.type("MATCH (c:Cat\t")
    terminal.wait_for("egory")
    terminal.type(") RET\t")
    terminal.wait_for("URN")
    terminal.type(" c.popul\t")
    terminal.wait_for("arity")
    terminal.type(" AS p;\n")
    terminal.wait_for("| 3 |")


def test_end_of_input_leaves(terminal):
    terminal.type("\x04")
    assert terminal.process.wait(timeout=10) == 0


def test_history_outlives_the_shell(binary, terminal, tmp_path):
    terminal.type("RETURN 'from ' + 'history' AS x;\n")
    terminal.wait_for("from history")
    terminal.type(":exit\n")
    assert terminal.process.wait(timeout=10) == 0
    again = Terminal(binary, "--data", str(tmp_path / "data"), home=str(tmp_path))
    try:
        again.wait_for("starling >")
        again.type("\x1b[A\x1b[A")  # past :exit
        again.wait_for("'history' AS x;")
    finally:
        again.close()
