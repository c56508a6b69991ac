"""The client of DynamoDB: signed as botocore signs, and the same answers and errors on the same engine."""

from __future__ import annotations

import json
import select
import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from tests.conftest import an_event, use_nobodys_credentials, utc
from tests.dynamodb_local import running_table
from tests.guarantees import HOSTS, breaches, form

from kallelse import editing
from kallelse.adapters.dynamodb import Table, client, open_desk
from kallelse.adapters.dynamodb.values import plain, typed
from kallelse.errors import Unavailable
from kallelse.models import RegistrationState
from kallelse.registering import register

NOW = utc("2020-08-20T09:00")
HOST = "dynamodb.eu-north-1.amazonaws.com"


@pytest.fixture(autouse=True)
def _credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    use_nobodys_credentials(monkeypatch)


@pytest.fixture(scope="module")
def engine() -> Iterator[str]:
    with running_table(2) as table:
        yield str(table.client.meta.endpoint_url)


@pytest.fixture
def table(engine: str, monkeypatch: pytest.MonkeyPatch) -> Table:
    monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", engine)
    # DynamoDB Local has one table for each key and region.
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "local")
    return Table(client.make(), "kallelse")


@pytest.mark.parametrize("token", [None, "of+a/session=="])
@pytest.mark.parametrize("body", [b"{}", '{"S": "Åbo"}'.encode()])
def test_a_request_is_signed_as_botocore_signs_it(
    monkeypatch: pytest.MonkeyPatch, token: str | None, body: bytes
) -> None:
    if token:
        monkeypatch.setenv("AWS_SESSION_TOKEN", token)
    at = datetime(2020, 9, 16, 13, 0, 5, tzinfo=UTC)
    monkeypatch.setattr("botocore.auth.get_current_datetime", lambda *_: at.replace(tzinfo=None))
    headers = client.signed(HOST, "eu-north-1", "GetItem", body, at)
    unsigned = {name: headers[name] for name in ("content-type", "x-amz-target")}
    request = AWSRequest("POST", f"https://{HOST}/", unsigned, body)
    SigV4Auth(Credentials("none", "none", token), "dynamodb", "eu-north-1").add_auth(request)
    assert headers["authorization"] == request.headers["Authorization"]
    assert headers.get("x-amz-security-token") == token


def test_a_whole_event_is_kept_and_filled_on_the_engine(table: Table) -> None:
    desk = open_desk(table)
    record = editing.apply(desk, an_event(seats=2), HOSTS, NOW)
    assert desk.events.get("seminarium") == record
    answers = [register(desk, record, form(name), NOW).state for name in ("Ada", "Bo", "Cia")]
    assert answers == [RegistrationState.CONFIRMED] * 2 + [RegistrationState.WAITING]
    assert breaches(desk, "seminarium", NOW) == []


def test_a_condition_that_does_not_hold_is_a_no(table: Table) -> None:
    key = {"pk": "A", "sk": "B"}
    assert table.put(key | {"number": 1}, "attribute_not_exists(pk)")
    assert not table.put(key | {"number": 2}, "attribute_not_exists(pk)")
    assert table.get(key) == key | {"number": 1}
    taken = table.put_in_transaction(key | {"number": 3}, "attribute_not_exists(pk)")
    other = table.put_in_transaction({"pk": "A", "sk": "C"})
    assert not table.transact(taken, other)
    assert table.get({"pk": "A", "sk": "C"}) is None


def test_other_errors_are_raised_with_their_code(table: Table) -> None:
    with pytest.raises(ClientError) as told:
        table.update({"pk": "A", "sk": "B"}, "SET nonsense")
    assert told.value.response["Error"]["Code"] == "ValidationException"


def test_an_answer_of_a_megabyte_is_read_whole(table: Table) -> None:
    """So large that the engine tells its length piece by piece."""
    for number in range(9):
        table.put({"pk": "LARGE", "sk": f"A{number}", "text": "Åbo " * 20_000})
    assert [len(item["text"]) for item in table.query("LARGE", "A")] == [80_000] * 9


@pytest.mark.parametrize(
    "value", ["text", 7, -7, 0, True, False, None, [1, "a", [None]], {"a": {"b": 1}}, {"x", "y"}]
)
def test_every_kind_of_value_comes_back_as_it_was(table: Table, value: Any) -> None:
    key = {"pk": "VALUES", "sk": "one"}
    table.put(key | {"map": {"value": value}})
    assert table.get(key) == key | {"map": {"value": value}}


