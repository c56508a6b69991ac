"""Tours: applying their series files, and the summaries of all their stops."""

from __future__ import annotations

from typing import Any

from ... import planning, touring
from ...editing import notices
from ...errors import FieldError, InvalidInput
from ...gateway import Response
from ...http import download
from ...models import EventRecord, Role, TourRecord
from .events import FILE
from .routing import route
from .summaries import InLanguage
from .targets import TOUR
from .wiring import renderer, wiring


@route("PUT", "/admin/tours/<tour_id>", needs=Role.ADMINISTRATOR, target=TOUR, media=FILE)
def put_tour(tour_id: str, body: str) -> dict[str, Any]:
    """Create or change every stop of a tour from its series file."""
    settings, desk, _ = wiring()
    series = planning.read(body)
    if series.id != tour_id:
        raise InvalidInput(FieldError("id", "invalid", f"the address says {tour_id!r}"))
    now, webhook_hosts = settings.clock(), settings.webhook_hosts
    applied = planning.apply(desk, series, settings.meeting_hosts, now, webhook_hosts=webhook_hosts)
    return _stored(applied.tour, applied.stops)


@route("GET", "/admin/tours/<tour_id>", needs=Role.VIEWER, target=TOUR)
def get_tour(tour_id: str) -> dict[str, Any]:
    """The tour as stored, and where its stops stand."""
    tour = touring.tour_named(wiring()[1], tour_id)
    return _stored(tour, [wiring()[1].events.get(stop.event_id) for stop in tour.stops])


@route("GET", "/admin/tours/<tour_id>/summary", needs=Role.VIEWER, gives=("text/markdown",))
def get_summary_of_tour(tour_id: str, query: InLanguage) -> Response[str]:
    """The summaries of all stops in a language, ``?language=sv``, as one Markdown text."""
    from ... import gathering

    settings, desk, documents = wiring()
    tour, pages = touring.tour_named(desk, tour_id), renderer()
    language = query.language or tour.series.language
    if language not in pages.languages():
        raise InvalidInput(
            FieldError("language", "not-a-choice", f"choose one of: {', '.join(pages.languages())}")
        )
    text = gathering.combined(desk, documents, pages, tour, language, settings.clock())
    return download(text, "text/markdown; charset=utf-8", f"{tour_id}-{language}.md")


def _stored(tour: TourRecord, stops: list[EventRecord]) -> dict[str, Any]:
    return {
        "revision": tour.revision,
        "series": tour.series.model_dump(mode="json"),
        "stops": [
            {
                "id": record.event.id,
                "revision": record.revision,
                "notices": notices(wiring()[1], record.event),
            }
            for record in stops
        ],
    }
