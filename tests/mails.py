"""Registrations in the state that a kind of mail is about, and the mails to them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from tests.conftest import a_participant, an_event, utc
from tests.visiting import NOW as AT_REGISTRATION

from kallelse import messaging
from kallelse.models import (
    REPEATED,
    Draft,
    Event,
    EventRecord,
    Mail,
    MailKind,
    Message,
    Mode,
    Registration,
    RegistrationState,
)
from kallelse.ports import Desk
from kallelse.relevance import STATES

NOW = utc("2020-09-01T10:00")
LOADED, REGISTERED, CHANGED = (NOW - timedelta(days=days) for days in (3, 2, 1))
UNTIL = utc("2020-09-03T10:00")
STARTS = utc("2020-09-16T10:00")

VERSIONS = {
    MailKind.JOIN_LINK: 2_0001_00000000,
    MailKind.REMINDER: 2_0001_00010080,  # a week before the start, in minutes
    MailKind.EVENT_CHANGED: 2_0002_00000000,
    MailKind.EVENT_CANCELLED: 2_0002_00000000,
    MailKind.SUMMARY: 1,
    MailKind.THANKS: 2_0001_00000000,
    MailKind.MESSAGE: 1,
}
"""The versions of mails about the event to a registration with the serial 2."""

TEXT: dict[str, Any] = {
    "subject": {"sv": "Ny sal", "fi": "Uusi sali"},
    "body": {"sv": "Vi ses i **stora salen**.", "fi": "Tavataan **suuressa salissa**."},
}

TO_PARTICIPANTS = [kind for kind in MailKind if kind is not MailKind.BOUNCES]

every_kind = pytest.mark.parametrize("kind", TO_PARTICIPANTS, ids=str)


def the_event(**changes: Any) -> Event:
    title = {"sv": "Förtroendebygge", "fi": "Luottamus", "en": "Building trust"}
    fields = {"title": title, "summary_languages": ["sv", "fi", "en"], "reminders": "P7D", "thanks": {}}
    return an_event(**fields | changes)


def the_event_for(kind: MailKind) -> Event:
    """The event as it is when mails of the kind are sent."""
    return the_event(cancelled=kind is MailKind.EVENT_CANCELLED)


def before(event: Event) -> Event:
    """The event as it was at first: an hour earlier, and not cancelled."""
    hour = timedelta(hours=1)
    return event.model_copy(
        update={"starts": event.starts - hour, "ends": event.ends - hour, "cancelled": False}
    )


def a_record(event: Event) -> EventRecord:
    """The record of an event that was changed since."""
    return EventRecord.new(before(event), "00" * 32, LOADED).changed_to(event, CHANGED)


def a_registration(name: str = "Ada", language: str = "sv", **changes: Any) -> Registration:
    participant = a_participant(name).model_copy(update={"language": language})
    fields: dict[str, Any] = {
        "id": f"id{name.lower()}",
        "event_id": "seminarium",
        "serial": 2,
        "revision": 4,
        "holder": f"{name.lower()}.2",
        "participant": participant,
        "mode": Mode.ONLINE,
        "state": RegistrationState.CONFIRMED,
        "registered_at": REGISTERED,
        "confirmed_at": REGISTERED,
    }
    return Registration.model_validate(fields | changes)


def in_the_state_for(kind: MailKind, language: str = "sv", **changes: Any) -> Registration:
    state = RegistrationState.CONFIRMED if RegistrationState.CONFIRMED in STATES[kind] else min(STATES[kind])
    held = state in (RegistrationState.UNCONFIRMED, RegistrationState.OFFERED)
    fields = {"state": state, "held_until": UNTIL if held else None}
    return a_registration(language=language, **(fields | changes))


def a_mail(kind: MailKind, registration: Registration, **changes: Any) -> Mail:
    version = registration.revision if kind in REPEATED else VERSIONS.get(kind, registration.serial)
    fields: dict[str, Any] = {"recipient": registration.mailbox, "version": version, "created_at": NOW}
    return Mail(event_id="seminarium", kind=kind, **(fields | changes))


def a_draft(**changes: Any) -> Draft:
    return Draft.model_validate(TEXT | changes)


def handed_in(desk: Desk, draft: Draft) -> Message:
    """A message of an organiser, handed in soon after the event was loaded."""
    return messaging.hand_in(desk, desk.events.get("seminarium"), draft, "organiser", AT_REGISTRATION)
