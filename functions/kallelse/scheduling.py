"""When the mails about an event are due: links, reminders, changes of date and place, cancellation, thanks.

Nothing is planned ahead. Everything follows from the event as it stands at an instant, what it said
before, and since when the participant has the seat:

| mail            | is due                                     | once for each                    |
|-----------------|--------------------------------------------|----------------------------------|
| JOIN_LINK       | from its first time until the end          | day that the event is moved to   |
| REMINDER        | from its time until the next, or the start | its time, and day as above       |
| EVENT_CHANGED   | when date or place differ from those told  | change                           |
| EVENT_CANCELLED | when the event is cancelled                | cancellation                     |
| THANKS          | for a day from its time after the end      | day that the event is moved to   |

A reminder whose time was over when the participant got the seat, or when the event was moved to its
present day, has lost its meaning. Thanks are for those who took part: those who joined the meeting,
and all who had a seat on site. Nothing is due about a draft.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from . import tracing
from .clock import EPOCH
from .models import (
    Details,
    Event,
    EventRecord,
    Language,
    Mail,
    MailKind,
    MailState,
    Mode,
    Registration,
    RegistrationState,
)
from .ports import Desk

UNTOLD = frozenset({MailState.PENDING, MailState.SUPPRESSED, MailState.FAILED})
"""The states of a mail that has not told anybody anything."""

MINUTE = timedelta(minutes=1)

CATCH_UP = timedelta(days=1)
"""For how long thanks that could not be sent in time are better late than never."""

Due = tuple[MailKind, int]
"""A mail that should have a record: its kind and version."""

View = tuple[datetime, datetime, str, str | None]
"""What one participant sees of the details: start, end, zone, and where to come to."""


@dataclass(frozen=True)
class Reminder:
    """A reminder is due from ``at`` until the next one, or the start; ``slot`` tells it from others."""

    at: datetime
    until: datetime
    slot: int


def version(registration: Registration, details: Details, slot: int = 0) -> int:
    """The version of a mail about the event: in its digits, which registration, details and reminder."""
    return int(f"{registration.serial}{details.version:04}{slot:08}")


def reminders(event: Event, mode: Mode) -> list[Reminder]:
    """The reminders of an event to those who take part in a mode, in order.

    Online, the join link's own mail takes the place of a reminder at the same instant.
    """
    online = mode is Mode.ONLINE
    times = event.reminders + (event.meeting.join_link if online else ())
    slots = {event.time_of(when): _slot(event, when) for when in times}
    ordered = [*sorted(slots), event.starts_at]
    links = {event.join_link_at} if online else set()
    return [Reminder(at, until, slots[at]) for at, until in pairwise(ordered) if at not in links]


def _slot(event: Event, when: timedelta | datetime) -> int:
    # Minutes before the start, of which there are fewer than of those since 1970: see LONGEST_BEFORE.
    since = when if isinstance(when, timedelta) else event.time_of(when) - EPOCH
    return since // MINUTE


def due(record: EventRecord, registration: Registration, now: datetime) -> list[Due]:
    """The mails about the event that the registration should have a record of by now."""
    if record.event.draft:
        return []
    if now >= record.event.ends_at:
        return _thanks(record, registration, now)
    if record.event.cancelled:
        gone = registration.state is RegistrationState.CANCELLED
        return [] if gone else [(MailKind.EVENT_CANCELLED, version(registration, record.settled))]
    if registration.state is not RegistrationState.CONFIRMED:
        return []
    return _changes(record, registration) + _links(record, registration, now)


def _changes(record: EventRecord, registration: Registration) -> list[Due]:
    unknown = [each for each in record.history if each.since > registration.confirmed_since]
    known = record.history[: len(record.history) - len(unknown)][-1:]
    views = {(view(each, record, registration), each.cancelled) for each in [*known, *unknown]}
    return [(MailKind.EVENT_CHANGED, version(registration, record.details))] if len(views) > 1 else []


def _links(record: EventRecord, registration: Registration, now: datetime) -> list[Due]:
    event, dated = record.event, record.dated
    joins = registration.mode is Mode.ONLINE and event.join_link_at <= now
    found = [(MailKind.JOIN_LINK, version(registration, dated))] if joins else []
    since = max(dated.since, registration.confirmed_since)
    return found + [
        (MailKind.REMINDER, version(registration, dated, each.slot))
        for each in reminders(event, registration.mode)
        if since < each.at <= now < each.until
    ]


def _thanks(record: EventRecord, registration: Registration, now: datetime) -> list[Due]:
    at = record.event.thanks_at
    if at is None or not at <= now < at + CATCH_UP or record.event.cancelled:
        return []
    seated = registration.state is RegistrationState.CONFIRMED
    came = registration.mode is Mode.ON_SITE or registration.joined_at is not None
    return [(MailKind.THANKS, version(registration, record.dated))] if seated and came else []


def next_time(event: Event, now: datetime) -> datetime | None:
    """When mails about the event are due next after ``now``, as far as the clock brings them."""
    times = {each.at for mode in Mode for each in reminders(event, mode)} | {event.join_link_at}
    times = {at for at in times if at < event.ends_at} | ({event.thanks_at} if event.thanks_at else set())
    return min((at for at in times if now < at), default=None)


def last_at(event: Event) -> datetime:
    """The first instant at which it is too late for every mail about the event."""
    return event.thanks_at + CATCH_UP if event.thanks_at else event.ends_at


def is_timely(mail: Mail, record: EventRecord, registration: Registration, now: datetime) -> bool:
    """Whether a mail about the event is about the event as it stands, and nothing newer is due.

    One whose time the event has left on the same day stays timely: it would not come again.
    """
    if mail.kind is MailKind.EVENT_CHANGED:
        return mail.version == version(registration, record.details)
    if mail.kind is MailKind.EVENT_CANCELLED:
        return record.event.cancelled and mail.version == version(registration, record.settled)
    if mail.kind in (MailKind.JOIN_LINK, MailKind.THANKS):
        wanted = mail.kind is MailKind.JOIN_LINK or record.event.thanks is not None
        return wanted and mail.version == version(registration, record.dated)
    left = [each for each in reminders(record.event, registration.mode) if now < each.until]
    return mail.version in {version(registration, record.dated, each.slot) for each in left}


def view(details: Details, record: EventRecord, registration: Registration) -> View:
    """What the participant sees of the details."""
    place = details.places.get(registration.mode)
    where = _in_language(place, registration.participant.language, record.event.language) if place else None
    return details.starts, details.ends, details.timezone, where


def _in_language(place: dict[Language, str], language: Language, fallback: Language) -> str | None:
    # The event may have been in another language when it was there.
    return place.get(language, place.get(fallback, next(iter(place.values()), None)))


def last_told(desk: Desk, record: EventRecord, registration: Registration) -> Details:
    """The details that the participant was told last, before the present ones."""
    for details in reversed(record.history[:-1]):
        kind = MailKind.EVENT_CANCELLED if details.cancelled else MailKind.EVENT_CHANGED
        if details.since <= registration.confirmed_since or _was_told(desk, registration, kind, details):
            return details
    return record.history[0]


def has_link(desk: Desk, record: EventRecord, registration: Registration) -> bool:
    """Whether the participant has a join link from before the event was moved, and needs no other.

    The link of a moved event works. It is sent again only when its time comes again.
    """
    dated = record.dated
    if record.event.join_link_at > dated.since:
        return False
    before = record.history[: record.history.index(dated)]
    return any(_was_told(desk, registration, MailKind.JOIN_LINK, details) for details in before)


def _was_told(desk: Desk, registration: Registration, kind: MailKind, details: Details) -> bool:
    mail = desk.mails.get(mail_of(registration, kind, version(registration, details), details.since).id)
    return mail is not None and mail.state not in UNTOLD


def mail_of(
    registration: Registration, kind: MailKind, number: int, now: datetime, request_id: str | None = None
) -> Mail:
    """The new record of a mail to a participant, due at once.

    ``request_id``: of the request that called for it, if that is not the one at hand.
    """
    return Mail(
        event_id=registration.event_id,
        kind=kind,
        recipient=registration.mailbox,
        version=number,
        due_at=now,
        created_at=now,
        erased_at=registration.erased_at,
        request_id=request_id or tracing.request_id(),
    )
