"""What the pages share: settings, the desk, the renderer, and how a page or an error becomes an answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.event_handler import Response

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
    name: str, language: str, record: EventRecord, status: HTTPStatus = HTTPStatus.OK, **context: Any
) -> Response[str]:
    """A page about an event, from ``templates/web``."""
    context = {"switch": [], "tour": None, **context}
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
    return str(request.request_context.http.get("sourceIp") or "::")


def refused(language: str, record: EventRecord, refusal: Refused, **context: Any) -> Response[str]:
    """The page that says why the answer is no. Raises the refusal again when it has no such page."""
    if type(refusal) not in REASONS:
        raise refusal
    reason = REASONS[type(refusal)]
    context = {"reason": reason, "refusal": refusal, **context}
    return event_page("refused", language, record, status_of(refusal), **context)


def error_page(error: KallelseError, language: str) -> Response[str]:
    """The page for an error."""
    status = status_of(error)
    html = wiring().renderer.render(
        "web/error.html", language, status=status.value, code=_code(error), switch=[]
    )
    return page(html, status)


def language_of(request: Any) -> str:
    """The language that the path names, else the browser's first that has pages."""
    wished = (*request.path.split("/"), *languages_of(request))
    languages = wiring().renderer.languages()
    return next((each for each in wished if each in languages), DEFAULT_LANGUAGE)


def _code(error: KallelseError) -> str:
    words = {
        400: "unreadable", 409: "refused", 410: "expired", 413: "too-large", 415: "unsupported",
        422: "unreadable", 429: "too-many", 500: "internal", 503: "unavailable",
    }  # fmt: skip
    kinds = {"EventNotFound": "event-not-found", "LinkNotFound": "link-not-found"}
    return kinds.get(type(error).__name__) or words.get(status_of(error).value, "not-found")