def test_values_that_would_not_come_back_are_refused() -> None:
    for value in (1.5, b"bytes", {1, 2}, object()):
        with pytest.raises(TypeError, match="is not stored"):
            typed({"value": value})
    with pytest.raises(TypeError, match="is not stored"):
        plain({"value": {"B": "AA=="}})


def test_what_is_absent_is_left_out() -> None:
    assert typed({"a": None, "b": set(), "c": ""}) == {"c": {"S": ""}}


class Service(ThreadingHTTPServer):
    """Answers as it is told, one answer for each request; None breaks the connection off."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answering)
        self.answers: list[tuple[int, dict[str, Any]] | None] = []
        self.taken = 0
        self.closing = False
        self.silent: threading.Event | None = None
        self.first: str | None = None
        self.piece = 0
        self.chunk = 0
        self.broken_after = 0
        self.connections: set[Any] = set()


def _in_chunks(body: bytes, size: int) -> bytes:
    chunks = [body[first : first + size] for first in range(0, len(body), size)]
    return b"".join(f"{len(each):x}\r\n".encode() + each + b"\r\n" for each in [*chunks, b""])


class Answering(BaseHTTPRequestHandler):
    server: Service
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.server.taken += 1
        self.server.connections.add(self.client_address)
        if self.server.silent:
            self.server.silent.wait()
            self.close_connection = True
            return
        answer = self.server.answers.pop(0)
        if answer is None:
            self.close_connection = True
            return
        body = json.dumps(answer[1]).encode()
        length = f"content-length: {len(body)}"
        if self.server.chunk:
            length, body = "Transfer-Encoding: chunked", _in_chunks(body, self.server.chunk)
        first = f"HTTP/1.1 {answer[0]} Told" if self.server.first is None else self.server.first
        head = f"{first}\r\nx-amzn-RequestId: 1\r\n{length}\r\n\r\n"
        self._told_in_pieces(head.encode() + body)
        self.close_connection = self.server.closing

    def _told_in_pieces(self, answer: bytes) -> None:
        """All of it, or up to where it breaks off, so many bytes in each piece."""
        size = self.server.piece or len(answer)
        for first in range(0, len(answer), size):
            self.wfile.write(answer[first : first + size])
            if self.server.broken_after and first + size >= self.server.broken_after:
                self.server.broken_after, self.server.closing = 0, True
                return

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    monkeypatch.setattr("kallelse.adapters.dynamodb.client.time.sleep", lambda _: None)
    with Service() as service:
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{service.server_address[1]}")
        threading.Thread(target=service.serve_forever, daemon=True).start()
        yield service
        service.shutdown()


THROTTLED = (400, {"__type": "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException"})
BROKEN = (500, {"__type": "com.amazonaws.dynamodb.v20120810#InternalServerError"})
FAILED = (
    400,
    {"__type": "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException", "message": "no"},
)
FOUND = (200, {"Item": {"pk": {"S": "A"}}})


@pytest.mark.parametrize("trouble", [THROTTLED, BROKEN, None], ids=["throttled", "broken", "broken off"])
def test_a_request_is_sent_again_when_that_may_help(service: Service, trouble: Any) -> None:
    service.answers = [trouble, trouble, FOUND]
    assert Table(client.make(), "kallelse").get({"pk": "A", "sk": "A"}) == {"pk": "A"}
    assert service.taken == 3


@pytest.mark.parametrize("trouble", [THROTTLED, BROKEN, None], ids=["throttled", "broken", "broken off"])
def test_after_four_attempts_the_desk_is_unavailable(service: Service, trouble: Any) -> None:
    service.answers = [trouble] * 5
    with pytest.raises(Unavailable):
        Table(client.make(), "kallelse").get({"pk": "A", "sk": "A"})
    assert service.taken == client.ATTEMPTS == 4


def test_a_request_that_was_refused_is_not_sent_again(service: Service) -> None:
    service.answers = [FAILED, FOUND]
    assert not Table(client.make(), "kallelse").put({"pk": "A"}, "attribute_not_exists(pk)")
    assert service.taken == 1


def test_a_connection_serves_one_request_after_another(service: Service) -> None:
    service.answers = [FOUND] * 3
    table = Table(client.make(), "kallelse")
    for _ in range(3):
        table.get({"pk": "A", "sk": "A"})
    assert len(service.connections) == 1


@pytest.mark.parametrize("piece", [1, 7, 80])
@pytest.mark.parametrize("chunk", [0, 5, 1000])
def test_an_answer_is_the_same_in_however_many_pieces_it_comes(
    service: Service, piece: int, chunk: int
) -> None:
    service.answers = [(200, {"Item": {"pk": {"S": "Åbo" * 50}}})] * 2
    service.piece, service.chunk = piece, chunk
    table = Table(client.make(), "kallelse")
    assert [table.get({"pk": "A", "sk": "A"}) for _ in range(2)] == [{"pk": "Åbo" * 50}] * 2
    assert len(service.connections) == 1


@pytest.mark.parametrize("chunk", [0, 5])
@pytest.mark.parametrize("broken_after", [5, 40, 75], ids=["its first line", "its headers", "its body"])
def test_an_answer_that_breaks_off_counts_for_none(service: Service, broken_after: int, chunk: int) -> None:
    service.answers, service.piece, service.broken_after = [FOUND] * 2, 5, broken_after
    service.chunk = chunk
    assert Table(client.make(), "kallelse").get({"pk": "A", "sk": "A"}) == {"pk": "A"}
    assert service.taken == 2


@pytest.mark.parametrize("first", ["", "HTTP/1.1", "HTTP/1.1 none"])
def test_an_answer_without_a_status_counts_for_none(service: Service, first: str) -> None:
    service.answers, service.first = [FOUND] * client.ATTEMPTS, first
    with pytest.raises(Unavailable):
        Table(client.make(), "kallelse").get({"pk": "A", "sk": "A"})
    assert service.taken == client.ATTEMPTS


def test_a_connection_that_dynamodb_has_closed_meanwhile_is_not_used_again(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []
    monkeypatch.setattr("kallelse.adapters.dynamodb.client.time.sleep", waits.append)
    service.answers, service.closing = [FOUND] * 2, True
    asking = client.make()
    table = Table(asking, "kallelse")
    table.get({"pk": "A", "sk": "A"})
    [connection] = asking._idle  # type: ignore[attr-defined]
    select.select([connection.sock], [], [])  # until the end has come
    assert table.get({"pk": "A", "sk": "A"}) == {"pk": "A"}
    assert (waits, len(service.connections)) == ([], 2)


def test_a_request_is_sent_again_within_half_a_second(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []
    monkeypatch.setattr("kallelse.adapters.dynamodb.client.time.sleep", waits.append)
    monkeypatch.setattr("kallelse.adapters.dynamodb.client.randbelow", lambda above: above - 1)
    service.answers = [THROTTLED] * 4
    with pytest.raises(Unavailable):
        Table(client.make(), "kallelse").get({"pk": "A", "sk": "A"})
    assert waits == [0.05, 0.1, 0.2]


def test_a_service_that_takes_requests_and_answers_nothing_is_asked_as_often(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kallelse.adapters.dynamodb.client.SECONDS", 0.1)
    service.silent = threading.Event()
    with pytest.raises(Unavailable):
        Table(client.make(), "kallelse").get({"pk": "A", "sk": "A"})
    service.silent.set()
    assert service.taken == client.ATTEMPTS


def test_where_nobody_listens_the_desk_is_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kallelse.adapters.dynamodb.client.time.sleep", lambda _: None)
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    with pytest.raises(Unavailable):
        Table(client.make(), "kallelse").get({"pk": "A", "sk": "A"})


@pytest.fixture
def secured(service: Service, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The service over TLS, as ``localhost``; gives the file with its certificate."""
    certificate = _certified(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    service.socket = context.wrap_socket(service.socket, server_side=True)
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"https://localhost:{service.server_address[1]}")
    return certificate


def _certified(folder: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2120, 1, 1, tzinfo=UTC))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    plain_key = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file = folder / "service.pem"
    file.write_bytes(made.public_bytes(serialization.Encoding.PEM) + plain_key)
    return file


def test_over_tls_too_a_connection_serves_one_request_after_another(
    service: Service, secured: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(secured))
    service.answers = [(200, {"Item": {"pk": {"S": "A" * 100_000}}})] * 5
    table = Table(client.make(), "kallelse")
    assert [len(table.get({"pk": "A", "sk": "A"})["pk"]) for _ in range(5)] == [100_000] * 5  # type: ignore[index]
    assert (len(service.connections), service.taken) == (1, 5)


def test_a_service_that_nobody_vouches_for_is_told_nothing(service: Service, secured: Path) -> None:
    service.answers = [FOUND]
    with pytest.raises(Unavailable):
        Table(client.make(), "kallelse").get({"pk": "A", "sk": "A"})
    assert service.taken == 0


def test_without_credentials_in_the_environment_botocore_looks_for_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert isinstance(client.make(), client.Client)
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")  # as with SnapStart
    assert client.make().meta.service_model.service_name == "dynamodb"
