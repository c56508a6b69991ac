"""The privacy notice of an event (articles 13 and 14 of the General Data Protection Regulation)."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from ...drafting import shown
from ...gateway import Response, Router
from .wiring import event_page, known, wiring

router = Router()


@router.get("/events/<event_id>/<language>/privacy")
def show_privacy(event_id: str, language: str) -> Response[str]:
    """What becomes of the data of those who register."""
    record = shown(wiring().desk, event_id)
    erased_at = record.event.erased_at.astimezone(ZoneInfo(record.event.timezone))
    return event_page("privacy", known(language), record, erased_on=erased_at.date())
