"""The HTML of every mail, as the browser of a mail program shows it."""

from __future__ import annotations

from email import message_from_bytes
from email.policy import default
from functools import cache
from typing import Any

from tests.fakes import fake_desk
from tests.letters import body, the_composer, written
from tests.mails import NOW, TO_PARTICIPANTS, a_mail, a_registration, in_the_state_for, the_event

from kallelse.models import Mail, MailKind, MailState


@cache
def letters(language: str) -> dict[str, str]:
    """The HTML of a mail of each kind, by the kind."""
    found = {kind: _to_participant(kind, language) for kind in TO_PARTICIPANTS}
    return {
        f"mail, {kind}": html for kind, html in (found | {MailKind.BOUNCES: _to_contact(language)}).items()
    }


def _to_participant(kind: MailKind, language: str) -> str:
    return body(written(fake_desk(), kind, in_the_state_for(kind, language)), "html")


def _to_contact(language: str) -> str:
    """The letter to the contact of an event in this language, at which nobody can be reached."""
    desk, texts = fake_desk(), ("title", "short_description", "description", "audience")
    told: dict[str, Any] = {name: {language: name} for name in texts}
    event = the_event(language=language, **told, hosts=[{language: "Vasa"}], programme=[])
    composer = the_composer(desk, event)
    for name, state in (("Ada", MailState.BOUNCED), ("Bo", MailState.COMPLAINED)):
        registration = a_registration(name)
        assert desk.registrations.store((None, registration))
        assert desk.mails.create(a_mail(MailKind.CONFIRMED, registration, state=state))
    mail = Mail(event_id=event.id, kind=MailKind.BOUNCES, recipient="o-0", version=1, created_at=NOW)
    letter = composer.compose(mail, NOW)
    assert letter
    return body(message_from_bytes(letter.message, policy=default), "html")
