"""The audit log: what organisers changed."""

from __future__ import annotations

from typing import Any

from ...models import Entry, Paged, Role
from ...paging import page, place_by_time
from .routing import route
from .wiring import wiring


def _told(event_id: str | None, tour_id: str | None, wanted: Paged) -> dict[str, Any]:
    entries = wiring()[1].audit.of(event_id, tour_id)
    shown, following = page(entries, _place, wanted.cursor, wanted.limit, backwards=True)
    return {"entries": [entry.model_dump(mode="json") for entry in shown], "next": following}


def _place(entry: Entry) -> str:
    return place_by_time(entry.at, entry.id)


@route("GET", "/admin/events/<event_id>/audit", needs=Role.ADMINISTRATOR)
def get_audit_of_event(event_id: str, query: Paged) -> dict[str, Any]:
    """Who changed what of an event, the latest first."""
    return _told(event_id, None, query)


@route("GET", "/admin/tours/<tour_id>/audit", needs=Role.ADMINISTRATOR)
def get_audit_of_tour(tour_id: str, query: Paged) -> dict[str, Any]:
    """Who changed what of a tour as a whole, the latest first."""
    return _told(None, tour_id, query)


@route("GET", "/admin/audit", needs=Role.ADMINISTRATOR)
def get_audit(query: Paged) -> dict[str, Any]:
    """Who did what to no single event or tour, the latest first."""
    return _told(None, None, query)
