"""The day of the event: who has joined, and who has not yet."""

from __future__ import annotations

from ...attending import attendance
from ...gateway import Response
from ...models import EventRecord
from .paging import showing
from .visiting import Visit

SECONDS = 30
"""How often the page refreshes itself for those who ask for it."""


@showing("/organiser/events/<event_id>/today")
def show_today(visit: Visit, record: EventRecord) -> Response[str]:
    """Who has joined and who has not yet, by mode and dialogue group."""
    text = visit.query.get("text", "").strip()
    return visit.page(
        "today",
        event=record.event,
        parts=attendance(visit.desk, record.event, text),
        text=text,
        # Only for those who ask for it, and they can stop it (WCAG 2.2, 2.2.2 and 2.2.4).
        seconds=SECONDS if "refresh" in visit.query else None,
    )
