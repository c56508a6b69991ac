"""Pages that tell once what became of a form, and can be told again in another language.

They carry what they tell, signed, so that nothing has to be kept and nothing is done a second time.
"""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from typing import Any

from ... import proving
from ...drafting import shown
from ...errors import Refused
from ...gateway import Response, Router
from ...http import form_of, framed, status_of
from ...models import Event, EventRecord, TourRecord
from ...registering import Answer
from ...touring import with_seats
from .guard import SWITCH
from .wiring import REASONS, event_page, known, wiring

TOLD = "told"
"""The field with what is told."""

MAX_TOLD = 8_000
"""Bytes; an address of 254 characters takes at most 8 for each, and what 20 stops answered 150 for each."""

router = Router()


def tell(
    name: str,
    language: str,
    record: EventRecord,
    /,
    status: HTTPStatus = HTTPStatus.OK,
    elsewhere: bool = False,
    **facts: Any,
) -> Response[str]:
    """A page of ``templates/web``. ``facts``: what it tells, as JSON has it.

    ``elsewhere``: with the stops of the tour that have seats, for one who got none here.
    """
    sealed = proving.seal(record, [name, status, elsewhere, facts])
    address = f"/events/{record.event.id}"
    again = [(each, f"{address}/{each}/told") for each in wiring().renderer.languages()]
    context: dict[str, Any] = {"switch": again, "sealed": sealed, "now": wiring().now(), **facts}
    if facts.get("until"):
        context["until"] = datetime.fromisoformat(facts["until"])
    return event_page(
        name, language, record, status, **context, **(_other_stops(record) if elsewhere else {})
    )


@router.post("/events/<event_id>/<language>/told")
def tell_again(event_id: str, language: str) -> Response[str]:
    """A page that was told already, in another language. Changes nothing."""
    record = shown(wiring().desk, event_id)
    values = form_of(router.current_event, frozenset({TOLD, SWITCH}), MAX_TOLD)
    name, status, elsewhere, facts = proving.unseal(record, values.get(TOLD, ""))
    page = tell(name, known(language), record, HTTPStatus(status), elsewhere, **facts)
    return framed(page, record.event.embed) if facts.get("embedded") else page


def facts_of(answer: Answer) -> dict[str, Any]:
    """What there is to tell of the answer to a form."""
    until = answer.until.isoformat() if answer.until else None
    return {"state": answer.state.value, "place": answer.place, "until": until}


def refused(
    language: str, record: EventRecord, refusal: Refused, *, elsewhere: bool = False, **facts: Any
) -> Response[str]:
    """The page that says why the answer is no. Raises the refusal again when it has no such page."""
    if type(refusal) not in REASONS:
        raise refusal
    facts |= {"reason": REASONS[type(refusal)], "field": getattr(refusal, "field", None)}
    return tell("refused", language, record, status_of(refusal), elsewhere, **facts)


def tour_of(event: Event) -> TourRecord | None:
    """The tour of the event, once its series file was applied."""
    return wiring().desk.tours.find(event.tour.id) if event.tour else None


def _other_stops(record: EventRecord) -> dict[str, Any]:
    tour = tour_of(record.event)
    stops = with_seats(wiring().desk, tour, record.event, wiring().now()) if tour else []
    return {"other_stops": stops, "tour": tour} if stops else {}
