"""Events: applying their files, their stages from draft to archived, their list and their figures."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ... import duplicating, staging
from ...editing import apply, notices, validate
from ...editing import read as read_event
from ...errors import FieldError, Forbidden, InvalidInput
from ...models import Event, EventEntry, EventRecord, Figures, Model, Paged, Role, Slug
from ...retaining import figures_of
from .routing import Call, Media, route
from .targets import EVENT
from .wiring import MAX_BODY, unfiltered, wiring

FILE = Media(("application/yaml", "application/json"), MAX_BODY)


class _Wanted(Paged):
    """Which events to list. ``archived``: also those put away."""

    tour: Slug | None = None
    state: staging.Stage | None = None
    archived: bool = False


class _Copy(Model):
    """The id of a duplicate, and when it starts, by the clocks of the event's zone."""

    id: Slug
    starts: datetime


def _stored(record: EventRecord) -> dict[str, Any]:
    return {
        "revision": record.revision,
        "archived_at": record.archived_at and record.archived_at.isoformat(),
        "event": record.event.model_dump(mode="json"),
    }


def _told(record: EventRecord) -> dict[str, Any]:
    return _stored(record) | {"notices": notices(wiring()[1], record.event)}


@route("GET", "/admin/events", needs=Role.VIEWER, somewhere=True)
def get_events(query: _Wanted, call: Call) -> dict[str, Any]:
    """The events that the caller may look at, the latest start first; ``next`` goes on where it ends."""
    settings, desk, _ = wiring()
    now = settings.clock()

    def wanted(entry: EventEntry) -> bool:
        return (
            call.caller.may(Role.VIEWER, entry.id, entry.tour)
            and query.tour in (None, entry.tour)
            and query.state in (None, staging.stage(entry, now))
            and (query.archived or entry.archived_at is None)
        )

    entries, following = staging.listed(desk, wanted, query.cursor, query.limit)
    told = [each.model_dump(mode="json") | {"state": staging.stage(each, now)} for each in entries]
    return {"events": told, "next": following}


@route("PUT", "/admin/events/<event_id>", needs=Role.ADMINISTRATOR, target=EVENT, media=FILE)
def put_event(event_id: str, body: str, call: Call) -> dict[str, Any]:
    """Create or change an event from its file."""
    settings, desk, _ = wiring()
    record = apply(
        desk,
        _file(event_id, body),
        settings.meeting_hosts,
        settings.clock(),
        _expected(call),
        webhook_hosts=settings.webhook_hosts,
    )
    return _told(record)


@route(
    "POST", "/admin/events/<event_id>/validate", needs=Role.ORGANISER, media=FILE,
    audited=False, even_archived=True,
)  # fmt: skip
def validate_event(event_id: str, body: str) -> dict[str, Any]:
    """What handing in the file would change, and whom it would reach; nothing is stored."""
    settings, desk, _ = wiring()
    event, now, webhook_hosts = _file(event_id, body), settings.clock(), settings.webhook_hosts
    trial = validate(desk, event, settings.meeting_hosts, now, webhook_hosts=webhook_hosts)
    return {"revision": trial.record.revision, "changes": trial.changes, "notices": trial.notices}


def _file(event_id: str, body: str) -> Event:
    event = read_event(body)
    if event.id != event_id:
        raise InvalidInput(FieldError("id", "invalid", f"the address says {event_id!r}"))
    return event


def _expected(call: Call) -> int | None:
    """The revision that the change is meant for; None for whatever it is."""
    if call.seen is None:
        return 0
    return None if call.request.headers.get("if-match") == "*" else call.seen.revision


@route("GET", "/admin/events/<event_id>", needs=Role.VIEWER, target=EVENT)
def get_event(event_id: str) -> dict[str, Any]:
    """The event as stored."""
    return _stored(wiring()[1].events.get(event_id))


@route("POST", "/admin/events/<event_id>/publish", needs=Role.ADMINISTRATOR, target=EVENT)
def publish_event(event_id: str, call: Call) -> dict[str, Any]:
    """Show a draft to everybody, and take registrations."""
    settings, desk, _ = wiring()
    return _told(staging.publish(desk, event_id, settings.clock(), _expected(call)))


@route("POST", "/admin/events/<event_id>/cancel", needs=Role.ADMINISTRATOR, target=EVENT)
def cancel_event(event_id: str, call: Call) -> dict[str, Any]:
    """Cancel an event, and tell everybody registered."""
    settings, desk, _ = wiring()
    return _told(staging.cancel(desk, event_id, settings.clock(), _expected(call)))


@route("POST", "/admin/events/<event_id>/archive", needs=Role.ADMINISTRATOR, target=EVENT, even_archived=True)
def archive_event(event_id: str, call: Call) -> dict[str, Any]:
    """Put an event away that is over or cancelled: nobody changes it any more."""
    settings, desk, _ = wiring()
    return _told(staging.put_away(desk, event_id, settings.clock(), _expected(call)))


@route("POST", "/admin/events/<event_id>/duplicate", needs=Role.ADMINISTRATOR, even_archived=True)
def duplicate_event(event_id: str, body: _Copy, call: Call) -> dict[str, Any]:
    """Make a draft with the event's file under another id, its dates moved to another start."""
    settings, desk, _ = wiring()
    tour = desk.events.get(event_id).event.tour
    if not call.caller.may(Role.ADMINISTRATOR, body.id, tour.id if tour else None):
        raise Forbidden(f"this needs the role {Role.ADMINISTRATOR} for {body.id} too")
    call.about["copy"] = body.id
    return _told(duplicating.duplicate(desk, event_id, body.id, body.starts, settings.clock()))


@route("GET", "/admin/events/<event_id>/figures", needs=Role.VIEWER)
def get_figures(event_id: str) -> Figures:
    """Counts of seats, registrations, attendance and mails, and what was chosen in the survey."""
    desk = unfiltered()
    return figures_of(desk, desk.events.get(event_id))
