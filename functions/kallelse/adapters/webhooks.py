"""The way to the receivers of webhooks, which leads only to addresses that everybody can reach.

Whoever writes an event file chooses where deliveries go, so the host must be one that the deployment
allows, and its addresses none inside a network. They are looked up once: the connection is made to an
address that was checked, so that no second answer of the name server can lead it elsewhere (DNS
rebinding), while certificate and SNI are those of the host.
"""

from __future__ import annotations

import http.client
import socket
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from threading import Timer
from urllib.parse import SplitResult, urlsplit

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError

from ..errors import Undelivered

SECONDS = 5.0
"""For how long to wait for the connection, and for each piece of the answer."""

IN_ALL = 10.0
"""Seconds after which a receiver that answers in small pieces is hung up on."""

UNICAST = IPv6Network("2000::/3")
"""The only block of IPv6 that global unicast addresses are assigned from (IANA); it holds neither mapped
IPv4 addresses nor those of NAT64."""

Resolve = Callable[[str], Sequence[str]]
"""Gives the addresses of a host; raises OSError."""


def look_up(host: str) -> list[str]:
    """The addresses of a host, by the name server."""
    found = socket.getaddrinfo(host, 443, type=socket.SOCK_STREAM)
    return [str(address[0]) for *_, address in found]


@dataclass(frozen=True)
class HttpsCourier:
    """Keeps the promises of :class:`kallelse.ports.Courier`. ``hosts``: those that it may go to."""

    hosts: frozenset[str]
    resolve: Resolve = look_up
    context: ssl.SSLContext = field(default_factory=ssl.create_default_context)

    def post(self, url: str, body: bytes, headers: dict[str, str]) -> int:
        parts = urlsplit(url)
        target = f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"
        connection = self._connection(parts)
        try:
            return _ask(connection, target, body, headers | {"host": parts.netloc, "user-agent": "Kallelse"})
        except ssl.SSLError as error:
            raise Undelivered("its certificate cannot be trusted, or it has no TLS") from error
        except (OSError, http.client.HTTPException, HTTPError) as error:
            raise Undelivered("did not answer in time") from error
        finally:
            connection.close()

    def _connection(self, parts: SplitResult) -> HTTPConnection:
        host = parts.hostname or ""
        if host not in self.hosts:
            raise Undelivered("its host is not allowed by the deployment")
        if parts.scheme == "http" and host == "localhost":
            # No function on AWS starts with localhost among its hosts.
            return HTTPConnection("127.0.0.1", parts.port, timeout=SECONDS)
        if parts.scheme != "https" or parts.username is not None or parts.port not in (None, 443):
            raise Undelivered("its address is not one of https at port 443")
        address = checked_address(host, self.resolve)
        return HTTPSConnection(address, 443, timeout=SECONDS, server_hostname=host, ssl_context=self.context)


def checked_address(host: str, resolve: Resolve) -> str:
    """One of the addresses of a host, all of which are global. Raises Undelivered.

    IPv4 goes first: a function outside a VPC has no other way out.
    """
    try:
        addresses = [ip_address(each) for each in resolve(host)]
    except OSError as error:
        raise Undelivered("its host has no address") from error
    if not addresses or not all(map(_is_global, addresses)):
        raise Undelivered("its host has an address that is not global")
    return str(min(addresses, key=lambda address: address.version))


def _is_global(address: IPv4Address | IPv6Address) -> bool:
    if address.is_multicast or not address.is_global:
        return False
    if isinstance(address, IPv4Address):
        return True
    # 6to4 and Teredo hold an IPv4 address, which may be any.
    return address in UNICAST and address.sixtofour is None and address.teredo is None


def _ask(connection: HTTPConnection, target: str, body: bytes, headers: dict[str, str]) -> int:
    """The status of the answer, of which nothing else is read."""
    connection.connect()
    # Only hung up on, and closed by whoever waits for it: a closed number may be another's at once.
    hang_up = Timer(IN_ALL, _shut, [connection.sock])
    hang_up.start()
    try:
        connection.request("POST", target, body, headers, preload_content=False)
        return connection.getresponse().status
    finally:
        hang_up.cancel()


def _shut(line: socket.socket) -> None:
    # That of the base class, which leaves the state of TLS to the thread that reads.
    socket.socket.shutdown(line, socket.SHUT_RDWR)
