"""The command ``kallelse`` as organisers use it, with the admin handler at the other end of the wire."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from io import StringIO
from itertools import chain, repeat
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from typer.testing import CliRunner, Result
from urllib3 import HTTPHeaderDict

from kallelse.cli import app
from kallelse.cli.client import Answer
from kallelse.cli.credentials import Request

URL = "https://api.example"
Handler = Callable[[dict[str, Any], Any], dict[str, Any]]

OK = {"statusCode": 200, "body": '{"revision":  1, "event": {"id": "å"}}', "headers": {"ETag": '"1"'}}
"""A thing as the endpoint answers it."""

RETRIED = ("events", "duplicate", "a", "b", "--starts", "2027-03-01T13:00")
"""A command that is sent again when its answer is lost."""


def at_gateway(request: Request) -> dict[str, Any]:
    """The request as API Gateway hands it to a function (payload format 2.0)."""
    address = urlsplit(request.url)
    query: dict[str, str] = {}
    for name, value in parse_qsl(address.query, keep_blank_values=True):
        query[name] = f"{query[name]},{value}" if name in query else value
    return {
        "version": "2.0",
        "rawPath": unquote(address.path),
        "rawQueryString": address.query,
        "queryStringParameters": query or None,
        "headers": {name.lower(): value for name, value in request.headers.items()},
        "body": b64encode(request.body).decode() if request.body else None,
        "isBase64Encoded": bool(request.body),
        "requestContext": {
            "http": {"method": request.method, "path": unquote(address.path), "sourceIp": "192.0.2.1"},
            "stage": "$default",
            "domainName": address.hostname,
        },
    }


def from_gateway(answered: dict[str, Any]) -> Answer:
    """What API Gateway makes of the answer of a function."""
    headers, body = answered.get("headers") or {}, answered["body"]
    content = b64decode(body) if answered.get("isBase64Encoded") else body.encode()
    return Answer(answered["statusCode"], HTTPHeaderDict(headers), content)


def told(status: int, content: Any, **headers: str) -> Answer:
    """An answer in JSON."""
    return Answer(status, HTTPHeaderDict(headers), json.dumps(content).encode())


def rows(text: str) -> list[list[str]]:
    """The lines of a table, cell by cell."""
    return [line.split("\t") for line in text.splitlines()]


@dataclass
class Wire:
    """A wire to a handler. ``faults``: what becomes of each request in turn, ``None`` if nothing does.

    ``lost``: the handler answers, and the answer is lost; an answer: that instead of the handler's.
    """

    handler: Handler
    faults: Iterator[Any] = field(default_factory=lambda: repeat(None))
    sent: list[Request] = field(default_factory=list)
    pauses: list[float] = field(default_factory=list)

    def fail(self, *faults: Any) -> None:
        """What becomes of the next requests."""
        self.faults = chain(faults, repeat(None))

    def send(self, request: Request) -> Answer:
        """Hand the request to the handler, as far as the faults let it through."""
        self.sent.append(request)
        fault = next(self.faults)
        if isinstance(fault, Answer):
            return fault
        # What the function prints goes to its own log.
        with redirect_stdout(StringIO()):
            answer = from_gateway(self.handler(at_gateway(request), None))
        if fault == "lost":
            raise ConnectionError
        return answer

    def run(self, *arguments: str, typed: str = "", code: int = 0) -> Result:
        """Run the command, which has to end with this exit code."""
        given = {"send": self.send, "pause": self.pauses.append}
        result = CliRunner().invoke(app, ["--url", URL, *arguments], input=typed, obj=given)
        assert result.exit_code == code, result.output
        return result

    def json(self, *arguments: str) -> Any:
        """What the command prints with ``--json``, which has to be that and nothing else."""
        return json.loads(self.run(*arguments, "--json").stdout)
