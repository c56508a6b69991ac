"""One person at all events: the registrations of an address."""

from __future__ import annotations

from collections.abc import Iterator

from .claiming import address_id
from .models import EventRecord, Registration
from .ports import Desk

PAGE = 100
"""How many events are listed at once."""


def all_events(desk: Desk) -> Iterator[EventRecord]:
    """Every event that there is, the latest start first."""
    after: str | None = None
    while True:
        entries = desk.events.listed(after, PAGE)
        yield from (desk.events.get(entry.id) for entry in entries)
        if len(entries) < PAGE:
            return
        after = entries[-1].place


Found = tuple[EventRecord, Registration]
"""A registration, and the event that it is for."""


def registrations_of(desk: Desk, address: str) -> Iterator[Found]:
    """The registrations of an address, by event: two reads for each event that there is."""
    for record in all_events(desk):
        registration = desk.registrations.find(record.event.id, address_id(record.key, address))
        if registration:
            yield record, registration
