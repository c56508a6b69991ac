"""The way to the receivers: over real TLS to the address that was checked, and to no other."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from threading import Thread

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from tests.hooks import receiver

from kallelse.adapters import webhooks
from kallelse.adapters.webhooks import HttpsCourier, checked_address
from kallelse.errors import Undelivered

HOST = "mottagare.example"
HOSTS = frozenset({HOST})
GLOBAL = "93.184.215.14"

Lines = Callable[[int], list[tuple[str, int]]]

FORBIDDEN = [
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "127.0.0.1",
    "169.254.169.254",  # the metadata of the machine, on AWS
    "169.254.170.2",  # the credentials of a container, on AWS
    "100.64.0.1",
    "0.0.0.0",  # noqa: S104
    "192.0.2.1",
    "198.18.0.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "fd00::1",
    "fd00:ec2::254",  # the metadata of the machine, on AWS
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
    "2001:db8::1",
    "::ffff:10.0.0.1",
    "::ffff:127.0.0.1",
    "::127.0.0.1",
    "64:ff9b::10.0.0.1",  # NAT64
    "64:ff9b::169.254.169.254",
    "2002:a00:1::1",  # 6to4 of 10.0.0.1
    "2001:0:a00:1::1",  # Teredo
]


@pytest.mark.parametrize("address", FORBIDDEN)
def test_an_address_that_not_everybody_can_reach_is_refused_alone_and_among_others(address: str) -> None:
    for found in ([address], [GLOBAL, address], [address, GLOBAL]):
        with pytest.raises(Undelivered, match="not global"):
            checked_address(HOST, lambda _, found=found: found)  # type: ignore[misc]


@pytest.mark.parametrize("address", [GLOBAL, "2a05:d018::1"])
def test_a_global_address_is_given(address: str) -> None:
    assert checked_address(HOST, lambda _: [address]) == address


def test_of_several_the_first_of_ipv4_is_taken() -> None:
    assert checked_address(HOST, lambda _: ["2a05:d018::1", GLOBAL, "1.1.1.1"]) == GLOBAL


def test_a_host_without_an_address_is_told_as_such() -> None:
    def nowhere(_: str) -> list[str]:
        raise socket.gaierror

    with pytest.raises(Undelivered, match="no address"):
        checked_address(HOST, nowhere)


@pytest.mark.parametrize(
    "url",
    [
        "https://annan.example/",
        "https://93.184.215.14/",
        f"http://{HOST}/",
        f"https://{HOST}:8443/",
        f"https://{HOST}@annan.example/",
        f"https://anna@{HOST}/",
        f"https://:lösen@{HOST}/",
        f"ftp://{HOST}/",
        "http://localhost:8080/",
        "https://localhost/",
    ],
)
def test_an_address_that_no_file_could_have_is_refused_when_sending_too(url: str) -> None:
    def resolve(_: str) -> list[str]:
        raise AssertionError("nobody may be asked")

    with pytest.raises(Undelivered, match=r"not allowed|not one of https"):
        HttpsCourier(HOSTS, resolve).post(url, b"{}", {})


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of the host that signs itself, with its key, in one file."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, HOST)])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file = tmp_path_factory.mktemp("tls") / "host.pem"
    file.write_bytes(certificate.public_bytes(Encoding.PEM) + private)
    return file


@pytest.fixture
def serving(certificates: Path) -> ssl.SSLContext:
    """TLS of a server that has the certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates)
    return context


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Lines:
    """Leads every connection to a port of the loopback interface instead, and gives where it was to go."""
    connect, asked = socket.socket.connect, list[tuple[str, int]]()

    def to(port: int) -> list[tuple[str, int]]:
        def lead(line: socket.socket, address: tuple[str, int]) -> None:
            asked.append(address)
            connect(line, ("127.0.0.1", port))

        monkeypatch.setattr(socket.socket, "connect", lead)
        return asked

    return to


def trusting(certificates: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(certificates))


