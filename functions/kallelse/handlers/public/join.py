"""The pages behind a personal join link."""

from __future__ import annotations

from ... import joining
from ...errors import Refused
from ...gateway import Response, Router
from ...http import leading_away, see_other
from .wiring import calendar_file, event_page, language_of, wiring

router = Router()


@router.get("/join/<token>")
def show_join_link(token: str) -> Response[str]:
    """When the join link opens, or the button that leads to the meeting. Changes nothing."""
    from ...dialogues import own_group  # which other pages need not wait for

    record, registration = joining.look(wiring().desk, token)
    phase = joining.phase(record.event, wiring().now())
    page = event_page(
        "join",
        language_of(registration.participant.language),
        record,
        registration=registration,
        action=f"/join/{token}",
        phase=phase.value,
        group=own_group(wiring().desk, record.event, registration),
    )
    return leading_away(page)


@router.get("/join/<token>/event.ics")
def download_event(token: str) -> Response[str]:
    """The event for the participant's calendar."""
    return calendar_file(*joining.look(wiring().desk, token))


@router.post("/join/<token>")
def join_meeting(token: str) -> Response[str]:
    """Record attendance and lead to the meeting; outside the window, say when."""
    try:
        return see_other(joining.join(wiring().desk, token, wiring().now()))
    except Refused:
        return show_join_link(token)
