"""Duplicating an event, for the next stop of a tour or the next year: a draft with dates of its own."""

from __future__ import annotations

import secrets
from datetime import datetime, time, timedelta
from typing import Any

from pydantic import ValidationError

from . import editing
from .errors import FieldError, InvalidInput
from .models import Event, EventRecord
from .ports import Desk


def duplicate(desk: Desk, event_id: str, copy_id: str, starts: datetime, now: datetime) -> EventRecord:
    """Make a draft of an event under another id, with its dates shifted: see :func:`shifted`.

    Nothing but the file is taken over. Repeated, it makes no second one.
    Raises EventNotFound, InvalidInput, also when there is another event with the id, or AlreadyChanged.
    """
    copy = shifted(desk.events.get(event_id).event, copy_id, starts)

    def becomes(seen: EventRecord | None) -> EventRecord:
        if seen is None:
            return EventRecord.new(copy, secrets.token_hex(32), now)
        if seen.event != copy:
            raise InvalidInput(FieldError("id", "taken", "there is an event with this id; choose another"))
        return seen

    return editing.change(desk, copy_id, becomes, now)


def shifted(event: Event, copy_id: str, starts: datetime) -> Event:
    """The event as a draft that starts at another time of its zone. Raises InvalidInput.

    Every date moves by as many days as the start, and keeps its time on the clock, also where summer time
    begins or ends between. The end and the programme move with the time of day of the start too.
    """
    if starts.tzinfo is not None:
        raise InvalidInput(FieldError("starts", "invalid", f"write the time in {event.timezone}, no offset"))
    try:
        return Event.model_validate(_fields(event, starts) | {"id": copy_id})
    except OverflowError as error:
        raise InvalidInput(FieldError("starts", "invalid", "choose a year nearer to ours")) from error
    except ValidationError as error:
        raise InvalidInput(*editing.problems(error)) from error


def _fields(event: Event, starts: datetime) -> dict[str, Any]:
    days = timedelta(days=(starts.date() - event.starts.date()).days)
    later_in_the_day = starts - event.starts - days
    fields = event.model_dump() | {
        "draft": True,
        "cancelled": False,
        "starts": starts,
        "ends": event.ends + days + later_in_the_day,
        "last_day_to_register": event.last_day_to_register + days,
        "registration_opens": event.registration_opens and event.registration_opens + days,
        "reminders": _moved(event.reminders, days),
    }
    fields["meeting"]["join_link"] = _moved(event.meeting.join_link, days)
    for item in fields["programme"]:
        item["starts"] = _later(item["starts"], later_in_the_day)
    return fields


def _moved(times: tuple[timedelta | datetime, ...], days: timedelta) -> list[timedelta | datetime]:
    """Dates are moved; what is told as so long before the start stays as it is."""
    return [when + days if isinstance(when, datetime) else when for when in times]


def _later(at: time, by: timedelta) -> time:
    return (datetime.combine(datetime.min + timedelta(days=1), at) + by).time()
