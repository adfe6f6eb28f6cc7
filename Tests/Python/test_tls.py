"""`starling serve --tls-certificate … --tls-key …`, by the Neo4j driver and by the shell."""
import socket
import ssl
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from neo4j import GraphDatabase, TrustCustomCAs
from neo4j.exceptions import AuthError, Neo4jError, DriverError

from conftest import Server

# What clients that are refused may take: they must not wait for a limit.
PROMPT = 5


def openssl(*arguments: object) -> None:
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)


class Certificate:
    """As the README makes one."""

    def __init__(self, folder, name: str):
        self.certificate, self.key = folder / f"{name}.pem", folder / f"{name}-key.pem"
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                "-days", "30", "-subj", "/CN=localhost",
                "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
                "-keyout", self.key, "-out", self.certificate)

    @property
    def options(self) -> tuple[str, ...]:
        return "--tls-certificate", str(self.certificate), "--tls-key", str(self.key)

    @property
    def trust(self) -> dict:
        """A driver's options that trust this one alone."""
        return {"encrypted": True, "trusted_certificates": TrustCustomCAs(str(self.certificate))}


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    return Certificate(tmp_path_factory.mktemp("tls"), "own")


@pytest.fixture(scope="module")
def other(tmp_path_factory):
    return Certificate(tmp_path_factory.mktemp("tls"), "other")


@pytest.fixture
def log(tmp_path):
    with open(tmp_path / "log", "w") as file:
        yield file


@pytest.fixture
def tls_server(binary, tmp_path, own, log):
    server = Server(binary, tmp_path / "data", *own.options, log=log)
    yield server
    assert server.stop() == 0


def refused(uri: str, **options) -> str:
    """What a driver says that cannot connect, with the causes; it must say so soon."""
    start = time.monotonic()
    with pytest.raises((DriverError, Neo4jError, OSError)) as caught:
        with GraphDatabase.driver(uri, **options) as driver:
            driver.verify_connectivity()
    assert time.monotonic() - start < PROMPT
    error, reasons = caught.value, []
    while error:
        reasons.append(str(error))
        error = error.__cause__
    return "\n".join(reasons)


def logged(log, text: str) -> bool:
    """Whether the server's log has the text, at most a moment later."""
    end = time.monotonic() + PROMPT
    while time.monotonic() < end:
        with open(log.name) as lines:
            if any(text in line for line in lines):
                return True
        time.sleep(0.02)
    return False


@pytest.mark.parametrize("scheme", ["bolt+ssc", "neo4j+ssc"])
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_connects_without_verifying(tls_server, scheme, host):
    with GraphDatabase.driver(f"{scheme}://{host}:{tls_server.port}") as driver:
        records, summary, _ = driver.execute_query("RETURN 1 AS one", database_="neo4j")
        assert records[0]["one"] == 1
        # The second look goes to the address in the routing table.
        assert summary.server.address[1] == tls_server.port
        with driver.session() as session:
            assert session.execute_write(lambda tx: tx.run("CREATE (n) RETURN 2").single()[0]) == 2


@pytest.mark.parametrize("scheme", ["bolt", "neo4j"])
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_connects_where_the_certificate_is_trusted(tls_server, own, scheme, host):
    uri = f"{scheme}://{host}:{tls_server.port}"
    with GraphDatabase.driver(uri, **own.trust) as driver:
        assert driver.execute_query("RETURN 1 AS one").records[0]["one"] == 1


def test_by_the_systems_certificates(tls_server, own, monkeypatch):
    """`+s`: OpenSSL takes the file named here for those that the system trusts."""
    monkeypatch.setenv("SSL_CERT_FILE", str(own.certificate))
    for scheme in ("bolt+s", "neo4j+s"):
        with GraphDatabase.driver(f"{scheme}://localhost:{tls_server.port}") as driver:
            assert driver.execute_query("RETURN 1 AS one").records[0]["one"] == 1


def test_a_certificate_that_is_not_trusted_is_refused(tls_server, other, log):
    host = f"localhost:{tls_server.port}"
    assert "CERTIFICATE_VERIFY_FAILED" in refused(f"bolt://{host}", **other.trust)
    assert "CERTIFICATE_VERIFY_FAILED" in refused(f"bolt+s://{host}")
    refused(f"neo4j://{host}", **other.trust)
    assert logged(log, "the client does not seem to trust the certificate")


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
def test_the_least_version_is_1_2(tls_server, own, log):
    def greet(version: ssl.TLSVersion) -> str:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.set_ciphers("DEFAULT:@SECLEVEL=0")
        context.minimum_version = context.maximum_version = version
        context.load_verify_locations(own.certificate)
        with socket.create_connection(("127.0.0.1", tls_server.port), timeout=PROMPT) as plain:
            with context.wrap_socket(plain, server_hostname="localhost") as encrypted:
                return encrypted.version()

    assert greet(ssl.TLSVersion.TLSv1_3) == "TLSv1.3"
    assert greet(ssl.TLSVersion.TLSv1_2) == "TLSv1.2"
    with pytest.raises(ssl.SSLError, match="ALERT_PROTOCOL_VERSION"):
        greet(ssl.TLSVersion.TLSv1_1)
    assert logged(log, "the client speaks no TLS from version 1.2 on")


def test_each_kind_of_client_at_the_other_kind_of_port(tls_server, server, log):
    refused(f"bolt://127.0.0.1:{tls_server.port}")
    assert logged(log, "the client does not speak TLS: its address must begin with bolt+s://")
    refused(f"bolt+ssc://127.0.0.1:{server.port}")
    # Both serve others all the same.
    for uri in (f"bolt+ssc://127.0.0.1:{tls_server.port}", server.uri):
        with GraphDatabase.driver(uri) as driver:
            driver.verify_connectivity()


