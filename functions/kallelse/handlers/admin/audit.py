"""The audit log: what organisers changed."""

from __future__ import annotations

from typing import Any

from ...models import Entry, Role
from .routing import route
from .wiring import wiring


def _told(entries: list[Entry]) -> dict[str, Any]:
    return {"entries": [entry.model_dump(mode="json") for entry in reversed(entries)]}


@route("GET", "/admin/events/<event_id>/audit", needs=Role.ADMINISTRATOR)
def get_audit_of_event(event_id: str) -> dict[str, Any]:
    """Who changed what of an event, the latest first."""
    return _told(wiring()[1].audit.of(event_id, None))


@route("GET", "/admin/tours/<tour_id>/audit", needs=Role.ADMINISTRATOR)
def get_audit_of_tour(tour_id: str) -> dict[str, Any]:
    """Who changed what of a tour as a whole, the latest first."""
    return _told(wiring()[1].audit.of(None, tour_id))


@route("GET", "/admin/audit", needs=Role.ADMINISTRATOR)
def get_audit() -> dict[str, Any]:
    """Who did what to no single event or tour, the latest first."""
    return _told(wiring()[1].audit.of(None, None))
