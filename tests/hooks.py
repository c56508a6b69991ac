"""A desk with webhooks at a time that the test sets, and the receivers as they answer."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ssl import SSLContext
from threading import Thread
from typing import Any

from tests.conftest import an_event
from tests.guarantees import HOSTS, by_name, form
from tests.visiting import Time

from kallelse import connecting, delivering, dispatching, editing, registering
from kallelse.models import Delivery, DeliveryState, EventRecord, Occasion, Registration
from kallelse.ports import Desk

EVENT = "seminarium"
URL = "https://mottagare.example/kallelse?plats=vasa"
EVERYTHING = [each.value for each in Occasion if each is not Occasion.PING]
WEBHOOK_HOSTS = frozenset({"mottagare.example", "annan.example"})


def a_hook(**changes: Any) -> dict[str, Any]:
    """A webhook as an event file has it."""
    return {"id": "diariet", "url": URL, "events": EVERYTHING} | changes


def in_turn(work: Callable[[], list[Delivery]], _: int) -> list[Delivery]:
    """A crew of one."""
    return work()


@dataclass
class Post:
    """What a receiver was sent, and when."""

    url: str
    body: str
    headers: dict[str, str]
    at: datetime

    @property
    def content(self) -> dict[str, Any]:
        return dict(json.loads(self.body))


@dataclass
class Hooked:
    """``answer``: gives the status of each post, or raises Undelivered."""

    desk: Desk
    time: Time = field(default_factory=Time)
    posts: list[Post] = field(default_factory=list)
    answer: Callable[[Post], int] = lambda _: 204

    def apply(self, *hooks: dict[str, Any], **changes: Any) -> EventRecord:
        """Hand the event file in with these webhooks."""
        event = an_event(**{"seats": 10, "webhooks": hooks or [a_hook()]} | changes)
        return editing.apply(self.desk, event, HOSTS, self.time.now, webhook_hosts=WEBHOOK_HOSTS)

    @property
    def record(self) -> EventRecord:
        return self.desk.events.get(EVENT)

    def make_secret(self, hook: str = "diariet") -> str:
        return connecting.new_secret(self.desk, self.record, hook, self.time.now)

    def register(self, *names: str) -> None:
        for name in names:
            registering.register(self.desk, self.record, form(name), self.time.now)

    def one(self, name: str) -> Registration:
        return by_name(self.desk, EVENT)[name]

    def post(self, url: str, body: bytes, headers: dict[str, str]) -> int:
        """What a courier does."""
        self.posts.append(Post(url, body.decode(), headers, self.time.now))
        return self.answer(self.posts[-1])

    def run(self) -> list[Delivery]:
        """A notifier, at this instant."""
        forever = datetime.max.replace(tzinfo=UTC)
        return delivering.sweep(delivering.Run(self.desk, self, self.time, forever), in_turn)

    def tick(self, after: timedelta = timedelta(minutes=1)) -> None:
        """A dispatcher and a notifier, some time later."""
        self.time.now += after
        dispatching.tick(self.desk, self.time.now)
        self.run()

    def deliveries(self, occasion: Occasion | None = None) -> list[Delivery]:
        found = self.desk.deliveries.of_event(EVENT)
        return [each for each in found if occasion in (None, each.occasion)]

    def states(self) -> set[DeliveryState]:
        return {each.state for each in self.deliveries()}

    def told(self) -> list[tuple[str, str]]:
        """Type and name of the registrations, or the version of the summary, of all posts, sorted."""
        names = {each.id: each.participant.name for each in self.desk.registrations.of_event(EVENT)}
        return sorted(
            (each.content["type"], names.get(each.content.get("registration_id", ""), "?"))
            for each in self.posts
        )


Answer = tuple[int, dict[str, str]]


@contextmanager
def receiver(
    answer: Callable[[], Answer], context: SSLContext | None = None
) -> Iterator[tuple[int, list[Any]]]:
    """A server on the loopback interface; gives its port, and the requests that it gets."""
    requests: list[Any] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            requests.append((self.path, dict(self.headers.items()), body))
            status, headers = answer()
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_port, requests
    finally:
        server.shutdown()
        server.server_close()
