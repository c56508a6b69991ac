"""An event as a calendar file (RFC 5545) that can be shared: no link and nothing secret is in it.

One to take away is published; one in a mail invites, or takes the invitation back (RFC 5546). The
latter two name the recipient as the only attendee, as they have to name one.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from .models import Event, EventRecord, Language, Mode

if TYPE_CHECKING:
    import icalendar

YEAR = timedelta(days=366)


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

    event = record.event
    file = icalendar.Calendar(PRODID="-//Kallelse//Kallelse//EN", VERSION="2.0", METHOD=method.value)
    entry = icalendar.Event()
    _add_times(entry, record, now, method)
    _add_texts(entry, event, language, mode)
    if attendee:
        # Whoever registered comes; nobody waits for an answer from the calendar.
        entry.add("attendee", f"mailto:{attendee}", {"partstat": "ACCEPTED", "rsvp": "FALSE"})
    file.add_component(entry)
    # The zone's rules around the event are enough, and a tenth of those since 1970.
    file.add_missing_timezones((event.starts - YEAR).date(), (event.ends + YEAR).date())
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
