"""Events: applying their files, and their figures."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router

from ...editing import apply, notices
from ...editing import read as read_event
from ...errors import FieldError, InvalidInput
from ...figures import figures
from ...http import answer, body_of
from ...models import EventRecord
from .wiring import MAX_BODY, wiring

router = Router()  # type: ignore[no-untyped-call]


def _stored(record: EventRecord) -> dict[str, Any]:
    return {"revision": record.revision, "event": record.event.model_dump(mode="json")}


@router.put("/admin/events/<event_id>")
def put_event(event_id: str) -> Response[str]:
    """Create or change an event from its file."""
    settings, desk, _ = wiring()
    event = read_event(body_of(router.current_event, ("application/yaml", "application/json"), MAX_BODY))
    if event.id != event_id:
        raise InvalidInput(FieldError("id", "invalid", f"the address says {event_id!r}"))
    record = apply(desk, event, settings.meeting_hosts, settings.clock())
    return answer(_stored(record) | {"notices": notices(desk, event)})


@router.get("/admin/events/<event_id>")
def get_event(event_id: str) -> Response[str]:
    """The event as stored."""
    return answer(_stored(wiring()[1].events.get(event_id)))


@router.get("/admin/events/<event_id>/figures")
def get_figures(event_id: str) -> Response[str]:
    """Counts of seats, registrations and mails."""
    desk = wiring()[1]
    return answer(figures(desk, desk.events.get(event_id)))
