"""What other programs fetch of an event or a tour: pictures, calendars, and how to embed the form."""

from __future__ import annotations

import re
from http import HTTPStatus
from io import BytesIO
from typing import Any

from ...calendaring import published
from ...drafting import shown, shown_stops
from ...drawing import card_key
from ...errors import EventNotFound, NotFound
from ...gateway import Response, Router
from ...http import answer, download, kept, resource
from ...models import SLUG, Event, EventRecord, in_language
from ...sharing import oembed
from ...structuring import event_address
from ...touring import tour_named
from .wiring import base_url, documents, known, wiring

MINUTE, HOUR, DAY = 60, 3600, 86400

CALENDAR = "text/calendar; charset=utf-8"

EVENT_PATH = re.compile(rf"/events/({SLUG.strip('^$')})/([a-z]{{2}})")

router = Router()


@router.get("/events/<event_id>/<language>/card.png")
def show_card(event_id: str, language: str) -> Response[Any]:
    """The picture of the event; until it is drawn, that of Kallelse."""
    event = shown(wiring().desk, event_id).event
    card = documents().find(card_key(event, known(language)))
    return _picture(card, DAY) if card else _picture(_plain_card(), MINUTE)


@router.get("/card.png")
def show_plain_card() -> Response[Any]:
    """The picture of what has none of its own."""
    return _picture(_plain_card(), DAY)


def _plain_card() -> bytes:
    return (wiring().renderer.templates / "web/card.png").read_bytes()


def _picture(content: bytes, seconds: int) -> Response[Any]:
    return kept(resource(content, "image/png"), router.current_event, seconds)


@router.get("/events/<event_id>/<language>/qr.svg")
def show_code(event_id: str, language: str) -> Response[Any]:
    """The address of the event's page as a QR code (ISO/IEC 18004), for print."""
    import segno

    record = shown(wiring().desk, event_id)
    code = segno.make_qr(_address(record.event, known(language)), error="m")
    drawn = BytesIO()
    code.save(drawn, kind="svg", scale=8, light="#fff")
    return kept(resource(drawn.getvalue().decode(), "image/svg+xml"), router.current_event, HOUR)


@router.get("/events/<event_id>/<language>/event.ics")
def download_calendar(event_id: str, language: str) -> Response[Any]:
    """The event for the calendar of one who has not registered."""
    record = shown(wiring().desk, event_id)
    response = download(_calendar([record], known(language)), CALENDAR, f"{event_id}.ics")
    response.headers["Cache-Control"] = f"public, max-age={MINUTE}"
    return response


@router.get("/tours/<tour_id>/<language>/events.ics")
def show_feed(tour_id: str, language: str) -> Response[Any]:
    """The stops of a tour as a calendar to subscribe to."""
    language, tour = known(language), tour_named(wiring().desk, tour_id)
    stops = shown_stops(wiring().desk, tour)
    if not stops:
        raise NotFound("there is no such tour")
    name = in_language(tour.series.title, language, tour.series.language)
    response = resource(_calendar(stops, language, name), CALENDAR)
    response.headers["Cache-Control"] = f"public, max-age={MINUTE}"
    return response


def _calendar(records: list[EventRecord], language: str, name: str = "") -> str:
    return published(records, language, lambda event: _address(event, language), wiring().now(), name)


@router.get("/oembed")
def describe_embedding() -> Response[str]:
    """How to embed the form of an event's page (oEmbed 1.0), if the event lets others do so."""
    query = router.current_event.query_string_parameters or {}
    if query.get("format", "json") != "json":
        return answer({"detail": "only format=json is served"}, HTTPStatus.NOT_IMPLEMENTED)
    event, language = _embedded(query.get("url", ""))
    title = in_language(event.title, language, event.language)
    size = (_number(query.get("maxwidth")), _number(query.get("maxheight")))
    return kept(answer(oembed(_address(event, language), title, *size)), router.current_event, MINUTE)


def _embedded(address: str) -> tuple[Event, str]:
    """The event and the language of an address. Raises EventNotFound, also where nobody may embed it."""
    own = base_url(router.current_event)
    found = EVENT_PATH.fullmatch(address.removeprefix(own)) if address.startswith(own) else None
    event = shown(wiring().desk, found[1]).event if found else None
    if not found or not event or not event.embed:
        raise EventNotFound("there is no form at this address that can be embedded")
    return event, known(found[2])


def _number(text: str | None) -> int | None:
    return int(text) or None if text and re.fullmatch("[0-9]{1,5}", text) else None


def _address(event: Event, language: str) -> str:
    return event_address(base_url(router.current_event), event.id, language)
