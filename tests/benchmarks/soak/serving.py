"""Processes that serve one request at a time, as Lambda's do, on a table in trouble."""

from __future__ import annotations

import os
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from botocore.exceptions import ClientError
from tests.conftest import ROOT
from tests.visiting import FORM, MINUTE, NOW, request

from kallelse import proving
from kallelse.adapters.dynamodb import Table, connect, open_desk
from kallelse.adapters.dynamodb.client import Client
from kallelse.clock import Clock, system_clock
from kallelse.models import EventRecord

THROTTLED_CALLS, LOST_ANSWERS = 0.05, 0.01
AGAIN = 0.5
"""The odds that a further attempt of a call goes wrong as the one before did."""

THROTTLED: Any = {
    "Error": {"Code": "ThrottlingException", "Message": ""},
    "ResponseMetadata": {"HTTPStatusCode": 400},
}


@dataclass
class Trouble:
    """Strikes the calls of a client; counts ``calls``, the ``throttled`` and ``lost`` ones, ``attempts``."""

    dice: random.Random
    counts: Counter[str] = field(default_factory=Counter)
    _fault: str | None = None

    def attach(self, client: Client) -> None:
        """Stand between a client and the network."""
        call, attempt = client._call, client._answered

        def called(operation: str, **request: Any) -> Any:
            self._draw()
            return call(operation, **request)

        def attempted(operation: str, body: bytes) -> Any:
            fault = self._of_attempt()
            if fault == "throttled":
                raise ClientError(THROTTLED, operation)
            answer = attempt(operation, body)
            if fault == "lost":
                raise TimeoutError
            return answer

        client._call, client._answered = called, attempted  # type: ignore[method-assign]

    def _draw(self) -> None:
        draw = self.dice.random()
        lost = "lost" if draw < THROTTLED_CALLS + LOST_ANSWERS else None
        self._fault = "throttled" if draw < THROTTLED_CALLS else lost
        self.counts.update(["calls", self._fault] if self._fault else ["calls"])

    def _of_attempt(self) -> str | None:
        self.counts["attempts"] += 1
        fault = self._fault
        if self.dice.random() >= AGAIN:
            self._fault = None
        return fault


@dataclass(frozen=True)
class Answer:
    """What one request was answered, and how long it took, in seconds."""

    status: int
    headers: dict[str, str]
    body: str
    seconds: float

    def without_body(self) -> Answer:
        """Small enough to keep many."""
        return replace(self, body="")


@dataclass(frozen=True)
class Server:
    """The public function in this process."""

    handler: Callable[[dict[str, Any], Any], dict[str, Any]]
    clock: Clock
    trouble: Trouble

    def ask(self, method: str, path: str, fields: dict[str, Any], source: str) -> Answer:
        """One request, from an IP address."""
        began = time.perf_counter()
        answer = self.handler(request(method, path, fields, source), None)
        seconds = time.perf_counter() - began
        return Answer(int(answer["statusCode"]), answer["headers"], answer["body"], seconds)

    def form(self, event_id: str, number: int) -> dict[str, Any]:
        """The form of a person, shown a minute ago."""
        person = {"name": f"Person {number}", "email": address(number), "language": "en"}
        return FORM | person | {"proof": proving.issue(_record(event_id), self.clock() - MINUTE)}


def address(number: int) -> str:
    """The mail address of a person."""
    return f"p{number}@example.org"


def source(number: int) -> str:
    """The IP address of a person, of a network of their own."""
    return f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}"


@cache
def _record(event_id: str) -> EventRecord:
    # Not in trouble.
    return open_desk(connect(os.environ["KALLELSE_TABLE"])).events.get(event_id)


@cache
def server() -> Server:
    """Made at the first request, as on Lambda."""
    from kallelse.handlers.public import handler
    from kallelse.handlers.public.wiring import wiring

    events: Any = wiring().desk.events
    trouble = Trouble(random.Random())  # noqa: S311 - a test's dice
    trouble.attach(events.table.client)
    return Server(handler, wiring().clock, trouble)


@contextmanager
def processes(number: int, table: Table) -> Iterator[ProcessPoolExecutor]:
    """Processes whose clock runs on from NOW, when they begin."""
    with TemporaryDirectory() as folder:
        clock = Path(folder, "clock")
        clock.write_text(f"{NOW.isoformat()} {system_clock().isoformat()}")
        settings = {
            "AWS_ENDPOINT_URL_DYNAMODB": table.client.meta.endpoint_url,
            "AWS_ACCESS_KEY_ID": "local",
            "AWS_SECRET_ACCESS_KEY": "local",  # pragma: allowlist secret: of the local engine
            "AWS_DEFAULT_REGION": "eu-north-1",
            "KALLELSE_TABLE": table.name,
            "KALLELSE_BUCKET": "bucket",
            "KALLELSE_TEMPLATES": str(ROOT / "templates"),
            "KALLELSE_LOCAL": "1",
            "KALLELSE_NOW": str(clock),
            "POWERTOOLS_SERVICE_NAME": "kallelse",
        }
        with ProcessPoolExecutor(number, get_context("spawn"), _begin, (settings,)) as pool:
            yield pool


def _begin(settings: dict[str, str]) -> None:
    os.environ.update(settings)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # where logs and metrics go
