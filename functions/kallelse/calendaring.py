"""An event as a calendar file (RFC 5545) that can be shared: no link and nothing secret is in it.

One to take away is published; one in a mail invites, or takes the invitation back (RFC 5546). The
latter two name the recipient as the only attendee, as they have to name one. Only what is published for
everybody leads to the public pages.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from .models import Event, EventRecord, Language, Mode

if TYPE_CHECKING:
    import icalendar

YEAR = timedelta(days=366)

LOOK_AGAIN = timedelta(hours=6)
"""How often calendars are asked to look whether a tour has changed."""


MADE_BY = "-//Kallelse//Kallelse//EN"


class Method(StrEnum):
    """What a calendar should do with the file."""

    PUBLISH = "PUBLISH"
    REQUEST = "REQUEST"
    CANCEL = "CANCEL"


def calendar(
    record: EventRecord,
    language: Language,
    mode: Mode,
    now: datetime,
    method: Method = Method.PUBLISH,
    attendee: str | None = None,
) -> str:
    """The calendar file, in the language as far as the event has it. ``attendee``: an address."""
    # Only two routes and the mailer need it, so the others do not pay for it.
    import icalendar

    file = icalendar.Calendar(PRODID=MADE_BY, VERSION="2.0", METHOD=method.value)
    entry = icalendar.Event()
    _add_times(entry, record, now, method)
    _add_texts(entry, record.event, language, mode)
    if attendee:
        # Whoever registered comes; nobody waits for an answer from the calendar.
        entry.add("attendee", f"mailto:{attendee}", {"partstat": "ACCEPTED", "rsvp": "FALSE"})
    file.add_component(entry)
    return _written(file, [record.event])


def published(
    records: list[EventRecord],
    language: Language,
    address: Callable[[Event], str],
    now: datetime,
    name: str = "",
) -> str:
    """The events for everybody's calendar, each with the ``address`` of its public page.

    ``name``: of a calendar to subscribe to, which has entries of changed and cancelled events too.
    """
    import icalendar

    method = Method.PUBLISH
    file = icalendar.Calendar(PRODID=MADE_BY, VERSION="2.0", METHOD=method.value)
    if name:
        # The names of RFC 7986 and those that calendars knew before it.
        for property_name in ("name", "x-wr-calname"):
            file.add(property_name, name)
        file.add("refresh-interval", LOOK_AGAIN, {"value": "DURATION"})
        file.add("x-published-ttl", icalendar.vDuration(LOOK_AGAIN))
    for record in records:
        entry = icalendar.Event()
        _add_times(entry, record, now, method)
        # Whoever has not chosen a mode is told where one can come to, if one can.
        on_site = Mode.ON_SITE in record.event.seats_by_mode
        _add_texts(entry, record.event, language, Mode.ON_SITE if on_site else Mode.ONLINE)
        entry.add("url", address(record.event))
        file.add_component(entry)
    return _written(file, [record.event for record in records])


def _written(file: icalendar.Calendar, events: list[Event]) -> str:
    # The zone's rules around the events are enough, and a tenth of those since 1970.
    first, last = min(each.starts for each in events) - YEAR, max(each.ends for each in events) + YEAR
    file.add_missing_timezones(first.date(), last.date())
    return str(file.to_ical().decode())


def _add_times(entry: icalendar.Event, record: EventRecord, now: datetime, method: Method) -> None:
    """What tells a calendar that it has this event already, and which of the two is the newer."""
    event = record.event
    zone = ZoneInfo(event.timezone)
    entry.add("uid", f"{event.id}@kallelse")
    entry.add("sequence", record.revision)
    entry.add("dtstamp", now)
    entry.add("dtstart", event.starts.replace(tzinfo=zone))
    entry.add("dtend", event.ends.replace(tzinfo=zone))
    # One who is uninvited from an event that takes place is told no status (RFC 5546 §3.2.5).
    if event.cancelled or method is not Method.CANCEL:
        entry.add("status", "CANCELLED" if event.cancelled else "CONFIRMED")


def _add_texts(entry: icalendar.Event, event: Event, language: Language, mode: Mode) -> None:
    for name, text in _texts(event, mode).items():
        told = language if language in text else event.language
        entry.add(name, text[told], {"language": told})
    contact = event.contacts[0]
    entry.add("organizer", f"mailto:{contact.email}", {"cn": contact.name})


def _texts(event: Event, mode: Mode) -> dict[str, dict[Language, str]]:
    """What each property says. Only on site is there a place: the online meeting's address is secret."""
    offer = event.modes.get(mode)
    place = {"location": offer.place} if offer and offer.place else {}
    return {"summary": event.title, "description": event.short_description} | place
