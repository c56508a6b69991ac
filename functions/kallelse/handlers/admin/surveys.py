"""What was answered to the survey of an event."""

from __future__ import annotations

from typing import Any

from ...models import Role
from ...surveying import results
from .routing import route
from .wiring import wiring


@route("GET", "/admin/events/<event_id>/survey", needs=Role.VIEWER)
def get_survey(event_id: str) -> dict[str, Any]:
    """How many answered and what, as far as that lets nobody be recognised."""
    desk = wiring()[1]
    return results(desk, desk.events.get(event_id).event)
