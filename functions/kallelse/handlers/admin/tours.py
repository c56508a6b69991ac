"""Tours: applying their series files, and the summaries of all their stops."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router

from ... import planning, touring
from ...editing import notices
from ...errors import FieldError, InvalidInput
from ...http import answer, body_of, download
from ...models import EventRecord, TourRecord
from .wiring import MAX_BODY, renderer, wiring

router = Router()  # type: ignore[no-untyped-call]


@router.put("/admin/tours/<tour_id>")
def put_tour(tour_id: str) -> Response[str]:
    """Create or change every stop of a tour from its series file."""
    settings, desk, _ = wiring()
    series = planning.read(body_of(router.current_event, ("application/yaml", "application/json"), MAX_BODY))
    if series.id != tour_id:
        raise InvalidInput(FieldError("id", "invalid", f"the address says {tour_id!r}"))
    applied = planning.apply(desk, series, settings.meeting_hosts, settings.clock())
    return answer(_stored(applied.tour, applied.stops))


@router.get("/admin/tours/<tour_id>")
def get_tour(tour_id: str) -> Response[str]:
    """The tour as stored, and where its stops stand."""
    tour = touring.tour_named(wiring()[1], tour_id)
    return answer(_stored(tour, [wiring()[1].events.get(stop.event_id) for stop in tour.stops]))


@router.get("/admin/tours/<tour_id>/summary")
def get_summary(tour_id: str) -> Response[str]:
    """The summaries of all stops in a language, ``?language=sv``, as one Markdown text."""
    from ... import gathering

    settings, desk, documents = wiring()
    tour, pages = touring.tour_named(desk, tour_id), renderer()
    language = router.current_event.query_string_parameters.get("language") or tour.series.language
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
