"""Joining the meeting through a personal join link."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from .dialogues import own_group
from .errors import Refused
from .links import follow
from .models import Event, EventRecord, Purpose, Registration, RegistrationState
from .ports import Desk
from .seating import ATTEMPTS, changed, present


class Phase(StrEnum):
    """What a join link does at an instant."""

    EARLY = "early"
    OPEN = "open"
    OVER = "over"
    CANCELLED = "cancelled"


def phase(event: Event, now: datetime) -> Phase:
    """A join link works from ``join_opens_at`` until the event ends, unless the event is cancelled."""
    if event.cancelled:
        return Phase.CANCELLED
    if now < event.join_opens_at:
        return Phase.EARLY
    return Phase.OPEN if now < event.ends_at else Phase.OVER


def look(desk: Desk, secret: str) -> tuple[EventRecord, Registration]:
    """What the join link opens; changes nothing. Raises LinkNotFound."""
    return follow(desk, secret, Purpose.JOIN)


def join(desk: Desk, secret: str, now: datetime) -> str:
    """Record attendance and give the address of the own group, or of the meeting.

    Raises LinkNotFound, or Refused outside the window."""
    record, registration = look(desk, secret)
    confirmed = registration.state is RegistrationState.CONFIRMED
    if not confirmed or phase(record.event, now) is not Phase.OPEN:
        raise Refused("the join link is not open now")
    _mark_joined(desk, registration, now)
    group = own_group(desk, record.event, registration)
    return (group and group.address) or record.event.meeting.address


def _mark_joined(desk: Desk, registration: Registration, now: datetime) -> None:
    """Record the first time of joining. A seat in the meeting matters more than the record of it."""
    for _ in range(ATTEMPTS):
        if registration.joined_at or desk.registrations.store(
            (registration, changed(registration, joined_at=now))
        ):
            return
        registration = present(desk, registration)
