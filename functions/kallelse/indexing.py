"""What search engines are told of: events that are not over, and their tours.

It costs one query for each 100 events of the last year and the future, and one read for each tour.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from .models import EventEntry
from .ports import Desk

PAGE = 100

LONGEST = timedelta(days=366)
"""How long after its start an event can end and still be found; the list is sorted by start."""


def events(desk: Desk, now: datetime) -> list[EventEntry]:
    """The events that everybody may see and that are not over, the latest start first."""
    return [
        each
        for each in _since(desk, now - LONGEST)
        if not (each.draft or each.canary) and each.archived_at is None and each.ends_at > now
    ]


def tours(desk: Desk, found: list[EventEntry]) -> list[str]:
    """The ids of the tours that these events are stops of, once the series file was applied."""
    ids = sorted({each.tour for each in found if each.tour})
    return [each for each in ids if desk.tours.find(each)]


def _since(desk: Desk, earliest: datetime) -> Iterator[EventEntry]:
    after = None
    while True:
        entries = desk.events.listed(after, PAGE)
        for entry in entries:
            if entry.starts_at < earliest:
                return
            yield entry
        if len(entries) < PAGE:
            return
        after = entries[-1].place
