"""The pages at an address on this machine: the real handlers on a mocked cloud, at a time that one sets."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, cached_property
from itertools import count
from pathlib import Path
from socketserver import ThreadingMixIn
from threading import Lock, Thread
from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
import yaml
from boto3 import client
from jinja2 import Environment, Template
from tests.conftest import ROOT, empty_desk, mocked
from tests.visiting import NOW, URLENCODED, Time, make_bucket, set_up_admin
from tests.wsgi import Application, Handler, Start, application

from kallelse import editing, planning
from kallelse.adapters import s3
from kallelse.handlers import organiser, public
from kallelse.handlers.organiser.wiring import wiring as organiser_wiring
from kallelse.handlers.public import wiring
from kallelse.models import Event, EventRecord, Series, TourRecord
from kallelse.ports import Desk, Documents

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

SEED = ROOT / "templates/events/fortroendebygge.yaml"
TOUR = ROOT / "templates/tours/regionturne-2020.yaml"
HOSTS = frozenset({"webbseminarium.example"})


@dataclass(frozen=True)
class Visit:
    """How to come to a page: its path, the form that is sent there, when, and what is broken then.

    ``language``: of the page, where it is not the one that was wished for. ``cookie``: of an organiser.
    """

    path: str
    fields: dict[str, Any] | None = None
    at: datetime = NOW
    status: int = 200
    broken: Exception | None = None
    language: str = ""
    cookie: str = ""


@dataclass
class World:
    """What the browser visits. ``texts``: HTML that is at an address of its own, such as that of a mail.

    ``templates``: of what was answered since it last got ready.
    """

    desk: Desk
    documents: Documents
    time: Time
    url: str = ""
    texts: dict[str, str] = field(default_factory=dict)
    templates: set[str] = field(default_factory=set)
    broken: Exception | None = None
    cookie: str = ""
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def get_ready(self, visit: Visit) -> None:
        """Let it be as the visit has it."""
        self.time.now, self.broken, self.cookie = visit.at, visit.broken, visit.cookie
        self.templates.clear()

    def ask(self, visit: Visit, language: str) -> tuple[int, str]:
        """Status and source of a page, for one who would rather read this language."""
        self.get_ready(visit)
        form = None if visit.fields is None else urlencode(visit.fields, doseq=True).encode()
        headers = {"Accept-Language": language, "Content-Type": URLENCODED}
        try:
            with urlopen(Request(self.url + visit.path, form, headers)) as answer:  # noqa: S310 - our own
                return answer.status, answer.read().decode()
        except HTTPError as answer:
            return answer.code, answer.read().decode()

    @cached_property
    def tables(self) -> DynamoDBClient:
        return client("dynamodb")

    def empty(self) -> None:
        """Forget everything: moto copies the whole table in each transaction, so it is to stay small."""
        self.tables.delete_table(TableName="kallelse")
        empty_desk()

    def event(self, **changes: Any) -> EventRecord:
        """The seed event, changed, under an id of its own, so that no page disturbs another."""
        file = seed() | {"id": f"event-{next(self.numbers)}", "tour": None}
        return self.apply(Event.model_validate(file | changes))

    def apply(self, event: Event) -> EventRecord:
        return editing.apply(self.desk, event, HOSTS, NOW)

    def changed(self, record: EventRecord, **changes: Any) -> EventRecord:
        """The event after its file was handed in again, changed."""
        return self.apply(Event.model_validate(record.event.model_dump(mode="json") | changes))

    def tour(self, **changes: Any) -> TourRecord:
        """The seed tour, changed, under an id of its own, with stops of its own."""
        number = next(self.numbers)
        file = _file(TOUR) | {"id": f"tour-{number}"}
        stops = [each | {"id": f"{each['id']}-{number}"} for each in file["stops"] if "id" in each]
        series = Series.model_validate(file | {"stops": stops} | changes)
        planning.apply(self.desk, series, HOSTS, NOW)
        tour = self.desk.tours.find(series.id)
        assert tour
        return tour


def seed() -> dict[str, Any]:
    """The file of the seed event."""
    return _file(SEED)


@cache
def _file(path: Path) -> dict[str, Any]:
    return dict(yaml.safe_load(path.read_text()))


class Server(ThreadingMixIn, WSGIServer):
    """Threads, since a browser opens connections ahead of its requests."""

    daemon_threads = True


class Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002
        """Say nothing."""


@contextmanager
def a_world() -> Iterator[World]:
    """A desk without events, and the pages on it."""
    with pytest.MonkeyPatch.context() as patch, mocked(patch):
        set_up_admin(patch)
        time = Time()
        patch.setattr("kallelse.config.system_clock", time)
        make_bucket()
        world = World(empty_desk(), s3.connect("bucket"), time)
        patch.setattr(Environment, "get_template", _noting(world.templates, Environment.get_template))
        with _wired(), _served(_with_texts(world, application(_handle))) as world.url:
            yield world


def _noting(templates: set[str], get: Callable[..., Template]) -> Callable[..., Template]:
    def noted(environment: Environment, name: str, *rest: Any) -> Template:
        templates.add(name)
        return get(environment, name, *rest)

    return noted


def _handle(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Hand a request to the function that API Gateway would."""
    chosen: Handler = organiser.handler if event["rawPath"].startswith("/organiser") else public.handler
    return chosen(event, context)


@contextmanager
def _wired() -> Iterator[None]:
    """No function remembers the settings of another test."""
    caches = (wiring.wiring, wiring.documents, organiser_wiring)
    for each in caches:
        each.cache_clear()
    yield
    for each in caches:
        each.cache_clear()


def _with_texts(world: World, pages: Application) -> Application:
    """The pages one request at a time, as in Lambda, and beside them the texts of the world."""
    lock = Lock()

    def answered(environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        if text := world.texts.get(environ["PATH_INFO"]):
            start("200 OK", [("Content-Type", "text/html; charset=utf-8")])
            return [text.encode()]
        # Browsers keep this one only over TLS, which is not spoken here.
        environ["HTTP_COOKIE"] = world.cookie
        with lock, pytest.MonkeyPatch.context() as patch:
            if world.broken:
                patch.setattr("kallelse.handlers.public.event.shown", _raising(world.broken))
            return pages(environ, start)

    return answered


def _raising(error: Exception) -> Callable[..., Any]:
    def fail(*_: object) -> None:
        raise error

    return fail


@contextmanager
def _served(app: Application) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, Server, Quiet)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