class Rebinding:
    """A name server that tells a global address first, and one of the network ever after."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self, host: str) -> list[str]:
        self.asked += 1
        return [GLOBAL] if self.asked == 1 else ["169.254.169.254"]


def test_the_connection_is_made_to_the_checked_address_with_the_certificate_of_the_host(
    serving: ssl.SSLContext, certificates: Path, lines: Lines
) -> None:
    names: list[str | None] = []
    serving.sni_callback = lambda line, name, context: names.append(name)
    resolve = Rebinding()
    courier = HttpsCourier(HOSTS, resolve, trusting(certificates))
    with receiver(lambda: (204, {}), serving) as (port, requests):
        asked = lines(port)
        assert courier.post(f"https://{HOST}/in?plats=vasa", b'{"id": 1}', {"webhook-id": "1"}) == 204
    assert (asked, resolve.asked, names) == ([(GLOBAL, 443)], 1, [HOST])
    [(path, headers, body)] = requests
    assert (path, body, headers["host"], headers["webhook-id"]) == ("/in?plats=vasa", b'{"id": 1}', HOST, "1")
    with pytest.raises(Undelivered, match="not global"):
        courier.post(f"https://{HOST}/", b"{}", {})
    assert len(asked) == 1


def test_a_certificate_that_nobody_vouches_for_gets_nothing(serving: ssl.SSLContext, lines: Lines) -> None:
    with receiver(lambda: (204, {}), serving) as (port, requests):
        lines(port)
        with pytest.raises(Undelivered, match="certificate"):
            HttpsCourier(HOSTS, lambda _: [GLOBAL]).post(f"https://{HOST}/", b"{}", {})
    assert requests == []


def test_a_certificate_of_another_host_gets_nothing(
    serving: ssl.SSLContext, certificates: Path, lines: Lines
) -> None:
    other = "annan.example"
    courier = HttpsCourier(frozenset({other}), lambda _: [GLOBAL], trusting(certificates))
    with receiver(lambda: (204, {}), serving) as (port, requests):
        lines(port)
        with pytest.raises(Undelivered, match="certificate"):
            courier.post(f"https://{other}/", b"{}", {})
    assert requests == []


LOCAL = HttpsCourier(frozenset({"localhost"}))
"""A courier of the local cloud."""


def test_a_redirect_is_not_followed() -> None:
    with receiver(lambda: (204, {})) as (elsewhere, not_asked):
        headers = {"location": f"http://localhost:{elsewhere}/"}
        with receiver(lambda: (307, headers)) as (port, _):
            assert LOCAL.post(f"http://localhost:{port}/", b"{}", {}) == 307
    assert not_asked == []


def serve_bytes(answer: Callable[[socket.socket], None]) -> int:
    """A server that reads a request and then does this with its connection; gives its port."""
    server = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        line, _ = server.accept()
        with server, line:
            line.recv(65_536)
            try:
                answer(line)
            except OSError:
                return

    Thread(target=serve, daemon=True).start()
    return int(server.getsockname()[1])


def test_an_endless_answer_is_not_read_beyond_its_status() -> None:
    def pour(line: socket.socket) -> None:
        line.sendall(b"HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\n\r\n")
        while True:
            line.sendall(b"x" * 65_536)

    assert LOCAL.post(f"http://localhost:{serve_bytes(pour)}/", b"{}", {}) == 200


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 2", b"who are you?\r\n\r\n"])
def test_what_is_no_answer_is_told_as_such(answer: bytes) -> None:
    port = serve_bytes(lambda line: line.sendall(answer))
    with pytest.raises(Undelivered, match="did not answer"):
        LOCAL.post(f"http://localhost:{port}/{len(answer)}", b"{}", {})


def test_nobody_at_the_address_is_told_as_no_answer() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(Undelivered, match="did not answer"):
        LOCAL.post(f"http://localhost:{port}/", b"{}", {})


@pytest.mark.parametrize("endless", [b"HTTP/1.1 100 Continue\r\n\r\n", b""])
def test_a_receiver_that_keeps_the_line_busy_is_hung_up_on(
    monkeypatch: pytest.MonkeyPatch, endless: bytes
) -> None:
    def keep(line: socket.socket) -> None:
        while endless:
            line.sendall(endless)
        line.recv(1)  # until the other side hangs up

    monkeypatch.setattr(webhooks, "IN_ALL", 0.2)
    with pytest.raises(Undelivered, match="did not answer"):
        LOCAL.post(f"http://localhost:{serve_bytes(keep)}/", b"{}", {})


def test_the_name_server_of_the_system_is_asked_for_every_address() -> None:
    assert {ip_address(each) for each in webhooks.look_up("127.0.0.1")} == {ip_address("127.0.0.1")}
