"""Registrations in the state that a kind of mail is about, and the mails to them."""

from __future__ import annotations

from typing import Any

import pytest
from tests.conftest import a_participant, an_event, utc

from kallelse.composing import STATES
from kallelse.models import REPEATED, Event, Mail, MailKind, Mode, Registration, RegistrationState

NOW = utc("2020-09-01T10:00")
UNTIL = utc("2020-09-03T10:00")
STARTS = utc("2020-09-16T10:00")

every_kind = pytest.mark.parametrize("kind", MailKind, ids=str)


def the_event(**changes: Any) -> Event:
    title = {"sv": "Förtroendebygge", "fi": "Luottamus", "en": "Building trust"}
    return an_event(title=title, summary_languages=["sv", "fi", "en"], **changes)


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
        "registered_at": NOW,
    }
    return Registration.model_validate(fields | changes)


def in_the_state_for(kind: MailKind, language: str = "sv", **changes: Any) -> Registration:
    state = RegistrationState.CONFIRMED if RegistrationState.CONFIRMED in STATES[kind] else min(STATES[kind])
    held = state in (RegistrationState.UNCONFIRMED, RegistrationState.OFFERED)
    fields = {"state": state, "held_until": UNTIL if held else None}
    return a_registration(language=language, **(fields | changes))


def a_mail(kind: MailKind, registration: Registration, **changes: Any) -> Mail:
    version = registration.revision if kind in REPEATED else registration.serial
    if kind is MailKind.SUMMARY:
        version = 1
    fields: dict[str, Any] = {"recipient": registration.mailbox, "version": version, "created_at": NOW}
    return Mail(event_id="seminarium", kind=kind, **(fields | changes))
