"""Letters as they arrive, written from what the real adapter stores."""

from __future__ import annotations

from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from tests.conftest import ROOT
from tests.mails import CHANGED, LOADED, NOW, a_mail, before, the_event_for

from kallelse import editing
from kallelse.composing import Composer
from kallelse.models import (
    Event,
    EventRecord,
    Language,
    MailKind,
    Message,
    Registration,
    RegistrationState,
    Selection,
    Summary,
    SummaryState,
)
from kallelse.ports import Desk
from kallelse.rendering import Renderer

BASE = "https://desk.example"
SUMMARY = "## Utfall\n\n- Öppenhet *lönar* sig"


MESSAGE = Message(
    event_id="seminarium",
    number=1,
    subject={"sv": "Ny sal", "fi": "Uusi sali", "en": "New hall"},
    body={
        "sv": "Vi ses i **stora salen**.\n\n- Ta hissen",
        "fi": "Tavataan **suuressa salissa**.\n\n- Käytä hissiä",
        "en": "We meet in the **great hall**.\n\n- Take the lift",
    },
    selection=Selection(states=tuple(RegistrationState)),
    author="x",
    handed_in_at=NOW,
)


class Shelf:
    """Documents in memory."""

    def put(self, key: str, content: str | bytes, media_type: str, language: Language) -> str:
        raise NotImplementedError

    def get(self, key: str) -> str:
        return SUMMARY


def stored(desk: Desk, event: Event, now: datetime) -> EventRecord:
    """The event as it is stored, before its seats are arranged."""
    seen = desk.events.find(event.id)
    record = editing.becoming(seen, event, now)
    assert desk.events.store(seen, record, now)
    return record


def the_composer(desk: Desk, event: Event) -> Composer:
    stored(desk, before(event), LOADED)
    stored(desk, event, CHANGED)
    for language in event.summary_languages:
        summary = Summary(
            event_id=event.id, language=language, version=1, author="x", handed_in_at=NOW, checksum=""
        )
        desk.summaries.put(summary.moved(SummaryState.PUBLISHED, "publisher", NOW))
    desk.messages.put(MESSAGE)
    return Composer(desk, Shelf(), Renderer(ROOT / "templates"), "kallelse@desk.example", BASE)


def written(
    desk: Desk, kind: MailKind, registration: Registration, event: Event | None = None
) -> EmailMessage:
    """The letter as it arrives."""
    composer = the_composer(desk, event or the_event_for(kind))
    assert desk.registrations.store((None, registration))
    letter = composer.compose(a_mail(kind, registration), NOW)
    assert letter is not None
    assert letter.recipient == registration.participant.email
    return message_from_bytes(letter.message, policy=default)


def body(message: EmailMessage, kind: str) -> str:
    """What a part says, with any space as a plain one."""
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n").replace("\N{NO-BREAK SPACE}", " ")
