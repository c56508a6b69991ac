"""Whether a mail that is due still makes sense: of whom it is, what it says, and when it is too late."""

from __future__ import annotations

from datetime import UTC, datetime

from .models import (
    ABOUT_EVENT,
    BULK,
    REPEATED,
    Event,
    EventRecord,
    Mail,
    MailKind,
    Mode,
    Registration,
    RegistrationState,
)
from .scheduling import is_timely, last_at

ALIVE = frozenset(RegistrationState) - {RegistrationState.CANCELLED}

STATES = {
    MailKind.CONFIRM_ADDRESS: frozenset({RegistrationState.UNCONFIRMED}),
    MailKind.CONFIRMED: frozenset({RegistrationState.CONFIRMED}),
    MailKind.WAITING: frozenset({RegistrationState.WAITING}),
    MailKind.PROMOTED: ALIVE,
    MailKind.OFFERED: frozenset({RegistrationState.OFFERED}),
    MailKind.LAPSED: frozenset({RegistrationState.CANCELLED}),
    MailKind.PASSED_ON: ALIVE,
    MailKind.CHANGED: ALIVE,
    MailKind.CANCELLED: frozenset({RegistrationState.CANCELLED}),
    MailKind.REGISTERED_ALREADY: ALIVE,
    MailKind.REGISTERED_ELSEWHERE: ALIVE,
    MailKind.LOST_LINK: ALIVE,
    MailKind.JOIN_LINK: frozenset({RegistrationState.CONFIRMED}),
    MailKind.REMINDER: frozenset({RegistrationState.CONFIRMED}),
    MailKind.EVENT_CHANGED: frozenset({RegistrationState.CONFIRMED}),
    # Also those whose seat lapsed meanwhile, who are told nothing else.
    MailKind.EVENT_CANCELLED: frozenset(RegistrationState),
    MailKind.SUMMARY: frozenset({RegistrationState.CONFIRMED}),
    MailKind.THANKS: frozenset({RegistrationState.CONFIRMED}),
    # Those that the organisers selected: see Composer._content.
    MailKind.MESSAGE: frozenset(RegistrationState),
}
"""The states in which a registration may be for a mail to make sense."""

FAREWELLS = frozenset({MailKind.CANCELLED, MailKind.LAPSED, MailKind.EVENT_CANCELLED, MailKind.MESSAGE})
"""What is still sent when the event itself is cancelled: goodbyes, and whatever the organisers write."""

UNTIL_START = frozenset({MailKind.WAITING, MailKind.PROMOTED, MailKind.OFFERED})
"""Kinds about the waiting list, which ends with the start."""

UNTIL_END = (ABOUT_EVENT - {MailKind.THANKS}) | {
    MailKind.CONFIRM_ADDRESS,
    MailKind.CONFIRMED,
    MailKind.PASSED_ON,
}
"""Kinds about a seat or the event, which are worth nothing when the event is over."""

UNTIL_HELD = frozenset({MailKind.CONFIRM_ADDRESS, MailKind.OFFERED})
"""Kinds that ask for something before the time for it has ended."""


def makes_sense(mail: Mail, record: EventRecord, registration: Registration, now: datetime) -> bool:
    """Whether the registration still is what the mail says, and it is not too late to say it."""
    event = record.event
    return (
        not event.draft
        and registration.state in STATES[mail.kind]
        and _is_about(mail, record, registration, now)
        and (not event.cancelled or mail.kind in FAREWELLS)
        and (mail.kind is not MailKind.JOIN_LINK or registration.mode is Mode.ONLINE)
        and not (registration.unsubscribed and mail.kind in BULK)
        and now < _deadline(mail.kind, event, registration)
    )


def _is_about(mail: Mail, record: EventRecord, registration: Registration, now: datetime) -> bool:
    """Whether the mail is about this registration, and not an earlier one of the same address."""
    if mail.kind in (MailKind.SUMMARY, MailKind.MESSAGE):
        return True
    if mail.kind in ABOUT_EVENT:
        return is_timely(mail, record, registration, now)
    if mail.kind in REPEATED:
        # Any later change raises the revision too. It must not swallow what the owner was to be told.
        return mail.version <= registration.revision
    return mail.version == registration.serial


def _deadline(kind: MailKind, event: Event, registration: Registration) -> datetime:
    """The first instant at which a mail of the kind is too late."""
    limits = [datetime.max.replace(tzinfo=UTC)]
    if kind in UNTIL_START:
        limits.append(event.starts_at)
    if kind in UNTIL_END:
        limits.append(event.ends_at)
    if kind is MailKind.THANKS:
        limits.append(last_at(event))
    if kind in UNTIL_HELD and registration.held_until:
        limits.append(registration.held_until)
    return min(limits)
