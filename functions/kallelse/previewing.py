"""Showing organisers what a mail would say. Nothing is sent, stored or issued.

A kind is shown as if the registration and the event were in the state that the kind is about. The
letter is the one that would be sent, but for its links, which open nothing.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from .composing import Composer, changes
from .errors import NotFound, SummaryNotFound
from .models import (
    Draft,
    Event,
    EventRecord,
    Language,
    MailKind,
    Mode,
    Participant,
    Purpose,
    Registration,
    RegistrationState,
)
from .ports import Desk
from .relevance import FAREWELLS, STATES
from .reviewing import corrected
from .scheduling import mail_of, view
from .summarising import language_for

PLACEHOLDER = "preview-this-link-opens-nothing"
"""Stands in the links where the secret would be. No token has its digest."""

DAY = timedelta(days=1)

SEATED_NOW = frozenset({MailKind.PROMOTED, MailKind.PASSED_ON})
"""Kinds that say that there is a seat now, though other states may follow before they are sent."""


def kind_named(name: str) -> MailKind:
    """The kind of this name. Raises NotFound, which names them all."""
    if name not in set(STATES):
        raise NotFound(f"there is no such kind of mail; the kinds are: {', '.join(STATES)}")
    return MailKind(name)


def preview(
    composer: Composer, record: EventRecord, registration: Registration, kind: MailKind, now: datetime
) -> EmailMessage:
    """The letter of a kind to a participant. Raises NotFound when what it would tell is not there."""
    states: Collection[RegistrationState] = STATES[kind]
    content: dict[str, Any] = {}
    record = _record_as_if(record, registration, kind)
    if kind is MailKind.SUMMARY:
        content = _newest_summary(composer, record.event, registration)
    if kind is MailKind.MESSAGE:
        content = {"message": _newest_message(composer.desk, record.event)}
        states = content["message"].selection.states
    registration = _as_if(registration, record.event, kind, states, now)
    if kind is MailKind.EVENT_CHANGED:
        content = changes(composer.desk, record, registration)
    return _letter(composer, record, registration, kind, content, now)


def somebody(event: Event, language: Language, mode: Mode | None, now: datetime) -> Registration:
    """A made-up participant with a seat, for events that nobody is registered at, such as drafts.

    ``mode``: None is the first that the event offers. Raises NotFound when it does not offer it.
    """
    offered = tuple(event.seats_by_mode)
    if mode and mode not in offered:
        raise NotFound(f"nobody takes part that way; the modes are: {', '.join(offered)}")
    return Registration(
        id="preview",
        event_id=event.id,
        holder="preview",
        participant=Participant(name="N. N.", email="n.n@example.org", language=language),
        mode=mode or offered[0],
        state=RegistrationState.CONFIRMED,
        registered_at=now,
        confirmed_at=now,
    )


def preview_of_message(
    composer: Composer, record: EventRecord, registration: Registration, draft: Draft, now: datetime
) -> EmailMessage:
    """The letter that would bring a message to one of those whom it selects."""
    return _letter(composer, record, registration, MailKind.MESSAGE, {"message": draft}, now)


def parts(message: EmailMessage) -> dict[str, Any]:
    """The letter for JSON: who writes to whom about what, the texts, and the names of the attachments."""
    text, html = (_text(message, kind) for kind in ("plain", "html"))
    return {
        "subject": str(message["Subject"]),
        "from": str(message["From"]),
        "to": str(message["To"]),
        "text": text,
        "html": html,
        "attachments": [part.get_filename() for part in message.iter_attachments()],
    }


def _text(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    return str(part.get_content()).replace("\r\n", "\n") if part else ""


def _letter(
    composer: Composer,
    record: EventRecord,
    registration: Registration,
    kind: MailKind,
    content: dict[str, Any],
    now: datetime,
) -> EmailMessage:
    if registration.state is RegistrationState.WAITING:
        content = content | {"place": 1}
    mail = mail_of(registration, kind, 1, now)
    letter = replace(composer, issue=_no_secret).letter(mail, record, registration, content, now)
    return message_from_bytes(letter.message, policy=default)


def _no_secret(desk: Desk, registration: Registration, purpose: Purpose) -> str:
    return PLACEHOLDER


def _newest_summary(composer: Composer, event: Event, registration: Registration) -> dict[str, Any]:
    language = language_for(event, registration.participant.language)
    summary = composer.desk.summaries.latest(event.id, language)
    if summary is None:
        raise SummaryNotFound(f"no summary in {language!r} was handed in yet, so there is nothing to show")
    corrects = corrected(summary, composer.desk.summaries.of_event(event.id))
    return composer.summary(summary.model_copy(update={"corrects": corrects}))


def _newest_message(desk: Desk, event: Event) -> Draft:
    message = desk.messages.latest(event.id)
    if message is None:
        raise NotFound("no message was handed in yet, so there is nothing to show")
    return message


def _as_if(
    registration: Registration,
    event: Event,
    kind: MailKind,
    states: Collection[RegistrationState],
    now: datetime,
) -> Registration:
    """The registration in a state that the kind is about; in its own, if that is one of them."""
    state = RegistrationState.CONFIRMED if kind in SEATED_NOW else _state(registration, states)
    mode = Mode.ONLINE if kind is MailKind.JOIN_LINK else registration.mode
    # An event that holds no seats has no time for it either; a day shows where it would stand.
    held = {
        RegistrationState.UNCONFIRMED: event.address_confirmation or DAY,
        RegistrationState.OFFERED: event.offer or DAY,
    }
    until = registration.held_until if state is registration.state else None
    if state in held:
        until = until or now + held[state]
    return registration.model_copy(update={"state": state, "mode": mode, "held_until": until})


def _state(registration: Registration, states: Collection[RegistrationState]) -> RegistrationState:
    for state in (registration.state, RegistrationState.CONFIRMED):
        if state in states:
            return state
    return min(states)


def _record_as_if(record: EventRecord, registration: Registration, kind: MailKind) -> EventRecord:
    """The event cancelled or not, as the kind has it, and changed if that is what it tells."""
    cancelled = kind is MailKind.EVENT_CANCELLED or (record.event.cancelled and kind in FAREWELLS)
    event = record.event.model_copy(update={"cancelled": cancelled})
    present = record.details.model_copy(update={"cancelled": cancelled})
    before = record.history[:-1] if kind is MailKind.EVENT_CHANGED else ()
    changed = [
        each for each in before if view(each, record, registration) != view(present, record, registration)
    ]
    if kind is MailKind.EVENT_CHANGED and not changed:
        # Nothing has changed yet: as if it had been the day before.
        changed = [present.model_copy(update={"starts": present.starts - DAY, "ends": present.ends - DAY})]
    return record.model_copy(update={"event": event, "history": (*changed[-1:], present)})
