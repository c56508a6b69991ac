"""The stages of an event: a draft, published, cancelled or over, archived; and the list of all events.

Each step is the event's file with one field changed, or the record put away; to repeat it changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum

from . import editing
from .errors import EventNotFound, Refused
from .models import EventEntry, EventRecord
from .ports import Desk
from .registering import phase


class Stage(StrEnum):
    """How far an event is, as the list tells it."""

    DRAFT = "draft"
    NOT_YET_OPEN = "not-yet-open"
    OPEN = "open"
    CLOSED = "closed"
    OVER = "over"
    CANCELLED = "cancelled"


def publish(desk: Desk, event_id: str, now: datetime, expected: int | None = None) -> EventRecord:
    """Show a draft to everybody, who can register from then on. Raises as :func:`_set`."""
    return _set(desk, event_id, now, expected, draft=False)


def cancel(desk: Desk, event_id: str, now: datetime, expected: int | None = None) -> EventRecord:
    """Cancel an event; the sweep tells everybody registered. Raises as :func:`_set`."""
    return _set(desk, event_id, now, expected, cancelled=True)


def _set(desk: Desk, event_id: str, now: datetime, expected: int | None, **fields: bool) -> EventRecord:
    """Change fields of the stored file. Raises EventNotFound, EventArchived, Stale or AlreadyChanged."""

    def becomes(seen: EventRecord | None) -> EventRecord:
        record = _there(seen)
        return editing.becoming(record, record.event.model_copy(update=fields), now)

    return editing.change(desk, event_id, becomes, now, expected)


def put_away(desk: Desk, event_id: str, now: datetime, expected: int | None = None) -> EventRecord:
    """Archive an event that is over or cancelled: nobody changes it any more, and the list leaves it out.

    Its pages stay. Raises EventNotFound, Refused when it is neither, Stale or AlreadyChanged.
    """

    def becomes(seen: EventRecord | None) -> EventRecord:
        record = _there(seen)
        if not record.event.cancelled and now < record.event.ends_at:
            raise Refused("the event is not over; cancel it, or archive it afterwards")
        return record.put_away(now)

    return editing.store(desk, event_id, becomes, now, expected)


def _there(seen: EventRecord | None) -> EventRecord:
    if seen is None:
        raise EventNotFound("there is no such event")
    return seen


def stage(entry: EventEntry, now: datetime) -> Stage:
    """How far the event is."""
    return Stage.DRAFT if entry.draft else Stage(phase(entry, now))


def listed(
    desk: Desk, wanted: Callable[[EventEntry], bool], after: str | None, limit: int
) -> tuple[list[EventEntry], str | None]:
    """A page of the wanted entries of the list, the latest start first, and the place of the last.

    ``after``: the place to go on from; None begins, and is given where nothing follows. A page has at most
    ``limit`` entries, and at least one unless it is the last.
    """
    while True:
        entries = desk.events.listed(after, limit)
        found = [entry for entry in entries if wanted(entry)]
        if len(entries) < limit:
            return found, None
        if found:
            return found, found[-1].place
        after = entries[-1].place
