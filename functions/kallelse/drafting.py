"""Drafts: events that only organisers see, at which nobody can register and of which nobody is told."""

from __future__ import annotations

from .errors import EventNotFound, NotPublished
from .models import EventRecord, TourRecord
from .ports import Desk


def shown(desk: Desk, event_id: str) -> EventRecord:
    """The event as everybody may see it. Raises EventNotFound, for a draft as if it did not exist."""
    record = desk.events.get(event_id)
    check_shown(record)
    return record


def check_shown(record: EventRecord) -> None:
    """Raise EventNotFound for a draft."""
    if record.event.draft:
        raise EventNotFound("there is no such event")


def shown_stops(desk: Desk, tour: TourRecord) -> list[EventRecord]:
    """The stops of the tour that are no drafts, in its order."""
    records = [desk.events.get(stop.event_id) for stop in tour.stops]
    return [record for record in records if not record.event.draft]


def check_published(record: EventRecord) -> None:
    """Raise NotPublished for a draft, before something is prepared that people would be told."""
    if record.event.draft:
        raise NotPublished("the event is a draft; publish it first")
