"""What the pages share: settings, the desk, the renderer, and how a page or an error becomes an answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from ...adapters.dynamodb import connect, open_desk
from ...calendaring import calendar
from ...clock import Clock
from ...config import PublicSettings, read
from ...errors import (
    EventCancelled,
    EventFull,
    KallelseError,
    NotFound,
    NotYetOpen,
    OrganisationFull,
    Refused,
    RegistrationClosed,
    TooManyRequests,
    WrongAudience,
)
from ...gateway import Response, current
from ...http import VISITOR, download, languages_of, page, status_of
from ...limiting import Tally
from ...models import EventRecord, Registration
from ...organisations import Organisations, load
from ...ports import Desk
from ...rendering import Renderer

if TYPE_CHECKING:
    from ...adapters.s3 import BucketDocuments

DEFAULT_LANGUAGE = "sv"

REASONS: dict[type[Refused], str] = {
    NotYetOpen: "not-yet-open",
    RegistrationClosed: "closed",
    EventCancelled: "cancelled",
    EventFull: "full",
    OrganisationFull: "organisation-full",
    WrongAudience: "wrong-audience",
    TooManyRequests: "too-many",
}
"""The refusals that have a page of their own, and what the template calls them."""

SENT_TO = ("/registrations", "/confirm", "/cancel")
"""What the addresses end with that a page sends its form to and no page is at: it is at what comes before."""


@dataclass(frozen=True)
class Wiring:
    """What one process of the function works with."""

    desk: Desk
    renderer: Renderer
    clock: Clock
    tally: Tally
    base_url: str | None
    edge_secret: str = ""

    def organisations(self) -> Organisations:
        """The organisations that forms suggest."""
        return load(self.renderer.templates)

    def now(self) -> datetime:
        """The instant of this request."""
        return self.clock()


@cache
def wiring() -> Wiring:
    """Made at the first request, since it reads the settings."""
    settings = read(PublicSettings)
    desk = open_desk(connect(settings.table, settings.clock))
    renderer = Renderer(settings.templates)
    return Wiring(desk, renderer, settings.clock, Tally(), settings.base_url, settings.edge_secret)


@cache
def documents() -> BucketDocuments:
    """The bucket, of which this function may only read summaries and cards. Few pages need it."""
    from ...adapters import s3

    return s3.connect(read(PublicSettings).bucket)


def base_url(request: Any) -> str:
    """What the addresses begin with that pages are known by elsewhere; else the domain that was asked."""
    return (
        wiring().base_url or f"https://{request.raw_event['requestContext'].get('domainName', 'localhost')}"
    )


def known(language: str) -> str:
    """The language, if there are pages in it. Raises NotFound."""
    if language not in wiring().renderer.languages():
        raise NotFound("there are no pages in this language")
    return language


def event_page(
    name: str, language: str, record: EventRecord, /, status: HTTPStatus = HTTPStatus.OK, **context: Any
) -> Response[str]:
    """A page about an event, from ``templates/web``."""
    visit = {"switch": switch(), "query": chosen(), "languages": wiring().renderer.languages()}
    context = {"tour": None, **visit, **context}
    html = wiring().renderer.render(f"web/{name}.html", known(language), event=record.event, **context)
    return page(html, status)


def calendar_file(record: EventRecord, registration: Registration) -> Response[str]:
    """The event for the participant's calendar, with no link in it."""
    language = registration.participant.language
    text = calendar(record, language, registration.mode, wiring().now())
    return download(text, "text/calendar; charset=utf-8", f"{record.event.id}.ics")


def source_of(request: Any) -> str:
    """The visitor's IP address. Where nobody tells it, all visitors count as one network."""
    # Behind the edge, the gateway sees only the edge; what did not come through it was not let in.
    if wiring().edge_secret:
        return str(request.headers.get(VISITOR) or "::")
    return request.source_ip or "::"


def error_page(error: KallelseError, language: str) -> Response[str]:
    """The page for an error."""
    status = status_of(error)
    html = wiring().renderer.render(
        "web/error.html", language, status=status.value, code=_code(error), switch=switch()
    )
    return page(html, status)


def language_of(*own: str) -> str:
    """The language that the address names, else the reader's ``own``, else the browser's first with pages."""
    request = current()
    wished = (*reversed(request.path.split("/")), _asked(request), *own, *languages_of(request))
    languages = wiring().renderer.languages()
    return next((each for each in wished if each in languages), DEFAULT_LANGUAGE)


def chosen() -> str:
    """What the addresses of personal pages end with to keep a language that was chosen; empty if none was."""
    asked = _asked(current())
    return f"?language={asked}" if asked in wiring().renderer.languages() else ""


def switch() -> list[tuple[str, str]]:
    """The languages, each with the address of this page in it: in its path, or after a question mark."""
    path, languages = current().path, wiring().renderer.languages()
    for end in SENT_TO:
        path = path.removesuffix(end)
    # A path that began with two slashes would lead to another host.
    parts = quote(path).lstrip("/").split("/")
    at = max((at for at, part in enumerate(parts) if part in languages), default=None)
    if at is None:
        return [(each, f"/{'/'.join(parts)}?language={each}") for each in languages]
    return [(each, "/" + "/".join([*parts[:at], each, *parts[at + 1 :]])) for each in languages]


def _asked(request: Any) -> str:
    return str(request.query_string_parameters.get("language", ""))


def _code(error: KallelseError) -> str:
    words = {
        400: "unreadable", 409: "refused", 410: "expired", 413: "too-large", 415: "unsupported",
        422: "unreadable", 429: "too-many", 500: "internal", 503: "unavailable",
    }  # fmt: skip
    kinds = {"EventNotFound": "event-not-found", "LinkNotFound": "link-not-found"}
    return kinds.get(type(error).__name__) or words.get(status_of(error).value, "not-found")
