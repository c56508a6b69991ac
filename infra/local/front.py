"""The address that people see: passes requests on to the API, and shows the sent mails."""

from __future__ import annotations

import http.client
import json
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.message import EmailMessage
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader

from ..build import ROOT
from .cloud import SES, WEBHOOKS, LocalCloud, SentMail

PASSED_BACK = (
    "content-type", "location", "cache-control", "content-security-policy", "referrer-policy",
    "retry-after", "content-disposition", "etag", "allow", "set-cookie", "link",
    "strict-transport-security", "x-content-type-options",
)  # fmt: skip

ACCOUNT = {"SendQuota": {"MaxSendRate": 500.0}}
"""What GetAccount of SES tells the mailer: the emulator's 14 mails a second would only hold things up."""


class Server(ThreadingHTTPServer):
    """Takes as many connections at once as a mailer and a crowd of visitors open."""

    request_queue_size = 128


@contextmanager
def front(cloud: LocalCloud, event_id: str) -> Iterator[None]:
    """Serve ``cloud.url`` until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path in ("/", "/local/mailbox"):
                page = _index(event_id) if self.path == "/" else _mailbox(cloud)
                self._send(200, {"content-type": "text/html; charset=utf-8"}, page.encode())
            else:
                self._pass_on()

        def do_POST(self) -> None:
            self._pass_on()

        do_PUT = do_PATCH = do_POST

        def _pass_on(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            status, headers, answer = _ask(cloud, self.command, self.path, dict(self.headers), body)
            if self.path == f"{SES}outbound-emails" and status == HTTPStatus.OK:
                cloud.sent.append(_sent_mail(json.loads(body), json.loads(answer)))
            self._send(status, headers, answer)

        def _send(self, status: int, headers: dict[str, str], body: bytes) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Say nothing: addresses hold tokens."""

    server = Server(("127.0.0.1", urlsplit(cloud.url).port or 0), Handler)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()


def _ask(
    cloud: LocalCloud, method: str, path: str, headers: dict[str, str], body: bytes
) -> tuple[int, dict[str, str], bytes]:
    if path == WEBHOOKS:
        small = {name.lower(): value for name, value in headers.items()}
        return cloud.receiver.take(small, body, cloud.now()), {}, b""
    target = urlsplit(cloud.endpoint)
    if not path.startswith(SES):  # whose signature holds for the host that was asked
        headers = {name: value for name, value in headers.items() if name.lower() != "host"}
        headers["Host"] = f"{cloud.outputs['ApiId']}.execute-api.localhost:{target.port}"
    connection = http.client.HTTPConnection(target.hostname or "", target.port)
    connection.request(method, path, body, headers)
    answer = connection.getresponse()
    kept = {name: value for name, value in answer.getheaders() if name.lower() in PASSED_BACK}
    text = answer.read()
    if path == f"{SES}account" and answer.status == HTTPStatus.OK:
        text = json.dumps(json.loads(text) | ACCOUNT).encode()
    return answer.status, kept, text


def _sent_mail(request: dict[str, Any], answer: dict[str, Any]) -> SentMail:
    return SentMail(
        message_id=answer["MessageId"],
        message=b64decode(request["Content"]["Raw"]["Data"]),
        tags={each["Name"]: each["Value"] for each in request["EmailTags"]},
        at=datetime.now(UTC),
    )


PAGES = Environment(loader=FileSystemLoader([Path(__file__).parent, ROOT / "templates"]), autoescape=True)
"""The pages of the local cloud itself, in the looks of those of Kallelse."""


def _index(event_id: str) -> str:
    return PAGES.get_template("index.html").render(event_id=event_id)


def _mailbox(cloud: LocalCloud) -> str:
    mails = [
        {
            "subject": str(mail["Subject"]),
            "to": str(mail["To"]),
            "language": str(mail["Content-Language"]),
            "parts": {kind: _part(mail, kind) for kind in ("plain", "html")},
        }
        for mail in reversed(cloud.mails())
    ]
    return PAGES.get_template("mailbox.html").render(mails=mails)


def _part(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    return str(part.get_content()) if part else ""