def test_large_values_and_results(tls_server, own):
    text = "ab" * (2 << 20)
    with GraphDatabase.driver(f"bolt://localhost:{tls_server.port}", **own.trust) as driver:
        assert driver.execute_query("RETURN $t AS t", t=text).records[0]["t"] == text
        records = driver.execute_query(
            "UNWIND range(1, 20000) AS n RETURN n, $t + toString(n) AS t", t=text[:500]).records
        assert sum(len(record["t"]) for record in records) > 10_000_000
        assert records[-1]["t"] == text[:500] + "20000"


def test_many_connections_at_once(tls_server, own):
    uri = f"neo4j://localhost:{tls_server.port}"
    with GraphDatabase.driver(uri, max_connection_pool_size=64, **own.trust) as driver:
        driver.execute_query("CREATE CONSTRAINT FOR (n:N) REQUIRE n.id IS UNIQUE")

        def work(number: int) -> int:
            with driver.session() as session:
                for round in range(5):
                    session.execute_write(
                        lambda tx: tx.run("MERGE (n:N {id: $id})", id=number * 5 + round).consume())
                return session.run("MATCH (n:N {id: $id}) RETURN n.id AS id",
                                   id=number * 5).single()["id"]

        with ThreadPoolExecutor(64) as pool:
            assert list(pool.map(work, range(64))) == [5 * n for n in range(64)]
        assert driver.execute_query("MATCH (n:N) RETURN count(n) AS n").records[0]["n"] == 320


def test_passwords_by_tls(binary, starling, own, tmp_path):
    data = tmp_path / "data"
    Server(binary, data).stop()
    assert starling("user", "set", "ann", "--data", data, input="secret\n").returncode == 0
    server = Server(binary, data, "--auth", "native", *own.options)
    try:
        uri = f"neo4j://localhost:{server.port}"
        with GraphDatabase.driver(uri, auth=("ann", "secret"), **own.trust) as driver:
            driver.verify_connectivity()
        with pytest.raises(AuthError), GraphDatabase.driver(
                uri, auth=("ann", "guess"), **own.trust) as driver:
            driver.verify_connectivity()
        for scheme, status in (("bolt+ssc", 0), ("bolt+s", 1), ("bolt", 1)):
            done = starling("shell", "--connect", f"{scheme}://ann:secret@127.0.0.1:{server.port}",
                            input="RETURN 40 + 2 AS answer;")
            assert done.returncode == status, (scheme, done.stderr)
            assert ("42" in done.stdout) == (status == 0)
    finally:
        server.stop()


def test_passwords_in_the_clear_are_warned_of(binary, starling, own, tmp_path):
    data = tmp_path / "data"
    Server(binary, data).stop()
    assert starling("user", "set", "ann", "--data", data, input="secret\n").returncode == 0
    for options, host, warns in (((), "0.0.0.0", True), ((), "127.0.0.1", False),
                                 (own.options, "0.0.0.0", False)):
        with open(tmp_path / "log", "w+") as log:
            server = Server(binary, data, "--auth", "native", *options, host=host, log=log)
            server.stop()
            log.seek(0)
            lines = [line for line in log if "unencrypted" in line]
        assert len(lines) == (1 if warns else 0)
        assert all("--tls-certificate" in line and " warning " in line for line in lines)


def test_one_option_without_the_other(starling, own, tmp_path):
    for option, missing in (("--tls-certificate", "--tls-key"), ("--tls-key", "--tls-certificate")):
        done = starling("serve", "--data", tmp_path / "data", option, own.certificate)
        assert done.returncode == 2
        assert done.stderr.startswith(f"Error: {missing} is missing")


def test_files_that_cannot_be_used(starling, own, other, tmp_path):
    """The command ends before it listens, and before it makes a database."""
    (tmp_path / "empty.pem").touch()
    (tmp_path / "text.pem").write_text("hello")
    openssl("pkey", "-in", own.key, "-aes128", "-passout", "pass:secret",
            "-out", tmp_path / "locked.pem")
    openssl("x509", "-in", own.certificate, "-outform", "der", "-out", tmp_path / "der.pem")
    cases = [
        (own.certificate, other.key, other.key, "does not belong to the first certificate"),
        (tmp_path / "none.pem", own.key, "none.pem", "cannot be read: No such file"),
        (own.certificate, tmp_path / "none.pem", "none.pem", "cannot be read: No such file"),
        (tmp_path, own.key, tmp_path, "cannot be read: Is a directory"),
        (tmp_path / "empty.pem", own.key, "empty.pem", "is empty"),
        (own.certificate, tmp_path / "empty.pem", "empty.pem", "is empty"),
        (tmp_path / "text.pem", own.key, "text.pem", "is not PEM"),
        (own.certificate, tmp_path / "text.pem", "text.pem", "is not PEM"),
        (tmp_path / "der.pem", own.key, "der.pem", "openssl x509 -inform der"),
        (own.certificate, tmp_path / "locked.pem", "locked.pem", "has a passphrase"),
        (own.key, own.certificate, own.key, "is not PEM"),
    ]
    for certificate, key, file, reason in cases:
        done = starling("serve", "--data", tmp_path / "data", "--bolt", "127.0.0.1:0",
                        "--tls-certificate", certificate, "--tls-key", key)
        assert done.returncode == 1 and not done.stdout
        assert str(file) in done.stderr and reason in done.stderr
    assert not (tmp_path / "data").exists()

