"""Events: applying their files, and their figures."""

from __future__ import annotations

from typing import Any

from ...editing import apply, notices
from ...editing import read as read_event
from ...errors import FieldError, InvalidInput
from ...figures import figures
from ...models import EventRecord, Figures, Role
from .routing import Media, route
from .targets import EVENT
from .wiring import MAX_BODY, wiring

FILE = Media(("application/yaml", "application/json"), MAX_BODY)


def _stored(record: EventRecord) -> dict[str, Any]:
    return {"revision": record.revision, "event": record.event.model_dump(mode="json")}


@route("PUT", "/admin/events/<event_id>", needs=Role.ADMINISTRATOR, target=EVENT, media=FILE)
def put_event(event_id: str, body: str) -> dict[str, Any]:
    """Create or change an event from its file."""
    settings, desk, _ = wiring()
    event = read_event(body)
    if event.id != event_id:
        raise InvalidInput(FieldError("id", "invalid", f"the address says {event_id!r}"))
    record = apply(desk, event, settings.meeting_hosts, settings.clock())
    return _stored(record) | {"notices": notices(desk, event)}


@route("GET", "/admin/events/<event_id>", needs=Role.VIEWER, target=EVENT)
def get_event(event_id: str) -> dict[str, Any]:
    """The event as stored."""
    return _stored(wiring()[1].events.get(event_id))


@route("GET", "/admin/events/<event_id>/figures", needs=Role.VIEWER)
def get_figures(event_id: str) -> Figures:
    """Counts of seats, registrations, attendance and mails, and what was chosen in the survey."""
    desk = wiring()[1]
    return figures(desk, desk.events.get(event_id))
